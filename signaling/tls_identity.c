/* signaling/tls_identity.c - the certificate and key that HTTPS shows, which may be others from one moment on. */
#include "signaling/tls_identity.h"
#include <gio/gio.h>
#include <string.h>

enum { CHAIN_MAX = 10 };

struct TlsIdentity {
  guint            refs;
  gnutls_pcert_st  chain[CHAIN_MAX];
  unsigned int     n_chain;
  gnutls_privkey_t key;
};

static TlsIdentity *
fail(TlsIdentity *self, const char *what, int code, GError **error)
{
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the %s is not taken: %s", what, gnutls_strerror(code));
  tls_identity_unref(self);
  return NULL;
}

static gnutls_datum_t
datum_of(const char *text)
{
  return (gnutls_datum_t) { (unsigned char *)text, (unsigned int)strlen(text) };
}

TlsIdentity *
tls_identity_new(const char *certificate_pem, const char *key_pem, GError **error)
{
  assert_on_control();
  TlsIdentity *self = g_new0(TlsIdentity, 1);
  self->refs = 1;
  unsigned int n = CHAIN_MAX;
  gnutls_datum_t certificate = datum_of(certificate_pem), key = datum_of(key_pem);
  int code = gnutls_pcert_list_import_x509_raw(self->chain, &n, &certificate, GNUTLS_X509_FMT_PEM, 0);
  if (code < 0)
    return fail(self, "certificate", code, error);
  self->n_chain = n;
  code = gnutls_privkey_init(&self->key);
  if (code >= 0)
    code = gnutls_privkey_import_x509_raw(self->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
  return code < 0 ? fail(self, "certificate's key", code, error) : self;
}

TlsIdentity *
tls_identity_ref(TlsIdentity *self)
{
  self->refs++;
  return self;
}

void
tls_identity_unref(TlsIdentity *self)
{
  if (self == NULL || --self->refs > 0)
    return;
  for (unsigned int i = 0; i < self->n_chain; i++)
    gnutls_pcert_deinit(&self->chain[i]);
  if (self->key != NULL)
    gnutls_privkey_deinit(self->key);
  g_free(self);
}

int
tls_identity_retrieve(gnutls_session_t session, G_GNUC_UNUSED const struct gnutls_cert_retr_st *info,
                      gnutls_pcert_st **certificates, unsigned int *n_certificates, gnutls_ocsp_data_st **ocsp,
                      unsigned int *n_ocsp, gnutls_privkey_t *key, unsigned int *flags)
{
  assert_on_control();
  const HttpConnection *connection = gnutls_transport_get_ptr(session);
  TlsIdentity *self = connection->tls_identity;
  *certificates = self->chain;
  *n_certificates = self->n_chain;
  *ocsp = NULL;
  *n_ocsp = 0;
  *key = self->key;
  *flags = 0;  /* they stay ours */
  return 0;
}
