/* media/bwe/app_limit.c - tells when less is sent than the target would allow. */
#include "media/bwe/app_limit.h"

static const double SHARE = 0.65;
static const double WINDOW_S = 0.5;
static const double BEGINS = 0.8, ENDS = 0.5;

void
app_limit_update(AppLimit *self, double target_bps, gint64 now_us)
{
  double rate = SHARE * target_bps, most = rate * WINDOW_S;
  self->target_bps = target_bps;
  if (self->last_us > 0 && now_us > self->last_us)
    self->spare_bits += rate * (double)(now_us - self->last_us) / 1e6;
  self->last_us = MAX(self->last_us, now_us);
  self->spare_bits = CLAMP(self->spare_bits, -most, most);
  if (!self->is_limited && self->spare_bits > BEGINS * most) {
    self->is_limited = true;
  } else if (self->is_limited && self->spare_bits < ENDS * most) {
    self->is_limited = false;
    self->ended_us = now_us;
  }
}

void
app_limit_on_sent(AppLimit *self, gsize bytes, gint64 now_us)
{
  self->spare_bits -= (double)bytes * 8;
  app_limit_update(self, self->target_bps, now_us);
}
