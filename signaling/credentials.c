/* signaling/credentials.c - keys, of which only hashes are kept, and login cookies. */
#include "signaling/credentials.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include "signaling/key_store.h"
#include "signaling/rate_limit.h"
#include "signaling/role.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

enum { COOKIE_TEXT_LENGTH = 32, FAILING_KEYS_MAX = 4096 };

/* A cookie is found by its hash, so the time of the search says nothing about the token. */
typedef struct {
  GList  link;  /* in `by_age`; link.data is the cookie */
  guint8 hash[KEY_HASH_BYTES];
  char   key_id[KEY_ID_MAX];  /* it opens what that key does, as long as that key does */
  gint64 end_us;
} Cookie;

/* Which keys the configuration knows. */
typedef struct {
  Role role;
  char site[64], room[64];
} Seat;

struct Credentials {
  /* owned */
  GArray     *keys;            /* of StoredKey                         */
  GArray     *seats;           /* of Seat                              */
  GHashTable *cookies;         /* hash (in the cookie) -> Cookie       */
  RateLimit  *by_address, *by_site;
  RateLimit  *lockouts;        /* by address: empty, it is locked out  */
  RateLimit  *trusted;         /* by address: empty, a right key came from there of late */
  /* state */
  CredentialsEnded ended;      /* (nullable) */
  gpointer    ended_user;
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

/* --- keys --- */

static bool
is_configured(const Credentials *self, const StoredKey *key)
{
  bool has_seat = false, has_room = key->room[0] == '\0';
  for (guint i = 0; i < self->seats->len; i++) {
    const Seat *seat = &g_array_index(self->seats, Seat, i);
    bool is_room = strcmp(seat->room, key->room) == 0;
    has_room |= is_room;
    has_seat |= seat->role == key->role && strcmp(seat->site, key->site) == 0
             && (key->room[0] == '\0' || seat->room[0] == '\0' || is_room);
  }
  return has_seat && has_room;
}

static const StoredKey *
find_by_id(const GArray *keys, const char *key_id)
{
  for (guint i = 0; keys != NULL && i < keys->len; i++) {
    const StoredKey *key = &g_array_index(keys, StoredKey, i);
    if (strcmp(key->key_id, key_id) == 0)
      return key;
  }
  return NULL;
}

static bool
is_live(const StoredKey *key, gint64 now_us)
{
  return key->is_active && (key->ends_us == 0 || now_us < key->ends_us);
}

static const char *
describe(const StoredKey *key, char out[200])
{
  g_snprintf(out, 200, "key %s (%s%s%s%s%s)", key->key_id, role_to_text(key->role), key->site[0] != '\0' ? " " : "",
             key->site, key->room[0] != '\0' ? ", room " : "", key->room);
  return out;
}

static void
announce_end(Credentials *self, const StoredKey *key, CredentialsEnd why)
{
  char text[200];
  if (key->is_break_glass)
    g_warning("BREAK-GLASS: %s has ended (%s)", describe(key, text), why == CREDENTIALS_END_EXPIRED ? "its time is up" : "revoked");
  else
    g_message("%s is %s: it opens nothing any more", describe(key, text), why == CREDENTIALS_END_EXPIRED ? "at its end" : "revoked");
  if (self->ended != NULL)
    self->ended(key->key_id, why, self->ended_user);
}

static void
announce_news(const GArray *before, const StoredKey *key)
{
  char text[200];
  if (find_by_id(before, key->key_id) != NULL)
    return;
  if (key->is_break_glass) {
    g_autofree char *end = key_time_text(key->ends_s);
    g_warning("BREAK-GLASS: %s opens the room as its chair until %s", describe(key, text), end);
  } else if (before != NULL) {
    g_message("%s is new", describe(key, text));
  }
}

/* Their end by the wall clock becomes one by ours, which no step of the wall clock puts off. */
static void
start_key(const Credentials *self, StoredKey *key, gint64 now_us, gint64 wall_us)
{
  key->ends_us = key->ends_s != 0 ? now_us + (key->ends_s * G_USEC_PER_SEC - wall_us) : 0;
  key->is_active = key->revoked_s == 0 && is_configured(self, key) && (key->ends_us == 0 || now_us < key->ends_us);
}

void
credentials_set_keys(Credentials *self, GArray *keys)
{
  gint64 now_us = clock_now_us(), wall_us = clock_wall_us();
  g_autoptr(GArray) before = self->keys;
  self->keys = keys;
  for (guint i = 0; i < keys->len; i++) {
    StoredKey *key = &g_array_index(keys, StoredKey, i);
    start_key(self, key, now_us, wall_us);
    if (key->is_active)
      announce_news(before, key);
  }
  for (guint i = 0; before != NULL && i < before->len; i++) {
    const StoredKey *old = &g_array_index(before, StoredKey, i), *now = find_by_id(keys, old->key_id);
    if (old->is_active && (now == NULL || !now->is_active))
      announce_end(self, old, now != NULL && now->revoked_s == 0 && now->ends_s != 0 ? CREDENTIALS_END_EXPIRED
                                                                                     : CREDENTIALS_END_REVOKED);
  }
}

void
credentials_expire(Credentials *self, gint64 now_us)
{
  for (guint i = 0; i < self->keys->len; i++) {
    StoredKey *key = &g_array_index(self->keys, StoredKey, i);
    if (!key->is_active || is_live(key, now_us))
      continue;
    key->is_active = false;
    announce_end(self, key, CREDENTIALS_END_EXPIRED);
  }
}

void
credentials_on_end(Credentials *self, CredentialsEnded ended, gpointer user)
{
  self->ended = ended;
  self->ended_user = user;
}

bool
credentials_is_live(const Credentials *self, const char *key_id, gint64 now_us)
{
  const StoredKey *key = find_by_id(self->keys, key_id);
  return key != NULL && is_live(key, now_us);
}

static GArray *
copy_seats(const CredentialSeed *seeds, guint n_seeds)
{
  GArray *seats = g_array_new(FALSE, TRUE, sizeof(Seat));
  for (guint i = 0; i < n_seeds; i++) {
    Seat seat = { .role = seeds[i].role };
    g_strlcpy(seat.site, seeds[i].site, sizeof seat.site);
    g_strlcpy(seat.room, seeds[i].room != NULL ? seeds[i].room : "", sizeof seat.room);
    g_array_append_val(seats, seat);
  }
  return seats;
}

Credentials *
credentials_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error)
{
  GArray *keys = key_store_open(state_dir, seeds, n_seeds, error);
  if (keys == NULL)
    return NULL;
  Credentials *self = g_new0(Credentials, 1);
  self->seats = copy_seats(seeds, n_seeds);
  self->cookies = g_hash_table_new_full(hash_of_hash, equal_hashes, NULL, g_free);
  self->by_address = rate_limit_new(CREDENTIALS_FAILURES_BURST, CREDENTIALS_FAILURE_REFILL_US, FAILING_KEYS_MAX);
  self->by_site = rate_limit_new(CREDENTIALS_FAILURES_BURST, CREDENTIALS_FAILURE_REFILL_US, FAILING_KEYS_MAX);
  self->lockouts = rate_limit_new(CREDENTIALS_LOCKOUT_BURST, CREDENTIALS_LOCKOUT_REFILL_US, FAILING_KEYS_MAX);
  self->trusted = rate_limit_new(1, (gint64)CREDENTIALS_COOKIE_LIFE_S * G_USEC_PER_SEC, FAILING_KEYS_MAX);
  g_queue_init(&self->by_age);
  credentials_set_keys(self, keys);
  return self;
}

void
credentials_free(Credentials *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->keys);
  g_array_unref(self->seats);
  g_hash_table_unref(self->cookies);
  rate_limit_free(self->by_address);
  rate_limit_free(self->by_site);
  rate_limit_free(self->lockouts);
  rate_limit_free(self->trusted);
  g_free(self);
}

/* Compares with every key, whichever fits, so that the time taken is always the same. */
static const StoredKey *
find_by_text(const Credentials *self, const char *key)
{
  guint8 hash[KEY_HASH_BYTES];
  key_hash(key, hash);
  const StoredKey *found = NULL;
  for (guint i = 0; i < self->keys->len; i++) {
    const StoredKey *stored = &g_array_index(self->keys, StoredKey, i);
    if (CRYPTO_memcmp(stored->hash, hash, sizeof hash) == 0)
      found = stored;
  }
  return found;
}

static void
fill_identity(const StoredKey *key, Identity *out)
{
  *out = (Identity) { .role = key->role, .may_see_restricted = key->may_see_restricted };
  g_strlcpy(out->site, key->site, sizeof out->site);
  g_strlcpy(out->room, key->room, sizeof out->room);
  g_strlcpy(out->key_id, key->key_id, sizeof out->key_id);
}

/* --- failures --- */

static bool
is_limited(const RateLimit *limit, const char *key, gint64 now_us, guint *retry_after_s)
{
  gint64 wait_us = rate_limit_wait_us(limit, key, now_us);
  if (retry_after_s != NULL)
    *retry_after_s = (guint)((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  return wait_us > 0;
}

static bool
is_locked_out(const Credentials *self, const char *address, gint64 now_us, guint *retry_after_s)
{
  return is_limited(self->lockouts, address, now_us, retry_after_s)
      && rate_limit_wait_us(self->trusted, address, now_us) == 0;
}

/* @known: (nullable): the dead key that it was. */
static void
count_failure(Credentials *self, const StoredKey *known, const char *site, const char *peer, gint64 now_us)
{
  char address[RATE_LIMIT_KEY_MAX];
  rate_limit_key_for_address(peer, address);
  rate_limit_take(self->by_address, address, now_us);
  if (site != NULL)
    rate_limit_take(self->by_site, site, now_us);
  self->failures++;
  if (known != NULL && !is_live(known, now_us))
    log_limited(G_LOG_LEVEL_MESSAGE, "key %s, which opens nothing any more, came from %s", known->key_id, peer);
  else
    log_limited(G_LOG_LEVEL_MESSAGE, "a wrong key came from %s", peer);
  if (rate_limit_take(self->lockouts, address, now_us) && is_locked_out(self, address, now_us, NULL))
    log_limited(G_LOG_LEVEL_MESSAGE, "%s is locked out: too many wrong keys", peer);
}

bool
credentials_check_site_key(Credentials *self, const char *site, const char *key, const char *peer,
                           gint64 now_us, Identity *out)
{
  const StoredKey *found = find_by_text(self, key);
  if (found == NULL || !is_live(found, now_us) || (site != NULL && strcmp(found->site, site) != 0)) {
    count_failure(self, found, site, peer, now_us);
    return false;
  }
  char address[RATE_LIMIT_KEY_MAX];
  rate_limit_key_for_address(peer, address);
  rate_limit_take(self->trusted, address, now_us);
  fill_identity(found, out);
  if (found->is_break_glass)
    log_limited(G_LOG_LEVEL_WARNING, "BREAK-GLASS: key %s is used from %s", found->key_id, peer);
  return true;
}

bool
credentials_check_key(Credentials *self, const char *key, const char *peer, gint64 now_us,
                      Identity *out)
{
  return credentials_check_site_key(self, NULL, key, peer, now_us, out);
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

bool
credentials_is_locked_out(Credentials *self, const char *peer, gint64 now_us, guint *retry_after_s)
{
  char address[RATE_LIMIT_KEY_MAX];
  rate_limit_key_for_address(peer, address);
  return is_locked_out(self, address, now_us, retry_after_s);
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
  g_strlcpy(cookie->key_id, identity->key_id, sizeof cookie->key_id);
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
  const StoredKey *key = find_by_id(self->keys, cookie->key_id);
  if (cookie->end_us <= now_us || key == NULL || !is_live(key, now_us)) {
    forget_cookie(self, cookie);
    return false;
  }
  fill_identity(key, out);
  return true;
}

void
credentials_logout(Credentials *self, const char *token)
{
  Cookie *cookie = find_cookie(self, token);
  if (cookie != NULL)
    forget_cookie(self, cookie);
}
