/* recorder/bag_seal.h - the detached CMS signature (RFC 5652, DER) of a bag's tag manifest, and its time-stamp's check.
 *
 * Without certificates in it: the signer's is a tag file of the bag, listed in what is signed, so
 * that no byte of it is outside the signature. As `openssl cms -verify -binary -inform DER -content
 * tagmanifest-sha256.txt -certfile signing-certificate.pem` checks it. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct BagSeal BagSeal;

/* Key and certificate, proved to belong together. @key: PEM path or "pkcs11:" URI (by a provider that OpenSSL is
 * configured with, else recorder/token_key.h). Errors: RECORDER_ERROR_SIGNATURE. */
BagSeal *bag_seal_new(const char *certificate, const char *key, GError **error);
void     bag_seal_free(BagSeal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BagSeal, bag_seal_free)

GBytes  *bag_seal_sign(const BagSeal *self, const char *bytes, gsize length, GError **error);  /* (transfer full) */

typedef struct {
  char *signer, *fingerprint;  /* (transfer full) */
  bool  is_trusted;
} SealFacts;

/* @certificate: path of the bag's; @trusted: (nullable) path of PEM certificates to hold it against. */
bool bag_seal_check(const char *signature_path, const char *bytes, gsize length, const char *certificate,
                    const char *trusted, SealFacts *facts, GError **error);

/* RFC 3161. A request for @bytes (transfer full, DER); and whether a response stamps them:
 * @stamped_at (out) (transfer full). The authority's chain is not judged here. */
GBytes *bag_stamp_request(const char *bytes, gsize length);
bool    bag_stamp_check(const guint8 *response, gsize response_bytes, const char *bytes, gsize length,
                        char **stamped_at, GError **error);
