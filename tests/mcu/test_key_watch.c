/* tests/mcu/test_key_watch.c - what `diemcau key` changes on the disk reaches the running bridge. */
#include "mcu/key_watch.h"
#include "media/base/clock.h"
#include "signaling/key_store.h"
#include <glib/gstdio.h>
#include <string.h>

static const CredentialSeed SEEDS[] = { { "hub", ROLE_CHAIR, "phong", false }, { "", ROLE_VIEWER, NULL, false } };

typedef struct {
  char        *folder, *hashes;
  Credentials *credentials;
  KeyWatch    *watch;
  guint        n_ended;
} Fixture;

static void
on_end(G_GNUC_UNUSED const char *key_id, G_GNUC_UNUSED CredentialsEnd why, gpointer user)
{
  ((Fixture *)user)->n_ended++;
}

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(GError) error = NULL;
  self->folder = g_dir_make_tmp("diemcau-watch-XXXXXX", NULL);
  self->hashes = g_build_filename(self->folder, "credentials.json", NULL);
  self->credentials = credentials_open(self->folder, SEEDS, G_N_ELEMENTS(SEEDS), &error);
  g_assert_no_error(error);
  credentials_on_end(self->credentials, on_end, self);
  self->watch = key_watch_new(self->folder, self->credentials);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  key_watch_free(self->watch);
  credentials_free(self->credentials);
  for (const char *const *name = (const char *const[]) { "keys.json", "credentials.json", "keys.lock", NULL }; *name != NULL; name++) {
    g_autofree char *path = g_build_filename(self->folder, *name, NULL);
    g_unlink(path);
  }
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_free(self->folder);
  g_free(self->hashes);
}

/* Runs the loop until the key opens something, or nothing. */
static void
wait_until_live(const Fixture *self, const char *key_id, bool is_live) ON_CONTROL
{
  gint64 deadline_us = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
  while (credentials_is_live(self->credentials, key_id, clock_now_us()) != is_live) {
    g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
    g_main_context_iteration(NULL, TRUE);  /* the watch ticks every second */
  }
}

static StoredKey
add(const Fixture *self, StoredKey wanted)
{
  char text[KEY_TEXT_MAX];
  g_autoptr(GError) error = NULL;
  g_assert_true(key_store_add(self->folder, &wanted, clock_wall_us() / G_USEC_PER_SEC, text, &error));
  return wanted;
}

static void
test_keys_come_and_go_while_the_bridge_runs(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  for (int i = 0; i < 3; i++) {
    StoredKey key = add(self, (StoredKey) { .role = ROLE_VIEWER }), gone;
    wait_until_live(self, key.key_id, true);
    g_assert_cmpuint(self->n_ended, ==, i);
    g_assert_true(key_store_revoke(self->folder, key.key_id, clock_wall_us() / G_USEC_PER_SEC, &gone, NULL));
    wait_until_live(self, key.key_id, false);
    g_assert_cmpuint(self->n_ended, ==, i + 1);
  }
}

static void
test_a_key_whose_time_is_up_is_told_of_without_a_change(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  StoredKey key = add(self, (StoredKey) { .role = ROLE_VIEWER, .ends_s = clock_wall_us() / G_USEC_PER_SEC + 3 });
  wait_until_live(self, key.key_id, true);
  wait_until_live(self, key.key_id, false);
  gint64 deadline_us = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
  while (self->n_ended == 0) {
    g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
    g_main_context_iteration(NULL, TRUE);
  }
}

static void
test_a_file_that_is_broken_or_gone_ends_no_key(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  StoredKey key = add(self, (StoredKey) { .role = ROLE_VIEWER });
  wait_until_live(self, key.key_id, true);
  g_autofree char *good = NULL;
  g_assert_true(g_file_get_contents(self->hashes, &good, NULL, NULL));
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "keys: *not a JSON array*they stay as they were");
  g_assert_true(g_file_set_contents(self->hashes, "{", -1, NULL));
  for (gint64 end_us = g_get_monotonic_time() + 3 * G_USEC_PER_SEC; g_get_monotonic_time() < end_us;)
    g_main_context_iteration(NULL, TRUE);
  g_test_assert_expected_messages();
  g_assert_true(credentials_is_live(self->credentials, key.key_id, clock_now_us()));
  g_assert_true(g_file_set_contents(self->hashes, good, -1, NULL));
  StoredKey next = add(self, (StoredKey) { .role = ROLE_VIEWER });
  wait_until_live(self, next.key_id, true);
  g_assert_cmpuint(self->n_ended, ==, 0);
}

#define ADD(name) g_test_add("/mcu/key_watch/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(keys_come_and_go_while_the_bridge_runs);
  ADD(a_key_whose_time_is_up_is_told_of_without_a_change);
  ADD(a_file_that_is_broken_or_gone_ends_no_key);
  return g_test_run();
}
