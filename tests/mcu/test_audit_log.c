/* tests/mcu/test_audit_log.c - every act is in the log, in order and chained; what is lost is counted. */
#include "mcu/audit_log.h"
#include "recorder/journal.h"
#include <glib/gstdio.h>
#include <string.h>

static char *directory, *path;

static AuditEntry
act(const char *action, const char *object)
{
  return (AuditEntry) { .action = action, .role = "chair", .key_id = "0123", .peer = "127.0.0.1", .by = "hub", .room = "r",
                        .object = object };
}

static json_t *
read_log(void)
{
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, NULL);
  g_assert_nonnull(lines);
  g_assert_cmpuint(broken, ==, 0);
  return lines;
}

static const char *
text(const json_t *lines, guint line, const char *key)
{
  return json_string_value(json_object_get(json_array_get(lines, line), key));
}

static void
test_posted_lines_are_written_in_order_and_chained(void)
{
  AuditLog *log = audit_log_new(path);
  for (guint i = 0; i < 50; i++) {
    g_autofree char *object = g_strdup_printf("%u", i);
    AuditEntry entry = act("site.mute", object);
    audit_log_post(log, &entry);  /* the texts need not outlive the call */
  }
  audit_log_free(log);  /* writes what still waits */
  json_t *lines = read_log();
  g_assert_cmpuint(json_array_size(lines), ==, 50);
  for (guint i = 0; i < 50; i++)
    g_assert_cmpint(g_ascii_strtoll(text(lines, i, "object"), NULL, 10), ==, i);
  g_assert_cmpstr(text(lines, 0, "event"), ==, "site.mute");
  g_assert_cmpstr(text(lines, 0, "by"), ==, "hub");
  g_assert_cmpstr(text(lines, 0, "room"), ==, "r");
  g_assert_cmpstr(text(lines, 0, "key"), ==, "0123");
  g_assert_nonnull(text(lines, 0, "at"));
  g_assert_null(json_object_get(json_array_get(lines, 0), "site"));
  json_decref(lines);
  g_unlink(path);
}

static gpointer
append_many(gpointer data)
{
  AuditLog *log = data;
  for (guint i = 0; i < 40; i++) {
    AuditEntry entry = { .action = "recording.view", .role = "clerk", .key_id = "4567", .peer = "::1", .recording = "id" };
    g_assert_true(audit_log_append(log, &entry, NULL));
  }
  return NULL;
}

static void
test_rooms_and_recordings_share_one_chain(void)
{
  AuditLog *log = audit_log_new(path);
  GThread *clerk = g_thread_new("clerk", append_many, log);
  for (guint i = 0; i < 40; i++) {
    AuditEntry entry = act("floor.give", NULL);
    audit_log_post(log, &entry);
  }
  g_thread_join(clerk);
  audit_log_free(log);
  json_t *lines = read_log();
  g_assert_cmpuint(json_array_size(lines), ==, 80);
  json_decref(lines);
  g_unlink(path);
}

static void
test_a_line_that_is_lost_is_counted_and_told_of_once(void)
{
  g_mkdir(path, 0700);  /* a folder where the log should be */
  AuditLog *log = audit_log_new(path);
  for (guint i = 0; i < 5; i++) {
    AuditEntry entry = act("site.remove", NULL);
    audit_log_post(log, &entry);
  }
  while (audit_log_figures(log).pending > 0)
    g_usleep(1000);
  g_assert_cmpuint(audit_log_figures(log).lost, ==, 5);
  AuditEntry entry = act("site.remove", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_false(audit_log_append(log, &entry, &error));
  g_assert_nonnull(error);
  g_rmdir(path);
  g_assert_true(audit_log_append(log, &entry, NULL));  /* the disk is back */
  g_assert_cmpuint(audit_log_figures(log).lost, ==, 5);
  audit_log_free(log);
  json_t *lines = read_log();
  g_assert_cmpuint(json_array_size(lines), ==, 1);
  json_decref(lines);
  g_unlink(path);
}

static guint n_told;

static void
count_criticals(G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level, const char *message,
                G_GNUC_UNUSED gpointer user)
{
  g_assert_nonnull(strstr(message, "is not written down"));
  n_told++;
}

static void
test_with_criticals_counted(void)
{
  guint handler = g_log_set_handler("diemcau", G_LOG_LEVEL_CRITICAL, count_criticals, NULL);
  GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_FATAL_MASK);
  test_a_line_that_is_lost_is_counted_and_told_of_once();
  g_log_set_always_fatal(fatal);
  g_log_remove_handler("diemcau", handler);
  g_assert_cmpuint(n_told, ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  directory = g_dir_make_tmp("diemcau-audit-XXXXXX", NULL);
  path = g_build_filename(directory, "audit.jsonl", NULL);
  g_test_add_func("/mcu/audit_log/posted_lines_are_written_in_order_and_chained", test_posted_lines_are_written_in_order_and_chained);
  g_test_add_func("/mcu/audit_log/rooms_and_recordings_share_one_chain", test_rooms_and_recordings_share_one_chain);
  g_test_add_func("/mcu/audit_log/a_line_that_is_lost_is_counted_and_told_of_once", test_with_criticals_counted);
  int result = g_test_run();
  g_rmdir(directory);
  g_free(path);
  g_free(directory);
  return result;
}
