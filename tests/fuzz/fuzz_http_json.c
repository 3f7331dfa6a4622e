/* tests/fuzz/fuzz_http_json.c - JSON bodies, and reading them as the handlers do. */
#include "signaling/http_json.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  if (size > 65536)
    return 0;
  g_autoptr(GError) error = NULL;
  json_t *json = http_json_parse((const char *)data, size, &error);
  if (json == NULL) {
    if (error == NULL || strlen(error->message) > 200)
      abort();
    return 0;
  }
  const char *key = NULL, *site = NULL, *layout = NULL, *main_site = NULL;
  int muted = 0, camera_off = 0;
  json_unpack(json, "{s:s, s?s !}", "key", &key, "site", &site);
  json_unpack(json, "{s:s, s?s}", "layout", &layout, "main", &main_site);
  json_unpack(json, "{s?b, s?b}", "muted", &muted, "cameraOff", &camera_off);
  /* What was taken can be written and read again. */
  char *text = json_dumps(json, JSON_COMPACT);
  json_t *again = http_json_parse(text, strlen(text), NULL);
  if (again == NULL || !json_equal(json, again))
    abort();
  free(text);
  json_decref(again);
  json_decref(json);
  return 0;
}
