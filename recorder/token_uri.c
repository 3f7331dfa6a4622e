/* recorder/token_uri.c - a PKCS#11 URI (RFC 7512), taken apart: which key, by which module, with which PIN. */
#include "recorder/token_uri.h"
#include "recorder/recorder_error.h"
#include <string.h>

#define SCHEME "pkcs11:"

static bool
refuse(GError **error, const char *what)
{
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_SIGNATURE, "the PKCS#11 URI of the signing key: %s", what);
  return false;
}

bool
token_uri_is(const char *text)
{
  return g_str_has_prefix(text, SCHEME);
}

void
token_uri_clear(TokenUri *self)
{
  g_clear_pointer(&self->object, g_free);
  g_clear_pointer(&self->module, g_free);
  g_clear_pointer(&self->pin_file, g_free);
  if (self->pin != NULL)
    explicit_bzero(self->pin, strlen(self->pin));
  g_clear_pointer(&self->pin, g_free);
}

/* "file:///etc/pin", "file:/etc/pin", "/etc/pin"; RFC 7512 section 2.4 leaves "|command" open: it is not done. */
static bool
take_pin_source(TokenUri *out, const char *value, GError **error)
{
  const char *path = g_str_has_prefix(value, "file://") ? value + strlen("file://")
                     : g_str_has_prefix(value, "file:") ? value + strlen("file:") : value;
  if (*path != '/')
    return refuse(error, "its pin-source is no file (file:/path)");
  g_free(out->pin_file);
  out->pin_file = g_strdup(path);
  return true;
}

/* What is ours of one "name=value". @is_taken: (out) else it names the key. */
static bool
take_attribute(TokenUri *out, const char *attribute, bool *is_taken, GError **error)
{
  const char *equals = strchr(attribute, '=');
  g_autofree char *name = equals != NULL ? g_strndup(attribute, (gsize)(equals - attribute)) : NULL;
  g_autofree char *value = equals != NULL ? g_uri_unescape_string(equals + 1, NULL) : NULL;
  if (value == NULL)
    return refuse(error, "an attribute of it is none (name=value, with %XX for other characters)");
  *is_taken = true;
  if (g_str_equal(name, "pin-source"))
    return take_pin_source(out, value, error);
  char **place = g_str_equal(name, "module-path") ? &out->module : g_str_equal(name, "pin-value") ? &out->pin : NULL;
  *is_taken = place != NULL;
  if (place != NULL) {
    g_free(*place);
    *place = g_steal_pointer(&value);
  }
  return true;
}

/* @kept: (nullable) where attributes go that are not ours. */
static bool
take_attributes(TokenUri *out, const char *text, const char *separator, GString *kept, GError **error)
{
  g_auto(GStrv) attributes = g_strsplit(text, separator, -1);
  for (char **attribute = attributes; *attribute != NULL; attribute++) {
    bool is_taken = false;
    if (**attribute == '\0')
      continue;
    if (!take_attribute(out, *attribute, &is_taken, error))
      return false;
    if (!is_taken && kept != NULL)
      g_string_append_printf(kept, "%s%s", kept->len > strlen(SCHEME) ? ";" : "", *attribute);
  }
  return true;
}

bool
token_uri_parse(const char *text, TokenUri *out, GError **error)
{
  *out = (TokenUri) { 0 };
  if (!token_uri_is(text))
    return refuse(error, "it does not begin with " SCHEME);
  const char *query = strchr(text, '?');
  g_autofree char *path = g_strndup(text + strlen(SCHEME), query != NULL ? (gsize)(query - text) - strlen(SCHEME) : strlen(text));
  g_autoptr(GString) object = g_string_new(SCHEME);
  if (take_attributes(out, path, ";", object, error) && (query == NULL || take_attributes(out, query + 1, "&", NULL, error))) {
    out->object = g_string_free(g_steal_pointer(&object), FALSE);
    return true;
  }
  token_uri_clear(out);
  return false;
}
