/* signaling/credentials.c - keys, of which only hashes are kept, and login cookies. */
#include "signaling/credentials.h"
#include "media/base/log.h"
#include "signaling/key_store.h"
#include "signaling/rate_limit.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

enum { COOKIE_TEXT_LENGTH = 32, FAILING_KEYS_MAX = 4096 };

/* A cookie is found by its hash, so the time of the search says nothing about the token. */
typedef struct {
  GList    link;  /* in `by_age`; link.data is the cookie */
  guint8   hash[KEY_HASH_BYTES];
  Identity identity;
  gint64   end_us;
} Cookie;

struct Credentials {
  /* owned */
  GArray     *keys;            /* of StoredKey                         */
  GHashTable *cookies;         /* hash (in the cookie) -> Cookie       */
  RateLimit  *by_address, *by_site;
  /* state */
  GQueue      by_age;          /* cookies, oldest first                */
  guint64     failures;
};

static guint
hash_of_hash(gconstpointer key)
{
  guint value;
  memcpy(&value, key, sizeof value);
  return value;
}

static gboolean
equal_hashes(gconstpointer a, gconstpointer b)
{
  return CRYPTO_memcmp(a, b, KEY_HASH_BYTES) == 0;
}

Credentials *
credentials_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error)
{
  GArray *keys = key_store_open(state_dir, seeds, n_seeds, error);
  if (keys == NULL)
    return NULL;
  Credentials *self = g_new0(Credentials, 1);
  self->keys = keys;
  self->cookies = g_hash_table_new_full(hash_of_hash, equal_hashes, NULL, g_free);
  self->by_address = rate_limit_new(CREDENTIALS_FAILURES_BURST, CREDENTIALS_FAILURE_REFILL_US,
                                    FAILING_KEYS_MAX);
  self->by_site = rate_limit_new(CREDENTIALS_FAILURES_BURST, CREDENTIALS_FAILURE_REFILL_US,
                                 FAILING_KEYS_MAX);
  g_queue_init(&self->by_age);
  return self;
}

void
credentials_free(Credentials *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->keys);
  g_hash_table_unref(self->cookies);
  rate_limit_free(self->by_address);
  rate_limit_free(self->by_site);
  g_free(self);
}

/* Compares with every key, whichever fits, so that the time taken is always the same. */
static const StoredKey *
find_key(const Credentials *self, const char *site, const char *key)
{
  guint8 hash[KEY_HASH_BYTES];
  key_hash(key, hash);
  const StoredKey *found = NULL;
  for (guint i = 0; i < self->keys->len; i++) {
    const StoredKey *stored = &g_array_index(self->keys, StoredKey, i);
    bool fits = CRYPTO_memcmp(stored->hash, hash, sizeof hash) == 0;
    if (fits && stored->is_active)
      found = stored;
  }
  if (found != NULL && site != NULL && strcmp(found->site, site) != 0)
    return NULL;
  return found;
}

static void
count_failure(Credentials *self, const char *site, const char *peer, gint64 now_us)
{
  char address[RATE_LIMIT_KEY_MAX];
  rate_limit_key_for_address(peer, address);
  rate_limit_take(self->by_address, address, now_us);
  if (site != NULL)
    rate_limit_take(self->by_site, site, now_us);
  self->failures++;
  log_limited(G_LOG_LEVEL_MESSAGE, "a wrong key came from %s", peer);
}

bool
credentials_check_site_key(Credentials *self, const char *site, const char *key, const char *peer,
                           gint64 now_us, Identity *out)
{
  const StoredKey *found = find_key(self, site, key);
  if (found == NULL) {
    count_failure(self, site, peer, now_us);
    return false;
  }
  *out = (Identity) { .role = found->role };
  g_strlcpy(out->site, found->site, sizeof out->site);
  g_strlcpy(out->key_id, found->key_id, sizeof out->key_id);
  return true;
}

bool
credentials_check_key(Credentials *self, const char *key, const char *peer, gint64 now_us,
                      Identity *out)
{
  return credentials_check_site_key(self, NULL, key, peer, now_us, out);
}

static bool
is_limited(const RateLimit *limit, const char *key, gint64 now_us, guint *retry_after_s)
{
  gint64 wait_us = rate_limit_wait_us(limit, key, now_us);
  if (retry_after_s != NULL)
    *retry_after_s = (wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
  return wait_us > 0;
}

bool
credentials_is_limited(Credentials *self, const char *peer, gint64 now_us, guint *retry_after_s)
{
  char address[RATE_LIMIT_KEY_MAX];
  rate_limit_key_for_address(peer, address);
  return is_limited(self->by_address, address, now_us, retry_after_s);
}

bool
credentials_is_site_limited(Credentials *self, const char *site, gint64 now_us,
                            guint *retry_after_s)
{
  return is_limited(self->by_site, site, now_us, retry_after_s);
}

guint64
credentials_failures(const Credentials *self)
{
  return self->failures;
}

/* --- cookies --- */

static void
forget_cookie(Credentials *self, Cookie *cookie)
{
  g_queue_unlink(&self->by_age, &cookie->link);
  g_hash_table_remove(self->cookies, cookie->hash);
}

static Cookie *
find_cookie(Credentials *self, const char *token)
{
  if (strnlen(token, COOKIE_TEXT_LENGTH + 1) != COOKIE_TEXT_LENGTH)
    return NULL;
  guint8 hash[KEY_HASH_BYTES];
  SHA256((const guchar *)token, COOKIE_TEXT_LENGTH, hash);
  return g_hash_table_lookup(self->cookies, hash);
}

void
credentials_login(Credentials *self, const Identity *identity, gint64 now_us, char token[33])
{
  guint8 random[COOKIE_TEXT_LENGTH / 2];
  if (RAND_bytes(random, sizeof random) != 1)
    g_error("no random numbers for cookies");
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf(token + 2 * i, 3, "%02x", random[i]);
  /* All live equally long, so the oldest is also the next to end. */
  Cookie *oldest;
  while ((oldest = g_queue_peek_head(&self->by_age)) != NULL
         && (oldest->end_us <= now_us || self->by_age.length >= CREDENTIALS_COOKIES_MAX))
    forget_cookie(self, oldest);
  Cookie *cookie = g_new0(Cookie, 1);
  cookie->link.data = cookie;
  SHA256((const guchar *)token, COOKIE_TEXT_LENGTH, cookie->hash);
  cookie->identity = *identity;
  cookie->end_us = now_us + (gint64)CREDENTIALS_COOKIE_LIFE_S * G_USEC_PER_SEC;
  g_hash_table_insert(self->cookies, cookie->hash, cookie);
  g_queue_push_tail_link(&self->by_age, &cookie->link);
}

bool
credentials_check_cookie(Credentials *self, const char *token, gint64 now_us, Identity *out)
{
  Cookie *cookie = find_cookie(self, token);
  if (cookie == NULL)
    return false;
  if (cookie->end_us <= now_us) {
    forget_cookie(self, cookie);
    return false;
  }
  *out = cookie->identity;
  return true;
}

void
credentials_logout(Credentials *self, const char *token)
{
  Cookie *cookie = find_cookie(self, token);
  if (cookie != NULL)
    forget_cookie(self, cookie);
}
