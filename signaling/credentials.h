/* signaling/credentials.h - keys, of which only hashes are kept, and login cookies.
 *
 * state/credentials.json keeps the SHA-256 of each key (128 random bits need no slow hash)
 * with role and site; state/keys.json (mode 0600) gets a key once, when it is made, and may
 * be deleted afterwards (signaling/key_store.h). A key of a site that is no longer configured
 * admits nobody. A key that is revoked, or whose time is up, opens nothing from that moment on,
 * nor do the cookies that it bought; `ended` is told, so that what it has open can be closed.
 *
 * Failures are counted per address and per claimed site, and slowed down: past the limit a
 * wrong key is answered 429. A right key still passes, for several sites may stand behind one
 * address, and one of them with an old key must not lock the others out. An address that goes on
 * is locked out: nothing from it is looked at any more until half a minute has passed for each
 * further try, unless a right key came from there within 12 hours. The machine itself is never
 * locked out, so the break-glass key always works there. Comparisons take constant time.
 * Control thread. */
#pragma once
#include "signaling/http_server.h"

enum {
  CREDENTIALS_FAILURES_BURST = 10,          /* then one every ...                       */
  CREDENTIALS_FAILURE_REFILL_US = 6000000,
  CREDENTIALS_LOCKOUT_BURST = 100,          /* failures; then one every ...             */
  CREDENTIALS_LOCKOUT_REFILL_US = 30000000,
  CREDENTIALS_COOKIE_LIFE_S = 12 * 3600,
  CREDENTIALS_COOKIES_MAX = 4096,           /* the oldest is forgotten                  */
};

typedef struct {
  const char *site;  /* site id, or "" */
  Role        role;
  const char *room;  /* (nullable): the room that it tells of */
  bool        is_on_demand;  /* keys of this kind may exist; none is made by itself */
} CredentialSeed;

typedef enum {
  CREDENTIALS_END_NONE = 0,
  CREDENTIALS_END_REVOKED,
  CREDENTIALS_END_EXPIRED,
} CredentialsEnd;
/* The key of that name opens nothing any more. */
typedef void (*CredentialsEnded)(const char *key_id, CredentialsEnd why, gpointer user);

/* Loads @state_dir (made if missing), and creates keys for the seeds that have none. A key is good if
 * a seed has its site and role, and, if it is of one room, that room. Blocks on the disk. */
Credentials *credentials_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error) ON_CONTROL;
void         credentials_free(Credentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credentials, credentials_free)

/* Takes the keys as they are on the disk now. @keys: (transfer full) of StoredKey. */
void credentials_set_keys(Credentials *self, GArray *keys) ON_CONTROL;
/* Ends the keys whose time is up. To be called about every second. */
void credentials_expire(Credentials *self, gint64 now_us) ON_CONTROL;
void credentials_on_end(Credentials *self, CredentialsEnded ended, gpointer user) ON_CONTROL;
/* True while the key of that name opens something. */
bool credentials_is_live(const Credentials *self, const char *key_id, gint64 now_us) ON_CONTROL;

/* @key: the bearer token; capitals and '-' in it do not matter. @peer: address text.
 * Returns: false if unknown (counted against @peer). */
bool credentials_check_key(Credentials *self, const char *key, const char *peer, gint64 now_us, Identity *out) ON_CONTROL;
/* The same, but the key must be @site's (NULL: any). A failure counts against both. */
bool credentials_check_site_key(Credentials *self, const char *site, const char *key, const char *peer, gint64 now_us, Identity *out) ON_CONTROL;
/* Login cookies: random, in memory only, 12 hours. @token: at least 33 bytes. */
void credentials_login(Credentials *self, const Identity *identity, gint64 now_us, char token[33]) ON_CONTROL;
bool credentials_check_cookie(Credentials *self, const char *token, gint64 now_us, Identity *out) ON_CONTROL;
void credentials_logout(Credentials *self, const char *token) ON_CONTROL;
/* True if @peer has failed too often: answer a failure with 429 for @retry_after_s. */
bool credentials_is_limited(Credentials *self, const char *peer, gint64 now_us, guint *retry_after_s) ON_CONTROL;
/* The same for a claimed site. */
bool credentials_is_site_limited(Credentials *self, const char *site, gint64 now_us, guint *retry_after_s) ON_CONTROL;
/* True if @peer is locked out: refuse whatever it brings with 429 for @retry_after_s. Not for loopback. */
bool credentials_is_locked_out(Credentials *self, const char *peer, gint64 now_us, guint *retry_after_s) ON_CONTROL;
/* Keys refused since the start. */
guint64 credentials_failures(const Credentials *self) ON_CONTROL;
