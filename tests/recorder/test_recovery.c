/* tests/recorder/test_recovery.c - sessions cut off anywhere are finalised: nothing altered, everything accounted for. */
#include "recorder/bag.h"
#include "recorder/clip_join.h"
#include "recorder/recovery.h"
#include "recorder/session_facts.h"
#include "recorder/verify.h"
#include "tests/recorder/segment_maker.h"
#include <glib/gstdio.h>
#include <string.h>

enum { CUTS = 12 };

/* A session whose last segment was cut off at @keep of 1000 of its bytes. @hash: of these bytes. */
static MadeSession *
crashed(const char *base, const char *id, guint keep, char **hash)
{
  MadeSession *made = made_session_new(base, id);
  made_session_segment(made, 1, -1);
  made_session_case(made, "case.start", 1);
  made_session_segment(made, 2, 1);
  g_autofree char *from = g_build_filename(made->directory, "data/composite/0001.mkv", NULL);
  g_autofree char *part = g_build_filename(made->directory, "data/composite/0003.mkv.part", NULL);
  json_t *open = json_pack("{s:s, s:o, s:i}", "file", "data/composite/0003.mkv", "from", facts_seconds(made->now_us), "case", 1);
  g_assert_true(journal_append(made->journal, "segment.open", made->now_us, open, NULL));
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(from, &bytes, &size, NULL));
  g_assert_true(g_file_set_contents(part, bytes, (gssize)(size * keep / 1000), NULL));
  *hash = bag_hash_file(part, NULL, NULL);
  g_clear_pointer(&made->journal, journal_close);
  return made;
}

/* Media time and gaps make up the whole, and nothing twice. */
static void
assert_accounted(const json_t *session)
{
  gint64 sum_us = 0;
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(session, "segments"), i, item)
    sum_us += facts_time_us(item, "to") - facts_time_us(item, "from");
  json_array_foreach(json_object_get(session, "gaps"), i, item)
    sum_us += facts_time_us(item, "to") - facts_time_us(item, "from");
  gint64 duration_us = facts_time_us(session, "duration");
  g_assert_cmpint(ABS(duration_us - sum_us), <=, 100000);
}

static void
assert_recovered(const char *directory, const char *hash, guint keep)
{
  g_autofree char *path = g_build_filename(directory, "data/session.json", NULL);
  json_t *session = json_load_file(path, 0, NULL);
  g_assert_cmpstr(json_string_value(json_object_get(session, "state")), ==, "recovered");
  json_t *last = json_array_get(json_object_get(session, "segments"), 2);
  g_assert_true(json_is_true(json_object_get(last, "recovered")));
  g_autofree char *original = g_build_filename(directory, json_string_value(json_object_get(last, "original")), NULL);
  g_autofree char *is = bag_hash_file(original, NULL, NULL);
  g_assert_cmpstr(is, ==, hash);
  g_assert_true(keep < 500 || json_integer_value(json_object_get(last, "videoFrames")) > 0);
  assert_accounted(session);
  json_decref(session);
  g_autoptr(VerifyReport) report = verify_session(directory, NULL);
  for (guint i = 0; i < report->findings->len; i++) {
    const VerifyFinding *finding = report->findings->pdata[i];
    g_error("%s: %s", finding->subject, finding->text);
  }
}

static void
test_cut_anywhere(void)
{
  PackageOptions options = { .is_recovered = true };
  guint previous = 0;
  for (guint i = 0; i < CUTS; i++) {
    guint keep = i * 1000 / CUTS;
    g_autofree char *base = g_dir_make_tmp("recovery-XXXXXX", NULL), *hash = NULL;
    MadeSession *made = crashed(base, "11111111-2222-4333-8444-555555555558", keep, &hash);
    g_autoptr(GError) error = NULL;
    g_assert_true(recovery_run(base, "99999999-2222-4333-8444-555555555558", &options, &error));
    g_assert_no_error(error);
    assert_recovered(made->directory, hash, keep);
    ClipCount count = { 0 };
    g_autofree char *copy = g_build_filename(made->directory, "data/composite/0003.mkv", NULL);
    clip_count(copy, &count, NULL);
    g_assert_cmpuint(count.video_frames + count.audio_packets, >=, previous);  /* more bytes, no fewer frames */
    previous = (guint)(count.video_frames + count.audio_packets);
    made_remove(base);
    made_session_free(made);
  }
}

static void
test_excepted_and_damaged(void)
{
  g_autofree char *base = g_dir_make_tmp("recovery-XXXXXX", NULL), *hash = NULL;
  const char *id = "11111111-2222-4333-8444-555555555559";
  MadeSession *made = crashed(base, id, 700, &hash);
  PackageOptions options = { .is_recovered = true };
  g_autofree char *tags = g_build_filename(made->directory, BAG_TAG_MANIFEST, NULL);
  g_assert_true(recovery_run(base, id, &options, NULL));
  g_assert_false(g_file_test(tags, G_FILE_TEST_EXISTS));
  g_autofree char *path = g_build_filename(made->directory, "data/journal.jsonl", NULL), *text = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &text, &size, NULL));
  text[size / 2] ^= 1;
  g_assert_true(g_file_set_contents(path, text, (gssize)size, NULL));
  g_autoptr(GError) error = NULL;
  g_assert_true(recovery_run(base, NULL, &options, &error));
  g_assert_no_error(error);
  g_assert_true(g_file_test(tags, G_FILE_TEST_EXISTS));
  g_autoptr(GPtrArray) kept = bag_list(made->directory, "data/original", NULL);
  g_assert_cmpuint(kept->len, >=, 2);  /* the part and the journal as found */
  g_autoptr(VerifyReport) report = verify_session(made->directory, NULL);
  g_assert_cmpuint(report->findings->len, ==, 0);
  made_remove(base);
  made_session_free(made);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/recorder/recovery/cut_anywhere_is_finalised_and_accounted_for", test_cut_anywhere);
  g_test_add_func("/recorder/recovery/excepted_is_left_damaged_journal_is_kept", test_excepted_and_damaged);
  return g_test_run();
}
