/* signaling/key_store.c - the hashes of the keys on disk, and the keys themselves once. */
#include "signaling/key_store.h"
#include "signaling/role.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/stat.h>

enum { STATE_FILE_MAX_BYTES = 1 << 20, KEY_RANDOM_BYTES = 16 };

void
key_hash(const char *key, guint8 hash[KEY_HASH_BYTES])
{
  char plain[2 * KEY_TEXT_MAX] = "";
  gsize used = 0;
  for (; *key != '\0' && used < sizeof plain - 1; key++)
    if (*key != '-')
      plain[used++] = g_ascii_tolower(*key);
  SHA256((const guchar *)plain, used, hash);
  OPENSSL_cleanse(plain, sizeof plain);
}

/* 128 random bits in 26 characters of RFC 4648's base32, small letters. */
static void
make_key(char out[KEY_TEXT_MAX])
{
  static const char ALPHABET[] = "abcdefghijklmnopqrstuvwxyz234567";
  guint8 random[KEY_RANDOM_BYTES];
  if (RAND_bytes(random, sizeof random) != 1)
    g_error("no random numbers for keys");
  guint bits = 0, n_bits = 0;
  gsize used = 0;
  for (gsize i = 0; i < sizeof random; i++) {
    bits = bits << 8 | random[i];
    for (n_bits += 8; n_bits >= 5; n_bits -= 5)
      out[used++] = ALPHABET[bits >> (n_bits - 5) & 31];
  }
  out[used++] = ALPHABET[bits << (5 - n_bits) & 31];
  out[used] = '\0';
  OPENSSL_cleanse(random, sizeof random);
}

static void
fill_key_id(StoredKey *key)
{
  for (int i = 0; i < 8; i++)
    g_snprintf(key->key_id + 2 * i, 3, "%02x", key->hash[i]);
}

static bool
hash_from_hex(const char *hex, guint8 hash[KEY_HASH_BYTES])
{
  if (hex == NULL || strlen(hex) != 2 * KEY_HASH_BYTES)
    return false;
  for (int i = 0; i < KEY_HASH_BYTES; i++) {
    int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    hash[i] = high << 4 | low;
  }
  return true;
}

/* Returns: (transfer full): an empty array if the file is not there. */
static json_t *
read_array(const char *path, GError **error)
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

static bool
write_array(const char *path, const json_t *array, GError **error)
{
  /* One row a line, so that people can read and grep it. */
  g_autoptr(GString) text = g_string_new("[\n");
  for (gsize i = 0; i < json_array_size(array); i++) {
    char *row = json_dumps(json_array_get(array, i), JSON_ENSURE_ASCII);
    g_string_append_printf(text, "  %s%s\n", row, i + 1 < json_array_size(array) ? "," : "");
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

static bool
parse_rows(const json_t *rows, const char *path, GArray *keys, GError **error)
{
  for (gsize i = 0; i < json_array_size(rows); i++) {
    const json_t *row = json_array_get(rows, i);
    const char *site = json_string_value(json_object_get(row, "site"));
    StoredKey key = { .role = role_from_text(json_string_value(json_object_get(row, "role"))) };
    if (site == NULL || strlen(site) >= sizeof key.site || key.role == ROLE_NONE
        || !hash_from_hex(json_string_value(json_object_get(row, "sha256")), key.hash)) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                  "%s: row %" G_GSIZE_FORMAT " needs site, role and sha256", path, i + 1);
      return false;
    }
    g_strlcpy(key.site, site, sizeof key.site);
    fill_key_id(&key);
    g_array_append_val(keys, key);
  }
  return true;
}

static bool
mark_active(GArray *keys, const CredentialSeed *seed)
{
  bool found = false;
  for (guint i = 0; i < keys->len; i++) {
    StoredKey *key = &g_array_index(keys, StoredKey, i);
    if (key->role == seed->role && strcmp(key->site, seed->site) == 0)
      found = key->is_active = true;
  }
  return found;
}

/* Drops rows of keys.json for this site and role: without a hash beside them they are dead. */
static void
remove_plain(json_t *plain, const CredentialSeed *seed)
{
  for (gsize i = json_array_size(plain); i-- > 0;) {
    const json_t *row = json_array_get(plain, i);
    if (g_strcmp0(json_string_value(json_object_get(row, "site")), seed->site) == 0
        && role_from_text(json_string_value(json_object_get(row, "role"))) == seed->role)
      json_array_remove(plain, i);
  }
}

static void
add_key(GArray *keys, json_t *plain, const CredentialSeed *seed)
{
  char text[KEY_TEXT_MAX];
  make_key(text);
  remove_plain(plain, seed);
  json_array_append_new(plain, json_pack("{s:s, s:s, s:s}", "site", seed->site, "role",
                                         role_to_text(seed->role), "key", text));
  StoredKey key = { .role = seed->role, .is_active = true };
  g_strlcpy(key.site, seed->site, sizeof key.site);
  key_hash(text, key.hash);
  fill_key_id(&key);
  g_array_append_val(keys, key);
  OPENSSL_cleanse(text, sizeof text);
}

static json_t *
hashes_to_json(const GArray *keys)
{
  json_t *rows = json_array();
  for (guint i = 0; i < keys->len; i++) {
    const StoredKey *key = &g_array_index(keys, StoredKey, i);
    char hex[2 * KEY_HASH_BYTES + 1];
    for (int b = 0; b < KEY_HASH_BYTES; b++)
      g_snprintf(hex + 2 * b, 3, "%02x", key->hash[b]);
    json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "site", key->site, "role",
                                          role_to_text(key->role), "sha256", hex));
  }
  return rows;
}

static bool
add_missing(GArray *keys, const char *state_dir, const char *hashes_path,
            const CredentialSeed *seeds, guint n_seeds, GError **error)
{
  g_autofree char *plain_path = g_build_filename(state_dir, "keys.json", NULL);
  json_t *plain = NULL;
  for (guint i = 0; i < n_seeds; i++) {
    if (strlen(seeds[i].site) >= sizeof((StoredKey *)0)->site) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "site '%s': the id is too long", seeds[i].site);
      json_decref(plain);
      return false;
    }
    if (mark_active(keys, &seeds[i]))
      continue;
    if (plain == NULL && (plain = read_array(plain_path, error)) == NULL)
      return false;
    add_key(keys, plain, &seeds[i]);
  }
  if (plain == NULL)
    return true;
  json_t *hashes = hashes_to_json(keys);
  bool ok = write_array(plain_path, plain, error) && write_array(hashes_path, hashes, error);
  json_decref(hashes);
  json_decref(plain);
  return ok;
}

GArray *
key_store_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error)
{
  if (g_mkdir_with_parents(state_dir, 0700) != 0) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "%s: cannot be made: %s",
                state_dir, g_strerror(code));
    return NULL;
  }
  g_autofree char *path = g_build_filename(state_dir, "credentials.json", NULL);
  json_t *rows = read_array(path, error);
  if (rows == NULL)
    return NULL;
  g_autoptr(GArray) keys = g_array_new(FALSE, TRUE, sizeof(StoredKey));
  bool ok = parse_rows(rows, path, keys, error)
         && add_missing(keys, state_dir, path, seeds, n_seeds, error);
  json_decref(rows);
  return ok ? g_steal_pointer(&keys) : NULL;
}
