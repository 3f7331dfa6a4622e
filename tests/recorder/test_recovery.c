/* tests/recorder/test_recovery.c - sessions cut off anywhere are finalised: nothing altered, everything accounted for. */
#include "recorder/bag.h"
#include "recorder/clip_join.h"
#include "recorder/recovery.h"
#include "recorder/session_facts.h"
#include "recorder/verify.h"
#include "tests/recorder/block_file.h"
#include "tests/recorder/segment_maker.h"
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

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
    g_autofree char *base = made_base(), *hash = NULL;
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
  g_autofree char *base = made_base(), *hash = NULL;
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

/* ---- sessions of single files, as found ---- */

typedef struct {
  char *base;
  MadeSession *made;
} Found;

static void
found_init(Found *self)
{
  self->base = made_base();
  self->made = made_session_new(self->base, "11111111-2222-4333-8444-55555555555a");
}

static void
found_clear(Found *self)
{
  made_remove(self->base);
  g_free(self->base);
  made_session_free(self->made);
}

static char *
found_path(const Found *self, const char *name)
{
  return g_build_filename(self->made->directory, name, NULL);
}

/* A segment that was begun, and of which @size bytes were written to a part. */
static void
found_part(Found *self, const char *name, const guint8 *data, gsize size, gint64 from_us)
{
  g_autofree char *file = g_strconcat("data/composite/", name, NULL), *path = found_path(self, file);
  g_autofree char *part = g_strconcat(path, ".part", NULL);
  json_t *open = json_pack("{s:s, s:o, s:n}", "file", file, "from", facts_seconds(from_us), "case");
  g_assert_true(journal_append(self->made->journal, "segment.open", from_us, open, NULL));
  g_assert_true(g_file_set_contents(part, (const char *)data, (gssize)size, NULL));
}

/* Recovers and verifies. Returns: (transfer full) session.json. */
static json_t *
found_recover(Found *self)
{
  PackageOptions options = { .is_recovered = true };
  g_autoptr(GError) error = NULL;
  g_clear_pointer(&self->made->journal, journal_close);
  g_assert_true(recovery_session(self->made->directory, &options, &error));
  g_assert_no_error(error);
  g_autoptr(VerifyReport) report = verify_session(self->made->directory, NULL);
  for (guint i = 0; i < report->findings->len; i++) {
    const VerifyFinding *finding = report->findings->pdata[i];
    g_error("%s: %s", finding->subject, finding->text);
  }
  g_autofree char *path = found_path(self, "data/session.json");
  json_t *session = json_load_file(path, 0, NULL);
  g_assert_nonnull(session);
  return session;
}

static GBytes *
whole_segment(void)
{
  Found self;
  found_init(&self);
  made_session_segment(self.made, 0, -1);
  g_autofree char *path = found_path(&self, "data/composite/0001.mkv");
  char *bytes;
  gsize size;
  g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
  found_clear(&self);
  return g_bytes_new_take(bytes, size);
}

static void
count_blocks(const guint8 *data, gsize size, guint counts[3])
{
  g_autoptr(GBytes) bytes = g_bytes_new_static(data, size);
  g_autoptr(MatroskaReader) reader = matroska_reader_new_for_bytes(bytes, "torn", NULL);
  counts[1] = counts[2] = 0;
  for (MatroskaBlock block; reader != NULL && matroska_reader_next(reader, &block);)
    counts[block.kind]++;
}

/* What is in the session of one torn segment is what its bytes hold: a picture if they do, and its lack is stated. */
static void
assert_torn(const guint8 *data, gsize size, const guint counts[3])
{
  Found self;
  found_init(&self);
  found_part(&self, "0001.mkv", data, size, 0);
  json_t *session = found_recover(&self);
  g_assert_cmpint(json_integer_value(json_object_get(session, "masterVideoFrames")), ==, counts[1]);
  g_assert_cmpint(json_integer_value(json_object_get(session, "masterAudioPackets")), ==, counts[2]);
  g_assert_true(json_is_string(json_object_get(session, "master")) == (counts[1] + counts[2] > 0));
  g_autofree char *master = found_path(&self, "data/master.mkv");
  g_autoptr(MatroskaReader) reader = counts[1] + counts[2] > 0 ? matroska_reader_new(master, NULL) : NULL;
  g_assert_true(counts[1] == 0 || matroska_reader_track(reader, MATROSKA_TRACK_VIDEO) != NULL);
  bool is_blind = counts[1] == 0 && counts[2] > 0;
  const json_t *gap = json_array_get(json_object_get(session, "streamGaps"), 0);
  const json_t *segment = json_array_get(json_object_get(session, "segments"), 0);
  gint64 to_us = facts_time_us(segment, "to");
  if (is_blind && to_us >= 100000) {
    g_assert_cmpstr(json_string_value(json_object_get(gap, "of")), ==, "picture");
    g_assert_cmpint(facts_time_us(gap, "from"), ==, 0);
    g_assert_cmpint(facts_time_us(gap, "to"), ==, to_us);
  }
  assert_accounted(session);
  json_decref(session);
  found_clear(&self);
}

/* At each byte it is looked at what a reader finds; at each after which that is more, and the one before it, a whole
 * session is recovered. */
static void
test_torn_at_each_block(void)
{
  g_autoptr(GBytes) whole = whole_segment();
  gsize size;
  const guint8 *data = g_bytes_get_data(whole, &size);
  guint before[3] = { 0 }, recovered = 0;
  for (gsize cut = 0; cut <= size; cut++) {
    guint counts[3];
    count_blocks(data, cut, counts);
    bool is_more = counts[1] != before[1] || counts[2] != before[2];
    g_assert_true(counts[1] >= before[1] && counts[2] >= before[2]);
    if (is_more) {
      assert_torn(data, cut - 1, before);
      assert_torn(data, cut, counts);
      recovered++;
    }
    memcpy(before, counts, sizeof before);
  }
  g_assert_cmpuint(recovered, ==, before[1] + before[2]);
}

/* The sound of a segment without its picture, as a recorder leaves it whose encoder had not begun. */
static GBytes *
sound_alone(guint packets)
{
  FileBlock blocks[200];
  for (guint i = 0; i < packets; i++)
    blocks[i] = (FileBlock){ MATROSKA_TRACK_AUDIO, 20 * i, true, (guint8)i };
  return block_file(false, true, blocks, packets);
}

static void
test_a_picture_that_came_late_is_in_the_master(void)
{
  g_autoptr(GBytes) whole = whole_segment(), sound = sound_alone(100);
  Found self;
  found_init(&self);
  found_part(&self, "0001.mkv", g_bytes_get_data(sound, NULL), g_bytes_get_size(sound), 0);
  found_part(&self, "0002.mkv", g_bytes_get_data(whole, NULL), g_bytes_get_size(whole) - 1, 2000000);
  json_t *session = found_recover(&self);
  g_assert_cmpint(json_integer_value(json_object_get(session, "masterVideoFrames")), ==, 12);
  const json_t *gaps = json_object_get(session, "streamGaps");
  g_assert_cmpuint(json_array_size(gaps), ==, 1);
  g_assert_cmpint(facts_time_us(json_array_get(gaps, 0), "to"), ==, 2000000);
  json_decref(session);
  found_clear(&self);
}

static void
set_mtime(const Found *self, const char *name, gint64 seconds_from_now)
{
  g_autofree char *path = found_path(self, name);
  struct utimbuf times = { time(NULL) + (time_t)seconds_from_now, time(NULL) + (time_t)seconds_from_now };
  g_assert_cmpint(g_utime(path, &times), ==, 0);
}

/* The clock was set by an hour after the last line; an earlier try of recovery was cut off hours later. */
static void
test_the_end_is_where_recording_ended(void)
{
  static const struct { const char *file; gint64 mtime_s; gint64 min_us, max_us; } TABLE[] = {
    { "data/composite/0001.mkv.part", 5, 3900000, 7000000 },       /* written for five seconds after the last line    */
    { "data/composite/0001.mkv.part", 3600, 2000000, 20000000 },   /* the clock was put forward                       */
    { "data/composite/0001.mkv.part", -3600, 2000000, 2500000 },   /* or back                                         */
    { "data/composite/0001.mkv.tmp", 7200, 2000000, 4000000 },     /* recovery's own, of an earlier try               */
  };
  for (guint i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    g_autoptr(GBytes) sound = sound_alone(100);
    Found self;
    found_init(&self);
    found_part(&self, "0001.mkv", g_bytes_get_data(sound, NULL), g_bytes_get_size(sound), 0);
    g_autofree char *temporary = found_path(&self, "data/composite/0001.mkv.tmp");
    g_assert_true(g_file_set_contents(temporary, "x", 1, NULL));
    set_mtime(&self, TABLE[i].file, TABLE[i].mtime_s);
    json_t *session = found_recover(&self);
    g_assert_cmpint(facts_time_us(session, "duration"), >=, TABLE[i].min_us);
    g_assert_cmpint(facts_time_us(session, "duration"), <=, TABLE[i].max_us);
    assert_accounted(session);
    json_decref(session);
    found_clear(&self);
  }
}

/* A journal of before, in which two segments had one name: both are kept as found. */
static void
test_an_original_is_never_replaced(void)
{
  g_autoptr(GBytes) sound = sound_alone(50);
  Found self;
  found_init(&self);
  g_autofree char *originals = found_path(&self, "data/original"), *first = found_path(&self, "data/original/0001.mkv.part");
  g_assert_cmpint(g_mkdir_with_parents(originals, 0750), ==, 0);
  g_assert_true(g_file_set_contents(first, "of before", -1, NULL));
  found_part(&self, "0001.mkv", g_bytes_get_data(sound, NULL), g_bytes_get_size(sound), 0);
  json_t *session = found_recover(&self);
  g_autofree char *kept = NULL;
  g_assert_true(g_file_get_contents(first, &kept, NULL, NULL));
  g_assert_cmpstr(kept, ==, "of before");
  const json_t *segment = json_array_get(json_object_get(session, "segments"), 0);
  g_assert_cmpstr(json_string_value(json_object_get(segment, "original")), ==, "data/original/0001.mkv.part-2");
  g_assert_cmpint(json_integer_value(json_object_get(segment, "audioPackets")), ==, 50);
  json_decref(session);
  found_clear(&self);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/recorder/recovery/cut_anywhere_is_finalised_and_accounted_for", test_cut_anywhere);
  g_test_add_func("/recorder/recovery/excepted_is_left_damaged_journal_is_kept", test_excepted_and_damaged);
  g_test_add_func("/recorder/recovery/torn_at_each_block_keeps_what_its_bytes_hold", test_torn_at_each_block);
  g_test_add_func("/recorder/recovery/a_picture_that_came_late_is_in_the_master", test_a_picture_that_came_late_is_in_the_master);
  g_test_add_func("/recorder/recovery/the_end_is_where_recording_ended", test_the_end_is_where_recording_ended);
  g_test_add_func("/recorder/recovery/an_original_is_never_replaced", test_an_original_is_never_replaced);
  return g_test_run();
}
