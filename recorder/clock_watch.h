/* recorder/clock_watch.h - notices that the wall clock was set.
 *
 * Media time is of the monotonic clock and knows nothing of it; the journal states it, because its
 * lines carry wall time. Pure: times are parameters. */
#pragma once
#include <glib.h>

enum { CLOCK_WATCH_STEP_US = 250000 };

typedef struct {
  gint64 offset_us;  /* wall minus monotonic, at the last poll */
  gboolean is_set;
} ClockWatch;

/* Returns: by how much the wall clock was stepped since the last poll, 0 if it only drifted. Slewing by
 * NTP is 0.5 ms a second and never told. */
static inline gint64
clock_watch_poll(ClockWatch *self, gint64 monotonic_us, gint64 wall_us)
{
  gint64 offset_us = wall_us - monotonic_us;
  gint64 step_us = self->is_set ? offset_us - self->offset_us : 0;
  self->offset_us = offset_us;
  self->is_set = TRUE;
  return ABS(step_us) >= CLOCK_WATCH_STEP_US ? step_us : 0;
}
