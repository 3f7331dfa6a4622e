/* tests/mixer/test_video_program.c - tests of mixer/video_program with real threads and a
 * fake encoder. */
#include "mixer/video_program.h"
#include "tests/mixer/fake_codec.h"
#include "tests/mixer/wait_until.h"
#include <string.h>

enum { WIDTH = 320, HEIGHT = 180, SEEN_MAX = 1024 };

typedef struct {
  int     n;            /* atomic */
  int     keyframes;    /* atomic */
  int     last_luma;    /* atomic */
  guint64 next_index;   /* the encode thread's */
  gint64  last_capture_us;
  int     expects_keyframe, expects_nothing;  /* atomic */
  int     is_freed;     /* atomic: no event may come any more */
} Seen;

static void
on_frame(EncodedFrame *frame, gpointer user)
{
  Seen *seen = user;
  gint64 time_us;
  memcpy(&time_us, frame->data + 2, sizeof time_us);
  g_assert_false(g_atomic_int_get(&seen->is_freed));
  g_assert_cmpuint(frame->index, ==, seen->next_index++);
  g_assert_cmpint(time_us, ==, frame->capture_us);
  g_assert_cmpint(frame->capture_us, >, seen->last_capture_us);
  if (g_atomic_int_compare_and_exchange(&seen->expects_keyframe, 1, 0))
    g_assert_true(frame->is_keyframe);
  g_assert_false(g_atomic_int_get(&seen->expects_nothing));
  seen->last_capture_us = frame->capture_us;
  g_atomic_int_set(&seen->last_luma, frame->data[1]);
  g_atomic_int_add(&seen->keyframes, frame->is_keyframe ? 1 : 0);
  g_atomic_int_inc(&seen->n);
  encoded_frame_unref(frame);
}

static const VideoProgramEvents EVENTS = { .frame = on_frame };
static const VideoProgramConfig CONFIG = { WIDTH, HEIGHT, 1000000, 1 };

static VideoScene *
one_tile(VideoSlot *slot)
{
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  video_scene_add(scene, slot, "Huyện Gia Bình", NULL, NULL, false, false);
  return scene;
}

static void
put(VideoSlot *slot, VideoFramePool *pool, guint8 value)
{
  VideoFrame *frame = video_frame_new(pool, WIDTH, HEIGHT);
  for (int i = 0; i < 3; i++)
    memset(frame->plane[i], value, (gsize)frame->stride[i] * (i == 0 ? HEIGHT : HEIGHT / 2));
  video_slot_put(slot, frame, clock_now_us());
}

static void
test_newest_picture_is_encoded(void)
{
  Seen seen = { 0 };
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(100, 1);
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoSlot) slot = video_slot_new();
  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  video_program_set_scene(program, one_tile(slot));
  for (guint8 luma = 50; luma <= 70; luma += 10) {
    /* Put again and again: on a slow machine one picture may grow old before it is seen. */
    put(slot, pool, 1);
    wait_until((put(slot, pool, luma), g_atomic_int_get(&seen.last_luma) == luma));
  }
  wait_until(g_atomic_int_get(&seen.n) >= 10);
  video_program_free(program);
  g_atomic_int_set(&seen.is_freed, 1);
  video_mixer_free(mixer);
}

static void
test_nothing_is_composed_without_a_scene_or_when_idle(void)
{
  Seen seen = { 0 };
  VideoProgramStats before, after;
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(200, 1);
  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  g_usleep(30000);
  video_program_stats(program, &before);
  g_assert_cmpuint(before.ticks, ==, 0);

  video_program_set_scene(program, one_tile(NULL));
  wait_until(g_atomic_int_get(&seen.n) >= 3);
  video_program_set_active(program, false);
  g_usleep(30000);  /* what was under way ends */
  video_program_stats(program, &before);
  g_usleep(50000);
  video_program_stats(program, &after);
  g_assert_cmpuint(after.ticks, ==, before.ticks);
  g_assert_cmpuint(after.frames_encoded, ==, before.frames_encoded);

  video_program_set_active(program, true);
  int n = g_atomic_int_get(&seen.n);
  wait_until(g_atomic_int_get(&seen.n) > n);
  video_program_free(program);
  video_mixer_free(mixer);
}

/* The encoder takes several ticks: the rest is skipped and counted, none waits in a line. */
static void
test_slow_encoder_skips_ticks(void)
{
  Seen seen = { 0 };
  VideoProgramStats stats;
  fake_codec_reset();
  fake_codec.encode_us = 20000;
  VideoMixer *mixer = video_mixer_new(200, 1);
  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  video_program_set_scene(program, one_tile(NULL));
  wait_until(g_atomic_int_get(&seen.n) >= 10);
  video_program_stats(program, &stats);
  g_assert_cmpuint(stats.frames_skipped, >, stats.frames_encoded);
  g_assert_cmpuint(stats.ticks, >=, stats.frames_encoded + stats.frames_skipped);
  g_assert_cmpuint(stats.ticks, <=, stats.frames_encoded + stats.frames_skipped + 3);
  video_program_free(program);
  g_atomic_int_set(&seen.is_freed, 1);
  video_mixer_free(mixer);
}

static void
test_slow_program_does_not_slow_another(void)
{
  Seen slow = { 0 }, quick = { 0 };
  VideoProgramConfig large = { 2 * WIDTH, 2 * HEIGHT, 1000000, 1 };
  fake_codec_reset();
  fake_codec.encode_us = 300000;
  fake_codec.slow_width = (int)large.width;
  VideoMixer *mixer = video_mixer_new(100, 1);
  VideoProgram *a = video_program_new(mixer, &large, &EVENTS, &slow, NULL);
  VideoProgram *b = video_program_new(mixer, &CONFIG, &EVENTS, &quick, NULL);
  video_program_set_scene(a, one_tile(NULL));
  wait_until(g_atomic_int_get(&slow.n) >= 1);
  int n = g_atomic_int_get(&slow.n);
  video_program_set_scene(b, one_tile(NULL));
  wait_until(g_atomic_int_get(&quick.n) >= 60);
  g_assert_cmpint(g_atomic_int_get(&slow.n) - n, <, 60 / 4);
  video_program_free(a);
  video_program_free(b);
  video_mixer_free(mixer);
}

static void
test_keyframe_requests_are_coalesced_and_survive_failures(void)
{
  Seen seen = { 0 };
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(100, 1);
  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  video_program_set_scene(program, one_tile(NULL));
  wait_until(g_atomic_int_get(&seen.n) >= 2);
  g_assert_cmpint(g_atomic_int_get(&seen.keyframes), ==, 1);  /* the first frame */

  g_atomic_int_set(&fake_codec.encode_fails, 2);
  for (int i = 0; i < 20; i++)
    video_program_request_keyframe(program, true);
  wait_until(g_atomic_int_get(&seen.keyframes) == 2);
  int n = g_atomic_int_get(&seen.n);
  wait_until(g_atomic_int_get(&seen.n) >= n + 60);  /* 600 ms: no second one */
  g_assert_cmpint(g_atomic_int_get(&seen.keyframes), ==, 2);
  VideoProgramStats stats;
  video_program_stats(program, &stats);
  g_assert_cmpuint(stats.encode_errors, ==, 2);
  g_assert_cmpuint(stats.keyframes, ==, 2);
  video_program_free(program);
  video_mixer_free(mixer);
}

static void
test_new_bitrate_reaches_the_encoder(void)
{
  Seen seen = { 0 };
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(100, 1);
  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  video_program_set_bitrate(program, 1234000);  /* before there is an encoder */
  video_program_set_scene(program, one_tile(NULL));
  wait_until(g_atomic_int_get(&seen.n) >= 1);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.encoder_bps), ==, 1234000);
  video_program_set_bitrate(program, 2345000);
  wait_until(g_atomic_int_get(&fake_codec.encoder_bps) == 2345000);
  video_program_free(program);
  video_mixer_free(mixer);
}

static void
test_programs_come_and_go_while_the_mixer_runs(void)
{
  fake_codec_reset();
  fake_codec.encode_us = 2000;
  VideoMixer *mixer = video_mixer_new(500, 1);
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoSlot) slot = video_slot_new();
  Seen stays = { 0 };
  VideoProgram *long_lived = video_program_new(mixer, &CONFIG, &EVENTS, &stays, NULL);
  video_program_set_scene(long_lived, one_tile(slot));
  for (guint i = 0; i < 60; i++) {
    Seen seen = { 0 };
    VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
    video_program_set_scene(program, one_tile(slot));
    put(slot, pool, (guint8)i);
    video_program_set_scene(long_lived, one_tile(i % 2 ? slot : NULL));
    if (i % 3 == 0)
      g_usleep(i * 200);
    video_program_free(program);
    g_atomic_int_set(&seen.is_freed, 1);
  }
  int n = g_atomic_int_get(&stays.n);
  wait_until(g_atomic_int_get(&stays.n) > n);
  video_program_free(long_lived);
  video_mixer_free(mixer);
}

static VideoProgram *
program_of(VideoMixer *mixer, guint fps_divisor, guint encoder_idle_ms, Seen *seen)
{
  VideoProgramConfig config = CONFIG;
  config.fps_divisor = fps_divisor;
  config.encoder_idle_ms = encoder_idle_ms;
  VideoProgram *program = video_program_new(mixer, &config, &EVENTS, seen, NULL);
  video_program_set_scene(program, one_tile(NULL));
  return program;
}

static void
test_divisor_takes_one_tick_of_each_group(void)
{
  Seen seen[3] = { 0 };
  VideoProgram *programs[3];
  VideoProgramStats stats[3];
  VideoMixerStats mixer_stats;
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(300, 1);
  for (guint i = 0; i < 3; i++)
    programs[i] = program_of(mixer, i + 1, 0, &seen[i]);
  wait_until(g_atomic_int_get(&seen[2].n) >= 30);
  for (guint i = 3; i-- > 0;)  /* the slowest first: those read later have had more ticks */
    video_program_stats(programs[i], &stats[i]);
  video_mixer_stats(mixer, &mixer_stats);
  for (guint n = 2; n <= 3; n++) {
    g_assert_cmpuint(stats[n - 1].fps_divisor, ==, n);
    g_assert_cmpuint(stats[n - 1].ticks, <=, mixer_stats.ticks_due / n + 2);
    g_assert_cmpuint(stats[n - 1].ticks, <, stats[0].ticks);
    g_assert_cmpuint((stats[n - 1].ticks + 4) * n, >=, stats[0].ticks);
  }
  g_assert_cmpuint(mixer_stats.ticks_due, >=, stats[0].ticks);

  video_program_set_fps_divisor(programs[2], 1);
  video_program_stats(programs[2], &stats[2]);
  video_program_stats(programs[0], &stats[0]);
  guint64 from = stats[2].ticks, base = stats[0].ticks;
  wait_until((video_program_stats(programs[2], &stats[2]), stats[2].ticks >= from + 60));
  video_program_stats(programs[0], &stats[0]);
  g_assert_cmpuint(stats[0].ticks - base, >=, 55);
  g_assert_cmpuint(stats[2].ticks - from, >=, (stats[0].ticks - base) * 3 / 4);
  for (guint i = 0; i < 3; i++)
    video_program_free(programs[i]);
  video_mixer_free(mixer);
}

/* On and off again and again, the encoder being busy each time. */
static void
test_each_activation_begins_with_a_keyframe_and_nothing_old(void)
{
  Seen seen = { 0 };
  fake_codec_reset();
  fake_codec.encode_us = 3000;
  VideoMixer *mixer = video_mixer_new(500, 1);
  VideoProgram *program = program_of(mixer, 1, 0, &seen);
  for (guint i = 0; i < 40; i++) {
    int n = g_atomic_int_get(&seen.n);
    wait_until(g_atomic_int_get(&seen.n) > n);
    g_usleep(i * 130);
    video_program_set_active(program, false);
    g_atomic_int_set(&seen.expects_nothing, 1);
    if (i % 2 == 0)
      g_usleep(i * 200);
    g_atomic_int_set(&seen.expects_keyframe, 1);
    g_atomic_int_set(&seen.expects_nothing, 0);
    video_program_set_active(program, true);
  }
  wait_until(g_atomic_int_get(&seen.expects_keyframe) == 0);
  g_assert_cmpint(g_atomic_int_get(&seen.keyframes), >=, 41);
  video_program_free(program);
  video_mixer_free(mixer);
}

static void
test_idle_program_frees_its_encoder_and_makes_another(void)
{
  Seen seen = { 0 };
  VideoProgramStats stats;
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(200, 1);
  VideoProgramConfig config = CONFIG;
  config.encoder_idle_ms = 20;
  VideoProgram *program = video_program_new(mixer, &config, &EVENTS, &seen, NULL);
  video_program_set_active(program, false);
  video_program_set_scene(program, one_tile(NULL));
  g_usleep(20000);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.video_encoders_alive), ==, 0);

  for (guint i = 0; i < 3; i++) {
    int n = g_atomic_int_get(&seen.n);
    g_atomic_int_set(&seen.expects_keyframe, 1);
    video_program_set_active(program, true);
    wait_until(g_atomic_int_get(&seen.n) > n + 3);
    video_program_stats(program, &stats);
    g_assert_true(stats.has_encoder && stats.is_active);
    g_assert_cmpint(g_atomic_int_get(&fake_codec.video_encoders_alive), ==, 1);
    video_program_set_active(program, false);
    wait_until((video_program_stats(program, &stats), !stats.has_encoder));
    g_assert_cmpint(g_atomic_int_get(&fake_codec.video_encoders_alive), ==, 0);
  }
  video_program_free(program);
  video_mixer_free(mixer);
}

static void
test_refused_encoder_is_counted_and_tried_again(void)
{
  Seen seen = { 0 };
  VideoProgramStats stats;
  g_autoptr(GError) error = NULL;
  fake_codec_reset();
  fake_codec.encoder_refusals = 1;
  VideoMixer *mixer = video_mixer_new(200, 1);
  g_assert_null(video_program_new(mixer, &CONFIG, &EVENTS, &seen, &error));
  g_assert_nonnull(error);

  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "no picture of 320x180: *");
  g_atomic_int_set(&fake_codec.encoder_refusals, 2);
  video_program_set_scene(program, one_tile(NULL));
  wait_until(g_atomic_int_get(&seen.n) >= 3);
  g_test_assert_expected_messages();
  g_assert_cmpint(g_atomic_int_get(&fake_codec.encoder_refusals), ==, 0);
  video_program_stats(program, &stats);
  g_assert_cmpuint(stats.encode_errors, >=, 2);
  video_program_free(program);
  video_mixer_free(mixer);
}

/* However slow the machine is, it is not old. */
static void
put_for_long(VideoSlot *slot, VideoFramePool *pool)
{
  put(slot, pool, 50);
  video_slot_put(slot, video_slot_get(slot, NULL), clock_now_us() + 600 * G_USEC_PER_SEC);
}

static void
test_texts_that_nobody_sees_yet_are_drawn_when_there_is_time(void)
{
  Seen seen = { 0 };
  fake_codec_reset();
  VideoMixer *mixer = video_mixer_new(100, 1);
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoSlot) slot = video_slot_new();
  VideoProgram *program = video_program_new(mixer, &CONFIG, &EVENTS, &seen, NULL);
  for (guint round = 0; round < 3; round++) {
    put_for_long(slot, pool);
    video_program_set_scene(program, one_tile(slot));
    g_assert_cmpint(g_main_context_pending(NULL), ==, round == 0);  /* then they are there */
    while (g_main_context_iteration(NULL, FALSE))
      ;
  }
  video_program_set_active(program, false);
  put_for_long(slot, pool);
  video_program_set_active(program, true);  /* with no text at all */
  g_assert_true(g_main_context_pending(NULL));
  video_program_set_active(program, false);
  g_assert_false(g_main_context_pending(NULL));
  put_for_long(slot, pool);
  video_program_set_active(program, true);
  g_assert_true(g_main_context_pending(NULL));
  video_program_free(program);
  g_assert_false(g_main_context_pending(NULL));
  video_mixer_free(mixer);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/video_program/" #name, test_##name)
  ADD(newest_picture_is_encoded);
  ADD(nothing_is_composed_without_a_scene_or_when_idle);
  ADD(slow_encoder_skips_ticks);
  ADD(slow_program_does_not_slow_another);
  ADD(keyframe_requests_are_coalesced_and_survive_failures);
  ADD(new_bitrate_reaches_the_encoder);
  ADD(divisor_takes_one_tick_of_each_group);
  ADD(each_activation_begins_with_a_keyframe_and_nothing_old);
  ADD(idle_program_frees_its_encoder_and_makes_another);
  ADD(refused_encoder_is_counted_and_tried_again);
  ADD(programs_come_and_go_while_the_mixer_runs);
  ADD(texts_that_nobody_sees_yet_are_drawn_when_there_is_time);
  return g_test_run();
}
