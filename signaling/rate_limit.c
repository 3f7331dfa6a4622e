/* signaling/rate_limit.c - token buckets by key, in a table that cannot grow without bound. */
#include "signaling/rate_limit.h"
#include <arpa/inet.h>
#include <string.h>

/* A bucket is kept as the time at which it will be full again: one number, no refill step. */
typedef struct {
  GList  link;     /* in `by_use`, newest use at the tail; link.data is the bucket */
  gint64 full_us;
  char   key[RATE_LIMIT_KEY_MAX];
} Bucket;

struct RateLimit {
  gint64      refill_us, capacity_us;  /* capacity: burst * refill */
  guint       keys_max;
  GHashTable *buckets;                 /* owned: key (in the bucket) -> Bucket */
  GQueue      by_use;
};

RateLimit *
rate_limit_new(guint burst, gint64 refill_us, guint keys_max)
{
  RateLimit *self = g_new0(RateLimit, 1);
  self->refill_us = MAX(refill_us, 1);
  self->capacity_us = MAX(burst, 1) * self->refill_us;
  self->keys_max = MAX(keys_max, 1);
  self->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
  g_queue_init(&self->by_use);
  return self;
}

void
rate_limit_free(RateLimit *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->buckets);
  g_free(self);
}

static void
cut_key(const char *key, char out[RATE_LIMIT_KEY_MAX])
{
  g_strlcpy(out, key, RATE_LIMIT_KEY_MAX);
}

static Bucket *
use_bucket(RateLimit *self, const char *key)
{
  Bucket *bucket = g_hash_table_lookup(self->buckets, key);
  if (bucket != NULL) {
    g_queue_unlink(&self->by_use, &bucket->link);
  } else {
    if (g_hash_table_size(self->buckets) >= self->keys_max) {
      GList *oldest = g_queue_pop_head_link(&self->by_use);
      g_hash_table_remove(self->buckets, ((Bucket *)oldest->data)->key);
    }
    bucket = g_new0(Bucket, 1);
    bucket->link.data = bucket;
    bucket->full_us = G_MININT64;
    cut_key(key, bucket->key);
    g_hash_table_insert(self->buckets, bucket->key, bucket);
  }
  g_queue_push_tail_link(&self->by_use, &bucket->link);
  return bucket;
}

static gint64
wait_us(const RateLimit *self, const Bucket *bucket, gint64 now_us)
{
  if (bucket == NULL || bucket->full_us <= now_us)
    return 0;
  return MAX(0, bucket->full_us - now_us + self->refill_us - self->capacity_us);
}

bool
rate_limit_take(RateLimit *self, const char *key, gint64 now_us)
{
  char cut[RATE_LIMIT_KEY_MAX];
  cut_key(key, cut);
  Bucket *bucket = use_bucket(self, cut);
  if (wait_us(self, bucket, now_us) > 0)
    return false;
  bucket->full_us = MAX(bucket->full_us, now_us) + self->refill_us;
  return true;
}

gint64
rate_limit_wait_us(const RateLimit *self, const char *key, gint64 now_us)
{
  char cut[RATE_LIMIT_KEY_MAX];
  cut_key(key, cut);
  return wait_us(self, g_hash_table_lookup(self->buckets, cut), now_us);
}

guint
rate_limit_keys(const RateLimit *self)
{
  return g_hash_table_size(self->buckets);
}

void
rate_limit_key_for_address(const char *address, char out[RATE_LIMIT_KEY_MAX])
{
  struct in6_addr ip6;
  if (inet_pton(AF_INET6, address, &ip6) == 1) {
    memset(&ip6.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &ip6, out, RATE_LIMIT_KEY_MAX);
    return;
  }
  cut_key(address, out);
}
