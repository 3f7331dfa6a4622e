/* tests/recorder/test_recording_index.c - the index over made-up bags. */
#include "recorder/recording_index.h"
#include "recorder/text_fold.h"
#include "tests/recorder/sample_bag.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const SampleBag FIRST = { "11111111-1111-4111-8111-111111111111", "2026-09-10T07:30:00.000+07:00", "tiep-dan", "Tiếp dân tỉnh", 10, 1, 10 };
static const SampleBag SECOND = { "22222222-2222-4222-8222-222222222222", "2026-12-10T07:30:00.000+07:00", "tiep-dan", "Tiếp dân tỉnh", 20, 100, 10 };

typedef struct {
  char *top, *root, *fallback, *database, *first, *second;
  RecordingIndex *index;
} Fixture;

static void
open_index(Fixture *self)
{
  g_autoptr(GError) error = NULL;
  self->index = recording_index_open(self->database, (const char *const[]) { self->root, self->fallback, NULL }, &error);
  g_assert_no_error(error);
  g_assert_true(recording_index_sync(self->index, &error));
  g_assert_no_error(error);
}

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  self->top = g_dir_make_tmp("diemcau-index-XXXXXX", NULL);
  self->root = g_build_filename(self->top, "recordings", NULL);
  self->fallback = g_build_filename(self->top, "fallback", NULL);
  self->database = g_build_filename(self->top, "state", "recordings.sqlite", NULL);
  self->first = sample_bag_write(self->root, &FIRST);
  self->second = sample_bag_write(self->root, &SECOND);
  open_index(self);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  recording_index_close(self->index);
  sample_bag_remove(self->top);
  char *texts[] = { self->top, self->root, self->fallback, self->database, self->first, self->second };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
}

static json_t *
search(Fixture *self, const RecordingQuery *query)
{
  g_autoptr(GError) error = NULL;
  json_t *found = recording_index_search(self->index, query, &error);
  g_assert_no_error(error);
  return found;
}

static int
total(Fixture *self, const RecordingQuery *query)
{
  json_t *found = search(self, query);
  int n = (int)json_integer_value(json_object_get(found, "total"));
  json_decref(found);
  return n;
}

#define TOTAL(...) total(self, &(RecordingQuery) { __VA_ARGS__ })

static void
test_letters_are_folded(void)
{
  static const char *const CASES[][2] = {
    { "Đất đai", "dat dai" }, { "KHIẾU NẠI", "khieu nai" }, { "Lương Tài – Gia Bình", "luong tai – gia binh" },
    { "đa\xcc\x82\xcc\x81t", "dat" /* marks apart */ }, { "A012", "a012" }, { "", "" }, { "\xff", "\xef\xbf\xbd" } };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *folded = text_fold(CASES[i][0]);
    g_assert_cmpstr(folded, ==, CASES[i][1]);
  }
}

static void
test_text_is_found_without_diacritics(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_assert_cmpint(TOTAL(.text = "dat"), ==, 6);         /* each fifth case is about land */
  g_assert_cmpint(TOTAL(.text = "đất"), ==, 6);
  g_assert_cmpint(TOTAL(.text = "khieu nai"), ==, 6);
  g_assert_cmpint(TOTAL(.text = "khiếu  NẠI, bồi thường"), ==, 6);
  g_assert_cmpint(TOTAL(.text = "khieu xay"), ==, 0);   /* both words are in no one case */
  g_assert_cmpint(TOTAL(.text = "thanh tra"), ==, 6);   /* outcome                       */
  g_assert_cmpint(TOTAL(.text = "gui kem anh"), ==, 6); /* note                          */
  g_assert_cmpint(TOTAL(.text = "a104"), ==, 1);        /* ticket                        */
  g_assert_cmpint(TOTAL(.text = "10/12/2026"), ==, 21); /* day: the session and its cases */
}

static void
test_operators_are_plain_words(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const TEXTS[] = { "\"", "dat OR NOT", "text:dat*", "NEAR(a b)", "dat\" OR \"x", "(((", "^", "'; DROP TABLE entries; --" };
  for (guint i = 0; i < G_N_ELEMENTS(TEXTS); i++)
    g_assert_cmpint(TOTAL(.text = TEXTS[i]), <=, 6);
  g_assert_cmpint(TOTAL(.text = "dat"), ==, 6);
}

static void
test_day_site_and_ticket_narrow(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_assert_cmpint(TOTAL(.from = NULL), ==, 2);
  g_assert_cmpint(TOTAL(.from = "2026-10-01"), ==, 1);
  g_assert_cmpint(TOTAL(.from = "2026-09-10", .to = "2026-09-10"), ==, 1);
  g_assert_cmpint(TOTAL(.to = "2026-09-09"), ==, 0);
  g_assert_cmpint(TOTAL(.site = "gia-binh"), ==, 6 + 2);  /* its cases, and both sessions where it sat */
  g_assert_cmpint(TOTAL(.site = "nowhere"), ==, 0);
  g_assert_cmpint(TOTAL(.ticket = "A119"), ==, 1);
  g_assert_cmpint(TOTAL(.ticket = "a00"), ==, 9);
  g_assert_cmpint(TOTAL(.ticket = "A00", .text = "dat", .to = "2026-09-30"), ==, 2);
}

static void
test_pages_follow_each_other_without_loss(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *cursor = NULL;
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *last_opened = g_strdup("9");
  guint pages = 0;
  do {
    json_t *found = search(self, &(RecordingQuery) { .text = "tiep", .limit = 7, .cursor = cursor });
    gsize i;
    json_t *hit;
    json_array_foreach(json_object_get(found, "results"), i, hit) {
      const char *id, *opened;
      json_t *item;
      g_assert_cmpint(json_unpack(hit, "{s:{s:s, s:s}, s:o}", "recording", "id", &id, "openedAt", &opened, "case", &item), ==, 0);
      g_assert_cmpstr(opened, <=, last_opened);
      g_free(last_opened);
      last_opened = g_strdup(opened);
      char *key = g_strdup_printf("%s %" JSON_INTEGER_FORMAT, id, json_integer_value(json_object_get(item, "number")));
      g_assert_true(g_hash_table_add(seen, key));
    }
    g_free(cursor);
    cursor = g_strdup(json_string_value(json_object_get(found, "next")));
    json_decref(found);
    pages++;
  } while (cursor != NULL);
  g_assert_cmpuint(g_hash_table_size(seen), ==, 32);
  g_assert_cmpuint(pages, ==, 5);
  g_autoptr(GError) error = NULL;
  g_assert_null(recording_index_search(self->index, &(RecordingQuery) { .cursor = "1.2.3; DROP" }, &error));
  g_assert_error(error, RECORDING_INDEX_ERROR, RECORDING_INDEX_ERROR_CURSOR);
}

static void
test_changes_on_disk_are_seen(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  sample_bag_remove(self->first);
  SampleBag open = { "33333333-3333-4333-8333-333333333333", "2027-03-10T07:30:00.000+07:00", "tiep-dan", "Tiếp dân tỉnh", 3, 500, 10 };
  g_autofree char *directory = sample_bag_write_open(self->root, &open);
  g_assert_true(recording_index_sync(self->index, NULL));
  g_assert_cmpint(TOTAL(.text = NULL), ==, 2);
  g_assert_cmpint(TOTAL(.text = "dat"), ==, 4);
  json_t *summary = NULL;
  g_autofree char *found = recording_index_find(self->index, open.id, &summary, NULL);
  g_assert_cmpstr(found, ==, directory);
  g_assert_cmpstr(json_string_value(json_object_get(summary, "state")), ==, "open");
  g_assert_cmpstr(json_string_value(json_object_get(summary, "roomName")), ==, "Tiếp dân tỉnh");
  json_decref(summary);
  g_autofree char *again = sample_bag_write(self->root, &open);  /* it closed */
  g_assert_cmpstr(again, ==, directory);
  g_assert_true(recording_index_sync(self->index, NULL));
  g_assert_cmpint(TOTAL(.ticket = "A50"), ==, 3);
  g_assert_null(recording_index_find(self->index, FIRST.id, NULL, NULL));
}

static void
test_a_damaged_session_is_listed_as_such(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = g_build_filename(self->first, "data/session.json", NULL);
  g_assert_true(g_file_set_contents(path, "{\"cases\": [", -1, NULL));
  g_assert_true(recording_index_sync(self->index, NULL));
  json_t *summary = NULL;
  g_autofree char *found = recording_index_find(self->index, FIRST.id, &summary, NULL);
  g_assert_nonnull(found);
  g_assert_cmpstr(json_string_value(json_object_get(summary, "state")), ==, "damaged");
  g_assert_cmpstr(json_string_value(json_object_get(summary, "openedAt")), ==, "2026-09-10T07:30:00+07:00");
  g_assert_cmpstr(json_string_value(json_object_get(summary, "room")), ==, "tiep-dan");
  json_decref(summary);
}

static void
test_the_part_in_the_fallback_has_an_id_of_its_own(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  SampleBag rest = SECOND;
  rest.first_ticket = 900;
  g_autofree char *directory = sample_bag_write(self->fallback, &rest);
  g_assert_true(recording_index_sync(self->index, NULL));
  g_autofree char *id = g_strconcat(SECOND.id, ".2", NULL);
  g_autofree char *first = recording_index_find(self->index, SECOND.id, NULL, NULL);
  g_autofree char *second = recording_index_find(self->index, id, NULL, NULL);
  g_assert_cmpstr(first, ==, self->second);
  g_assert_cmpstr(second, ==, directory);
}

static void
test_other_directories_are_left_alone(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const NAMES[] = { "lost+found", "2026-12-10T07-30-00+07-00_tiep-dan_not-a-uuid", ".trash",
    "2026-12-10T07-30-00+07-00_44444444-4444-4444-8444-444444444444", "x_tiep-dan_44444444-4444-4444-8444-444444444444" };
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *path = g_build_filename(self->root, NAMES[i], NULL);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
  }
  g_autofree char *link = g_build_filename(self->root, "2026-12-10T07-30-00+07-00_up_44444444-4444-4444-8444-444444444444", NULL);
  g_assert_cmpint(symlink(self->second, link), ==, 0);
  g_assert_true(recording_index_sync(self->index, NULL));
  g_assert_cmpint(TOTAL(.text = NULL), ==, 2);
}

static void
test_a_broken_database_is_made_anew(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  recording_index_close(g_steal_pointer(&self->index));
  static const char *const WRECKS[] = { "", "no database at all", NULL };
  for (guint i = 0; i < G_N_ELEMENTS(WRECKS); i++) {
    g_autofree char *wal = g_strconcat(self->database, "-wal", NULL);
    g_unlink(wal);
    if (WRECKS[i] != NULL)
      g_assert_true(g_file_set_contents(self->database, WRECKS[i], -1, NULL));
    else
      g_unlink(self->database);
    open_index(self);
    g_assert_cmpint(TOTAL(.text = "dat"), ==, 6);
    recording_index_close(g_steal_pointer(&self->index));
  }
}

static void
test_a_database_that_breaks_while_open_is_made_anew(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_unlink(self->database);
  g_assert_true(recording_index_sync(self->index, NULL));
  g_assert_cmpint(TOTAL(.text = "dat"), ==, 6);
  g_assert_true(g_file_test(self->database, G_FILE_TEST_EXISTS));
}

static void
test_checks_are_kept_beside(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_assert_null(recording_index_check(self->index, FIRST.id));
  json_t *check = json_pack("{s:s}", "state", "intact");
  g_assert_true(recording_index_set_check(self->index, FIRST.id, check, NULL));
  json_t *kept = recording_index_check(self->index, FIRST.id);
  g_assert_true(json_equal(check, kept));
  json_decref(check);
  json_decref(kept);
  RecordingCounts counts;
  g_assert_true(recording_index_count(self->index, &counts, NULL));
  g_assert_cmpuint(counts.sessions, ==, 2);
  g_assert_cmpuint(counts.cases, ==, 30);
}

static void
test_without_recordings_it_is_empty(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  sample_bag_remove(self->root);
  g_assert_true(recording_index_sync(self->index, NULL));
  g_assert_cmpint(TOTAL(.text = NULL), ==, 0);
  json_t *sites = recording_index_sites(self->index, NULL);
  g_assert_cmpuint(json_array_size(sites), ==, 0);
  json_decref(sites);
}

#define ADD(name) g_test_add("/recorder/recording_index/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/recorder/text_fold/letters_are_folded", test_letters_are_folded);
  ADD(text_is_found_without_diacritics);
  ADD(operators_are_plain_words);
  ADD(day_site_and_ticket_narrow);
  ADD(pages_follow_each_other_without_loss);
  ADD(changes_on_disk_are_seen);
  ADD(a_damaged_session_is_listed_as_such);
  ADD(the_part_in_the_fallback_has_an_id_of_its_own);
  ADD(other_directories_are_left_alone);
  ADD(a_broken_database_is_made_anew);
  ADD(a_database_that_breaks_while_open_is_made_anew);
  ADD(checks_are_kept_beside);
  ADD(without_recordings_it_is_empty);
  return g_test_run();
}
