/* tests/mcu/test_session_store.c - what is open is known to the next process, whatever became of the file. */
#include "mcu/disk_watch.h"
#include "mcu/session_store.h"
#include <glib/gstdio.h>

static char *
new_dir(void)
{
  return g_dir_make_tmp("diemcau-store-XXXXXX", NULL);
}

static void
remove_dir(char *dir)
{
  static const char *const FILES[] = { "sessions.json", "sessions.json.new", "sessions.json.unreadable" };
  for (guint i = 0; i < G_N_ELEMENTS(FILES); i++) {
    g_autofree char *path = g_build_filename(dir, FILES[i], NULL);
    g_unlink(path);
  }
  g_assert_cmpint(g_rmdir(dir), ==, 0);
  g_free(dir);
}

static void
test_the_last_change_is_what_the_next_process_finds(void)
{
  assert_on_control();
  char *dir = new_dir();
  SessionStore *store = session_store_open(dir);
  g_assert_null(session_store_get(store, "a"));
  for (int i = 0; i < 50; i++)
    session_store_put(store, "a", json_pack("{s:i}", "cases", i));
  session_store_put(store, "b", json_object());
  session_store_free(store);
  store = session_store_open(dir);
  g_assert_cmpint(json_integer_value(json_object_get(session_store_get(store, "a"), "cases")), ==, 49);
  session_store_put(store, "a", NULL);
  session_store_free(store);
  store = session_store_open(dir);
  g_assert_null(session_store_get(store, "a"));
  g_assert_nonnull(session_store_get(store, "b"));
  session_store_free(store);
  remove_dir(dir);
}

static void
test_a_broken_file_is_kept_and_does_not_stop_the_bridge(void)
{
  assert_on_control();
  static const char *const BROKEN[] = { "", "{", "[]", "{\"sessions\": 3}" };
  for (guint i = 0; i < G_N_ELEMENTS(BROKEN); i++) {
    char *dir = new_dir();
    g_autofree char *path = g_build_filename(dir, "sessions.json", NULL), *aside = g_strconcat(path, ".unreadable", NULL);
    g_assert_true(g_file_set_contents(path, BROKEN[i], -1, NULL));
    g_test_expect_message("diemcau", G_LOG_LEVEL_WARNING, "*is not readable*");
    g_autoptr(SessionStore) store = session_store_open(dir);
    g_test_assert_expected_messages();
    g_assert_null(session_store_get(store, "a"));
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(aside, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, BROKEN[i]);
    remove_dir(dir);
  }
}

static void
test_disk_levels_have_their_bounds(void)
{
  assert_on_control();
  static const struct { double free; DiskLevel level; } ROWS[] = {
    { 100, DISK_LEVEL_OK }, { 20, DISK_LEVEL_OK }, { 19.9, DISK_LEVEL_WARN }, { 10, DISK_LEVEL_WARN },
    { 9.9, DISK_LEVEL_ALARM }, { 5, DISK_LEVEL_ALARM }, { 4.9, DISK_LEVEL_REFUSE }, { 0, DISK_LEVEL_REFUSE },
  };
  DiskSpace space = { 0 };
  g_assert_cmpint(disk_level(&space), ==, DISK_LEVEL_UNKNOWN);
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    space = (DiskSpace) { .is_known = true, .free_percent = ROWS[i].free };
    g_assert_cmpint(disk_level(&space), ==, ROWS[i].level);
  }
  space = disk_space_read("/no/such/directory/yet");
  g_assert_true(space.is_known);
  g_assert_cmpuint(space.total_bytes, >, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  thread_role_enter(THREAD_ROLE_CONTROL);
#define ADD(name) g_test_add_func("/mcu/session_store/" #name, test_##name)
  ADD(the_last_change_is_what_the_next_process_finds);
  ADD(a_broken_file_is_kept_and_does_not_stop_the_bridge);
  ADD(disk_levels_have_their_bounds);
  return g_test_run();
}
