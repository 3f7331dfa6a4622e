/* signaling/http_json.c - JSON bodies from outside. */
#include "signaling/http_json.h"

G_DEFINE_QUARK(diemcau-http-json-error, http_json_error)

json_t *
http_json_parse(const char *text, gsize length, GError **error)
{
  json_error_t fault;
  json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
  if (json_is_object(json))
    return json;
  if (json == NULL)
    g_set_error(error, HTTP_JSON_ERROR, 0, "the body is not JSON: line %d, column %d", fault.line,
                fault.column);
  else
    g_set_error_literal(error, HTTP_JSON_ERROR, 0, "the body is not a JSON object");
  json_decref(json);
  return NULL;
}
