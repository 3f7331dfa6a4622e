/* media/bwe/queue_leap.h - by how much a queue grew within a quarter of a second.
 *
 * Part of RateEstimator. Net thread. */
#pragma once
#include <glib.h>

enum { QUEUE_LEAP_POINTS = 8 };

typedef struct {
  struct { gint64 at_us, queue_us; } points[QUEUE_LEAP_POINTS];  /* ring: one a feedback */
  guint n_points;
} QueueLeap;

/* Returns: @queue_us less the least of the last quarter of a second; >= 0. */
gint64 queue_leap_add(QueueLeap *self, gint64 queue_us, gint64 now_us);
