/* signaling/tls_identity.h - the certificate and key that HTTPS shows, which may be others from one moment on.
 *
 * A connection keeps the identity that it was accepted with; connections that come later get the present one.
 * Control thread. */
#pragma once
#include "signaling/http_connection.h"
#include <gnutls/abstract.h>

typedef struct TlsIdentity TlsIdentity;

/* PEM texts; the chain begins with the server's own. NULL and @error: GnuTLS takes one of them for none.
 * (transfer full): tls_identity_unref(). */
TlsIdentity *tls_identity_new(const char *certificate_pem, const char *key_pem, GError **error) ON_CONTROL;
TlsIdentity *tls_identity_ref(TlsIdentity *self) ON_CONTROL;
void         tls_identity_unref(TlsIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsIdentity, tls_identity_unref)

/* For MHD_OPTION_HTTPS_CERT_CALLBACK2. The session's transport must be its HttpConnection (tls_intake.h). */
int tls_identity_retrieve(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **certificates,
                          unsigned int *n_certificates, gnutls_ocsp_data_st **ocsp, unsigned int *n_ocsp,
                          gnutls_privkey_t *key, unsigned int *flags);
