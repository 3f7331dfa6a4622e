/* tests/bench/feed_ticks.c - when a stream's frames are due and when they are handed on, as on a busy machine. */
#include "tests/bench/feed_ticks.h"
#include <math.h>

/* How late a tick wakes: mostly by some tenths of a millisecond, one in a hundred by some, one in two
 * thousand by so much that it or the next is skipped. */
static gint64
lateness_us(RandomStream *random)
{
  guint kind = random_stream_below(random, 2000);
  if (kind == 0)
    return 20000 + random_stream_below(random, 80000);
  if (kind <= 20)
    return random_stream_below(random, 15000);
  return (gint64)(-300 * log(1 - random_stream_unit(random)));
}

static void
plan(FeedTicks *self)
{
  self->due_us = ticker_due_us(&self->ticker, self->ticker.next);
  gint64 ran_us = self->due_us + lateness_us(&self->random);
  gint64 done_us = ran_us + self->encode_min_us + random_stream_below(&self->random, self->encode_spread_us + 1);
  self->handed_on_us = MAX(done_us, self->handed_on_us + 1);  /* a stream keeps its order */
  ticker_advance(&self->ticker, ran_us);
}

void
feed_ticks_init(FeedTicks *self, const TickerConfig *config, guint encode_min_us, guint encode_spread_us, guint64 seed)
{
  *self = (FeedTicks) { .encode_min_us = encode_min_us, .encode_spread_us = encode_spread_us };
  self->random = random_stream(seed);
  ticker_init(&self->ticker, config, 0);
  plan(self);
}

void
feed_ticks_advance(FeedTicks *self)
{
  plan(self);
}
