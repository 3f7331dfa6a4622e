/* media/bwe/queue_leap.c - by how much a queue grew within a quarter of a second. */
#include "media/bwe/queue_leap.h"

enum { WITHIN_US = 250 * 1000 };

gint64
queue_leap_add(QueueLeap *self, gint64 queue_us, gint64 now_us)
{
  gint64 least_us = queue_us;
  for (guint i = 0; i < MIN(self->n_points, QUEUE_LEAP_POINTS); i++)
    if (now_us - self->points[i].at_us <= WITHIN_US)
      least_us = MIN(least_us, self->points[i].queue_us);
  guint at = self->n_points++ % QUEUE_LEAP_POINTS;
  self->points[at].at_us = now_us;
  self->points[at].queue_us = queue_us;
  return queue_us - least_us;
}
