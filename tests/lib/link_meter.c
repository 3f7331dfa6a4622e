/* tests/lib/link_meter.c - how full a bottleneck was and how long its queue, over time. */
#include "tests/lib/link_meter.h"

enum { BINS = 2000, SECONDS_MAX = 24 * 3600 };

struct LinkMeter {
  bool     has_begun;
  gint64   begin_us, last_us;
  guint64  rate_bps;
  guint64  waits[BINS];   /* by ms; the last: that and more */
  guint64  n_waits;
  gint64   wait_max_us;
  GArray  *seconds;       /* owned, of LinkSecond           */
};

LinkMeter *
link_meter_new(void)
{
  LinkMeter *self = g_new0(LinkMeter, 1);
  self->seconds = g_array_new(FALSE, TRUE, sizeof(LinkSecond));
  return self;
}

void
link_meter_free(LinkMeter *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->seconds);
  g_free(self);
}

void
link_meter_begin(LinkMeter *self, gint64 now_us)
{
  self->has_begun = true;
  self->begin_us = self->last_us = now_us;
  self->n_waits = 0;
  self->wait_max_us = 0;
  for (guint i = 0; i < BINS; i++)
    self->waits[i] = 0;
  g_array_set_size(self->seconds, 0);
}

static LinkSecond *
second_at(LinkMeter *self, gint64 at_us)
{
  guint index = (guint)CLAMP((at_us - self->begin_us) / G_USEC_PER_SEC, 0, SECONDS_MAX - 1);
  if (index >= self->seconds->len)
    g_array_set_size(self->seconds, index + 1);
  return &g_array_index(self->seconds, LinkSecond, index);
}

/* Gives each second the capacity that it had up to @now_us. */
static void
advance(LinkMeter *self, gint64 now_us)
{
  if (!self->has_begun)
    link_meter_begin(self, now_us);
  while (self->last_us < now_us) {
    gint64 next_us = self->begin_us + ((self->last_us - self->begin_us) / G_USEC_PER_SEC + 1) * G_USEC_PER_SEC;
    gint64 until_us = MIN(next_us, now_us);
    second_at(self, self->last_us)->capacity_bits += (double)self->rate_bps * (double)(until_us - self->last_us) / 1e6;
    self->last_us = until_us;
  }
}

void
link_meter_rate(LinkMeter *self, gint64 now_us, guint64 rate_bps)
{
  advance(self, now_us);
  self->rate_bps = rate_bps;
}

void
link_meter_passed(LinkMeter *self, gint64 now_us, gint64 wait_us, gint64 left_us, gsize bytes)
{
  advance(self, now_us);
  self->waits[MIN(wait_us / 1000, BINS - 1)]++;
  self->n_waits++;
  self->wait_max_us = MAX(self->wait_max_us, wait_us);
  LinkSecond *now = second_at(self, now_us);
  now->queue_max_ms = MAX(now->queue_max_ms, (double)wait_us / 1000);
  second_at(self, left_us)->delivered_bits += (double)bytes * 8;
}

void
link_meter_lost(LinkMeter *self, gint64 now_us, bool at_tail)
{
  advance(self, now_us);
  LinkSecond *now = second_at(self, now_us);
  if (at_tail)
    now->dropped_at_tail++;
  else
    now->lost++;
}

/* Nearest rank, the upper edge of its bin but never above the maximum; 0 waits are 0. */
static double
percentile(const LinkMeter *self, double percent)
{
  guint64 seen = 0, wanted = (guint64)((double)self->n_waits * percent / 100);
  for (guint i = 0; i < BINS; i++) {
    seen += self->waits[i];
    if (seen > wanted)
      return i == 0 ? 0 : MIN(i + 1.0, (double)self->wait_max_us / 1000);
  }
  return (double)self->wait_max_us / 1000;
}

void
link_meter_read(LinkMeter *self, gint64 now_us, LinkFigures *out)
{
  advance(self, now_us);
  *out = (LinkFigures) { .seconds = (double)(now_us - self->begin_us) / G_USEC_PER_SEC };
  double delivered = 0, within = 0, capacity = 0;
  guint n = (guint)((now_us - self->begin_us) / G_USEC_PER_SEC) + 1;
  for (guint i = 0; i < MIN(n, self->seconds->len); i++) {
    const LinkSecond *second = &g_array_index(self->seconds, LinkSecond, i);
    delivered += second->delivered_bits;
    if (second->capacity_bits > 0)
      within += second->delivered_bits;
    capacity += second->capacity_bits;
  }
  if (out->seconds > 0) {
    out->delivered_kbps = delivered / 1000 / out->seconds;
    out->capacity_kbps = capacity / 1000 / out->seconds;
  }
  out->utilisation = capacity > 0 ? within / capacity : 0;
  out->queue_max_ms = (double)self->wait_max_us / 1000;
  if (self->n_waits > 0) {
    out->queue_p50_ms = percentile(self, 50);
    out->queue_p95_ms = percentile(self, 95);
  }
}

const GArray *
link_meter_seconds(LinkMeter *self, gint64 now_us)
{
  advance(self, now_us);
  guint n = (guint)((now_us - self->begin_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  if (n <= SECONDS_MAX)
    g_array_set_size(self->seconds, MAX(n, 1));
  return self->seconds;
}
