/* media/bwe/queue_watch.c - finds a queue that leaps up, or that neither grows nor drains. */
#include "media/bwe/queue_watch.h"

enum {
  LONG_US = 80 * 1000,
  LEAP_US = 50 * 1000,     /* growth that is no jitter ...     */
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
  bool leapt = queue_leap_add(&self->leap, queue_us, now_us) >= LEAP_US;
  if ((double)queue_us < FOREIGN_GONE * (double)self->foreign_us)
    self->foreign_us = 0;
  if (queue_us < LONG_US || (double)queue_us < FOREIGN_ROOM * (double)self->foreign_us) {
    forget(self);
    return false;
  }
  return stands(self, queue_us, now_us) || leapt;
}
