/* recorder/token_uri.h - a PKCS#11 URI (RFC 7512), taken apart: which key, by which module, with which PIN.
 *
 *   pkcs11:token=SO-KY;object=ky-so ? module-path=/usr/lib/softhsm/libsofthsm2.so & pin-source=file:/etc/diemcau/pin
 *   '--------- object ------------'                '------- module --------------'             '--- pin_source ---'
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  char *object;      /* the URI with what names the key alone                              */
  char *module;      /* (nullable) "module-path"                                           */
  char *pin;         /* (nullable) "pin-value"                                             */
  char *pin_file;    /* (nullable) the path of "pin-source": "file:/..." or an absolute one */
} TokenUri;

bool token_uri_is(const char *text);
/* Errors: RECORDER_ERROR_SIGNATURE: none, not to be decoded, or a PIN source that is no file. Never tells a PIN. */
bool token_uri_parse(const char *text, TokenUri *out, GError **error);
void token_uri_clear(TokenUri *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TokenUri, token_uri_clear)
