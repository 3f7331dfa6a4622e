/* tests/recorder/test_record_part.c - whole sessions at random: late, absent and changing encoders, breaks, recorders
 * killed and their files torn. What is in the master is every frame of every segment once, at its time; the rest is
 * stated. Seeds: RECORD_PART_SEED for one, else SEEDS of them from 1. */
#include "media/base/clock.h"
#include "recorder/matroska_reader.h"
#include "recorder/package.h"
#include "recorder/record_part.h"
#include "recorder/session_facts.h"
#include "recorder/verify.h"
#include "tests/lib/random_stream.h"
#include "tests/recorder/segment_maker.h"
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  SEEDS = 60, TICKS = 600,        /* of 20 ms */
  SOUND_US = 20000, PICTURE_US = 33333, APART_US = 1000,
  HOLE_US = 100000,               /* what need not be stated, as in session_gaps.c */
  KEYFRAME_BYTES = 24, ID_AT = 16,
};

typedef struct {
  gint64 time_us;
  bool   is_video;
} Pushed;

typedef struct {
  char *base, *directory;
  RandomStream random;
  RecordOpen *open;
  RecordPart *part;
  GArray  *pushed;              /* of Pushed; a frame's id is its index */
  gint64   sound_us, picture_us;
  gint64   picture_back_us, sound_back_us, latency_us;  /* away until; how much later than its tick it comes */
  guint    width, kills;
  bool     wants_keyframe;
} World;

static void
on_want_keyframe(guint stream, gpointer data)
{
  (void)stream;
  ((World *)data)->wants_keyframe = true;
}

static void
begin(World *self)
{
  g_autoptr(GError) error = NULL;
  RecordPartConfig config = {
    .open = self->open, .base = self->base, .name = self->open->name, .session = self->open->session,
    .want_keyframe = on_want_keyframe, .data = self,
  };
  self->open->origin_us = clock_now_us() - self->sound_us;  /* it is so late now */
  self->part = record_part_new(&config, &error);
  g_assert_no_error(error);
}

static void
world_init(World *self, guint seed)
{
  *self = (World) { .random = random_stream(seed), .width = 64, .wants_keyframe = true };
  self->base = made_base();
  self->directory = g_build_filename(self->base, "session", NULL);
  self->pushed = g_array_new(FALSE, FALSE, sizeof(Pushed));
  json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "id", "0b3a8a56-7b54-4e0c-9c7e-0f6f6a1f2d11", "name",
                             "session", "directory", self->base, "openedAt", "2026-12-10T07:30:00.000+07:00", "room", "r",
                             "roomName", "R", "originUs", 0, "segmentSeconds", 3);
  self->open = record_open_new(object, NULL);
  json_decref(object);
  g_assert_nonnull(self->open);
  self->picture_us = random_stream_below(&self->random, 1000);  /* ticks lie anywhere between two milliseconds */
  self->sound_us = random_stream_below(&self->random, 1000);
  if (random_stream_below(&self->random, 3) == 0)
    self->picture_back_us = random_stream_below(&self->random, 4000000);  /* its encoder starts late */
  begin(self);
}

static void
world_clear(World *self)
{
  record_part_free(self->part);
  record_open_free(self->open);
  g_array_unref(self->pushed);
  made_remove(self->base);
  g_free(self->directory);
  g_free(self->base);
}

static void
push(World *self, SegmentStream kind, guint8 *data, gsize length, gint64 time_us, bool is_keyframe)
{
  guint32 id = self->pushed->len;
  Pushed pushed = { time_us, kind == SEGMENT_STREAM_VIDEO };
  g_array_append_val(self->pushed, pushed);
  memcpy(data + ID_AT, &id, sizeof id);
  RecordHeader header = { .type = RECORD_MESSAGE_FRAME, .is_keyframe = is_keyframe, .time_us = time_us };
  g_autoptr(GError) error = NULL;
  record_part_frame(self->part, NULL, kind == SEGMENT_STREAM_VIDEO ? 0 : 1, kind,
                    record_message_new(&header, g_bytes_new(data, length)), &error);
  g_assert_no_error(error);
}

static void
push_picture(World *self, gint64 time_us)
{
  bool is_keyframe = self->wants_keyframe;
  guint8 data[KEYFRAME_BYTES] = { is_keyframe ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a, (guint8)self->width, 0, 48, 0 };
  self->wants_keyframe = false;
  push(self, SEGMENT_STREAM_VIDEO, data, sizeof data, time_us, is_keyframe);
}

static void
push_sound(World *self, gint64 time_us)
{
  guint8 data[KEYFRAME_BYTES] = { 0x08 };  /* one frame of 20 ms, mono */
  push(self, SEGMENT_STREAM_AUDIO, data, sizeof data, time_us, false);
}

/* One encoder gives way to another, which is behind it: some frames a millisecond after each other, of another size. */
static void
change_encoder(World *self)
{
  gint64 last_us = self->picture_us - PICTURE_US;
  guint behind = 1 + random_stream_below(&self->random, 4);
  self->width = 32 + random_stream_below(&self->random, 100);
  self->wants_keyframe = true;
  for (guint i = 1; i <= behind; i++)
    push_picture(self, last_us + i * APART_US);
}

/* A recorder is killed; what it wrote last may be torn anywhere. */
static void
kill_recorder(World *self)
{
  g_autofree char *folder = g_build_filename(self->directory, "data/composite", NULL);
  record_part_free(self->part);
  self->kills++;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    GStatBuf info;
    if (g_str_has_suffix(name, ".part") && random_stream_below(&self->random, 2) == 0 && g_stat(path, &info) == 0)
      g_assert_cmpint(truncate(path, (off_t)(random_stream_unit(&self->random) * (double)info.st_size)), ==, 0);
  }
  begin(self);
  self->wants_keyframe |= random_stream_below(&self->random, 2) == 0;
  if (random_stream_below(&self->random, 2) == 0) {  /* else the next frame comes in the same millisecond */
    gint64 lost_us = random_stream_below(&self->random, 1500000);
    self->picture_us += lost_us - lost_us % PICTURE_US;
    self->sound_us += lost_us - lost_us % SOUND_US;
  }
}

static void
break_off(World *self)
{
  gint64 lost_us = random_stream_below(&self->random, 3000000);
  self->picture_us += lost_us - lost_us % PICTURE_US;
  self->sound_us += lost_us - lost_us % SOUND_US;
  g_autoptr(GError) error = NULL;
  record_part_break(self->part, self->sound_us, "disk-slow", &error);
  g_assert_no_error(error);
}

static void
something_happens(World *self, gint64 now_us)
{
  switch (random_stream_below(&self->random, 150)) {
    case 0: kill_recorder(self); break;
    case 1: change_encoder(self); break;
    case 2: self->picture_back_us = now_us + random_stream_below(&self->random, 3000000); break;
    case 3: self->sound_back_us = now_us + random_stream_below(&self->random, 3000000); break;
    case 4: self->latency_us = random_stream_below(&self->random, 600000); break;
    case 5: self->wants_keyframe = true; break;
    case 6: if (random_stream_below(&self->random, 3) == 0) break_off(self); break;
    case 7: record_part_set_case(self->part, now_us, (int)random_stream_below(&self->random, 5)); break;
    default: break;
  }
}

/* Plays a session and packs it. Returns: (transfer full) session.json. */
static json_t *
play(World *self)
{
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < TICKS; i++) {
    gint64 now_us = self->sound_us;
    if (now_us >= self->sound_back_us)
      push_sound(self, now_us);
    for (; self->picture_us <= now_us - self->latency_us; self->picture_us += PICTURE_US) {
      if (self->picture_us >= self->picture_back_us)
        push_picture(self, self->picture_us);
    }
    record_part_drain(self->part, now_us, &error);
    g_assert_no_error(error);
    self->sound_us += SOUND_US;
    something_happens(self, now_us);
  }
  record_part_finish(self->part, self->sound_us, &error);
  g_assert_no_error(error);
  PackageOptions options = { 0 };
  package_close(self->directory, &options, &error);
  g_assert_no_error(error);
  g_autofree char *path = g_build_filename(self->directory, "data/session.json", NULL);
  json_t *session = json_load_file(path, 0, NULL);
  g_assert_nonnull(session);
  return session;
}

/* ---- what is looked at ---- */

static gint64
count_of(const json_t *object, const char *key)
{
  return json_integer_value(json_object_get(object, key));
}

static gint64
base_of(const json_t *session)
{
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(session, "segments"), i, segment) {
    if (count_of(segment, "videoFrames") + count_of(segment, "audioPackets") > 0)
      return facts_time_us(segment, "from");
  }
  return -1;
}

static void
assert_no_name_twice(const World *self)
{
  g_autofree char *path = g_build_filename(self->directory, "data/journal.jsonl", NULL);
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  guint broken = 0;
  gsize i;
  json_t *line, *lines = journal_read(path, &broken, NULL);
  g_assert_cmpuint(broken, ==, 0);
  json_array_foreach(lines, i, line) {
    if (g_strcmp0(json_string_value(json_object_get(line, "event")), "segment.open") == 0)
      g_assert_true(g_hash_table_add(names, g_strdup(json_string_value(json_object_get(line, "file")))));
  }
  json_decref(lines);
}

/* Does a gap of @gaps, of stream @of (NULL: of all), lie around @time_us? @edge_us: what frames last may reach into it. */
static bool
is_in_gap(const json_t *gaps, const char *of, gint64 time_us, gint64 edge_us)
{
  gsize i;
  json_t *gap;
  json_array_foreach(gaps, i, gap) {
    if ((of == NULL || g_strcmp0(json_string_value(json_object_get(gap, "of")), of) == 0)
        && facts_time_us(gap, "from") + edge_us < time_us && time_us < facts_time_us(gap, "to") - edge_us)
      return true;
  }
  return false;
}

/* Each frame of the segments once, in order, at the very millisecond that it was of; none where a gap is stated. */
static void
assert_master(const World *self, const json_t *session)
{
  gint64 frames[3] = { 0 }, last_us[3] = { -1, -1, -1 }, base_us = base_of(session);
  gint64 last_id[3] = { -1, -1, -1 };
  const char *name = json_string_value(json_object_get(session, "master"));
  g_assert_true((name != NULL) == (base_us >= 0));
  g_autofree char *path = g_build_filename(self->directory, name != NULL ? name : "", NULL);
  g_autoptr(MatroskaReader) reader = name != NULL ? matroska_reader_new(path, NULL) : NULL;
  for (MatroskaBlock block; reader != NULL && matroska_reader_next(reader, &block);) {
    guint32 id;
    g_assert_cmpuint(block.frame_bytes, ==, KEYFRAME_BYTES);
    memcpy(&id, block.frame + ID_AT, sizeof id);
    g_assert_cmpuint(id, <, self->pushed->len);
    const Pushed *pushed = &g_array_index(self->pushed, Pushed, id);
    g_assert_true(pushed->is_video == (block.kind == MATROSKA_TRACK_VIDEO));
    g_assert_cmpint(block.time_us, >, last_us[block.kind]);
    g_assert_cmpint(id, >, last_id[block.kind]);
    g_assert_cmpint(block.time_us + base_us, ==, pushed->time_us - pushed->time_us % 1000);
    const char *of = pushed->is_video ? "picture" : "sound";
    if (is_in_gap(json_object_get(session, "gaps"), NULL, block.time_us + base_us, 0)
        || is_in_gap(json_object_get(session, "streamGaps"), of, block.time_us + base_us, HOLE_US))
      g_error("a frame of %s lies in a gap, at %.3f s", of, (double)(block.time_us + base_us) / 1e6);
    last_us[block.kind] = block.time_us;
    last_id[block.kind] = id;
    frames[block.kind]++;
  }
  gint64 wanted[3] = { 0 };
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(session, "segments"), i, segment) {
    wanted[MATROSKA_TRACK_VIDEO] += count_of(segment, "videoFrames");
    wanted[MATROSKA_TRACK_AUDIO] += count_of(segment, "audioPackets");
  }
  for (guint k = MATROSKA_TRACK_VIDEO; k <= MATROSKA_TRACK_AUDIO; k++) {
    g_assert_cmpint(frames[k], ==, wanted[k]);
    g_assert_true(reader == NULL || (matroska_reader_track(reader, (MatroskaTrackKind)k) != NULL) == (wanted[k] > 0));
  }
}

static int
by_from(gconstpointer a, gconstpointer b)
{
  gint64 left = ((const gint64 *)a)[0], right = ((const gint64 *)b)[0];
  return left < right ? -1 : left > right;
}

static void
append_spans(GArray *spans, const json_t *items)
{
  gsize i;
  json_t *item;
  json_array_foreach(items, i, item) {
    gint64 span[2] = { facts_time_us(item, "from"), facts_time_us(item, "to") };
    if (span[1] > span[0])
      g_array_append_val(spans, span);
  }
}

/* Media time and gaps make up the whole, and nothing twice: but for what a frame lasts. */
static void
assert_accounted(const json_t *session)
{
  g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, 2 * sizeof(gint64));
  append_spans(spans, json_object_get(session, "segments"));
  append_spans(spans, json_object_get(session, "gaps"));
  g_array_sort(spans, by_from);
  gint64 until_us = 0;
  for (guint i = 0; i < spans->len; i++) {
    const gint64 *span = (const gint64 *)(gpointer)spans->data + 2 * i;
    g_assert_cmpint(span[0], <=, until_us + HOLE_US);
    g_assert_cmpint(span[0], >=, until_us - HOLE_US);
    until_us = MAX(until_us, span[1]);
  }
  g_assert_cmpint(ABS(facts_time_us(session, "duration") - until_us), <=, HOLE_US);
}

/* A segment that has frames and none of one stream is stated to have none, from its begin to its end. */
static void
assert_lacks_are_stated(const json_t *session)
{
  static const char *const COUNTS[] = { "videoFrames", "audioPackets" }, *const OF[] = { "picture", "sound" };
  gsize i, k;
  json_t *segment, *gap;
  json_array_foreach(json_object_get(session, "segments"), i, segment) {
    for (guint n = 0; n < 2; n++) {
      bool lacks = count_of(segment, COUNTS[n]) == 0 && count_of(segment, COUNTS[1 - n]) > 0
        && facts_time_us(segment, "to") - facts_time_us(segment, "from") >= HOLE_US, is_stated = false;
      json_array_foreach(json_object_get(session, "streamGaps"), k, gap)
        is_stated |= g_strcmp0(json_string_value(json_object_get(gap, "of")), OF[n]) == 0
          && facts_time_us(gap, "from") == facts_time_us(segment, "from")
          && facts_time_us(gap, "to") == facts_time_us(segment, "to");
      g_assert_true(!lacks || is_stated);
    }
  }
}

static void
assert_verified(const World *self)
{
  g_autoptr(VerifyReport) report = verify_session(self->directory, NULL);
  for (guint i = 0; i < report->findings->len; i++) {
    const VerifyFinding *finding = report->findings->pdata[i];
    g_error("%s: %s", finding->subject, finding->text);
  }
}

static void
test_sessions_at_random(void)
{
  const char *one = g_getenv("RECORD_PART_SEED");
  guint first = one != NULL ? (guint)atoi(one) : 1, kills = 0, frames = 0;
  for (guint seed = first; seed < first + (one != NULL ? 1 : SEEDS); seed++) {
    World world;
    g_test_message("seed %u", seed);
    world_init(&world, seed);
    json_t *session = play(&world);
    assert_no_name_twice(&world);
    assert_master(&world, session);
    assert_accounted(session);
    assert_lacks_are_stated(session);
    assert_verified(&world);
    kills += world.kills;
    frames += (guint)count_of(session, "masterVideoFrames");
    json_decref(session);
    world_clear(&world);
  }
  g_test_message("%u kills, %u frames of the picture", kills, frames);
  g_assert_true(one != NULL || (kills > SEEDS && frames > SEEDS * 100));
}

/* A recorder is killed before it has written anything, again and again: each has a name of its own, and what one
 * left is not replaced by the next one's. */
static void
test_no_name_is_given_twice(void)
{
  enum { KILLS = 5 };
  World world;
  world_init(&world, 1);
  world.picture_back_us = 0;
  for (guint i = 0; i < KILLS; i++) {
    for (guint k = 0; k < 4; k++, world.picture_us += PICTURE_US, world.sound_us += PICTURE_US) {
      push_picture(&world, world.picture_us);
      push_sound(&world, world.sound_us);
    }
    record_part_free(world.part);
    world.wants_keyframe = true;
    begin(&world);
  }
  json_t *session = play(&world);
  assert_no_name_twice(&world);
  assert_verified(&world);
  g_autofree char *originals = g_build_filename(world.directory, "data/original", NULL);
  g_autoptr(GDir) dir = g_dir_open(originals, 0, NULL);
  guint kept = 0, stated = 0;
  while (dir != NULL && g_dir_read_name(dir) != NULL)
    kept++;
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(session, "segments"), i, segment)
    stated += json_is_string(json_object_get(segment, "original"));
  g_assert_cmpuint(kept, >=, KILLS);
  g_assert_cmpuint(kept, ==, stated);
  json_decref(session);
  world_clear(&world);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_assert_true(segment_writer_init(NULL));
  g_test_add_func("/recorder/record_part/sessions_at_random_keep_each_frame_at_its_time", test_sessions_at_random);
  g_test_add_func("/recorder/record_part/no_name_is_given_twice", test_no_name_is_given_twice);
  return g_test_run();
}
