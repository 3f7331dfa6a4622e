/* tests/recorder/test_stream_merge.c - the order of two streams' frames, and the milliseconds that they get. */
#include "recorder/stream_merge.h"
#include "tests/lib/random_stream.h"

static void
push(StreamMerge *merge, SegmentStream stream, gint64 time_us)
{
  RecordHeader header = { .type = RECORD_MESSAGE_FRAME, .time_us = time_us };
  stream_merge_push(merge, stream, record_message_new(&header, NULL));
}

/* Returns: the time of the next frame, -1 if there is none yet. */
static gint64
pop(StreamMerge *merge, bool flush)
{
  SegmentStream stream;
  g_autoptr(RecordMessage) frame = stream_merge_pop(merge, flush, &stream);
  return frame != NULL ? frame->header.time_us : -1;
}

static void
test_waits_for_the_other_stream_and_not_for_ever(void)
{
  g_autoptr(StreamMerge) merge = stream_merge_new();
  push(merge, SEGMENT_STREAM_VIDEO, 100000);
  g_assert_cmpint(pop(merge, false), ==, -1);
  push(merge, SEGMENT_STREAM_AUDIO, 50000);
  g_assert_cmpint(pop(merge, false), ==, 50000);
  g_assert_cmpint(pop(merge, false), ==, -1);
  push(merge, SEGMENT_STREAM_AUDIO, 150000);
  g_assert_cmpint(pop(merge, false), ==, 100000);
  g_assert_cmpint(pop(merge, false), ==, -1);
  push(merge, SEGMENT_STREAM_AUDIO, 100000 + STREAM_MERGE_WAIT_US);
  g_assert_cmpint(pop(merge, false), ==, -1);  /* it leapt: the picture may be on its way */
  push(merge, SEGMENT_STREAM_AUDIO, 150000 + STREAM_MERGE_WAIT_US * 3 / 2);
  g_assert_cmpint(pop(merge, false), ==, 150000);
  g_assert_true(stream_merge_is_absent(merge, SEGMENT_STREAM_VIDEO));
  g_assert_cmpint(pop(merge, false), ==, 100000 + STREAM_MERGE_WAIT_US);
  g_assert_cmpint(pop(merge, false), ==, -1);  /* this one only when half a second of sound came after it */
  push(merge, SEGMENT_STREAM_VIDEO, 2000000);
  g_assert_false(stream_merge_is_absent(merge, SEGMENT_STREAM_VIDEO));
  g_assert_cmpint(pop(merge, false), ==, 150000 + STREAM_MERGE_WAIT_US * 3 / 2);
  g_assert_cmpint(pop(merge, false), ==, -1);
  g_assert_cmpint(pop(merge, true), ==, 2000000);
}

/* The picture's encoder starts after two seconds and is half a second behind: its first keyframe finds its place. */
static void
test_sound_alone_leaves_room_for_a_late_first_keyframe(void)
{
  g_autoptr(StreamMerge) merge = stream_merge_new();
  gint64 keyframe_us = 2000000, latest_us = -1, time_us;
  for (gint64 now_us = 0; now_us <= keyframe_us + STREAM_MERGE_LAG_US; now_us += 20000) {
    push(merge, SEGMENT_STREAM_AUDIO, now_us);
    while ((time_us = pop(merge, false)) >= 0)
      latest_us = time_us;
  }
  g_assert_true(stream_merge_is_absent(merge, SEGMENT_STREAM_VIDEO));
  g_assert_cmpint(latest_us, ==, keyframe_us);  /* the rest waits */
  push(merge, SEGMENT_STREAM_VIDEO, keyframe_us);
  g_assert_cmpint(pop(merge, false), ==, keyframe_us);
}

/* As mcu/record_tap gives them where one encoder gives way to another that is behind it: whatever part of a
 * millisecond the tick lies at, each frame has one of its own. */
static void
test_frames_of_one_tick_get_each_a_millisecond(void)
{
  for (gint64 phase_us = 0; phase_us < 1000; phase_us++) {
    g_autoptr(StreamMerge) merge = stream_merge_new();
    for (gint64 i = 0; i < 4; i++)
      push(merge, SEGMENT_STREAM_VIDEO, 33000 + phase_us + 1000 * i);
    for (gint64 i = 0; i < 4; i++)
      g_assert_cmpint(pop(merge, true), ==, 33000 + 1000 * i);
  }
}

/* Frames at any time, even backwards, come out all, in the order of whole milliseconds that rise in each stream. */
static void
test_any_times_come_out_in_order(void)
{
  for (guint seed = 1; seed <= 200; seed++) {
    RandomStream random = random_stream(seed);
    g_autoptr(StreamMerge) merge = stream_merge_new();
    gint64 last_us[SEGMENT_STREAM_AUDIO + 1] = { -1, -1, -1 }, now_us = 0, newest_us = 0;
    guint pushed = 0, popped = 0;
    for (guint i = 0; i < 500; i++) {
      now_us += random_stream_below(&random, 5000);
      gint64 back_us = random_stream_below(&random, 20) == 0 ? random_stream_below(&random, 30000) : 0;
      push(merge, 1 + random_stream_below(&random, 2), MAX(now_us - back_us, 0));
      pushed++;
      SegmentStream stream;
      RecordMessage *frame;
      while ((frame = stream_merge_pop(merge, i == 499, &stream)) != NULL) {
        g_assert_cmpint(frame->header.time_us % 1000, ==, 0);
        g_assert_cmpint(frame->header.time_us, >, last_us[stream]);
        g_assert_cmpint(frame->header.time_us, >=, newest_us);
        last_us[stream] = newest_us = frame->header.time_us;
        popped++;
        record_message_free(frame);
      }
    }
    g_assert_cmpuint(popped, ==, pushed);
  }
}

#define ADD(name) g_test_add_func("/recorder/stream_merge/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(waits_for_the_other_stream_and_not_for_ever);
  ADD(sound_alone_leaves_room_for_a_late_first_keyframe);
  ADD(frames_of_one_tick_get_each_a_millisecond);
  ADD(any_times_come_out_in_order);
  return g_test_run();
}
