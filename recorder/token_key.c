/* recorder/token_key.c - a private key that stays on a PKCS#11 token (an HSM, a smart card, SoftHSM). */
#define OPENSSL_SUPPRESS_DEPRECATED  /* engines: what Debian 12 has for tokens */
#include "recorder/token_key.h"
#include "recorder/recorder_error.h"
#include "recorder/token_uri.h"
#include <dlfcn.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>
#include <string.h>

enum { PIN_MAX_BYTES = 256 };

struct TokenKey {
  ENGINE   *engine;   /* a functional reference */
  EVP_PKEY *key;
};

static bool G_GNUC_PRINTF(2, 3)
fail(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  ERR_clear_error();
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_SIGNATURE, "the signing key: %s", text);
  return false;
}

/* Libp11 would say no more than that it failed. The module stays loaded: many do not survive being unloaded. */
static bool
try_module(const char *path, GError **error)
{
  void *module = path != NULL ? dlopen(path, RTLD_LAZY | RTLD_LOCAL) : NULL;
  if (path != NULL && module == NULL)
    return fail(error, "the PKCS#11 module does not load: %s", dlerror());
  if (path != NULL && dlsym(module, "C_GetFunctionList") == NULL)
    return fail(error, "%s is no PKCS#11 module", path);
  return true;
}

static bool
read_pin(TokenUri *uri, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  g_autoptr(GError) local = NULL;
  if (uri->pin != NULL || uri->pin_file == NULL)
    return true;
  if (!g_file_get_contents(uri->pin_file, &bytes, &length, &local))
    return fail(error, "its PIN: %s", local->message);
  gsize end = strcspn(bytes, "\r\n");
  bool is_pin = end > 0 && end <= PIN_MAX_BYTES && strspn(bytes + end, "\r\n") == length - end;
  uri->pin = is_pin ? g_strndup(bytes, end) : NULL;
  explicit_bzero(bytes, length);
  return is_pin || fail(error, "%s does not hold a PIN on one line", uri->pin_file);
}

static ENGINE *
start_engine(const TokenUri *uri, GError **error)
{
  ENGINE_load_dynamic();
  ENGINE *engine = ENGINE_by_id("pkcs11");
  if (engine == NULL) {
    fail(error, "OpenSSL has no PKCS#11 engine (Debian: libengine-pkcs11-openssl)");
    return NULL;
  }
  bool is_ready = (uri->module == NULL || ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", uri->module, 0) == 1)
                  && (uri->pin == NULL || ENGINE_ctrl_cmd_string(engine, "PIN", uri->pin, 0) == 1) && ENGINE_init(engine) == 1;
  ENGINE_free(engine);  /* the functional reference stays */
  if (is_ready)
    return engine;
  fail(error, "OpenSSL's PKCS#11 engine does not start: %s", ERR_reason_error_string(ERR_peek_error()));
  return NULL;
}

/* The module's own word is the oldest; the engine's is only that it failed. */
static void
tell_refusal(const TokenUri *uri, GError **error)
{
  unsigned long code = ERR_peek_error();
  const char *reason = ERR_reason_error_string(code);
  bool is_told = code != 0 && ERR_GET_LIB(code) != ERR_LIB_ENGINE && reason != NULL;
  fail(error, "%s: %s%s", uri->object, is_told ? reason : "is on no token that the module knows",
       uri->pin == NULL ? " (and the URI names no PIN)" : "");
}

TokenKey *
token_key_new(const char *text, GError **error)
{
  g_auto(TokenUri) uri = { 0 };
  g_autoptr(TokenKey) self = g_new0(TokenKey, 1);
  ERR_clear_error();
  if (!token_uri_parse(text, &uri, error) || !try_module(uri.module, error) || !read_pin(&uri, error))
    return NULL;
  self->engine = start_engine(&uri, error);
  if (self->engine == NULL)
    return NULL;
  self->key = ENGINE_load_private_key(self->engine, uri.object, (UI_METHOD *)UI_null(), NULL);  /* nobody is there to be asked */
  if (self->key != NULL)
    return g_steal_pointer(&self);
  tell_refusal(&uri, error);
  return NULL;
}

void
token_key_free(TokenKey *self)
{
  if (self == NULL)
    return;
  EVP_PKEY_free(self->key);
  if (self->engine != NULL)
    ENGINE_finish(self->engine);
  g_free(self);
}

EVP_PKEY *
token_key_pkey(const TokenKey *self)
{
  return self->key;
}
