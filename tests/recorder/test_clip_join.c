/* tests/recorder/test_clip_join.c - segments of any tracks, torn anywhere, at any times, joined: each frame once, in order. */
#include "recorder/clip_join.h"
#include "recorder/recorder_error.h"
#include "tests/lib/random_stream.h"
#include "tests/recorder/block_file.h"
#include "tests/recorder/segment_maker.h"
#include <glib/gstdio.h>
#include <unistd.h>

enum { PIECES_MAX = 6, BLOCKS_MAX = 40 };

typedef struct {
  char *directory, *joined, *paths[PIECES_MAX];
  GArray *pieces;
} Fixture;

static void
set_up(Fixture *self, gconstpointer unused)
{
  (void)unused;
  self->directory = made_base();
  self->joined = g_build_filename(self->directory, "joined.mkv", NULL);
  self->pieces = g_array_new(FALSE, TRUE, sizeof(ClipPiece));
  for (guint i = 0; i < PIECES_MAX; i++)
    self->paths[i] = g_strdup_printf("%s/%u.mkv", self->directory, i);
}

static void
tear_down(Fixture *self, gconstpointer unused)
{
  (void)unused;
  for (guint i = 0; i < PIECES_MAX; i++) {
    g_unlink(self->paths[i]);
    g_free(self->paths[i]);
  }
  g_unlink(self->joined);
  g_assert_cmpint(g_rmdir(self->directory), ==, 0);  /* nothing half made stays */
  g_array_unref(self->pieces);
  g_free(self->directory);
  g_free(self->joined);
}

static void
add(Fixture *self, const guint8 *data, gsize size, gint64 offset_ms)
{
  ClipPiece piece = { self->paths[self->pieces->len], offset_ms * 1000, true };
  g_assert_true(g_file_set_contents(piece.path, (const char *)data, (gssize)size, NULL));
  g_array_append_val(self->pieces, piece);
}

static void
add_bytes(Fixture *self, GBytes *bytes, gint64 offset_ms)
{
  add(self, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), offset_ms);
}

typedef struct {
  guint    frames[3];
  gint64   last_us[3];
  GString *ids[3];   /* owned: of each track, in the file's order */
} Found;

static void
count_frames(const char *path, Found *found, bool must_rise)
{
  g_autoptr(MatroskaReader) reader = matroska_reader_new(path, NULL);
  for (MatroskaBlock block; reader != NULL && matroska_reader_next(reader, &block); found->frames[block.kind]++) {
    g_assert_true(!must_rise || found->frames[block.kind] == 0 || block.time_us > found->last_us[block.kind]);
    found->last_us[block.kind] = block.time_us;
    if (found->ids[block.kind] == NULL)
      found->ids[block.kind] = g_string_new(NULL);
    g_string_append_c(found->ids[block.kind], (char)block.frame[0]);
  }
}

static void
assert_same_frames(Found *in, Found *out)
{
  for (guint k = MATROSKA_TRACK_VIDEO; k <= MATROSKA_TRACK_AUDIO; k++) {
    g_assert_cmpuint(out->frames[k], ==, in->frames[k]);
    g_assert_true((in->ids[k] == NULL && out->ids[k] == NULL) || g_string_equal(in->ids[k], out->ids[k]));
  }
}

static void
clear_found(Found *found)
{
  for (guint k = 0; k < G_N_ELEMENTS(found->ids); k++) {
    if (found->ids[k] != NULL)
      g_string_free(found->ids[k], TRUE);
  }
}

/* Joins; the joined file has what the pieces have, and the tracks that have frames. Returns: how many were moved. */
static guint64
assert_joined(Fixture *self)
{
  Found in = { 0 }, out = { 0 };
  for (guint i = 0; i < self->pieces->len; i++)
    count_frames(g_array_index(self->pieces, ClipPiece, i).path, &in, false);
  ClipCount count;
  g_autoptr(GError) error = NULL;
  bool is_made = clip_join(self->joined, self->pieces, NULL, &count, &error);
  g_assert_true(is_made == (in.frames[1] + in.frames[2] > 0));
  if (is_made) {
    count_frames(self->joined, &out, true);
    assert_same_frames(&in, &out);
    g_assert_cmpuint(count.video_frames, ==, in.frames[1]);
    g_assert_cmpuint(count.audio_packets, ==, in.frames[2]);
    g_autoptr(MatroskaReader) reader = matroska_reader_new(self->joined, NULL);
    g_assert_true((matroska_reader_track(reader, MATROSKA_TRACK_VIDEO) != NULL) == (in.frames[1] > 0));
    g_assert_true((matroska_reader_track(reader, MATROSKA_TRACK_AUDIO) != NULL) == (in.frames[2] > 0));
  } else {
    g_assert_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA);
  }
  clear_found(&in);
  clear_found(&out);
  return count.moved;
}

/* A second of picture and sound. */
static guint
make_blocks(FileBlock *blocks, guint first_id)
{
  guint n = 0;
  for (guint ms = 0; ms < 200; ms += 20) {
    if (ms % 40 == 0) {
      blocks[n] = (FileBlock){ MATROSKA_TRACK_VIDEO, ms, ms % 120 == 0, (guint8)(first_id + n) };
      n++;
    }
    blocks[n] = (FileBlock){ MATROSKA_TRACK_AUDIO, ms, true, (guint8)(first_id + n) };
    n++;
  }
  return n;
}

/* Nothing, sound alone, picture alone, both; both named and only one there. */
static GBytes *
piece_of(guint kind)
{
  FileBlock blocks[BLOCKS_MAX], some[BLOCKS_MAX];
  guint n = make_blocks(blocks, 0), k = 0;
  for (guint i = 0; i < n; i++) {
    if (kind < 4 || (kind == 4) == (blocks[i].kind == MATROSKA_TRACK_VIDEO))
      some[k++] = blocks[i];
  }
  bool has_video = kind != 1, has_audio = kind != 2;
  return block_file(has_video, has_audio, some, kind == 0 ? 0 : k);
}

static void
test_there_is_a_picture_if_any_piece_has_one(Fixture *self, gconstpointer unused)
{
  (void)unused;
  enum { KINDS = 6 };
  for (guint i = 0; i < KINDS * KINDS * KINDS; i++) {
    for (guint k = 0, of = i; k < 3; k++, of /= KINDS) {
      g_autoptr(GBytes) bytes = piece_of(of % KINDS);
      add_bytes(self, bytes, k * 1000);
    }
    g_assert_cmpuint(assert_joined(self), ==, 0);
    g_array_set_size(self->pieces, 0);
  }
}

/* The first piece ends at each of its bytes, alone and before one of each kind. */
static void
test_a_piece_torn_at_any_byte_joins(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GBytes) whole = piece_of(3);
  gsize size;
  const guint8 *data = g_bytes_get_data(whole, &size);
  guint before = 0;
  for (gsize cut = 0; cut <= size; cut++) {
    g_autoptr(GBytes) torn = g_bytes_new(data, cut);
    g_autoptr(MatroskaReader) reader = matroska_reader_new_for_bytes(torn, "torn", NULL);
    if (reader == NULL)
      continue;  /* no tracks yet: recovery leaves it out */
    guint frames = 0;
    for (MatroskaBlock block; matroska_reader_next(reader, &block);)
      frames++;
    g_assert_cmpuint(frames, >=, before);  /* more bytes, no fewer frames */
    before = frames;
    for (guint kind = 0; kind < 4; kind++) {
      g_autoptr(GBytes) next = piece_of(kind);
      add(self, data, cut, 0);
      add_bytes(self, next, 150);  /* over the end of the one before */
      assert_joined(self);
      g_array_set_size(self->pieces, 0);
    }
  }
  g_assert_cmpuint(before, >, 0);
}

static void
test_pieces_at_any_times_rise(Fixture *self, gconstpointer unused)
{
  (void)unused;
  guint64 moved = 0;
  for (guint seed = 1; seed <= 300; seed++) {
    RandomStream random = random_stream(seed);
    gint64 offset_ms = 0;
    for (guint p = 1 + random_stream_below(&random, PIECES_MAX); p > 0; p--) {
      FileBlock blocks[BLOCKS_MAX];
      guint ms[3] = { 0 }, n = random_stream_below(&random, BLOCKS_MAX);
      for (guint i = 0; i < n; i++) {
        MatroskaTrackKind kind = 1 + random_stream_below(&random, 2);
        blocks[i] = (FileBlock){ kind, ms[kind], kind == MATROSKA_TRACK_AUDIO || i % 7 == 0, (guint8)i };
        ms[kind] += random_stream_below(&random, 40);  /* two in one millisecond, too */
      }
      g_autoptr(GBytes) bytes = block_file(random_stream_below(&random, 4) > 0, random_stream_below(&random, 4) > 0, blocks, n);
      g_autoptr(GError) error = NULL;
      g_autoptr(MatroskaReader) reader = matroska_reader_new_for_bytes(bytes, "piece", &error);
      if (reader != NULL)
        add_bytes(self, bytes, offset_ms);
      offset_ms += random_stream_below(&random, 400);
    }
    if (self->pieces->len > 0)
      moved += assert_joined(self);
    g_array_set_size(self->pieces, 0);
  }
  g_assert_cmpuint(moved, >, 0);
}

/* A block whose bytes are not: what comes after it is there still, and it is counted; a whole segment has none such. */
static void
test_what_cannot_be_read_costs_itself_alone(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GBytes) whole = piece_of(3);
  gsize size;
  g_autofree guint8 *bytes = g_memdup2(g_bytes_get_data(whole, &size), g_bytes_get_size(whole));
  for (gsize i = size - 60; i < size; i++) {
    if (bytes[i] == 0x81 || bytes[i] == 0x82) {
      bytes[i] = 0;
      break;
    }
  }
  add(self, bytes, size, 0);
  ClipCount count, all;
  g_autoptr(GError) error = NULL;
  g_assert_true(clip_join(self->joined, self->pieces, NULL, &count, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(count.passed_over, ==, 1);
  g_assert_false(clip_count(self->paths[0], &all, &error));
  g_assert_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA);
  g_clear_error(&error);
  g_assert_true(clip_count(self->joined, &all, &error));
  g_assert_cmpuint(all.video_frames + all.audio_packets, ==, 14);  /* of 15 */
}

#define ADD(name) g_test_add("/recorder/clip_join/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(there_is_a_picture_if_any_piece_has_one);
  ADD(a_piece_torn_at_any_byte_joins);
  ADD(pieces_at_any_times_rise);
  ADD(what_cannot_be_read_costs_itself_alone);
  return g_test_run();
}
