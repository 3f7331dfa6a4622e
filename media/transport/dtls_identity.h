/* media/transport/dtls_identity.h - our DTLS certificate and what all handshakes share.
 *
 * A P-256 key and a self-signed certificate, made once a process and never stored: peers
 * know it by the fingerprint in the SDP alone (RFC 8122), so there is nothing to renew.
 * Immutable after its making. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { DTLS_FINGERPRINT_BYTES = 32 };  /* SHA-256 */

typedef struct DtlsIdentity DtlsIdentity;
struct ssl_ctx_st;
struct x509_st;

/* Errors: G_IO_ERROR_FAILED with OpenSSL's words, when the library or its source of
 * randomness does not work. Any thread. */
DtlsIdentity *dtls_identity_new(GError **error);
/* After the last transport made with it. NULL is accepted. */
void          dtls_identity_free(DtlsIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DtlsIdentity, dtls_identity_free)

/* SHA-256 of the DER certificate: DTLS_FINGERPRINT_BYTES bytes. Any thread. */
const guint8 *dtls_identity_fingerprint(const DtlsIdentity *self);
/* True if @certificate (OpenSSL's X509; NULL: false) has this SHA-256 fingerprint.
 * Constant time in the fingerprint. Any thread. */
bool dtls_identity_matches(const struct x509_st *certificate, const guint8 *fingerprint);
/* OpenSSL's SSL_CTX, for both roles. Owned by @self. Any thread.
 * Each SSL made from it must have the expected fingerprint of its peer as its app data
 * (SSL_set_app_data(), DTLS_FINGERPRINT_BYTES bytes that outlive it): the handshake fails
 * with X509_V_ERR_CERT_REJECTED on any other certificate, or none. */
struct ssl_ctx_st *dtls_identity_context(const DtlsIdentity *self);
