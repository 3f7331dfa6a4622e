/* media/codec/frame_interval.h - how long a frame of a stream lasts, as its rate control
 * shall see it.
 *
 * The frames of a program come at its tick's rate, at a half or a third of it, or with holes
 * where ticks were missed. An encoder gives each frame the bits of its duration, so:
 *   - the mean follows slowly (1/16): a hole, or an encoder that manages two ticks of three,
 *     neither starves the base layer nor feeds it twice;
 *   - four equal intervals in a row, far from the mean, are a new rate and believed at once;
 *   - a hole of more than four frames counts as four; more than a second is a pause, less
 *     than 5 ms a burst: neither says anything about the rate.
 * But for these the durations add up, in the long run, to the time that passed. Pure logic. */
#pragma once
#include <glib.h>

typedef struct {
  gint64 last_us;   /* of the frame before                    */
  double mean_us;
  double run_us;    /* an interval that came several times ... */
  guint  n_run;     /* ... so often in a row                   */
  guint  n_frames;
} FrameInterval;

/* @nominal_us: what to believe before there are two frames. */
void   frame_interval_init(FrameInterval *self, double nominal_us);
/* A frame of @time_us comes. Returns: its duration in us, always more than 0. */
double frame_interval_next(FrameInterval *self, gint64 time_us);
