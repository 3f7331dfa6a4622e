/* tests/recorder/test_journal.c - lines in their chain, over crashes and against forgery. */
#include "recorder/journal.h"
#include "recorder/recorder_error.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct { char *directory, *path; } Place;

static void
set_up(Place *place, gconstpointer unused)
{
  (void)unused;
  place->directory = g_dir_make_tmp("journal-XXXXXX", NULL);
  place->path = g_build_filename(place->directory, "journal.jsonl", NULL);
}

static void
tear_down(Place *place, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GDir) dir = g_dir_open(place->directory, 0, NULL);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *path = g_build_filename(place->directory, name, NULL);
    g_unlink(path);
  }
  g_rmdir(place->directory);
  g_free(place->directory);
  g_free(place->path);
}

static void
write_lines(const char *path, guint count)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Journal) journal = journal_open(path, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < count; i++) {
    json_t *fields = json_pack("{s:s, s:i, s:s}", "site", "h-gia-bình", "n", i, "seq", "overwritten");
    g_assert_true(journal_append(journal, i % 3 == 0 ? "speaker" : "site.joined", i * 40001, fields, &error));
    g_assert_no_error(error);
  }
}

static guint
count_lines(const char *path, guint *broken)
{
  g_autoptr(GError) error = NULL;
  json_t *lines = journal_read(path, broken, &error);
  g_assert_no_error(error);
  guint count = (guint)json_array_size(lines);
  json_decref(lines);
  return count;
}

static void
test_chain_goes_on(Place *place, gconstpointer unused)
{
  (void)unused;
  guint broken = 0;
  write_lines(place->path, 5);
  write_lines(place->path, 4);
  g_assert_cmpuint(count_lines(place->path, &broken), ==, 9);
  g_assert_cmpuint(broken, ==, 0);
  json_t *lines = journal_read(place->path, &broken, NULL);
  g_assert_cmpint(json_integer_value(json_object_get(json_array_get(lines, 8), "seq")), ==, 9);
  g_assert_cmpfloat(json_real_value(json_object_get(json_array_get(lines, 8), "mediaTime")), ==, 0.120);
  g_assert_cmpint(journal_time_ms(json_string_value(json_object_get(json_array_get(lines, 8), "time"))), >, 0);
  json_decref(lines);
}

static void
test_lines_are_canonical(Place *place, gconstpointer unused)
{
  (void)unused;
  write_lines(place->path, 1);
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
  g_assert_true(g_str_has_prefix(text, "{\"event\":\"speaker\",\"mediaTime\":0.0,\"n\":0,\"previous\":\"0000"));
  g_assert_nonnull(strstr(text, "\"seq\":1,\"site\":\"h-gia-bình\",\"time\":\""));
}

static void
test_torn_line_is_kept_aside(Place *place, gconstpointer unused)
{
  (void)unused;
  write_lines(place->path, 3);
  g_autofree char *text = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(place->path, &text, &size, NULL));
  g_assert_true(g_file_set_contents(place->path, text, (gssize)size - 20, NULL));
  guint broken = 0;
  g_assert_cmpuint(count_lines(place->path, &broken), ==, 2);
  g_assert_cmpuint(broken, ==, 3);
  write_lines(place->path, 1);
  g_assert_cmpuint(count_lines(place->path, &broken), ==, 3);
  g_assert_cmpuint(broken, ==, 0);
  g_autofree char *aside = g_strconcat(place->path, ".torn-1", NULL);
  g_autofree char *torn = NULL;
  g_assert_true(g_file_get_contents(aside, &torn, NULL, NULL));
  g_assert_nonnull(strstr(text, torn));
}

/* Any flipped byte, any dropped or swapped line is found, and nothing is appended to it. */
static void
test_forgery_is_found_and_refused(Place *place, gconstpointer unused)
{
  (void)unused;
  write_lines(place->path, 6);
  g_autofree char *text = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(place->path, &text, &size, NULL));
  /* the last line's own content is held by no next line: the segment and bag hashes hold it */
  gsize last = (gsize)(g_strrstr_len(text, (gssize)size - 1, "\n") - text) + 1;
  for (gsize at = 0; at < last; at += 7) {
    guint broken = 0;
    text[at] ^= 0x04;
    g_assert_true(g_file_set_contents(place->path, text, (gssize)size, NULL));
    g_assert_cmpuint(count_lines(place->path, &broken), <, 6);
    g_assert_cmpuint(broken, >, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(journal_open(place->path, &error));
    g_assert_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL);
    text[at] ^= 0x04;
  }
  char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
  memmove(second, third, size - (gsize)(third - text));
  g_assert_true(g_file_set_contents(place->path, text, (gssize)(size - (gsize)(third - second)), NULL));
  guint broken = 0;
  g_assert_cmpuint(count_lines(place->path, &broken), ==, 1);
  g_assert_cmpuint(broken, ==, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/recorder/journal/" name, Place, NULL, set_up, function, tear_down)
  ADD("chain_goes_on_after_opening_again", test_chain_goes_on);
  ADD("lines_are_sorted_compact_utf8", test_lines_are_canonical);
  ADD("torn_last_line_is_kept_aside", test_torn_line_is_kept_aside);
  ADD("forgery_is_found_and_refused", test_forgery_is_found_and_refused);
  return g_test_run();
}
