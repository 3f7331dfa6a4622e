/* tests/mixer/test_video_source.c - tests of mixer/decode_queue, video_slot, and video_source
 * with real workers and a fake decoder. */
#include "mixer/decode_queue.h"
#include "mixer/video_compositor.h"
#include "mixer/video_source.h"
#include "tests/mixer/fake_codec.h"
#include "tests/mixer/wait_until.h"
#include <string.h>

/* ---- decode_queue ---- */

static int
pop_value(DecodeQueue *queue)
{
  g_autoptr(EncodedFrame) frame = decode_queue_pop(queue);
  int value = -1;
  if (frame != NULL)
    memcpy(&value, frame->data, sizeof value);
  return value;
}

static void
test_frames_come_out_in_order(void)
{
  DecodeQueue queue = { 0 };
  decode_queue_push(&queue, fake_frame(1, true, false));
  decode_queue_push(&queue, fake_frame(2, false, true));
  decode_queue_push(&queue, fake_frame(3, false, false));
  for (int i = 1; i <= 3; i++)
    g_assert_cmpint(pop_value(&queue), ==, i);
  g_assert_cmpint(pop_value(&queue), ==, -1);
  g_assert_cmpuint(queue.dropped, ==, 0);
}

static void
test_droppable_frames_go_first(void)
{
  DecodeQueue queue = { 0 };
  decode_queue_push(&queue, fake_frame(0, true, false));
  for (int i = 1; i <= 7; i++)  /* odd ones are droppable */
    decode_queue_push(&queue, fake_frame(i, false, i % 2 == 1));
  g_assert_cmpuint(queue.dropped, >=, 3);
  for (int i = 0; i <= 6; i += 2)
    g_assert_cmpint(pop_value(&queue), ==, i);
  g_assert_false(decode_queue_take_request(&queue, 1));
  decode_queue_clear(&queue);
}

static void
test_overflow_drops_all_up_to_a_keyframe_and_asks(void)
{
  DecodeQueue queue = { 0 };
  for (int i = 0; i < DECODE_QUEUE_MAX; i++)
    decode_queue_push(&queue, fake_frame(i, i == 0, false));
  g_assert_false(decode_queue_take_request(&queue, 1000));
  decode_queue_push(&queue, fake_frame(100, false, false));
  g_assert_cmpuint(queue.length, ==, 0);
  g_assert_true(decode_queue_take_request(&queue, 1000));
  decode_queue_push(&queue, fake_frame(101, false, false));
  g_assert_cmpint(pop_value(&queue), ==, -1);
  decode_queue_push(&queue, fake_frame(102, true, false));
  decode_queue_push(&queue, fake_frame(103, false, false));
  g_assert_cmpint(pop_value(&queue), ==, 102);
  g_assert_cmpint(pop_value(&queue), ==, 103);
  g_assert_cmpuint(queue.dropped, ==, DECODE_QUEUE_MAX + 2);
}

static void
test_a_keyframe_makes_older_frames_pointless(void)
{
  DecodeQueue queue = { 0 };
  for (int i = 0; i < 3; i++)
    decode_queue_push(&queue, fake_frame(i, i == 0, false));
  decode_queue_push(&queue, fake_frame(10, true, false));
  g_assert_cmpint(pop_value(&queue), ==, 10);
  g_assert_cmpuint(queue.length, ==, 0);
}

static void
test_keyframe_is_asked_for_again_but_not_in_haste(void)
{
  enum { MS = 1000 };
  DecodeQueue queue = { 0 };
  guint asked = 0;
  decode_queue_wait_for_keyframe(&queue);
  for (gint64 ms = 1; ms <= 3500; ms += 10)
    asked += decode_queue_take_request(&queue, ms * MS);
  g_assert_cmpuint(asked, ==, 4);  /* at 0, 1, 2, 3 s */

  for (gint64 ms = 4000; ms < 5000; ms += 10) {  /* each keyframe that comes is corrupt */
    decode_queue_push(&queue, fake_frame(1, true, false));
    pop_value(&queue);
    decode_queue_wait_for_keyframe(&queue);
    asked += decode_queue_take_request(&queue, ms * MS);
  }
  g_assert_cmpuint(asked, <=, 4 + 4);
}

/* ---- video_slot ---- */

static void
test_slot_keeps_the_newest_only(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoSlot) slot = video_slot_new();
  gint64 put_us;
  g_assert_null(video_slot_get(slot, &put_us));
  VideoFrame *second = video_frame_new(pool, 32, 18);
  video_slot_put(slot, video_frame_new(pool, 16, 16), 1000);
  video_slot_put(slot, second, 2000);
  g_autoptr(VideoFrame) got = video_slot_get(slot, &put_us);
  g_assert_true(got == second);
  g_assert_cmpint(put_us, ==, 2000);
  video_slot_put(slot, NULL, 3000);
  g_assert_null(video_slot_get(slot, NULL));
  g_assert_cmpuint(got->width, ==, 32);  /* ours still */
}

/* ---- video_source ---- */

typedef struct {
  int asked;     /* atomic */
  int sleep_us;  /* atomic: how long the event takes */
  int is_freed;  /* atomic */
} Events;

static void
on_needs_keyframe(gpointer user)
{
  Events *events = user;
  g_assert_false(g_atomic_int_get(&events->is_freed));
  int sleep_us = g_atomic_int_get(&events->sleep_us);
  if (sleep_us > 0)
    g_usleep((gulong)sleep_us);
  g_assert_false(g_atomic_int_get(&events->is_freed));
  g_atomic_int_inc(&events->asked);
}

static const VideoSourceEvents EVENTS = { .needs_keyframe = on_needs_keyframe };

static VideoSource *
new_source(DecodePool *pool, Events *events)
{
  return video_source_new(pool, VIDEO_CODEC_VP8, 1920 * 1088, &EVENTS, events);
}

static int
shown_value(VideoSource *source)
{
  g_autoptr(VideoFrame) frame = video_slot_get(video_source_slot(source), NULL);
  return frame != NULL ? frame->plane[0][0] : -1;
}

static void
test_newest_picture_is_in_the_slot(void)
{
  Events events = { 0 };
  VideoSourceStats stats;
  fake_codec_reset();
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(2);
  VideoSource *source = new_source(pool, &events);
  EncodedFrame *turned = fake_frame(7, true, false);
  turned->quarter_turns = 3;
  turned->capture_us = 1234;
  video_source_push(source, turned);
  wait_until(shown_value(source) == 7);
  g_autoptr(VideoFrame) frame = video_slot_get(video_source_slot(source), NULL);
  g_assert_cmpuint(frame->quarter_turns, ==, 3);
  g_assert_cmpint(frame->capture_us, ==, 1234);
  for (int i = 8; i < 20; i++) {
    video_source_push(source, fake_frame(i, false, false));
    wait_until(shown_value(source) == i);
  }
  video_source_stats(source, &stats);
  g_assert_cmpuint(stats.frames_in, ==, 13);
  g_assert_cmpuint(stats.frames_decoded, ==, 13);
  g_assert_cmpuint(stats.width, ==, 64);
  g_assert_cmpint(stats.last_picture_us, >, 0);
  g_assert_cmpint(g_atomic_int_get(&events.asked), ==, 0);

  /* Decoded at the size at which it is shown. */
  video_slot_set_fit(video_source_slot(source), 48, 28);
  video_source_push(source, fake_frame(30, false, false));
  wait_until(shown_value(source) == 30);
  g_autoptr(VideoFrame) fitted = video_slot_get(video_source_slot(source), NULL);
  g_assert_cmpuint(fitted->width, ==, 48);
  video_source_free(source);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.video_decoders_alive), ==, 0);
}

/* A machine that is busy may see more gaps than this one, never fewer. */
static void
test_a_gap_between_two_pictures_is_a_freeze(void)
{
  Events events = { 0 };
  VideoSourceStats before, after;
  fake_codec_reset();
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(1);
  VideoSource *source = new_source(pool, &events);
  video_source_push(source, fake_frame(1, true, false));
  wait_until(shown_value(source) == 1);
  video_source_stats(source, &before);
  g_assert_cmpuint(before.freezes, ==, 0);  /* the first picture ends none */
  g_usleep(VIDEO_FREEZE_US + 20000);
  video_source_push(source, fake_frame(2, false, false));
  wait_until(shown_value(source) == 2);
  video_source_stats(source, &after);
  g_assert_cmpuint(after.freezes, ==, 1);
  g_assert_cmpint(after.frozen_us, ==, after.last_picture_us - before.last_picture_us);
  video_source_free(source);
}

static void
test_corrupt_frame_asks_for_a_keyframe_and_waits_for_it(void)
{
  Events events = { 0 };
  VideoSourceStats stats;
  fake_codec_reset();
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(1);
  VideoSource *source = new_source(pool, &events);
  video_source_push(source, fake_frame(1, true, false));
  wait_until(shown_value(source) == 1);
  video_source_push(source, fake_frame(-5, false, false));
  wait_until(g_atomic_int_get(&events.asked) == 1);
  for (int i = 2; i < 6; i++)
    video_source_push(source, fake_frame(i, false, false));
  video_source_push(source, fake_frame(9, true, false));
  wait_until(shown_value(source) == 9);
  video_source_push(source, fake_frame(0x10000, true, false));
  wait_until((video_source_stats(source, &stats), stats.too_large) == 1);
  g_assert_cmpuint(stats.decode_errors, ==, 1);
  g_assert_cmpuint(stats.frames_dropped, ==, 4);
  g_assert_cmpint(shown_value(source), ==, 9);
  video_source_free(source);
}

static void
test_flood_is_dropped_and_the_rest_stays_decodable(void)
{
  Events events = { 0 };
  VideoSourceStats stats;
  fake_codec_reset();
  fake_codec.decode_us = 3000;
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(1);
  VideoSource *source = new_source(pool, &events);
  video_source_push(source, fake_frame(0, true, false));
  for (int i = 1; i < 400; i++) {
    if (i == 300)  /* a flood at last */
      g_atomic_int_set(&fake_codec.decode_us, 50000);
    video_source_push(source, fake_frame(i, false, i % 2 == 1));
    g_usleep(i < 300 ? 200 : 0);
  }
  wait_until(g_atomic_int_get(&events.asked) >= 1);
  video_source_push(source, fake_frame(1000, true, false));
  wait_until(shown_value(source) == (1000 & 255));
  video_source_stats(source, &stats);
  g_assert_cmpuint(stats.frames_in, ==, 401);
  g_assert_cmpuint(stats.frames_in, ==, stats.frames_decoded + stats.frames_dropped);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.decodes_at_once), ==, 1);
  /* No base frame (even) is missing between two decoded ones, up to the keyframe. */
  int last = 0;
  for (int i = 1; i < g_atomic_int_get(&fake_codec.n_decoded) - 1; i++) {
    int value = g_atomic_int_get(&fake_codec.decoded[i]);
    g_assert_cmpint(value, >, last);
    g_assert_cmpint(value / 2 * 2 - last / 2 * 2, <=, 2);
    last = value;
  }
  video_source_free(source);
}

static void
test_heavy_site_does_not_starve_another(void)
{
  Events events = { 0 };
  fake_codec_reset();
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(1);
  VideoSource *heavy = new_source(pool, &events), *light = new_source(pool, &events);
  fake_codec.decode_us = 20000;
  for (int i = 0; i < DECODE_QUEUE_MAX; i++)
    video_source_push(heavy, fake_frame(i, i == 0, false));
  video_source_push(light, fake_frame(77, true, false));
  wait_until(shown_value(light) == 77);
  VideoSourceStats stats;
  video_source_stats(heavy, &stats);
  g_assert_cmpuint(stats.frames_decoded, <, DECODE_QUEUE_MAX);
  video_source_free(heavy);
  video_source_free(light);
}

/* Draws the source alone on a canvas. Returns: the luma of every pixel; fails if they differ. */
static guint8
luma_of_tile(VideoSource *source, guint width, guint height)
{
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  video_scene_add(scene, video_source_slot(source), "", NULL, NULL, false, false);
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 20);
  g_autoptr(VideoStage) stage = video_stage_new(scene, width, height, cache);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(1);
  g_autoptr(VideoFrame) canvas = video_frame_new(pool, width, height);
  video_compositor_draw(compositor, stage, canvas, clock_now_us());
  guint8 luma = canvas->plane[0][0];
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      g_assert_cmpuint(canvas->plane[0][(gsize)y * (gsize)canvas->stride[0] + x], ==, luma);
  return luma;
}

/* The layout changed; what comes until the keyframe of the new size cannot be decoded. */
static void
test_old_picture_is_shown_scaled_until_the_new_size_comes(void)
{
  Events events = { 0 };
  fake_codec_reset();
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(1);
  VideoSource *source = new_source(pool, &events);
  VideoSlot *slot = video_source_slot(source);
  VideoSourceStats stats;
  video_slot_set_fit(slot, 160, 90);
  video_source_push(source, fake_frame(100, true, false));
  wait_until((video_source_stats(source, &stats), stats.frames_decoded == 1));
  g_assert_cmpuint(luma_of_tile(source, 160, 90), ==, 100);

  video_slot_set_fit(slot, 640, 360);
  g_assert_cmpuint(luma_of_tile(source, 640, 360), ==, 100);
  for (int i = 0; i < 5; i++)
    video_source_push(source, fake_frame(-1, false, false));
  wait_until((video_source_stats(source, &stats), stats.decode_errors >= 1));
  g_assert_cmpuint(luma_of_tile(source, 640, 360), ==, 100);

  video_source_push(source, fake_frame(150, true, false));
  wait_until((video_source_stats(source, &stats), stats.frames_decoded == 2));
  g_assert_cmpuint(luma_of_tile(source, 640, 360), ==, 150);
  g_autoptr(VideoFrame) picture = video_slot_get(slot, NULL);
  g_assert_cmpuint(picture->width, ==, 640);
  video_source_free(source);
}

static void
test_no_event_and_no_picture_after_free(void)
{
  fake_codec_reset();
  assert_on_net();
  g_autoptr(DecodePool) pool = decode_pool_new(2);
  for (guint i = 0; i < 150; i++) {
    Events events = { .sleep_us = i % 3 == 0 ? 1000 : 0 };
    VideoSource *source = new_source(pool, &events);
    g_autoptr(VideoSlot) slot = video_slot_ref(video_source_slot(source));
    g_atomic_int_set(&fake_codec.decode_us, (int)(i % 5) * 200);
    for (int f = 0; f < 8; f++)
      video_source_push(source, fake_frame(f % 3 == 2 ? -1 : f, f % 4 == 0, false));
    g_usleep(i % 7 * 150);
    video_source_free(source);
    g_atomic_int_set(&events.is_freed, 1);
    g_assert_null(video_slot_get(slot, NULL));
    g_usleep(i % 2 * 500);
    g_assert_null(video_slot_get(slot, NULL));
  }
  wait_until(g_atomic_int_get(&fake_codec.video_decoders_alive) == 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(part, name) g_test_add_func("/mixer/" #part "/" #name, test_##name)
  ADD(decode_queue, frames_come_out_in_order);
  ADD(decode_queue, droppable_frames_go_first);
  ADD(decode_queue, overflow_drops_all_up_to_a_keyframe_and_asks);
  ADD(decode_queue, a_keyframe_makes_older_frames_pointless);
  ADD(decode_queue, keyframe_is_asked_for_again_but_not_in_haste);
  ADD(video_slot, slot_keeps_the_newest_only);
  ADD(video_source, newest_picture_is_in_the_slot);
  ADD(video_source, a_gap_between_two_pictures_is_a_freeze);
  ADD(video_source, corrupt_frame_asks_for_a_keyframe_and_waits_for_it);
  ADD(video_source, flood_is_dropped_and_the_rest_stays_decodable);
  ADD(video_source, heavy_site_does_not_starve_another);
  ADD(video_source, old_picture_is_shown_scaled_until_the_new_size_comes);
  ADD(video_source, no_event_and_no_picture_after_free);
  return g_test_run();
}
