/* tests/bench/feed_ticks.h - when a stream's frames are due and when they are handed on, as on a busy machine.
 *
 *   due (the stamp):   0    33    67   100   133   167          of mixer/ticker, as the bridge's
 *   handed on at:        9     41   79    121      -- 210       late as ticks and encoders are; one was skipped
 *
 * Pure logic, the same for the same seed. */
#pragma once
#include "mixer/ticker.h"
#include "tests/lib/random_stream.h"

typedef struct {
  Ticker       ticker;
  RandomStream random;
  guint        encode_min_us, encode_spread_us;
  gint64       due_us, handed_on_us;   /* of the one that comes next */
} FeedTicks;

/* The first is due at 0. @encode_min_us to @encode_min_us + @encode_spread_us after its tick ran it is there. */
void feed_ticks_init(FeedTicks *self, const TickerConfig *config, guint encode_min_us, guint encode_spread_us, guint64 seed);
/* On to the next one. */
void feed_ticks_advance(FeedTicks *self);
