/* tests/lib/marker.h - short chirps in a sound, found again in a mix to a fraction of a ms.
 *
 * A signature is one of MARKER_SIGNATURES chirps of 40 ms: three bands of 1 kHz between 600
 * and 3200 Hz, up or down. A detector correlates what it hears with all of them. Speech,
 * a codec and a limiter change the height of the peak, hardly its place. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  MARKER_SIGNATURES = 6,
  MARKER_SAMPLES = 1920,  /* at 48 kHz */
};

/* Adds the chirp @signature to MARKER_SAMPLES samples of @out, with @amplitude as its peak. */
void marker_add(guint signature, gint16 *out, int amplitude);

typedef struct MarkerDetector MarkerDetector;

typedef struct {
  guint  signature;
  double start_sample;  /* at 48 kHz, of the first sample of the chirp */
  double likeness;      /* 0..1: correlation coefficient               */
} MarkerHit;

MarkerDetector *marker_detector_new(void);
void            marker_detector_free(MarkerDetector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MarkerDetector, marker_detector_free)

/* Takes @n samples at 48 kHz (a multiple of 4) that follow on those before.
 * Returns: the number of hits written to @hits, at most @max; a hit is reported once, some
 * 50 ms after its chirp ended. Positions count from the first sample ever pushed. */
guint marker_detector_push(MarkerDetector *self, const gint16 *samples, guint n, MarkerHit *hits,
                           guint max);
