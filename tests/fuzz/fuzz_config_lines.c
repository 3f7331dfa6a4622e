/* tests/fuzz/fuzz_config_lines.c - the lines of a JSON text, against jansson's view of it. */
#include "config/config_lines.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Not g_error(): libFuzzer keeps no input that ends in SIGTRAP. */
#define FAIL(...) (g_printerr(__VA_ARGS__), abort())

/* Values come in the text's order, so their lines never go back. Left out is what has the
 * line of what holds it: the deep, the long, and names with the marks of a path in them. */
static void
check(const ConfigLines *lines, const json_t *json, const char *path, guint depth, guint *last)
{
  guint line = config_lines_find(lines, path);
  if (line < *last)
    FAIL("%s goes back to line %u", path, line);
  *last = line;
  if (depth == CONFIG_LINES_DEPTH_MAX)
    return;
  const char *key;
  json_t *value;
  gsize i;
  json_object_foreach((json_t *)json, key, value) {
    if (strpbrk(key, ".[]") != NULL || key[0] == '\0' || strlen(key) > CONFIG_LINES_KEY_MAX)
      return;
    g_autofree char *inner = g_strdup_printf(path[0] != '\0' ? "%s.%s" : "%s%s", path, key);
    check(lines, value, inner, depth + 1, last);
  }
  json_array_foreach(json, i, value) {
    g_autofree char *inner = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", path, i);
    check(lines, value, inner, depth + 1, last);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(ConfigLines) lines = config_lines_new((const char *)data, size);
  config_lines_find(lines, "rooms[0].sites[1].id");
  json_error_t error;
  json_t *json = size == 0 || memchr(data, '\\', size) != NULL || memchr(data, '\0', size) != NULL
                   ? NULL : json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error);
  guint last = 1;
  if (json != NULL)
    check(lines, json, "", 0, &last);
  json_decref(json);
  return 0;
}
