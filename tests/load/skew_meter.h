/* tests/load/skew_meter.h - how far apart a receiver that plays by sender reports shows and sounds one instant.
 *
 *   a site sends at t        frame 17              marker
 *   the bridge says, by SR   in the picture of C   in the sound of D      (both on its own clock)
 *   skew                     (D - t of the marker) - (C - t of the frame nearest to it)
 *
 * Positive: the sound is later than the picture. Whatever buffers the receiver has, it aligns what
 * the sender says belongs together (libwebrtc: to 30 ms), so the network between does not count;
 * the bridge's own two ways do, and so does the site's network, which it must make up for. One
 * site's picture and sound; pure logic. */
#pragma once
#include "tests/lib/samples.h"

enum { SKEW_PICTURES = 64, SKEW_SOUNDS = 8 };

typedef struct {
  gint64 sent_us;      /* by the site's clock                              */
  gint64 capture_us;   /* by the bridge's clock: of what it is shown in    */
} SkewMoment;

typedef struct {
  Samples   *skew_ms;  /* owned by whoever has the meter */
  guint      n_pictures;
  SkewMoment pictures[SKEW_PICTURES];  /* a ring */
  guint      n_sounds;
  SkewMoment sounds[SKEW_SOUNDS];      /* whose picture is still to come; oldest first */
} SkewMeter;

typedef struct {
  double p5, p50, p95, min, max;
  guint  n;
} SkewFigures;

SkewFigures skew_figures(Samples *skew_ms);

/* A frame was seen for the first time; in the order of sending. */
void skew_meter_picture(SkewMeter *self, const SkewMoment *picture);
/* A marker was heard. No sample comes of one whose picture stood still or was lost. */
void skew_meter_sound(SkewMeter *self, const SkewMoment *sound);
