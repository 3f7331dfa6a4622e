/* media/bwe/busy_rate.c - what a way carries while a queue stands in it. */
#include "media/bwe/busy_rate.h"

enum {
  WAITED_US = 50 * 1000,
  WINDOW_US = 120 * 1000, WINDOW_MAX_US = 400 * 1000,
  LATE_MAX_US = 1000 * 1000,
  PACKETS_MIN = 6,
};
static const double SLOWED = 1.5;  /* they came over so much more time than they were sent in: a queue shared with others grows slower */

void
busy_rate_reset(BusyRate *self)
{
  *self = (BusyRate) { 0 };
}

void
busy_rate_add(BusyRate *self, const SentPacket *packet, gint64 queue_us)
{
  gint64 arrival_us = packet->arrival_us - self->arrival_us, sent_us = packet->sent_us - self->sent_us;
  if (queue_us < WAITED_US || (self->n > 0 && arrival_us < self->last_us - LATE_MAX_US)) {  /* or a clock was set back */
    busy_rate_reset(self);
    return;
  }
  if (self->n > 0 && arrival_us < self->last_us)
    return;  /* its report came late */
  if (self->n == 0 || arrival_us > WINDOW_MAX_US) {
    *self = (BusyRate) { .sent_us = packet->sent_us, .arrival_us = packet->arrival_us, .n = 1, .bps = self->bps };
    return;
  }
  self->last_us = arrival_us;
  self->bytes += packet->bytes;
  self->n++;
  if (arrival_us < WINDOW_US || self->n < PACKETS_MIN)
    return;
  bool is_slowed = (double)arrival_us >= SLOWED * (double)sent_us;
  self->bps = is_slowed ? (double)self->bytes * 8e6 / (double)arrival_us : 0;
}
