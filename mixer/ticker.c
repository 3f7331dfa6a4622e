/* mixer/ticker.c - which tick is due when: absolute deadlines at a rational rate. */
#include "mixer/ticker.h"

void
ticker_init(Ticker *self, const TickerConfig *config, gint64 start_us)
{
  g_return_if_fail(config->rate_numerator > 0 && config->rate_denominator > 0);
  g_return_if_fail(config->max_burst > 0);
  *self = (Ticker) { .config = *config, .start_us = start_us };
}

gint64
ticker_due_us(const Ticker *self, gint64 index)
{
  /* Numerator ticks take a whole number of seconds. */
  gint64 numerator = self->config.rate_numerator;
  gint64 cycle_us = (gint64)self->config.rate_denominator * G_USEC_PER_SEC;
  return self->start_us + index / numerator * cycle_us + index % numerator * cycle_us / numerator;
}

/* The newest tick whose deadline is not after @now_us; may be one before self->next. */
static gint64
newest_due(const Ticker *self, gint64 now_us)
{
  gint64 numerator = self->config.rate_numerator, elapsed_us = now_us - self->start_us;
  gint64 cycle_us = (gint64)self->config.rate_denominator * G_USEC_PER_SEC;
  gint64 index = elapsed_us / cycle_us * numerator + elapsed_us % cycle_us * numerator / cycle_us;
  while (ticker_due_us(self, index + 1) <= now_us)
    index++;
  while (ticker_due_us(self, index) > now_us)
    index--;
  return index;
}

void
ticker_advance(Ticker *self, gint64 now_us)
{
  gint64 next = self->next + 1;
  gint64 newest = newest_due(self, now_us);
  gint64 oldest_allowed = newest - (gint64)self->config.max_burst + 1;
  if (self->config.max_burst == 1) {
    gint64 late_us = now_us - ticker_due_us(self, newest);
    gint64 period_us = ticker_due_us(self, newest + 1) - ticker_due_us(self, newest);
    if (late_us > period_us / 2)
      oldest_allowed++;
  }
  if (next < oldest_allowed) {
    self->skipped += (guint64)(oldest_allowed - next);
    next = oldest_allowed;
  }
  self->next = next;
}
