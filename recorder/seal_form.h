/* recorder/seal_form.h - is a CMS signature in the one form that bag_seal_sign() gives?
 *
 * Some of its bytes are neither signed nor looked at by OpenSSL: the versions, the type of the content, the
 * parameters of an algorithm, the case of the issuer's letters. Where one of them is another, somebody has
 * altered the file. Pure. */
#pragma once
#include <glib.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* @der: SignedData of RFC 5652 section 5.1, detached, by @signer alone, SHA-256, with an RSA or an EC key. */
bool seal_form_is_ours(const guint8 *der, gsize size, const X509 *signer);
