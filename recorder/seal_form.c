/* recorder/seal_form.c - is a CMS signature in the one form that bag_seal_sign() gives? */
#include "recorder/seal_form.h"
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <string.h>

typedef struct {
  const guint8 *at, *end;
} Cursor;

/* Goes over the next element of @outer if it is such a one. @inner: what is in it. */
static bool
take(Cursor *outer, int tag, int class, Cursor *inner)
{
  const guint8 *at = outer->at;
  long length = 0;
  int is_tag = 0, is_class = 0;
  int form = ASN1_get_object(&at, &length, &is_tag, &is_class, outer->end - outer->at);
  if ((form & 0x80) != 0 || (form & 1) != 0 || is_tag != tag || is_class != class)
    return false;
  *inner = (Cursor) { at, at + length };
  outer->at = at + length;
  return true;
}

static bool
take_plain(Cursor *outer, int tag, Cursor *inner)
{
  return take(outer, tag, V_ASN1_UNIVERSAL, inner);
}

static bool
is_at_end(const Cursor *self)
{
  return self->at == self->end;
}

static bool
holds(const Cursor *self, const guint8 *bytes, gsize length)
{
  return (gsize)(self->end - self->at) == length && memcmp(self->at, bytes, length) == 0;
}

static bool
take_version(Cursor *outer)
{
  static const guint8 ONE[] = { 1 };
  Cursor version;
  return take_plain(outer, V_ASN1_INTEGER, &version) && holds(&version, ONE, sizeof ONE);
}

static bool
take_content_type(Cursor *outer)
{
  static const guint8 DATA[] = { 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1 };  /* id-data, and no content */
  Cursor content;
  return take_plain(outer, V_ASN1_SEQUENCE, &content) && holds(&content, DATA, sizeof DATA);
}

static bool
take_algorithm(Cursor *outer)
{
  static const guint8 RSA[] = { 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0 };
  static const guint8 ECDSA_SHA256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 };
  Cursor algorithm;
  return take_plain(outer, V_ASN1_SEQUENCE, &algorithm)
         && (holds(&algorithm, RSA, sizeof RSA) || holds(&algorithm, ECDSA_SHA256, sizeof ECDSA_SHA256));
}

/* Issuer and serial number, byte by byte: names are else compared without regard to case. */
static bool
take_identifier(Cursor *outer, const X509 *certificate)
{
  Cursor identifier;
  guint8 *issuer = NULL, *serial = NULL;
  int issuer_bytes = i2d_X509_NAME(X509_get_issuer_name(certificate), &issuer);
  int serial_bytes = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &serial);
  bool is_right = take_plain(outer, V_ASN1_SEQUENCE, &identifier) && issuer_bytes > 0 && serial_bytes > 0
                  && identifier.end - identifier.at == issuer_bytes + serial_bytes
                  && memcmp(identifier.at, issuer, (gsize)issuer_bytes) == 0
                  && memcmp(identifier.at + issuer_bytes, serial, (gsize)serial_bytes) == 0;
  OPENSSL_free(issuer);
  OPENSSL_free(serial);
  return is_right;
}

/* @digests: the algorithms that SignedData names: the signer's, and no other. */
static bool
take_signer(Cursor *signers, const Cursor *digests, const X509 *certificate)
{
  Cursor signer, part;
  if (!take_plain(signers, V_ASN1_SEQUENCE, &signer) || !take_version(&signer) || !take_identifier(&signer, certificate))
    return false;
  const guint8 *digest = signer.at;
  return take_plain(&signer, V_ASN1_SEQUENCE, &part) && holds(digests, digest, (gsize)(signer.at - digest))
         && take(&signer, 0, V_ASN1_CONTEXT_SPECIFIC, &part) && take_algorithm(&signer)
         && take_plain(&signer, V_ASN1_OCTET_STRING, &part) && is_at_end(&signer);
}

bool
seal_form_is_ours(const guint8 *der, gsize size, const X509 *signer)
{
  Cursor all = { der, der + size }, info, type, content, data, digests, signers;
  bool is_ours = take_plain(&all, V_ASN1_SEQUENCE, &info) && is_at_end(&all) && take_plain(&info, V_ASN1_OBJECT, &type)
                 && take(&info, 0, V_ASN1_CONTEXT_SPECIFIC, &content) && is_at_end(&info)
                 && take_plain(&content, V_ASN1_SEQUENCE, &data) && is_at_end(&content) && take_version(&data)
                 && take_plain(&data, V_ASN1_SET, &digests) && take_content_type(&data)
                 && take_plain(&data, V_ASN1_SET, &signers) && is_at_end(&data) && take_signer(&signers, &digests, signer)
                 && is_at_end(&signers);
  ERR_clear_error();
  return is_ours;
}
