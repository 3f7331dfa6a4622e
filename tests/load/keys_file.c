/* tests/load/keys_file.c - the keys that the bridge wrote at its first start. */
#include "tests/load/keys_file.h"
#include <gio/gio.h>
#include <jansson.h>
#include <string.h>

static void
site_key_free(gpointer data)
{
  SiteKey *self = data;
  g_free(self->site);
  g_free(self->key);
  g_free(self);
}

GPtrArray *
keys_file_load(const char *path, GError **error)
{
  json_error_t where;
  json_t *root = json_load_file(path, 0, &where);
  if (!json_is_array(root)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path,
                root == NULL ? where.text : "not an array of keys");
    json_decref(root);
    return NULL;
  }
  GPtrArray *keys = g_ptr_array_new_with_free_func(site_key_free);
  gsize index;
  json_t *entry;
  json_array_foreach(root, index, entry) {
    const char *site = NULL, *role = NULL, *key = NULL;
    if (json_unpack(entry, "{s:s, s:s, s:s}", "site", &site, "role", &role, "key", &key) != 0)
      continue;
    bool is_chair = strcmp(role, "chair") == 0;
    if (*site == '\0' || (!is_chair && strcmp(role, "site") != 0))
      continue;
    SiteKey *seat = g_new(SiteKey, 1);
    *seat = (SiteKey) { g_strdup(site), g_strdup(key), is_chair };
    g_ptr_array_add(keys, seat);
  }
  json_decref(root);
  return keys;
}
