/* tests/signaling/test_credentials.c - unit tests of signaling/credentials and key_store. */
#include "signaling/credentials.h"
#include "signaling/key_store.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static const CredentialSeed SEEDS[] = {
  { "hub", ROLE_CHAIR }, { "tu-son", ROLE_SITE }, { "", ROLE_TECHNICIAN }, { "gia-binh", ROLE_SITE } };

typedef struct {
  char *folder, *keys, *hashes;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *top = g_dir_make_tmp("diemcau-keys-XXXXXX", NULL);
  self->folder = g_build_filename(top, "state", NULL);  /* to be made */
  self->keys = g_build_filename(self->folder, "keys.json", NULL);
  self->hashes = g_build_filename(self->folder, "credentials.json", NULL);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *top = g_path_get_dirname(self->folder);
  g_unlink(self->keys);
  g_unlink(self->hashes);
  g_autofree char *lock = g_build_filename(self->folder, "keys.lock", NULL);
  g_unlink(lock);
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_rmdir(top);
  g_free(self->folder);
  g_free(self->keys);
  g_free(self->hashes);
}

static Credentials *
open_with(const Fixture *self, guint n_seeds)
{
  assert_on_control();
  g_autoptr(GError) error = NULL;
  Credentials *credentials = credentials_open(self->folder, SEEDS, n_seeds, &error);
  g_assert_no_error(error);
  return credentials;
}

static char *
key_of(const Fixture *self, const char *site)
{
  json_t *rows = json_load_file(self->keys, 0, NULL);
  char *key = NULL;
  for (gsize i = 0; i < json_array_size(rows); i++) {
    const json_t *row = json_array_get(rows, i);
    if (strcmp(json_string_value(json_object_get(row, "site")), site) == 0)
      key = g_strdup(json_string_value(json_object_get(row, "key")));
  }
  json_decref(rows);
  return key;
}

static Identity
identity_of(const Fixture *self, Credentials *credentials, const char *site) ON_CONTROL
{
  g_autofree char *key = key_of(self, site);
  Identity identity;
  g_assert_true(credentials_check_key(credentials, key, "10.0.0.1", 0, &identity));
  return identity;
}

static void
test_first_start_makes_a_key_for_each_seed(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  credentials_free(open_with(self, 3));
  json_t *rows = json_load_file(self->keys, 0, NULL);
  g_assert_cmpuint(json_array_size(rows), ==, 3);
  for (guint i = 0; i < 3; i++) {
    const json_t *row = json_array_get(rows, i);
    const char *key = json_string_value(json_object_get(row, "key"));
    g_assert_cmpstr(json_string_value(json_object_get(row, "site")), ==, SEEDS[i].site);
    g_assert_cmpuint(json_object_size(row), ==, 3);
    g_assert_cmpuint(strlen(key), ==, 26);
    g_assert_cmpuint(strspn(key, "abcdefghijklmnopqrstuvwxyz234567"), ==, 26);
  }
  json_decref(rows);
  struct stat status;
  g_assert_cmpint(stat(self->keys, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  g_assert_cmpint(stat(self->hashes, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  g_assert_cmpint(stat(self->folder, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0700);
}

static void
test_hashes_are_all_that_is_kept(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  credentials_free(open_with(self, 3));
  g_autofree char *key = key_of(self, "tu-son");
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(self->hashes, &text, NULL, NULL));
  g_assert_null(strstr(text, key));
  g_assert_cmpint(g_unlink(self->keys), ==, 0);
  g_autoptr(Credentials) second = open_with(self, 3);
  g_assert_false(g_file_test(self->keys, G_FILE_TEST_EXISTS));
  Identity identity;
  g_assert_true(credentials_check_key(second, key, "10.0.0.1", 0, &identity));
  g_assert_cmpint(identity.role, ==, ROLE_SITE);
  g_assert_cmpstr(identity.site, ==, "tu-son");
  g_assert_cmpuint(strlen(identity.key_id), ==, 16);
  g_assert_null(strstr(key, identity.key_id));
}

static void
test_a_new_site_gets_a_key_and_the_others_keep_theirs(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  credentials_free(open_with(self, 3));
  g_autofree char *before = key_of(self, "tu-son");
  g_autoptr(Credentials) second = open_with(self, 4);
  g_autofree char *after = key_of(self, "tu-son");
  g_autofree char *new_key = key_of(self, "gia-binh");
  g_assert_cmpstr(before, ==, after);
  Identity identity;
  g_assert_true(credentials_check_key(second, new_key, "10.0.0.1", 0, &identity));
  g_assert_true(credentials_check_key(second, before, "10.0.0.1", 0, &identity));
  g_assert_cmpstr(identity.site, ==, "tu-son");
}

static void
test_a_key_of_a_site_no_longer_configured_admits_nobody(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  credentials_free(open_with(self, 4));
  g_autofree char *key = key_of(self, "gia-binh");
  g_autoptr(Credentials) second = open_with(self, 3);
  Identity identity;
  g_assert_false(credentials_check_key(second, key, "10.0.0.1", 0, &identity));
  g_autoptr(Credentials) third = open_with(self, 4);
  g_assert_true(credentials_check_key(third, key, "10.0.0.1", 0, &identity));
}

static void
test_without_its_hash_a_key_is_replaced(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  credentials_free(open_with(self, 3));
  g_autofree char *old_key = key_of(self, "hub");
  g_unlink(self->hashes);  /* or: a crash came between the two files */
  g_autoptr(Credentials) second = open_with(self, 3);
  g_autofree char *new_key = key_of(self, "hub");
  g_assert_cmpstr(old_key, !=, new_key);
  Identity identity;
  g_assert_false(credentials_check_key(second, old_key, "10.0.0.1", 0, &identity));
  g_assert_true(credentials_check_key(second, new_key, "10.0.0.1", 0, &identity));
  json_t *rows = json_load_file(self->keys, 0, NULL);
  g_assert_cmpuint(json_array_size(rows), ==, 3);
  json_decref(rows);
}

static void
test_a_broken_file_is_an_error_and_stays_as_it_is(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  static const char *const BROKEN[] = { "{", "{}", "[1]", "[{\"site\":\"hub\",\"role\":\"chair\"}]",
    "[{\"site\":\"hub\",\"role\":\"king\",\"sha256\":\"00\"}]", "[]]" };
  g_mkdir_with_parents(self->folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS(BROKEN); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(self->hashes, BROKEN[i], -1, NULL));
    g_assert_null(credentials_open(self->folder, SEEDS, 3, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "credentials.json"));
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(self->hashes, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, BROKEN[i]);
    g_assert_false(g_file_test(self->keys, G_FILE_TEST_EXISTS));
  }
}

static void
test_keys_may_be_typed_with_capitals_and_hyphens(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_with(self, 3);
  g_autofree char *key = key_of(self, "hub");
  g_autofree char *capitals = g_ascii_strup(key, -1);
  g_autofree char *typed = g_strdup_printf("%.4s-%.4s-%s", capitals, capitals + 4, capitals + 8);
  Identity identity;
  g_assert_true(credentials_check_key(credentials, typed, "10.0.0.1", 0, &identity));
  g_autofree char *longer = g_strconcat(key, "a", NULL);
  g_assert_false(credentials_check_key(credentials, longer, "10.0.0.1", 0, &identity));
  key[25] = '\0';
  g_assert_false(credentials_check_key(credentials, key, "10.0.0.1", 0, &identity));
  g_assert_false(credentials_check_key(credentials, "", "10.0.0.1", 0, &identity));
  g_autofree char *endless = g_strnfill(100000, 'a');
  g_assert_false(credentials_check_key(credentials, endless, "10.0.0.1", 0, &identity));
}

static void
test_failures_slow_an_address_but_not_its_right_keys(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_with(self, 3);
  g_autofree char *key = key_of(self, "hub");
  Identity identity;
  guint retry_s = 99;
  for (int i = 0; i < CREDENTIALS_FAILURES_BURST; i++) {
    g_assert_false(credentials_is_limited(credentials, "10.0.0.1", 0, &retry_s));
    g_assert_false(credentials_check_key(credentials, "wrong", "10.0.0.1", 0, &identity));
  }
  g_assert_true(credentials_is_limited(credentials, "10.0.0.1", 0, &retry_s));
  g_assert_cmpuint(retry_s, ==, 6);
  g_assert_false(credentials_is_limited(credentials, "10.0.0.2", 0, &retry_s));
  g_assert_true(credentials_check_key(credentials, key, "10.0.0.1", 0, &identity));
  g_assert_false(credentials_is_limited(credentials, "10.0.0.1", CREDENTIALS_FAILURE_REFILL_US, &retry_s));
  g_assert_cmpuint(credentials_failures(credentials), ==, CREDENTIALS_FAILURES_BURST);
}

static void
test_failures_are_counted_by_claimed_site(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_with(self, 3);
  g_autofree char *key = key_of(self, "hub");
  Identity identity;
  g_assert_true(credentials_check_site_key(credentials, "hub", key, "10.0.0.1", 0, &identity));
  g_assert_false(credentials_check_site_key(credentials, "tu-son", key, "10.0.0.1", 0, &identity));
  for (int i = 1; i < CREDENTIALS_FAILURES_BURST; i++) {
    g_autofree char *peer = g_strdup_printf("10.0.1.%d", i);  /* from everywhere */
    g_assert_false(credentials_check_site_key(credentials, "tu-son", "wrong", peer, 0, &identity));
  }
  g_assert_true(credentials_is_site_limited(credentials, "tu-son", 0, NULL));
  g_assert_false(credentials_is_site_limited(credentials, "hub", 0, NULL));
}

static void
test_who_goes_on_failing_is_locked_out_until_time_passes(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_with(self, 3);
  Identity identity;
  guint retry_s = 0;
  for (int i = 0; i < CREDENTIALS_LOCKOUT_BURST; i++) {
    g_assert_false(credentials_is_locked_out(credentials, "10.0.0.1", 0, NULL));
    g_assert_false(credentials_check_key(credentials, "wrong", "10.0.0.1", 0, &identity));
  }
  g_assert_true(credentials_is_locked_out(credentials, "10.0.0.1", 0, &retry_s));
  g_assert_cmpuint(retry_s, ==, CREDENTIALS_LOCKOUT_REFILL_US / G_USEC_PER_SEC);
  g_assert_false(credentials_is_locked_out(credentials, "10.0.0.2", 0, NULL));
  g_assert_false(credentials_is_locked_out(credentials, "10.0.0.1", CREDENTIALS_LOCKOUT_REFILL_US, NULL));
}

static void
test_an_address_with_a_right_key_of_late_is_never_locked_out(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  const gint64 day_us = (gint64)CREDENTIALS_COOKIE_LIFE_S * G_USEC_PER_SEC;
  g_autoptr(Credentials) credentials = open_with(self, 3);
  Identity identity = identity_of(self, credentials, "tu-son");  /* from 10.0.0.1, at 0 */
  for (int i = 0; i < 2 * CREDENTIALS_LOCKOUT_BURST; i++)
    g_assert_false(credentials_check_key(credentials, "wrong", "10.0.0.1", day_us - 1, &identity));
  g_assert_false(credentials_is_locked_out(credentials, "10.0.0.1", day_us - 1, NULL));
  g_assert_true(credentials_is_locked_out(credentials, "10.0.0.1", day_us, NULL));
}

static void
test_cookies_end_by_time_and_by_logout(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  const gint64 life_us = (gint64)CREDENTIALS_COOKIE_LIFE_S * G_USEC_PER_SEC;
  g_autoptr(Credentials) credentials = open_with(self, 3);
  Identity hub = identity_of(self, credentials, "hub"), identity;
  char first[33], second[33];
  credentials_login(credentials, &hub, 0, first);
  credentials_login(credentials, &hub, 10, second);
  g_assert_cmpuint(strlen(first), ==, 32);
  g_assert_cmpstr(first, !=, second);
  g_assert_true(credentials_check_cookie(credentials, first, life_us - 1, &identity));
  g_assert_cmpstr(identity.site, ==, "hub");
  g_assert_false(credentials_check_cookie(credentials, first, life_us, &identity));
  g_assert_false(credentials_check_cookie(credentials, first, 0, &identity));
  g_assert_true(credentials_check_cookie(credentials, second, 0, &identity));
  credentials_logout(credentials, second);
  credentials_logout(credentials, second);
  g_assert_false(credentials_check_cookie(credentials, second, 0, &identity));
  for (const char *const *bad = (const char *const[]) { "", "x", "00000000000000000000000000000000", NULL };
       *bad != NULL; bad++)
    g_assert_false(credentials_check_cookie(credentials, *bad, 0, &identity));
}

static void
test_the_oldest_of_too_many_cookies_is_forgotten(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(Credentials) credentials = open_with(self, 3);
  Identity hub = identity_of(self, credentials, "hub"), identity;
  char first[33], second[33], token[33];
  credentials_login(credentials, &hub, 0, first);
  credentials_login(credentials, &hub, 0, second);
  for (int i = 1; i < CREDENTIALS_COOKIES_MAX; i++)
    credentials_login(credentials, &hub, 0, token);
  g_assert_false(credentials_check_cookie(credentials, first, 0, &identity));
  g_assert_true(credentials_check_cookie(credentials, second, 0, &identity));
}

#define ADD(name) g_test_add("/signaling/credentials/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(first_start_makes_a_key_for_each_seed);
  ADD(hashes_are_all_that_is_kept);
  ADD(a_new_site_gets_a_key_and_the_others_keep_theirs);
  ADD(a_key_of_a_site_no_longer_configured_admits_nobody);
  ADD(without_its_hash_a_key_is_replaced);
  ADD(a_broken_file_is_an_error_and_stays_as_it_is);
  ADD(keys_may_be_typed_with_capitals_and_hyphens);
  ADD(failures_slow_an_address_but_not_its_right_keys);
  ADD(failures_are_counted_by_claimed_site);
  ADD(who_goes_on_failing_is_locked_out_until_time_passes);
  ADD(an_address_with_a_right_key_of_late_is_never_locked_out);
  ADD(cookies_end_by_time_and_by_logout);
  ADD(the_oldest_of_too_many_cookies_is_forgotten);
  return g_test_run();
}
