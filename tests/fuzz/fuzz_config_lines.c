/* tests/fuzz/fuzz_config_lines.c - the lines of a JSON text, against jansson's view of it. */
#include "config/config_lines.h"
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Values come in the text's order, so their lines never go back. Names with the marks of a
 * path in them, or written with escapes, are looked up by another path: left out. */
static void
check(const ConfigLines *lines, const json_t *json, const char *path, guint *last)
{
  guint line = config_lines_find(lines, path);
  if (line < *last)
    g_error("%s goes back to line %u", path, line);
  *last = line;
  const char *key;
  json_t *value;
  gsize i;
  json_object_foreach((json_t *)json, key, value) {
    if (strpbrk(key, ".[]\"\\/\b\f\n\r\t") != NULL || key[0] == '\0' || strlen(path) > 100)
      return;
    g_autofree char *inner = g_strdup_printf(path[0] != '\0' ? "%s.%s" : "%s%s", path, key);
    check(lines, value, inner, last);
  }
  json_array_foreach(json, i, value) {
    if (strlen(path) > 100)
      return;
    g_autofree char *inner = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", path, i);
    check(lines, value, inner, last);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(ConfigLines) lines = config_lines_new((const char *)data, size);
  config_lines_find(lines, "rooms[0].sites[1].id");
  json_error_t error;
  json_t *json = memchr(data, '\\', size) == NULL
                   ? json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error) : NULL;
  guint last = 1;
  if (json != NULL)
    check(lines, json, "", &last);
  json_decref(json);
  return 0;
}
