/* signaling/key_rows.c - the rows of state/credentials.json and state/keys.json. */
#include "signaling/key_rows.h"
#include "signaling/role.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/stat.h>

enum { STATE_FILE_MAX_BYTES = 2 << 20 };

json_t *
key_rows_read(const char *path, GError **error)
{
  struct stat status;
  if (stat(path, &status) != 0 && errno == ENOENT)
    return json_array();
  g_autofree char *text = NULL;
  gsize length = 0;
  if (!g_file_get_contents(path, &text, &length, error))
    return NULL;
  json_error_t fault;
  json_t *array = length <= STATE_FILE_MAX_BYTES ? json_loadb(text, length, 0, &fault) : NULL;
  OPENSSL_cleanse(text, length);
  if (!json_is_array(array)) {
    json_decref(array);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "%s: not a JSON array. Restore it, or move it away to have new keys made", path);
    return NULL;
  }
  return array;
}

bool
key_rows_write(const char *path, const json_t *rows, GError **error)
{
  /* One row a line, so that people can read and grep it. */
  g_autoptr(GString) text = g_string_new("[\n");
  for (gsize i = 0; i < json_array_size(rows); i++) {
    char *row = json_dumps(json_array_get(rows, i), JSON_ENSURE_ASCII);
    g_string_append_printf(text, "  %s%s\n", row, i + 1 < json_array_size(rows) ? "," : "");
    OPENSSL_cleanse(row, strlen(row));
    free(row);
  }
  g_string_append(text, "]\n");
  bool ok = g_file_set_contents_full(path, text->str, text->len,
                                     G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                     0600, error);
  OPENSSL_cleanse(text->str, text->len);
  /* An old file's mode is kept by the replacement: it may have been opened up by hand. */
  if (ok && g_chmod(path, 0600) != 0)
    g_warning("%s: cannot set mode 0600: %s", path, g_strerror(errno));
  return ok;
}

/* --- one row --- */

static bool
hash_from_hex(const char *hex, guint8 hash[KEY_HASH_BYTES])
{
  if (hex == NULL || strlen(hex) != 2 * KEY_HASH_BYTES)
    return false;
  for (int i = 0; i < KEY_HASH_BYTES; i++) {
    int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    hash[i] = (guint8)(high << 4 | low);
  }
  return true;
}

/* Returns: false if @name is there and is no text that fits. */
static bool
read_text(const json_t *row, const char *name, char *out, gsize out_size)
{
  const json_t *value = json_object_get(row, name);
  const char *text = value != NULL ? json_string_value(value) : "";
  return text != NULL && g_strlcpy(out, text, out_size) < out_size;
}

static bool
read_flag(const json_t *row, const char *name, bool *out)
{
  const json_t *value = json_object_get(row, name);
  *out = json_is_true(value);
  return value == NULL || json_is_boolean(value);
}

/* A time that cannot be read must not pass for "never". */
static bool
read_time(const json_t *row, const char *name, gint64 *out)
{
  const json_t *value = json_object_get(row, name);
  *out = 0;
  if (value == NULL)
    return true;
  const char *text = json_string_value(value);
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
  if (time == NULL)
    return false;
  *out = MAX(g_date_time_to_unix(time), 1);
  return true;
}

/* Returns: (nullable): what is wrong. */
static const char *
parse_row(const json_t *row, StoredKey *key)
{
  *key = (StoredKey) { .role = role_from_text(json_string_value(json_object_get(row, "role"))) };
  if (!json_is_string(json_object_get(row, "site")) || !read_text(row, "site", key->site, sizeof key->site)
      || key->role == ROLE_NONE || !hash_from_hex(json_string_value(json_object_get(row, "sha256")), key->hash))
    return "needs site, role and sha256";
  if (!read_text(row, "room", key->room, sizeof key->room) || !read_text(row, "label", key->label, sizeof key->label))
    return "room or label is no text, or too long";
  if (!read_flag(row, "restricted", &key->may_see_restricted) || !read_flag(row, "breakGlass", &key->is_break_glass))
    return "restricted and breakGlass are true or false";
  if (!read_time(row, "made", &key->made_s) || !read_time(row, "ends", &key->ends_s)
      || !read_time(row, "revoked", &key->revoked_s))
    return "made, ends and revoked are times like 2026-12-10T00:30:00Z";
  key_id_of_hash(key->hash, key->key_id);
  return NULL;
}

bool
key_rows_parse(const json_t *rows, const char *path, GArray *keys, GError **error)
{
  if (json_array_size(rows) > KEY_ROWS_MAX) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: more than %d rows", path, KEY_ROWS_MAX);
    return false;
  }
  for (gsize i = 0; i < json_array_size(rows); i++) {
    StoredKey key;
    const char *fault = parse_row(json_array_get(rows, i), &key);
    if (fault != NULL) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: row %" G_GSIZE_FORMAT " %s", path, i + 1, fault);
      return false;
    }
    g_array_append_val(keys, key);
  }
  return true;
}

char *
key_time_text(gint64 wall_s)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall_s);
  return time != NULL ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("?");
}

static void
put_text(json_t *row, const char *name, const char *text)
{
  if (text[0] != '\0')
    json_object_set_new(row, name, json_string(text));
}

static void
put_flag(json_t *row, const char *name, bool flag)
{
  if (flag)
    json_object_set_new(row, name, json_true());
}

static void
put_time(json_t *row, const char *name, gint64 wall_s)
{
  g_autofree char *text = wall_s != 0 ? key_time_text(wall_s) : g_strdup("");
  put_text(row, name, text);
}

static json_t *
row_from_key(const StoredKey *key)
{
  char hex[2 * KEY_HASH_BYTES + 1];
  for (int i = 0; i < KEY_HASH_BYTES; i++)
    g_snprintf(hex + 2 * i, 3, "%02x", key->hash[i]);
  json_t *row = json_pack("{s:s, s:s, s:s}", "site", key->site, "role", role_to_text(key->role), "sha256", hex);
  put_text(row, "room", key->room);
  put_text(row, "label", key->label);
  put_flag(row, "restricted", key->may_see_restricted);
  put_flag(row, "breakGlass", key->is_break_glass);
  put_time(row, "made", key->made_s);
  put_time(row, "ends", key->ends_s);
  put_time(row, "revoked", key->revoked_s);
  return row;
}

json_t *
key_rows_from_keys(const GArray *keys)
{
  json_t *rows = json_array();
  for (guint i = 0; i < keys->len; i++)
    json_array_append_new(rows, row_from_key(&g_array_index(keys, StoredKey, i)));
  return rows;
}
