/* signaling/tls_certificate.c - the certificate of HTTPS: the configured one, or our own. */
#include "signaling/tls_certificate.h"
#include "media/base/clock.h"
#include <errno.h>
#include <gio/gio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { DAY_S = 86400, SERIAL_BYTES = 16 };

#define NTP_UNIX_OFFSET_S G_GINT64_CONSTANT(2208988800)  /* 1900 to 1970 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)

static bool
fail(GError **error, const char *what)
{
  char reason[160];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", what, reason);
  return false;
}

/* --- PEM --- */

static char *
bio_text(BIO *bio)
{
  char *data;
  long length = BIO_get_mem_data(bio, &data);
  return g_strndup(data, length);
}

static X509 *
certificate_from_pem(const char *pem)
{
  g_autoptr(BIO) bio = BIO_new_mem_buf(pem, -1);
  return PEM_read_bio_X509(bio, NULL, NULL, NULL);
}

/* Never asks on the terminal for a password. */
static int
no_password(G_GNUC_UNUSED char *out, G_GNUC_UNUSED int size, G_GNUC_UNUSED int writing,
            G_GNUC_UNUSED void *user)
{
  return -1;
}

static EVP_PKEY *
key_from_pem(const char *pem)
{
  g_autoptr(BIO) bio = BIO_new_mem_buf(pem, -1);
  return PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
}

static char *
certificate_to_pem(X509 *certificate)
{
  g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return bio_text(bio);
}

static char *
key_to_pem(EVP_PKEY *key)
{
  g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
  return bio_text(bio);
}

/* --- making --- */

static bool
add_extension(X509 *certificate, int nid, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  if (extension == NULL)
    return false;
  int ok = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return ok == 1;
}

static bool
add_names(X509 *certificate, const TlsNames *names)
{
  g_autoptr(GString) value = g_string_new(NULL);
  for (char **name = names->names; *name != NULL; name++)
    g_string_append_printf(value, "%sDNS:%s", value->len > 0 ? "," : "", *name);
  for (char **address = names->addresses; *address != NULL; address++)
    g_string_append_printf(value, "%sIP:%s", value->len > 0 ? "," : "", *address);
  return add_extension(certificate, NID_subject_alt_name, value->str);
}

static bool
set_serial(X509 *certificate)
{
  guint8 random[SERIAL_BYTES];
  if (RAND_bytes(random, sizeof random) != 1)
    return false;
  random[0] = (random[0] & 0x7f) | 0x40;  /* positive, and of full length */
  BIGNUM *number = BN_bin2bn(random, sizeof random, NULL);
  bool ok = number != NULL
         && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
  BN_free(number);
  return ok;
}

/* A certificate that people may also import as trusted: it signs nothing but itself. */
static X509 *
make_certificate(EVP_PKEY *key, const TlsNames *names, gint64 wall_s)
{
  g_autoptr(X509) certificate = X509_new();
  X509_NAME *subject = X509_get_subject_name(certificate);
  time_t begin = wall_s - DAY_S, end = wall_s + (gint64)(TLS_CERTIFICATE_DAYS - 1) * DAY_S;
  if (X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate)
      && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const guchar *)"Điểm Cầu", -1,
                                    -1, 0) == 1
      && X509_set_issuer_name(certificate, subject) == 1
      && ASN1_TIME_set(X509_getm_notBefore(certificate), begin) != NULL
      && ASN1_TIME_set(X509_getm_notAfter(certificate), end) != NULL
      && X509_set_pubkey(certificate, key) == 1
      && add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE")
      && add_extension(certificate, NID_key_usage, "critical,digitalSignature")
      && add_extension(certificate, NID_ext_key_usage, "serverAuth")
      && add_extension(certificate, NID_subject_key_identifier, "hash")
      && add_names(certificate, names) && X509_sign(certificate, key, EVP_sha256()) > 0)
    return g_steal_pointer(&certificate);
  return NULL;
}

/* --- checking --- */

/* Does not ask about trust, only whether it will still do for us. */
static bool
is_still_good(X509 *certificate, EVP_PKEY *key, const TlsNames *names, gint64 wall_s)
{
  time_t renew = wall_s + (gint64)TLS_CERTIFICATE_RENEW_DAYS * DAY_S, now = wall_s;
  if (X509_check_private_key(certificate, key) != 1
      || X509_cmp_time(X509_get0_notAfter(certificate), &renew) <= 0
      || X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0)
    return false;
  for (char **name = names->names; *name != NULL; name++)
    if (X509_check_host(certificate, *name, 0, 0, NULL) != 1)
      return false;
  for (char **address = names->addresses; *address != NULL; address++)
    if (X509_check_ip_asc(certificate, *address, 0) != 1)
      return false;
  return true;
}

static bool
write_file(const char *path, const char *text, int mode, GError **error)
{
  return g_file_set_contents_full(path, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  mode, error);
}

/* Returns: (transfer full) (nullable): our key, kept over renewals so that those who noted it
 * need not note it again. */
static EVP_PKEY *
load_or_make_key(const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  if (g_file_get_contents(path, &pem, NULL, NULL)) {
    EVP_PKEY *key = key_from_pem(pem);
    if (key != NULL)
      return key;
    ERR_clear_error();
    g_message("%s cannot be read as a key: a new one is made", path);
  }
  g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
  if (key == NULL) {
    fail(error, "no key can be made");
    return NULL;
  }
  g_autofree char *made = key_to_pem(key);
  return write_file(path, made, 0600, error) ? g_steal_pointer(&key) : NULL;
}

bool
tls_certificate_ensure(const char *state_dir, const TlsNames *names, gint64 wall_s,
                       char **certificate_pem, char **key_pem, GError **error)
{
  if (g_mkdir_with_parents(state_dir, 0700) != 0) {
    int code = errno;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: cannot be made: %s", state_dir,
                g_strerror(code));
    return false;
  }
  g_autofree char *path = g_build_filename(state_dir, "https-certificate.pem", NULL);
  g_autofree char *key_path = g_build_filename(state_dir, "https-key.pem", NULL);
  g_autoptr(EVP_PKEY) key = load_or_make_key(key_path, error);
  if (key == NULL)
    return false;
  g_autofree char *pem = NULL;
  g_autoptr(X509) kept = g_file_get_contents(path, &pem, NULL, NULL) ? certificate_from_pem(pem) : NULL;
  ERR_clear_error();
  if (kept == NULL || !is_still_good(kept, key, names, wall_s)) {
    g_autoptr(X509) made = make_certificate(key, names, wall_s);
    if (made == NULL)
      return fail(error, "no certificate can be made");
    g_free(pem);
    pem = certificate_to_pem(made);
    if (!write_file(path, pem, 0644, error))
      return false;
    g_message("%s: a certificate was made for this machine's names and addresses", path);
  }
  *certificate_pem = g_steal_pointer(&pem);
  *key_pem = key_to_pem(key);
  return true;
}

static bool
load_configured(const char *certificate_path, const char *key_path, char **certificate_pem,
                char **key_pem, GError **error)
{
  g_autofree char *certificate_text = NULL, *key_text = NULL;
  if (!g_file_get_contents(certificate_path, &certificate_text, NULL, error)
      || !g_file_get_contents(key_path, &key_text, NULL, error))
    return false;
  g_autoptr(X509) certificate = certificate_from_pem(certificate_text);
  if (certificate == NULL)
    return fail(error, certificate_path);
  g_autoptr(EVP_PKEY) key = key_from_pem(key_text);
  if (key == NULL)
    return fail(error, key_path);
  if (X509_check_private_key(certificate, key) != 1) {
    ERR_clear_error();
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is not the key of %s", key_path,
                certificate_path);
    return false;
  }
  *certificate_pem = g_steal_pointer(&certificate_text);
  *key_pem = g_steal_pointer(&key_text);
  return true;
}

bool
tls_certificate_load(const char *certificate_path, const char *key_path, const char *state_dir,
                     char **certificate_pem, char **key_pem, GError **error)
{
  if ((certificate_path == NULL) != (key_path == NULL)) {
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        "a certificate needs its key beside it, and a key its certificate");
    return false;
  }
  if (certificate_path != NULL)
    return load_configured(certificate_path, key_path, certificate_pem, key_pem, error);
  TlsNames names;
  tls_names_of_machine(&names);
  gint64 wall_s = (gint64)(clock_ntp_from_us(clock_now_us()) >> 32) - NTP_UNIX_OFFSET_S;
  bool ok = tls_certificate_ensure(state_dir, &names, wall_s, certificate_pem, key_pem, error);
  tls_names_clear(&names);
  return ok;
}

gint64
tls_certificate_ends_s(const char *certificate_pem)
{
  g_autoptr(X509) certificate = certificate_from_pem(certificate_pem);
  struct tm end;
  if (certificate != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1)
    return timegm(&end);
  ERR_clear_error();
  return 0;
}
