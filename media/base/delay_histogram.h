/* media/base/delay_histogram.h - how often a delay was how long: what /metrics shows of it.
 *
 * Totals since the start. Counted by one thread, read by any, without a lock: a reader may see a
 * count whose sum comes a moment later. */
#pragma once
#include <glib.h>

enum { DELAY_BUCKETS = 10 };

/* Upper ends, included; the bucket after the last takes the rest. */
static const gint64 DELAY_BOUNDS_US[DELAY_BUCKETS] = { 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000 };

typedef struct {
  guint64 counts[DELAY_BUCKETS + 1];  /* of each bucket alone */
  guint64 sum_us;
} DelayHistogram;

/* A delay below zero (a clock that was read before) counts as none. */
static inline void
delay_histogram_add(DelayHistogram *self, gint64 delay_us)
{
  guint bucket = 0;
  while (bucket < DELAY_BUCKETS && delay_us > DELAY_BOUNDS_US[bucket])
    bucket++;
  __atomic_fetch_add(&self->sum_us, (guint64)MAX(delay_us, 0), __ATOMIC_RELAXED);
  __atomic_fetch_add(&self->counts[bucket], 1, __ATOMIC_RELAXED);
}

static inline void
delay_histogram_read(const DelayHistogram *self, DelayHistogram *out)
{
  for (guint i = 0; i <= DELAY_BUCKETS; i++)
    out->counts[i] = __atomic_load_n(&self->counts[i], __ATOMIC_RELAXED);
  out->sum_us = __atomic_load_n(&self->sum_us, __ATOMIC_RELAXED);
}

/* How many in all. */
static inline guint64
delay_histogram_count(const DelayHistogram *self)
{
  guint64 n = 0;
  for (guint i = 0; i <= DELAY_BUCKETS; i++)
    n += self->counts[i];
  return n;
}
