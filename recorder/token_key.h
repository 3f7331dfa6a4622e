/* recorder/token_key.h - a private key that stays on a PKCS#11 token (an HSM, a smart card, SoftHSM).
 *
 * By OpenSSL's engine of libp11 (Debian: libengine-pkcs11-openssl); Debian 12 has no provider for it. A wrong
 * PIN counts on the token, which locks itself after a few: each key is asked for once, never again by itself. */
#pragma once
#include <glib.h>
#include <openssl/evp.h>

typedef struct TokenKey TokenKey;

/* @uri: recorder/token_uri.h. One thread at a time. Errors: RECORDER_ERROR_SIGNATURE: what is missing (engine,
 * module, PIN file, token, key) or refused (PIN), never the PIN. */
TokenKey *token_key_new(const char *uri, GError **error);
void      token_key_free(TokenKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TokenKey, token_key_free)
EVP_PKEY *token_key_pkey(const TokenKey *self);  /* borrowed: not to be used after token_key_free() */
