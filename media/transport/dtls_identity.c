/* media/transport/dtls_identity.c - our DTLS certificate and what all handshakes share. */
#include "media/transport/dtls_identity.h"
#include <gio/gio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>

enum {
  DAY_SECONDS = 24 * 3600,
  SERIAL_BITS = 127,
  HANDSHAKE_MESSAGE_BYTES_MAX = 16 * 1024,  /* a peer's ClientHello or Certificate */
};

/* RSA too: some peers (GStreamer) have RSA certificates. All are ephemeral and have both
 * sides prove their certificates. */
static const char CIPHER_SUITES[] =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
  "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA";

/* Our choice comes first: GCM costs a fifth of the CPU of AES-CM with SHA-1. */
static const char SRTP_PROFILES[] = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

struct DtlsIdentity {
  EVP_PKEY *key;
  X509     *certificate;
  SSL_CTX  *context;
  guint8    fingerprint[DTLS_FINGERPRINT_BYTES];
};

static void
set_error(GError **error, const char *what)
{
  char text[256] = "no reason given";
  unsigned long code = ERR_get_error();
  if (code != 0)
    ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "DTLS identity: %s: %s", what, text);
}

static bool
set_random_serial(X509 *certificate)
{
  BIGNUM *serial = BN_new();
  bool is_set = serial != NULL
                && BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
                && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) != NULL;
  BN_free(serial);
  return is_set;
}

static bool
make_certificate(DtlsIdentity *self)
{
  self->certificate = X509_new();
  if (self->certificate == NULL)
    return false;
  X509_NAME *name = X509_get_subject_name(self->certificate);
  /* Peers check no dates (RFC 8122 leaves trust to the fingerprint), but a certificate
   * that ends while the process runs would be asking for trouble. */
  return X509_set_version(self->certificate, X509_VERSION_3) == 1
         && set_random_serial(self->certificate)
         && X509_gmtime_adj(X509_getm_notBefore(self->certificate), -DAY_SECONDS) != NULL
         && X509_gmtime_adj(X509_getm_notAfter(self->certificate), 3650L * DAY_SECONDS) != NULL
         && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guint8 *)"diemcau", -1, -1,
                                       0)
                == 1
         && X509_set_issuer_name(self->certificate, name) == 1
         && X509_set_pubkey(self->certificate, self->key) == 1
         && X509_sign(self->certificate, self->key, EVP_sha256()) > 0
         && X509_digest(self->certificate, EVP_sha256(), self->fingerprint, NULL) == 1;
}

bool
dtls_identity_matches(const struct x509_st *certificate, const guint8 *fingerprint)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  return certificate != NULL && X509_digest(certificate, EVP_sha256(), digest, &length) == 1
         && length == DTLS_FINGERPRINT_BYTES && CRYPTO_memcmp(digest, fingerprint, length) == 0;
}

/* Stands in for OpenSSL's chain verification, which has nothing to say about self-signed
 * certificates: the peer's must be the one whose fingerprint was signalled. */
static int
verify_peer(X509_STORE_CTX *store, G_GNUC_UNUSED void *arg)
{
  const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  const guint8 *fingerprint = ssl != NULL ? SSL_get_app_data(ssl) : NULL;
  bool is_right = fingerprint != NULL
                  && dtls_identity_matches(X509_STORE_CTX_get0_cert(store), fingerprint);
  X509_STORE_CTX_set_error(store, is_right ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return is_right;
}

static bool
make_context(DtlsIdentity *self)
{
  SSL_CTX *context = self->context = SSL_CTX_new(DTLS_method());
  if (context == NULL)
    return false;
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION
                               | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, HANDSHAKE_MESSAGE_BYTES_MAX);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback(context, verify_peer, NULL);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1
         && SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1
         && SSL_CTX_set_cipher_list(context, CIPHER_SUITES) == 1
         && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1
         && SSL_CTX_set_tlsext_use_srtp(context, SRTP_PROFILES) == 0  /* 0 is success here */
         && SSL_CTX_use_certificate(context, self->certificate) == 1
         && SSL_CTX_use_PrivateKey(context, self->key) == 1
         && SSL_CTX_check_private_key(context) == 1;
}

DtlsIdentity *
dtls_identity_new(GError **error)
{
  g_autoptr(DtlsIdentity) self = g_new0(DtlsIdentity, 1);
  self->key = EVP_EC_gen("P-256");
  if (self->key == NULL)
    set_error(error, "no key");
  else if (!make_certificate(self))
    set_error(error, "no certificate");
  else if (!make_context(self))
    set_error(error, "no context");
  else
    return g_steal_pointer(&self);
  return NULL;
}

void
dtls_identity_free(DtlsIdentity *self)
{
  if (self == NULL)
    return;
  SSL_CTX_free(self->context);
  X509_free(self->certificate);
  EVP_PKEY_free(self->key);
  g_free(self);
}

const guint8 *
dtls_identity_fingerprint(const DtlsIdentity *self)
{
  return self->fingerprint;
}

struct ssl_ctx_st *
dtls_identity_context(const DtlsIdentity *self)
{
  return self->context;
}
