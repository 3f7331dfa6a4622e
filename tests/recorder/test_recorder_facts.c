/* tests/recorder/test_recorder_facts.c - small pure parts: codec facts, clock watch, room on a disk, OPEN. */
#include "recorder/clock_watch.h"
#include "recorder/codec_facts.h"
#include "recorder/disk_bytes.h"
#include "recorder/ebml.h"
#include "recorder/matroska_reader.h"
#include "recorder/record_open.h"

static void
test_opus_durations_and_channels(void)
{
  static const struct { guint8 data[2]; gsize length; bool is_good; guint channels; gint64 duration_us; } TABLE[] = {
    { { 0x08 }, 1, true, 1, 20000 },        /* SILK NB 20 ms */
    { { 0x18 }, 1, true, 1, 60000 },
    { { 0x78 }, 1, true, 1, 20000 },        /* hybrid FB 20 ms */
    { { 0xfc }, 1, true, 2, 20000 },        /* CELT FB 20 ms, stereo */
    { { 0xe0 }, 1, true, 1, 2500 },
    { { 0xf9 }, 1, true, 1, 40000 },        /* two frames */
    { { 0xfb, 3 }, 2, true, 1, 60000 },     /* three */
    { { 0xfb }, 1, false, 0, 0 },
    { { 0xfb, 0 }, 2, false, 0, 0 },
    { { 0xfb, 7 }, 2, false, 0, 0 },        /* longer than 120 ms */
    { { 0 }, 0, false, 0, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    OpusFacts facts;
    g_assert_cmpint(opus_facts_read(&facts, TABLE[i].data, TABLE[i].length), ==, TABLE[i].is_good);
    if (TABLE[i].is_good) {
      g_assert_cmpuint(facts.channels, ==, TABLE[i].channels);
      g_assert_cmpint(facts.duration_us, ==, TABLE[i].duration_us);
    }
  }
}

static void
test_vp8_keyframes_tell_their_size(void)
{
  guint8 key[] = { 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41 };
  Vp8Facts facts;
  g_assert_true(vp8_facts_read(&facts, key, sizeof key));
  g_assert_true(facts.is_keyframe);
  g_assert_cmpuint(facts.width, ==, 640);
  g_assert_cmpuint(facts.height, ==, 360);
  g_assert_false(vp8_facts_read(&facts, key, 9));
  key[3] = 0;
  g_assert_false(vp8_facts_read(&facts, key, sizeof key));
  key[0] = 0x11;
  g_assert_true(vp8_facts_read(&facts, key, 3));
  g_assert_false(facts.is_keyframe);
}

static void
test_a_step_of_the_wall_clock_is_told_once(void)
{
  ClockWatch watch = { 0 };
  g_assert_cmpint(clock_watch_poll(&watch, 1000000, 5000000000), ==, 0);
  g_assert_cmpint(clock_watch_poll(&watch, 2000000, 5001000500), ==, 0);  /* drift */
  g_assert_cmpint(clock_watch_poll(&watch, 3000000, 8602000500), ==, 3600000000);
  g_assert_cmpint(clock_watch_poll(&watch, 4000000, 8603000500), ==, 0);
  g_assert_cmpint(clock_watch_poll(&watch, 5000000, 5004000500), ==, -3600000000);
}

static void
test_open_leads_nowhere_else(void)
{
  static const char *const WRONG_NAMES[] = { "", ".", "..", "a/b", "../x", ".hidden", "a b", "a\\b" };
  for (gsize i = 0; i < G_N_ELEMENTS(WRONG_NAMES); i++) {
    json_t *object = json_pack("{s:s, s:s, s:s, s:i}", "id", "0b3a8a56-7b54-4e0c-9c7e-0f6f6a1f2d11", "name", WRONG_NAMES[i],
                               "directory", "/r", "originUs", 1);
    g_autoptr(RecordOpen) open = record_open_new(object, NULL);
    g_assert_null(open);
    json_decref(object);
  }
  json_t *object = json_pack("{s:s, s:s, s:s, s:i}", "id", "../../etc", "name", "x", "directory", "/r", "originUs", 1);
  g_autoptr(RecordOpen) open = record_open_new(object, NULL);
  g_assert_null(open);
  json_object_set_new(object, "id", json_string("0b3a8a56-7b54-4e0c-9c7e-0f6f6a1f2d11"));
  g_autoptr(RecordOpen) good = record_open_new(object, NULL);
  g_assert_nonnull(good);
  g_assert_cmpint(good->segment_us, ==, 600 * G_USEC_PER_SEC);
  json_decref(object);
}

static void
test_the_reserve_of_root_is_neither_free_nor_used(void)
{
  static const struct { fsblkcnt_t blocks, free, available; guint64 free_bytes, usable_bytes; } TABLE[] = {
    { 1000, 1000, 950, 950 * 4096, 950 * 4096 },  /* empty: all of it is free          */
    { 1000, 525, 475, 475 * 4096, 950 * 4096 },   /* half                              */
    { 1000, 50, 0, 0, 950 * 4096 },               /* full, though root could write on  */
    { 1000, 400, 400, 400 * 4096, 1000 * 4096 },  /* no reserve                        */
    { 0, 0, 0, 0, 0 },                            /* /proc and the like                */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    struct statvfs disk = {
      .f_frsize = 4096, .f_blocks = TABLE[i].blocks, .f_bfree = TABLE[i].free, .f_bavail = TABLE[i].available,
    };
    g_assert_cmpuint(disk_free_bytes(&disk), ==, TABLE[i].free_bytes);
    g_assert_cmpuint(disk_usable_bytes(&disk), ==, TABLE[i].usable_bytes);
  }
}

/* A segment of one picture at tick 20. */
static GBytes *
make_matroska(guint64 tick_ns)
{
  static const guint8 BLOCK[] = { 0x81, 0, 0, 0x80, 1 };
  GByteArray *out = g_byte_array_new();
  g_autoptr(GByteArray) inner = g_byte_array_new(), tracks = g_byte_array_new();
  ebml_put_text(inner, 0x4282, "matroska");
  ebml_put_master(out, EBML_ID_HEADER, inner);
  ebml_put_id(out, EBML_ID_SEGMENT);
  ebml_put_size(out, 1000);
  ebml_put_uint(inner, EBML_ID_TIMESTAMP_SCALE, tick_ns);
  ebml_put_master(out, EBML_ID_INFO, inner);
  ebml_put_uint(inner, EBML_ID_TRACK_NUMBER, 1);
  ebml_put_uint(inner, EBML_ID_TRACK_TYPE, 1);
  ebml_put_master(tracks, EBML_ID_TRACK_ENTRY, inner);
  ebml_put_master(out, EBML_ID_TRACKS, tracks);
  ebml_put_uint(inner, EBML_ID_TIMESTAMP, 20);
  ebml_put(inner, EBML_ID_SIMPLE_BLOCK, BLOCK, sizeof BLOCK);
  ebml_put_master(out, EBML_ID_CLUSTER, inner);
  return g_byte_array_free_to_bytes(out);
}

/* Found by fuzz_matroska_reader. */
static void
test_a_block_at_a_time_that_cannot_be_is_passed_over(void)
{
  g_autoptr(GBytes) good = make_matroska(1000000), bad = make_matroska(4938267948826709504);
  g_autoptr(MatroskaReader) reader = matroska_reader_new_for_bytes(good, "good", NULL);
  g_autoptr(MatroskaReader) other = matroska_reader_new_for_bytes(bad, "bad", NULL);
  MatroskaBlock block;
  g_assert_true(matroska_reader_next(reader, &block));
  g_assert_cmpint(block.time_us, ==, 20000);
  g_assert_false(matroska_reader_next(other, &block));
  g_assert_cmpuint(matroska_reader_passed_over(other), ==, 1);
}

#define ADD(name) g_test_add_func("/recorder/facts/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(opus_durations_and_channels);
  ADD(vp8_keyframes_tell_their_size);
  ADD(a_step_of_the_wall_clock_is_told_once);
  ADD(the_reserve_of_root_is_neither_free_nor_used);
  ADD(a_block_at_a_time_that_cannot_be_is_passed_over);
  ADD(open_leads_nowhere_else);
  return g_test_run();
}
