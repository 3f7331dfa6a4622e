/* recorder/bag_seal.c - the detached CMS signature (RFC 5652, DER) of a bag's tag manifest, and its time-stamp's check. */
#include "recorder/bag_seal.h"
#include "recorder/recorder_error.h"
#include "recorder/token_key.h"
#include "recorder/token_uri.h"
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_vfree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CMS_ContentInfo, CMS_ContentInfo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TS_RESP, TS_RESP_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TS_REQ, TS_REQ_free)

struct BagSeal {
  X509     *certificate;
  EVP_PKEY *key;
  TokenKey *token;  /* (nullable) where the key is */
};

static bool
fail(GError **error, const char *what)
{
  char reason[160] = "refused";
  unsigned long code = ERR_peek_last_error();
  if (code != 0)
    ERR_error_string_n(code, reason, sizeof reason);
  ERR_clear_error();
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_SIGNATURE, "%s: %s", what, reason);
  return false;
}

static X509 *
read_certificate(const char *path, GError **error)
{
  g_autoptr(BIO) file = BIO_new_file(path, "r");
  X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
  if (certificate == NULL)
    fail(error, path);
  return certificate;
}

/* Opens files and, with a provider for it, "pkcs11:" alike. */
static EVP_PKEY *
read_key(const char *where, GError **error)
{
  EVP_PKEY *key = NULL;
  OSSL_STORE_CTX *store = OSSL_STORE_open(where, NULL, NULL, NULL, NULL);
  while (store != NULL && key == NULL && !OSSL_STORE_eof(store)) {
    OSSL_STORE_INFO *info = OSSL_STORE_load(store);
    if (info != NULL && OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
      key = OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
    if (info == NULL && OSSL_STORE_error(store))
      break;
  }
  OSSL_STORE_close(store);
  if (key == NULL)
    fail(error, "the signing key");  /* the URI may hold a PIN: it is not told */
  return key;
}

static bool
has_token_provider(void)
{
  OSSL_STORE_LOADER *loader = OSSL_STORE_LOADER_fetch(NULL, "pkcs11", NULL);
  OSSL_STORE_LOADER_free(loader);
  ERR_clear_error();
  return loader != NULL;
}

static bool
take_key(BagSeal *self, const char *where, GError **error)
{
  if (!token_uri_is(where) || has_token_provider()) {
    self->key = read_key(where, error);
    return self->key != NULL;
  }
  self->token = token_key_new(where, error);
  if (self->token == NULL)
    return false;
  self->key = token_key_pkey(self->token);
  EVP_PKEY_up_ref(self->key);
  return true;
}

BagSeal *
bag_seal_new(const char *certificate, const char *key, GError **error)
{
  g_autoptr(BagSeal) self = g_new0(BagSeal, 1);
  ERR_clear_error();
  self->certificate = read_certificate(certificate, error);
  if (self->certificate == NULL || !take_key(self, key, error))
    return NULL;
  if (X509_check_private_key(self->certificate, self->key) != 1) {
    fail(error, "certificate and key do not belong together");
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
bag_seal_free(BagSeal *self)
{
  if (self == NULL)
    return;
  X509_free(self->certificate);
  EVP_PKEY_free(self->key);
  token_key_free(self->token);
  g_free(self);
}

GBytes *
bag_seal_sign(const BagSeal *self, const char *bytes, gsize length, GError **error)
{
  g_autoptr(BIO) content = BIO_new_mem_buf(bytes, (int)length);
  unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NOCERTS | CMS_NOSMIMECAP;
  g_autoptr(CMS_ContentInfo) cms = CMS_sign(self->certificate, self->key, NULL, content, flags);
  guint8 *der = NULL;
  int size = cms != NULL ? i2d_CMS_ContentInfo(cms, &der) : -1;
  if (size <= 0) {
    fail(error, "signing");
    return NULL;
  }
  GBytes *out = g_bytes_new(der, (gsize)size);
  OPENSSL_free(der);
  return out;
}

static void
describe(X509 *certificate, SealFacts *facts)
{
  g_autoptr(BIO) text = BIO_new(BIO_s_mem());
  X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char *data;
  long length = BIO_get_mem_data(text, &data);
  facts->signer = g_strndup(data, (gsize)length);
  guint8 digest[EVP_MAX_MD_SIZE];
  guint size = 0;
  X509_digest(certificate, EVP_sha256(), digest, &size);
  GString *hex = g_string_new(NULL);
  for (guint i = 0; i < size; i++)
    g_string_append_printf(hex, "%02x", digest[i]);
  facts->fingerprint = g_string_free(hex, FALSE);
}

/* Is it one of @path's certificates, or vouched for by them? */
static bool
is_vouched(X509 *certificate, const char *path)
{
  g_autoptr(BIO) file = BIO_new_file(path, "r");
  g_autoptr(X509_STORE) store = X509_STORE_new();
  bool is_same = false;
  for (X509 *one; file != NULL && (one = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL;) {
    is_same |= X509_cmp(one, certificate) == 0;
    X509_STORE_add_cert(store, one);
    X509_free(one);
  }
  ERR_clear_error();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, certificate, NULL);
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_NO_CHECK_TIME);  /* the record outlives the certificate */
  bool is_chained = !is_same && X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  ERR_clear_error();
  return is_same || is_chained;
}

/* One form only: what another encoder would have written is an alteration. */
static CMS_ContentInfo *
read_signature(const char *path, GError **error)
{
  g_autofree char *der = NULL;
  gsize size = 0;
  if (!g_file_get_contents(path, &der, &size, error))
    return NULL;
  const guint8 *at = (const guint8 *)der;
  g_autoptr(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &at, (long)size);
  guint8 *again = NULL;
  int length = cms != NULL ? i2d_CMS_ContentInfo(cms, &again) : -1;
  bool is_same = length > 0 && (gsize)length == size && memcmp(again, der, size) == 0;
  OPENSSL_free(again);
  if (!is_same)
    fail(error, "not a DER signature");
  return is_same ? g_steal_pointer(&cms) : NULL;
}

bool
bag_seal_check(const char *signature_path, const char *bytes, gsize length, const char *certificate,
               const char *trusted, SealFacts *facts, GError **error)
{
  g_autoptr(X509) signer = read_certificate(certificate, error);
  g_autoptr(CMS_ContentInfo) cms = signer != NULL ? read_signature(signature_path, error) : NULL;
  if (cms == NULL)
    return false;
  describe(signer, facts);
  g_autoptr(BIO) content = BIO_new_mem_buf(bytes, (int)length);
  STACK_OF(X509) *signers = sk_X509_new_null();
  sk_X509_push(signers, signer);
  bool ok = CMS_verify(cms, signers, NULL, content, NULL, CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) == 1;
  sk_X509_free(signers);
  if (!ok)
    return fail(error, "the signature does not fit");
  facts->is_trusted = trusted != NULL && is_vouched(signer, trusted);
  return true;
}

static TS_MSG_IMPRINT *
imprint_of(const char *bytes, gsize length)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint size = 0;
  EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL);
  X509_ALGOR *algorithm = X509_ALGOR_new();
  X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL);
  TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
  TS_MSG_IMPRINT_set_algo(imprint, algorithm);
  TS_MSG_IMPRINT_set_msg(imprint, digest, (int)size);
  X509_ALGOR_free(algorithm);
  return imprint;
}

GBytes *
bag_stamp_request(const char *bytes, gsize length)
{
  g_autoptr(TS_REQ) request = TS_REQ_new();
  TS_MSG_IMPRINT *imprint = imprint_of(bytes, length);
  TS_REQ_set_version(request, 1);
  TS_REQ_set_msg_imprint(request, imprint);
  TS_REQ_set_cert_req(request, 1);
  TS_MSG_IMPRINT_free(imprint);
  guint8 *der = NULL;
  int size = i2d_TS_REQ(request, &der);
  GBytes *out = size > 0 ? g_bytes_new(der, (gsize)size) : NULL;
  OPENSSL_free(der);
  return out;
}

static char *
stamp_time(TS_TST_INFO *info)
{
  struct tm time;
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &time) != 1)
    return NULL;
  return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday,
                         time.tm_hour, time.tm_min, time.tm_sec);
}

bool
bag_stamp_check(const guint8 *response, gsize response_bytes, const char *bytes, gsize length,
                char **stamped_at, GError **error)
{
  const guint8 *at = response;
  g_autoptr(TS_RESP) stamp = d2i_TS_RESP(NULL, &at, (long)response_bytes);
  if (stamp == NULL || at != response + response_bytes || TS_RESP_get_tst_info(stamp) == NULL)
    return fail(error, "no time-stamp");
  TS_VERIFY_CTX *context = TS_VERIFY_CTX_new();
  TS_VERIFY_CTX_set_flags(context, TS_VFY_VERSION | TS_VFY_DATA);
  TS_VERIFY_CTX_set_data(context, BIO_new_mem_buf(bytes, (int)length));
  bool is_bound = TS_RESP_verify_response(context, stamp) == 1;
  TS_VERIFY_CTX_free(context);
  PKCS7 *token = TS_RESP_get_token(stamp);
  if (!is_bound || PKCS7_verify(token, NULL, NULL, NULL, NULL, PKCS7_NOVERIFY) != 1)
    return fail(error, "the time-stamp is of something else");
  *stamped_at = stamp_time(TS_RESP_get_tst_info(stamp));
  return true;
}
