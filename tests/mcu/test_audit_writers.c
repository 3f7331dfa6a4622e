/* tests/mcu/test_audit_writers.c - several writers of the audit log keep its chain one. */
#include "mcu/audit_log.h"
#include "recorder/journal.h"
#include <glib/gstdio.h>
#include <string.h>

static void
append(AuditLog *log, const char *who)
{
  g_autoptr(GError) error = NULL;
  AuditEntry entry = { .action = "key.add", .role = "machine", .key_id = "", .peer = who, .object = "0123 site a" };
  g_assert_true(audit_log_append(log, &entry, &error));
  g_assert_no_error(error);
}

/* Asserts that the chain holds. Returns: the lines. */
static gsize
count_lines(const char *path)
{
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, NULL);
  gsize n = json_array_size(lines);
  g_assert_cmpuint(broken, ==, 0);
  json_decref(lines);
  return n;
}

static void
test_two_logs_take_turns(void)
{
  g_autofree char *folder = g_dir_make_tmp("diemcau-audit-XXXXXX", NULL), *path = g_build_filename(folder, "audit.jsonl", NULL);
  g_autofree char *lock = g_strconcat(path, ".lock", NULL);
  AuditLog *bridge = audit_log_new(path), *hand = audit_log_new(path);
  for (int i = 0; i < 3; i++) {
    append(bridge, "10.0.0.1");
    append(bridge, "10.0.0.1");
    append(hand, "root");
  }
  audit_log_free(bridge);
  audit_log_free(hand);
  g_assert_cmpuint(count_lines(path), ==, 9);
  json_t *lines = journal_read(path, &(guint) { 0 }, NULL);
  const json_t *last = json_array_get(lines, 8);
  g_assert_cmpstr(json_string_value(json_object_get(last, "peer")), ==, "root");
  g_assert_cmpstr(json_string_value(json_object_get(last, "object")), ==, "0123 site a");
  json_decref(lines);
  g_unlink(path);
  g_unlink(lock);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static gpointer
append_many(gpointer path)
{
  g_autoptr(AuditLog) log = audit_log_new(path);
  for (int i = 0; i < 15; i++)
    append(log, "root");
  return NULL;
}

static void
test_writers_at_once_break_no_chain(void)
{
  g_autofree char *folder = g_dir_make_tmp("diemcau-audit-XXXXXX", NULL), *path = g_build_filename(folder, "audit.jsonl", NULL);
  g_autofree char *lock = g_strconcat(path, ".lock", NULL);
  GThread *threads[3];
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("writer", append_many, path);
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
  g_assert_cmpuint(count_lines(path), ==, 45);
  g_unlink(path);
  g_unlink(lock);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/audit_writers/two_logs_take_turns", test_two_logs_take_turns);
  g_test_add_func("/mcu/audit_writers/writers_at_once_break_no_chain", test_writers_at_once_break_no_chain);
  return g_test_run();
}
