/* media/bwe/queue_delay.h - how long packets wait on the way, beyond the way itself.
 *
 * Part of RateEstimator. The clocks of both ends differ by an unknown amount that cancels out:
 * the least difference of the last QUEUE_DELAY_MEMORY_US is taken for an empty queue. Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { QUEUE_DELAY_MEMORY_US = 30 * 1000 * 1000 };

typedef struct {
  bool   is_started;
  gint64 least_us, least_before_us;  /* of this half of the memory and the one before */
  gint64 half_since_us;
  gint64 queue_us;
} QueueDelay;

/* Returns: how much longer than the least a packet took. */
static inline gint64
queue_delay_of(const QueueDelay *self, gint64 delay_us)
{
  return delay_us - MIN(self->least_us, self->least_before_us);
}

/* @delay_us: arrival minus departure, the least among packets reported together. */
void queue_delay_add(QueueDelay *self, gint64 delay_us, gint64 now_us);
