/* signaling/credentials.h - keys, of which only hashes are kept, and login cookies.
 *
 * state/credentials.json keeps the SHA-256 of each key (128 random bits need no slow hash)
 * with role and site; state/keys.json (mode 0600) gets a key once, when it is made, and may
 * be deleted afterwards. To renew a key, delete its row of credentials.json: the next start
 * makes another. A key of a site that is no longer configured admits nobody.
 *
 * Failures are counted per address and per claimed site, and slowed down: past the limit a
 * wrong key is answered 429. A right key always passes, for several sites may stand behind
 * one address, and one of them with an old key must not lock the others out; guessing 128
 * bits is hopeless at any speed. Comparisons take constant time. Control thread. */
#pragma once
#include "signaling/http_server.h"

enum {
  CREDENTIALS_FAILURES_BURST = 10,          /* then one every ...                       */
  CREDENTIALS_FAILURE_REFILL_US = 6000000,
  CREDENTIALS_COOKIE_LIFE_S = 12 * 3600,
  CREDENTIALS_COOKIES_MAX = 4096,           /* the oldest is forgotten                  */
};

typedef struct {
  const char *site;  /* site id, or "" */
  Role        role;
} CredentialSeed;

/* Loads @state_dir (made if missing), and creates keys for the seeds that have none.
 * Writing is atomic (temporary file, fsync, rename). */
Credentials *credentials_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error) ON_CONTROL;
void         credentials_free(Credentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credentials, credentials_free)

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
/* Keys refused since the start. */
guint64 credentials_failures(const Credentials *self) ON_CONTROL;
