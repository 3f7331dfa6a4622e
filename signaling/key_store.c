/* signaling/key_store.c - the keys on disk: who may change them, and how. */
#include "signaling/key_store.h"
#include "signaling/role.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { KEY_ID_ABBREVIATION_MIN = 4 };

/* What a change holds from its first read to its last write. */
typedef struct {
  int     lock;
  char   *hashes_path, *plain_path;
  GArray *keys;   /* of StoredKey */
  json_t *plain;  /* rows of keys.json; NULL: not read, so not to be written */
} Change;

static void
set_errno_error(GError **error, const char *path)
{
  int code = errno;
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "%s: %s", path, g_strerror(code));
}

static bool
take_lock(Change *self, const char *state_dir, GError **error)
{
  g_autofree char *path = g_build_filename(state_dir, "keys.lock", NULL);
  self->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  int status = self->lock >= 0 ? flock(self->lock, LOCK_EX) : -1;
  while (self->lock >= 0 && status != 0 && errno == EINTR)
    status = flock(self->lock, LOCK_EX);
  if (status == 0)
    return true;
  set_errno_error(error, path);
  return false;
}

static void
change_clear(Change *self)
{
  if (self->lock >= 0)
    close(self->lock);
  g_free(self->hashes_path);
  g_free(self->plain_path);
  if (self->keys != NULL)
    g_array_unref(self->keys);
  json_decref(self->plain);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Change, change_clear)

static GArray *
read_hashes(const char *path, GError **error)
{
  json_t *rows = key_rows_read(path, error);
  if (rows == NULL)
    return NULL;
  g_autoptr(GArray) keys = g_array_new(FALSE, TRUE, sizeof(StoredKey));
  bool ok = key_rows_parse(rows, path, keys, error);
  json_decref(rows);
  return ok ? g_steal_pointer(&keys) : NULL;
}

static bool
change_begin(Change *self, const char *state_dir, GError **error)
{
  *self = (Change) { .lock = -1 };
  if (g_mkdir_with_parents(state_dir, 0700) != 0) {
    set_errno_error(error, state_dir);
    return false;
  }
  self->hashes_path = g_build_filename(state_dir, "credentials.json", NULL);
  self->plain_path = g_build_filename(state_dir, "keys.json", NULL);
  if (!take_lock(self, state_dir, error))
    return false;
  self->keys = read_hashes(self->hashes_path, error);
  return self->keys != NULL;
}

static bool
need_plain(Change *self, GError **error)
{
  if (self->plain == NULL)
    self->plain = key_rows_read(self->plain_path, error);
  return self->plain != NULL;
}

static bool
change_write(Change *self, GError **error)
{
  if (self->plain != NULL && !key_rows_write(self->plain_path, self->plain, error))
    return false;
  json_t *hashes = key_rows_from_keys(self->keys);
  bool ok = key_rows_write(self->hashes_path, hashes, error);
  json_decref(hashes);
  return ok;
}

/* --- keys.json --- */

/* Drops the row whose key has the name @key_id. Returns: true if there was one. */
static bool
drop_plain(json_t *plain, const char *key_id)
{
  for (gsize i = 0; i < json_array_size(plain); i++) {
    const char *text = json_string_value(json_object_get(json_array_get(plain, i), "key"));
    guint8 hash[KEY_HASH_BYTES];
    char id[KEY_ID_MAX];
    if (text == NULL)
      continue;
    key_hash(text, hash);
    key_id_of_hash(hash, id);
    if (strcmp(id, key_id) == 0) {
      json_array_remove(plain, i);
      return true;
    }
  }
  return false;
}

/* Drops rows of keys.json for this site and role: without a hash beside them they are dead. */
static void
drop_dead_plain(json_t *plain, const CredentialSeed *seed)
{
  for (gsize i = json_array_size(plain); i-- > 0;) {
    const json_t *row = json_array_get(plain, i);
    if (g_strcmp0(json_string_value(json_object_get(row, "site")), seed->site) == 0
        && role_from_text(json_string_value(json_object_get(row, "role"))) == seed->role)
      json_array_remove(plain, i);
  }
}

/* Makes @key's text and hash, and puts it into both lists. */
static void
add_key(Change *self, StoredKey *key, char text[KEY_TEXT_MAX])
{
  key_text_make(text);
  key_hash(text, key->hash);
  key_id_of_hash(key->hash, key->key_id);
  g_array_append_val(self->keys, *key);
  if (key->is_break_glass)
    return;
  json_t *row = json_pack("{s:s, s:s, s:s}", "site", key->site, "role", role_to_text(key->role), "key", text);
  if (key->room[0] != '\0')
    json_object_set_new(row, "room", json_string(key->room));
  json_array_append_new(self->plain, row);
}

/* --- the first start, and a site that is new --- */

static bool
has_key(const GArray *keys, const CredentialSeed *seed)
{
  for (guint i = 0; i < keys->len; i++) {
    const StoredKey *key = &g_array_index(keys, StoredKey, i);
    if (key->role == seed->role && strcmp(key->site, seed->site) == 0 && !key->is_break_glass)
      return true;
  }
  return false;
}

static bool
add_missing(Change *change, const CredentialSeed *seeds, guint n_seeds, GError **error)
{
  for (guint i = 0; i < n_seeds; i++) {
    const CredentialSeed *seed = &seeds[i];
    StoredKey key = { .role = seed->role };
    char text[KEY_TEXT_MAX];
    if (g_strlcpy(key.site, seed->site, sizeof key.site) >= sizeof key.site) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "site '%s': the id is too long", seed->site);
      return false;
    }
    if (seed->is_on_demand || has_key(change->keys, seed))
      continue;
    if (!need_plain(change, error))
      return false;
    drop_dead_plain(change->plain, seed);
    add_key(change, &key, text);
    OPENSSL_cleanse(text, sizeof text);
  }
  return change->plain == NULL || change_write(change, error);
}

GArray *
key_store_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error)
{
  g_auto(Change) change = { .lock = -1 };
  if (!change_begin(&change, state_dir, error) || !add_missing(&change, seeds, n_seeds, error))
    return NULL;
  return g_steal_pointer(&change.keys);
}

GArray *
key_store_read(const char *state_dir, GError **error)
{
  g_autofree char *path = g_build_filename(state_dir, "credentials.json", NULL);
  return read_hashes(path, error);
}

/* --- changes by hand --- */

bool
key_store_add(const char *state_dir, StoredKey *wanted, gint64 wall_s, char text[KEY_TEXT_MAX], GError **error)
{
  g_auto(Change) change = { .lock = -1 };
  if (!change_begin(&change, state_dir, error))
    return false;
  if (change.keys->len >= KEY_ROWS_MAX) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                "%s: %d keys: delete the rows of revoked ones first", change.hashes_path, KEY_ROWS_MAX);
    return false;
  }
  if (!wanted->is_break_glass && !need_plain(&change, error))
    return false;
  wanted->made_s = wall_s;
  add_key(&change, wanted, text);
  return change_write(&change, error);
}

/* Returns: (transfer none): the key of that name, or of that beginning of a name. */
static StoredKey *
find_key(GArray *keys, const char *key_id, GError **error)
{
  StoredKey *found = NULL;
  bool is_full = strlen(key_id) == KEY_ID_MAX - 1;
  for (guint i = 0; i < keys->len; i++) {
    StoredKey *key = &g_array_index(keys, StoredKey, i);
    if (g_ascii_strncasecmp(key->key_id, key_id, strlen(key_id)) != 0)
      continue;
    if (found != NULL) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "several keys begin with %s", key_id);
      return NULL;
    }
    found = key;
  }
  if (found == NULL || (!is_full && strlen(key_id) < KEY_ID_ABBREVIATION_MIN)) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no key has the id '%s': see diemcau key list", key_id);
    return NULL;
  }
  return found;
}

bool
key_store_revoke(const char *state_dir, const char *key_id, gint64 wall_s, StoredKey *out, GError **error)
{
  g_auto(Change) change = { .lock = -1 };
  StoredKey *key = change_begin(&change, state_dir, error) ? find_key(change.keys, key_id, error) : NULL;
  if (key == NULL)
    return false;
  if (key->revoked_s != 0) {
    g_autofree char *when = key_time_text(key->revoked_s);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "key %s was revoked at %s", key->key_id, when);
    return false;
  }
  key->revoked_s = MAX(wall_s, 1);
  *out = *key;
  /* A keys.json that cannot be read must not keep a key from being revoked. */
  g_autoptr(GError) plain_error = NULL;
  if (!need_plain(&change, &plain_error))
    g_warning("%s: the revoked key's text may still stand there", plain_error->message);
  else if (!drop_plain(change.plain, key->key_id))
    g_clear_pointer(&change.plain, json_decref);
  return change_write(&change, error);
}

static char *
take_text(const json_t *plain, const StoredKey *key)
{
  gsize i;
  json_t *row;
  json_array_foreach(plain, i, row) {
    const char *text = json_string_value(json_object_get(row, "key"));
    guint8 hash[KEY_HASH_BYTES];
    if (text == NULL)
      continue;
    key_hash(text, hash);
    if (CRYPTO_memcmp(hash, key->hash, sizeof hash) == 0)
      return g_strdup(text);
  }
  return NULL;
}

char *
key_store_find_text(const char *state_dir, const char *key_id, StoredKey *out, GError **error)
{
  g_autoptr(GArray) keys = key_store_read(state_dir, error);
  const StoredKey *key = keys != NULL ? find_key(keys, key_id, error) : NULL;
  if (key == NULL)
    return NULL;
  *out = *key;
  g_autofree char *path = g_build_filename(state_dir, "keys.json", NULL);
  json_t *plain = key_rows_read(path, error);
  if (plain == NULL)
    return NULL;
  char *text = take_text(plain, key);
  json_decref(plain);
  if (text == NULL)
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                "%s does not have key %s (any more): make another with diemcau key add, then revoke this one",
                path, key->key_id);
  return text;
}
