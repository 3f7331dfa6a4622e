/* media/bwe/queue_delay.c - how long packets wait on the way, beyond the way itself. */
#include "media/bwe/queue_delay.h"

enum { CLOCK_JUMP_US = 5 * 1000 * 1000 };

void
queue_delay_add(QueueDelay *self, gint64 delay_us, gint64 now_us)
{
  gint64 least_us = MIN(self->least_us, self->least_before_us);
  if (!self->is_started || ABS(delay_us - least_us) > CLOCK_JUMP_US) {
    *self = (QueueDelay) {
      .is_started = true, .least_us = delay_us, .least_before_us = delay_us, .half_since_us = now_us,
    };
    return;
  }
  if (now_us - self->half_since_us >= QUEUE_DELAY_MEMORY_US / 2) {
    self->least_before_us = self->least_us;
    self->least_us = delay_us;
    self->half_since_us = now_us;
  }
  self->least_us = MIN(self->least_us, delay_us);
  self->queue_us = queue_delay_of(self, delay_us);
}
