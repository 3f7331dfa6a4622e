/* signaling/credentials.h - keys, of which only hashes are kept, and login cookies.
 *
 * state/credentials.json keeps the SHA-256 of each key (128 random bits need no slow hash)
 * with role and site; state/keys.json (mode 0600) is written once, when a key is made.
 * Failures are counted per address and per claimed site, and slowed down. Control thread. */
#pragma once
#include "signaling/http_server.h"

typedef struct {
  const char *site;  /* site id, or "" */
  Role        role;
} CredentialSeed;

/* Loads @state_dir (made if missing), and creates keys for the seeds that have none.
 * Writing is atomic (temporary file, fsync, rename). */
Credentials *credentials_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error) ON_CONTROL;
void         credentials_free(Credentials *self) ON_CONTROL;

/* @key: the bearer token. Returns: false if unknown (counted against @peer). */
bool credentials_check_key(Credentials *self, const char *key, const char *peer, gint64 now_us, Identity *out) ON_CONTROL;
/* Login cookies: random, in memory only, 12 hours. @token: at least 33 bytes. */
void credentials_login(Credentials *self, const Identity *identity, gint64 now_us, char token[33]) ON_CONTROL;
bool credentials_check_cookie(Credentials *self, const char *token, gint64 now_us, Identity *out) ON_CONTROL;
void credentials_logout(Credentials *self, const char *token) ON_CONTROL;
/* True if @peer has failed too often: answer 429 for @retry_after_s. */
bool credentials_is_limited(Credentials *self, const char *peer, gint64 now_us, guint *retry_after_s) ON_CONTROL;
