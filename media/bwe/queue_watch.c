/* media/bwe/queue_watch.c - finds a queue that leaps up, or that neither grows nor drains. */
#include "media/bwe/queue_watch.h"

enum {
  LONG_US = 80 * 1000,
  LEAP_US = 50 * 1000,     /* growth that is no jitter ...     */
  LEAP_WITHIN_US = 250 * 1000,
  STANDS_US = 1000 * 1000,
  DECREASES_MAX = 5,       /* without effect */
};
static const double EFFECT = 0.7, FOREIGN_ROOM = 1.2, FOREIGN_GONE = 0.5;

static void
forget(QueueWatch *self)
{
  self->since_us = 0;
  self->n_decreases = 0;
}

static bool
has_leapt(QueueWatch *self, gint64 queue_us, gint64 now_us)
{
  gint64 least_us = queue_us;
  for (guint i = 0; i < MIN(self->n_points, QUEUE_WATCH_POINTS); i++)
    if (now_us - self->points[i].at_us <= LEAP_WITHIN_US)
      least_us = MIN(least_us, self->points[i].queue_us);
  guint at = self->n_points++ % QUEUE_WATCH_POINTS;
  self->points[at].at_us = now_us;
  self->points[at].queue_us = queue_us;
  return queue_us - least_us >= LEAP_US;
}

static bool
stands(QueueWatch *self, gint64 queue_us, gint64 now_us)
{
  if (self->since_us == 0) {
    self->since_us = now_us;
    self->first_us = queue_us;
  }
  if (now_us - self->since_us < STANDS_US)
    return false;
  self->since_us = now_us;
  if ((double)queue_us < EFFECT * (double)self->first_us) {
    self->n_decreases = 0;
    self->first_us = queue_us;
  }
  if (++self->n_decreases > DECREASES_MAX) {
    self->foreign_us = queue_us;
    forget(self);
    return false;
  }
  return true;
}

bool
queue_watch_add(QueueWatch *self, gint64 queue_us, gint64 now_us)
{
  bool leapt = has_leapt(self, queue_us, now_us);
  if ((double)queue_us < FOREIGN_GONE * (double)self->foreign_us)
    self->foreign_us = 0;
  if (queue_us < LONG_US || (double)queue_us < FOREIGN_ROOM * (double)self->foreign_us) {
    forget(self);
    return false;
  }
  return stands(self, queue_us, now_us) || leapt;
}
