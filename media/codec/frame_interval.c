/* media/codec/frame_interval.c - how long a frame of a stream lasts. */
#include "media/codec/frame_interval.h"
#include <math.h>
#include <stdbool.h>

enum {
  PAUSE_US = G_USEC_PER_SEC,
  BURST_US = 5000,
  RUN_BELIEVED = 4,
};

static const double WEIGHT = 1.0 / 16, SAME = 0.1, OTHER = 0.25, HOLE_MAX = 4;

void
frame_interval_init(FrameInterval *self, double nominal_us)
{
  *self = (FrameInterval) { .mean_us = nominal_us };
}

static bool
is_within(double a_us, double b_us, double share)
{
  return fabs(a_us - b_us) <= share * b_us;
}

double
frame_interval_next(FrameInterval *self, gint64 time_us)
{
  double interval_us = (double)(time_us - self->last_us);
  bool is_first = self->n_frames++ == 0;
  self->last_us = time_us;
  if (is_first || interval_us < BURST_US || interval_us > PAUSE_US) {
    self->n_run = 0;
    return self->mean_us;
  }
  if (self->n_run > 0 && is_within(interval_us, self->run_us, SAME)) {
    self->n_run++;
  } else {
    self->run_us = interval_us;
    self->n_run = 1;
  }
  if (self->n_run >= RUN_BELIEVED && !is_within(self->mean_us, self->run_us, OTHER))
    self->mean_us = self->run_us;
  else
    self->mean_us += WEIGHT * (MIN(interval_us, HOLE_MAX * self->mean_us) - self->mean_us);
  return self->mean_us;
}
