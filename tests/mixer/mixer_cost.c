/* tests/mixer/mixer_cost.c - what composing and mixing cost, without the codecs.
 *
 *   mixer_cost
 *
 * Prints CPU time per canvas for several inputs, per new scene, and per audio tick with
 * codecs that do nothing. */
#include "media/base/clock.h"
#include "mixer/audio_program.h"
#include "mixer/thread_tuning.h"
#include "mixer/video_compositor.h"
#include "tests/mixer/fake_codec.h"
#include "tests/mixer/tone.h"
#include <string.h>

enum { WIDTH = 1920, HEIGHT = 1080, ROUNDS = 200 };

static void
on_mix(AudioPacket *packet, G_GNUC_UNUSED const guint *ids, G_GNUC_UNUSED guint n_ids,
       G_GNUC_UNUSED gpointer user)
{
  audio_packet_unref(packet);
}

static VideoFrame *
noise_frame(VideoFramePool *pool, guint width, guint height)
{
  VideoFrame *frame = video_frame_new(pool, width, height);
  for (guint p = 0; p < 3; p++) {
    gsize bytes = (gsize)frame->stride[p] * (p == 0 ? height : (height + 1) / 2);
    for (gsize i = 0; i < bytes; i++)
      frame->plane[p][i] = (guint8)(i * 31 >> 3);
  }
  return frame;
}

/* Every canvas is one of a transition: from grid to spotlight and back, without end. */
static void
measure_transition(guint n_tiles, VideoFramePool *pool)
{
  static const VideoLayoutKind KINDS[] = { VIDEO_LAYOUT_GRID, VIDEO_LAYOUT_SPOTLIGHT };
  enum { STEP_US = 33333, STEPS = 5 };
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 24);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  VideoStage *stages[2];
  for (guint s = 0; s < 2; s++) {
    VideoScene *scene = video_scene_new(KINDS[s]);
    for (guint i = 0; i < n_tiles; i++) {
      g_autoptr(VideoSlot) slot = video_slot_new();
      video_slot_put(slot, noise_frame(pool, 640, 360), 1);
      video_scene_add(scene, slot, "Huyện Lương Tài", "Chưa kết nối", "Mất tín hiệu", i % 3 == 0, i == 1);
    }
    stages[s] = video_stage_new(scene, WIDTH, HEIGHT, cache);
  }
  double ms[3];  /* grid, spotlight, on the way */
  for (guint c = 0; c < 3; c++) {
    gint64 now_us = 1, before_us = thread_cpu_us();
    for (guint i = 0; i < ROUNDS; i++) {
      g_autoptr(VideoFrame) canvas = video_frame_new(pool, WIDTH, HEIGHT);
      now_us += c == 2 ? STEP_US : 0;
      video_compositor_draw(compositor, stages[c == 2 ? i / STEPS % 2 : c], canvas, now_us % VIDEO_STALE_US);
    }
    ms[c] = (double)(thread_cpu_us() - before_us) / ROUNDS / 1000;
  }
  g_print("transition of %u, 640x360: canvas %.3f ms; grid %.3f, spotlight %.3f: %.2f times their mean\n", n_tiles, ms[2],
          ms[0], ms[1], 2 * ms[2] / (ms[0] + ms[1]));
  video_stage_unref(stages[0]);
  video_stage_unref(stages[1]);
}

typedef struct {
  const char *what;
  VideoLayoutKind layout;
  guint n_tiles, width, height, quarter_turns;
  gint64 age_us;
} ComposeCase;

static void
measure_compose(const ComposeCase *c, VideoFramePool *pool)
{
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 24);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  g_autoptr(VideoStage) stage = NULL;
  gint64 scene_us[2];
  for (guint again = 0; again < 2; again++) {
    VideoScene *scene = video_scene_new(c->layout);
    for (guint i = 0; i < c->n_tiles; i++) {
      g_autoptr(VideoSlot) slot = video_slot_new();
      if (c->width > 0) {
        VideoFrame *frame = noise_frame(pool, c->width, c->height);
        frame->quarter_turns = (guint8)c->quarter_turns;
        video_slot_put(slot, frame, 1);
      }
      g_autofree char *name = g_strdup_printf("Huyện Lương Tài %u", i);
      video_scene_add(scene, slot, name, "Chưa kết nối", "Mất tín hiệu", i % 3 == 0,
                      i == again);
    }
    gint64 before_us = thread_cpu_us();
    g_clear_pointer(&stage, video_stage_unref);
    stage = video_stage_new(scene, WIDTH, HEIGHT, cache);
    scene_us[again] = thread_cpu_us() - before_us;
  }
  gint64 before_us = thread_cpu_us();
  for (guint i = 0; i < ROUNDS; i++) {
    g_autoptr(VideoFrame) canvas = video_frame_new(pool, WIDTH, HEIGHT);
    video_compositor_draw(compositor, stage, canvas, 1 + c->age_us);
  }
  double compose_ms = (double)(thread_cpu_us() - before_us) / ROUNDS / 1000;
  g_print("%-40s canvas %6.3f ms   first scene %6.2f ms   new speaker %5.3f ms\n", c->what,
          compose_ms, (double)scene_us[0] / 1000, (double)scene_us[1] / 1000);
}

static void
measure_mix(guint n_sites)
{
  static const AudioProgramEvents events = { .mix = on_mix };
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &events, NULL);
  AudioScene *scene = audio_scene_new();
  assert_on_net();
  for (guint i = 0; i < n_sites; i++) {
    g_autoptr(AudioSource) source = audio_source_new();
    for (guint t = 0; t < 64; t++) {
      gint16 samples[AUDIO_FRAME_SAMPLES];
      tone_write(samples, AUDIO_FRAME_SAMPLES, tone_of_site(i), 8000, t * AUDIO_FRAME_SAMPLES);
      audio_source_push(source, fake_packet(samples));
    }
    audio_scene_add(scene, i, source, false, true);
  }
  audio_program_set_scene(program, scene);
  g_usleep(1200 * 1000);
  AudioProgramStats stats;
  audio_program_stats(program, &stats);
  audio_program_free(program);
  audio_mixer_free(mixer);
  g_print("%-40s tick   %6.3f ms   (%.1f encodes a tick)\n",
          n_sites == 9 ? "sound of 9 sites, all speaking" : "sound of 64 sites, all speaking",
          (double)stats.cpu_us / (double)stats.ticks / 1000,
          (double)stats.encodes / (double)stats.ticks);
}

int
main(void)
{
  static const ComposeCase CASES[] = {
    { "grid of 9, 640x360: copied", VIDEO_LAYOUT_GRID, 9, 640, 360, 0, 0 },
    { "grid of 9, 1280x720: halved", VIDEO_LAYOUT_GRID, 9, 1280, 720, 0, 0 },
    { "grid of 9, 640x480: letterbox", VIDEO_LAYOUT_GRID, 9, 640, 480, 0, 0 },
    { "grid of 9, 320x180: enlarged", VIDEO_LAYOUT_GRID, 9, 320, 180, 0, 0 },
    { "grid of 9, 360x640 turned", VIDEO_LAYOUT_GRID, 9, 360, 640, 1, 0 },
    { "grid of 9, 640x360 stale", VIDEO_LAYOUT_GRID, 9, 640, 360, 0, 3000000 },
    { "grid of 9, slates", VIDEO_LAYOUT_GRID, 9, 0, 0, 0, 0 },
    { "grid of 25, 384x216: copied", VIDEO_LAYOUT_GRID, 25, 384, 216, 0, 0 },
    { "grid of 64, 320x180", VIDEO_LAYOUT_GRID, 64, 320, 180, 0, 0 },
    { "spotlight of 9, 640x360", VIDEO_LAYOUT_SPOTLIGHT, 9, 640, 360, 0, 0 },
  };
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++)
    measure_compose(&CASES[i], pool);
  measure_transition(9, pool);
  measure_transition(16, pool);
  fake_codec_reset();
  measure_mix(9);
  measure_mix(64);
  return 0;
}
