/* signaling/rate_limit.h - token buckets by key, in a table that cannot grow without bound.
 *
 * Pure logic: no clock, no timers. A key has @burst tokens at first and gets one back every
 * @refill_us. When the table is full, the key that was idle longest is forgotten. One
 * owner. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct RateLimit RateLimit;

/* Returns: (transfer full). @keys_max: at least 1. */
RateLimit *rate_limit_new(guint burst, gint64 refill_us, guint keys_max);
void       rate_limit_free(RateLimit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RateLimit, rate_limit_free)

/* Takes a token from @key. Returns: false if it had none (nothing is taken). */
bool   rate_limit_take(RateLimit *self, const char *key, gint64 now_us);
/* Returns: microseconds until @key has a token; 0: it has one now. Remembers nothing. */
gint64 rate_limit_wait_us(const RateLimit *self, const char *key, gint64 now_us);
guint  rate_limit_keys(const RateLimit *self);

/* Writes the key under which an address is counted: IPv4 whole, IPv6 by its /64 (one
 * customer has at least that many addresses). Text that is no address stays as it is. */
enum { RATE_LIMIT_KEY_MAX = 64 };
void   rate_limit_key_for_address(const char *address, char out[RATE_LIMIT_KEY_MAX]);
