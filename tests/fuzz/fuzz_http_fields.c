/* tests/fuzz/fuzz_http_fields.c - header fields: keys, cookies, languages, ids, origins. */
#include "signaling/http_fields.h"
#include "signaling/rate_limit.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autofree char *field = g_strndup((const char *)data, size);
  char text[33], key[RATE_LIMIT_KEY_MAX];
  guint64 id;
  if (http_field_bearer(field, text, sizeof text) && strpbrk(text, " \t\r\n\"") != NULL)
    abort();
  if (http_field_cookie(field, "diemcau", text, sizeof text) && strchr(text, ';') != NULL)
    abort();
  http_field_wants_english(field);
  http_field_is_media_type(field, "application/json");
  http_field_is_one_of(field, "application/json, text/csv");
  http_field_accept_weight(field, "text/html");
  http_field_has_etag(field, "\"1\"");
  http_field_event_id(field, &id);
  http_field_is_own_origin(field, "localhost:8080", false);
  http_field_is_own_origin("https://localhost", field, true);
  if (http_field_last_address(field, text, sizeof text) && strpbrk(text, " ,") != NULL)
    abort();
  rate_limit_key_for_address(field, key);
  return 0;
}
