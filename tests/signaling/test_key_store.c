/* tests/signaling/test_key_store.c - keys made and ended by hand, beside a bridge that runs or does not. */
#include "media/base/clock.h"
#include "signaling/key_store.h"
#include <glib/gstdio.h>
#include <string.h>

static const CredentialSeed SEEDS[] = {
  { "hub", ROLE_CHAIR, "phong", false }, { "tu-son", ROLE_SITE, "phong", false }, { "", ROLE_CLERK, NULL, false },
  { "", ROLE_QUEUE, "phong", true } };

typedef struct {
  char   *folder, *keys, *hashes;
  guint   n_ended;              /* told of so far, and the last of them */
  char    ended[KEY_ID_MAX];
  CredentialsEnd why;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  self->folder = g_dir_make_tmp("diemcau-keys-XXXXXX", NULL);
  self->keys = g_build_filename(self->folder, "keys.json", NULL);
  self->hashes = g_build_filename(self->folder, "credentials.json", NULL);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *lock = g_build_filename(self->folder, "keys.lock", NULL);
  g_unlink(lock);
  g_unlink(self->keys);
  g_unlink(self->hashes);
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_free(self->folder);
  g_free(self->keys);
  g_free(self->hashes);
}

static void
on_end(const char *key_id, CredentialsEnd why, gpointer user)
{
  Fixture *self = user;
  self->n_ended++;
  self->why = why;
  g_strlcpy(self->ended, key_id, sizeof self->ended);
}

static Credentials *
open_bridge(Fixture *self) ON_CONTROL
{
  g_autoptr(GError) error = NULL;
  Credentials *credentials = credentials_open(self->folder, SEEDS, G_N_ELEMENTS(SEEDS), &error);
  g_assert_no_error(error);
  credentials_on_end(credentials, on_end, self);
  return credentials;
}

/* What the watcher does. */
static void
reload(const Fixture *self, Credentials *credentials) ON_CONTROL
{
  g_autoptr(GError) error = NULL;
  GArray *keys = key_store_read(self->folder, &error);
  g_assert_no_error(error);
  credentials_set_keys(credentials, keys);
}

static StoredKey
add(const Fixture *self, StoredKey wanted, char text[KEY_TEXT_MAX])
{
  g_autoptr(GError) error = NULL;
  g_assert_true(key_store_add(self->folder, &wanted, 1000, text, &error));
  g_assert_no_error(error);
  return wanted;
}

static StoredKey
end_key(const Fixture *self, const char *key_id)
{
  StoredKey key;
  g_autoptr(GError) error = NULL;
  g_assert_true(key_store_revoke(self->folder, key_id, 2000, &key, &error));
  g_assert_no_error(error);
  return key;
}

static bool
opens(Credentials *credentials, const char *text, Identity *identity) ON_CONTROL
{
  return credentials_check_key(credentials, text, "10.0.0.1", clock_now_us(), identity);
}

static gsize
rows_of(const char *path)
{
  json_t *rows = json_load_file(path, 0, NULL);
  gsize n = json_array_size(rows);
  json_decref(rows);
  return n;
}

static void
test_a_key_made_beside_a_running_bridge_opens(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_bridge(self);
  char clerk[KEY_TEXT_MAX], queue[KEY_TEXT_MAX];
  StoredKey key = add(self, (StoredKey) { .role = ROLE_CLERK, .may_see_restricted = true, .label = "bà Hoa" }, clerk);
  add(self, (StoredKey) { .role = ROLE_QUEUE, .room = "phong" }, queue);
  Identity identity;
  g_assert_false(opens(credentials, clerk, &identity));
  reload(self, credentials);
  g_assert_true(opens(credentials, clerk, &identity));
  g_assert_cmpint(identity.role, ==, ROLE_CLERK);
  g_assert_true(identity.may_see_restricted);
  g_assert_cmpstr(identity.key_id, ==, key.key_id);
  g_assert_true(opens(credentials, queue, &identity));
  g_assert_cmpint(identity.role, ==, ROLE_QUEUE);
  g_assert_cmpstr(identity.room, ==, "phong");
  g_assert_false(identity.may_see_restricted);
  g_assert_cmpuint(self->n_ended, ==, 0);
  g_assert_cmpuint(rows_of(self->keys), ==, 5);
}

static void
test_what_the_file_says_of_a_key_survives_a_change(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  char text[KEY_TEXT_MAX];
  StoredKey made = add(self, (StoredKey) { .role = ROLE_VIEWER, .room = "phong", .label = "Màn hình \"sảnh\"", .ends_s = 5000 }, text);
  add(self, (StoredKey) { .role = ROLE_SITE, .site = "tu-son" }, text);
  g_autoptr(GArray) keys = key_store_read(self->folder, NULL);
  const StoredKey *kept = &g_array_index(keys, StoredKey, 0);
  g_assert_cmpuint(keys->len, ==, 2);
  g_assert_cmpstr(kept->key_id, ==, made.key_id);
  g_assert_cmpmem(kept->hash, KEY_HASH_BYTES, made.hash, KEY_HASH_BYTES);
  g_assert_cmpstr(kept->room, ==, "phong");
  g_assert_cmpstr(kept->label, ==, "Màn hình \"sảnh\"");
  g_assert_cmpint(kept->made_s, ==, 1000);
  g_assert_cmpint(kept->ends_s, ==, 5000);
  g_assert_cmpint(kept->revoked_s, ==, 0);
}

static void
test_a_revoked_key_opens_nothing_nor_do_its_cookies(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_bridge(self);
  char text[KEY_TEXT_MAX], cookie[33];
  StoredKey key = add(self, (StoredKey) { .role = ROLE_SITE, .site = "tu-son" }, text);
  reload(self, credentials);
  Identity identity;
  g_assert_true(opens(credentials, text, &identity));
  credentials_login(credentials, &identity, clock_now_us(), cookie);
  g_assert_true(credentials_check_cookie(credentials, cookie, clock_now_us(), &identity));
  g_assert_cmpuint(rows_of(self->keys), ==, 4);
  char abbreviation[7];
  g_strlcpy(abbreviation, key.key_id, sizeof abbreviation);
  g_assert_cmpint(end_key(self, abbreviation).revoked_s, ==, 2000);
  g_assert_cmpuint(rows_of(self->keys), ==, 3);  /* its text is gone from there */
  g_assert_true(credentials_is_live(credentials, key.key_id, clock_now_us()));
  reload(self, credentials);
  g_assert_false(credentials_is_live(credentials, key.key_id, clock_now_us()));
  g_assert_false(opens(credentials, text, &identity));
  g_assert_false(credentials_check_cookie(credentials, cookie, clock_now_us(), &identity));
  g_assert_cmpuint(self->n_ended, ==, 1);
  g_assert_cmpint(self->why, ==, CREDENTIALS_END_REVOKED);
  g_assert_cmpstr(self->ended, ==, key.key_id);
  reload(self, credentials);
  g_assert_cmpuint(self->n_ended, ==, 1);  /* told once */
}

static void
test_a_restart_does_not_let_the_revoked_in_again(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  credentials_free(open_bridge(self));
  g_autoptr(GArray) keys = key_store_read(self->folder, NULL);
  for (guint i = 0; i < keys->len; i++)
    if (g_array_index(keys, StoredKey, i).role == ROLE_SITE)
      end_key(self, g_array_index(keys, StoredKey, i).key_id);
  credentials_free(open_bridge(self));
  g_assert_cmpuint(rows_of(self->hashes), ==, 3);
  g_assert_cmpuint(rows_of(self->keys), ==, 2);
}

static void
test_ids_that_name_no_key_or_several_are_refused(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  char text[KEY_TEXT_MAX];
  StoredKey key = add(self, (StoredKey) { .role = ROLE_CLERK }, text), out;
  char short_id[4];
  g_strlcpy(short_id, key.key_id, sizeof short_id);
  const char *const WRONG[] = { "", short_id, "0123456789abcdef", text, "../keys" };
  for (guint i = 0; i < G_N_ELEMENTS(WRONG); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(key_store_revoke(self->folder, WRONG[i], 2000, &out, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  }
  end_key(self, key.key_id);
  g_autoptr(GError) error = NULL;
  g_assert_false(key_store_revoke(self->folder, key.key_id, 2001, &out, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
}

static void
test_a_keys_text_can_be_shown_again_until_it_is_revoked_or_the_file_is_gone(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  char text[KEY_TEXT_MAX], other[KEY_TEXT_MAX];
  StoredKey key = add(self, (StoredKey) { .role = ROLE_SITE, .site = "tu-son" }, text), out;
  StoredKey second = add(self, (StoredKey) { .role = ROLE_SITE, .site = "tu-son" }, other);
  g_autofree char *found = key_store_find_text(self->folder, key.key_id, &out, NULL);
  g_assert_cmpstr(found, ==, text);
  g_assert_cmpstr(out.site, ==, "tu-son");
  end_key(self, key.key_id);
  g_assert_null(key_store_find_text(self->folder, key.key_id, &out, NULL));
  g_autofree char *still = key_store_find_text(self->folder, second.key_id, &out, NULL);
  g_assert_cmpstr(still, ==, other);
  g_unlink(self->keys);
  g_autoptr(GError) error = NULL;
  g_assert_null(key_store_find_text(self->folder, second.key_id, &out, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
test_a_break_glass_key_ends_by_itself_and_is_kept_nowhere(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_bridge(self);
  char text[KEY_TEXT_MAX], cookie[33];
  gint64 wall_s = clock_wall_us() / G_USEC_PER_SEC;
  StoredKey key = add(self, (StoredKey) { .role = ROLE_CHAIR, .site = "hub", .room = "phong", .is_break_glass = true, .ends_s = wall_s + 100 }, text);
  g_assert_cmpuint(rows_of(self->keys), ==, 3);
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BREAK-GLASS: key * opens the room as its chair until *");
  reload(self, credentials);
  g_test_assert_expected_messages();
  gint64 now_us = clock_now_us(), later_us = now_us + 101 * G_USEC_PER_SEC;
  Identity identity;
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BREAK-GLASS: key * is used from 10.0.0.9");
  g_assert_true(credentials_check_key(credentials, text, "10.0.0.9", now_us, &identity));
  g_test_assert_expected_messages();
  g_assert_cmpint(identity.role, ==, ROLE_CHAIR);
  credentials_login(credentials, &identity, now_us, cookie);
  credentials_expire(credentials, now_us);
  g_assert_cmpuint(self->n_ended, ==, 0);
  /* It opens nothing even before somebody looks. */
  g_assert_false(credentials_check_key(credentials, text, "10.0.0.9", later_us, &identity));
  g_assert_false(credentials_check_cookie(credentials, cookie, later_us, &identity));
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BREAK-GLASS: key * has ended (its time is up)");
  credentials_expire(credentials, later_us);
  g_test_assert_expected_messages();
  credentials_expire(credentials, later_us);
  g_assert_cmpuint(self->n_ended, ==, 1);
  g_assert_cmpint(self->why, ==, CREDENTIALS_END_EXPIRED);
  g_assert_cmpstr(self->ended, ==, key.key_id);
}

static void
test_a_key_of_an_unknown_room_opens_nothing(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_bridge(self);
  static const StoredKey WANTED[] = {
    { .role = ROLE_QUEUE, .room = "khac" }, { .role = ROLE_CLERK, .room = "khac" }, { .role = ROLE_SITE, .site = "tu-son", .room = "khac" },
    { .role = ROLE_SITE, .site = "hub" }, { .role = ROLE_TECHNICIAN } };
  for (guint i = 0; i < G_N_ELEMENTS(WANTED); i++) {
    char text[KEY_TEXT_MAX];
    Identity identity;
    add(self, WANTED[i], text);
    reload(self, credentials);
    g_assert_false(opens(credentials, text, &identity));
  }
}

static gpointer
add_many(gpointer data)
{
  for (int i = 0; i < 20; i++) {
    char text[KEY_TEXT_MAX];
    add(data, (StoredKey) { .role = ROLE_CLERK }, text);
  }
  return NULL;
}

/* A lock belongs to an open file, so threads contend for it as processes do. */
static void
test_writers_at_once_lose_nothing(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("writer", add_many, self);
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
  g_assert_cmpuint(rows_of(self->hashes), ==, 80);
  g_assert_cmpuint(rows_of(self->keys), ==, 80);
}

static void
test_a_row_that_cannot_be_read_is_an_error(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const REST[] = { "\"ends\":\"soon\"", "\"ends\":7", "\"revoked\":\"\"", "\"revoked\":true", "\"restricted\":\"yes\"",
    "\"breakGlass\":1", "\"room\":null", "\"label\":[]", "\"ends\":\"2026-12-10\"" };
  for (guint i = 0; i < G_N_ELEMENTS(REST); i++) {
    g_autofree char *hex = g_strnfill(64, 'a');
    g_autofree char *text = g_strdup_printf("[{\"site\":\"\",\"role\":\"clerk\",\"sha256\":\"%s\",%s}]", hex, REST[i]);
    g_assert_true(g_file_set_contents(self->hashes, text, -1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) keys = key_store_read(self->folder, &error);
    g_assert_null(keys);
    g_assert_nonnull(strstr(error->message, "credentials.json: row 1"));
    StoredKey wanted = { .role = ROLE_CLERK };
    char key[KEY_TEXT_MAX];
    g_assert_false(key_store_add(self->folder, &wanted, 1000, key, NULL));
    g_autofree char *after = NULL;
    g_assert_true(g_file_get_contents(self->hashes, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, text);
  }
}

#define ADD(name) g_test_add("/signaling/key_store/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(a_key_made_beside_a_running_bridge_opens);
  ADD(what_the_file_says_of_a_key_survives_a_change);
  ADD(a_revoked_key_opens_nothing_nor_do_its_cookies);
  ADD(a_restart_does_not_let_the_revoked_in_again);
  ADD(ids_that_name_no_key_or_several_are_refused);
  ADD(a_keys_text_can_be_shown_again_until_it_is_revoked_or_the_file_is_gone);
  ADD(a_break_glass_key_ends_by_itself_and_is_kept_nowhere);
  ADD(a_key_of_an_unknown_room_opens_nothing);
  ADD(writers_at_once_lose_nothing);
  ADD(a_row_that_cannot_be_read_is_an_error);
  return g_test_run();
}
