/* mixer/video_program.c - one composed and encoded output: its scene and its canvases. */
#include "media/base/clock.h"
#include "mixer/counter.h"
#include "mixer/program_encoder.h"
#include "mixer/video_compositor.h"
#include "mixer/video_mixer.h"

enum {
  CANVASES_KEPT = 3,  /* one being composed, one waiting, one being encoded */
  CACHE_BYTES_MAX = 8 * 1024 * 1024,
  ENCODER_IDLE_US = 30 * G_USEC_PER_SEC,
};

struct VideoProgram {
  /* borrowed */
  VideoMixer        *mixer;

  /* owned; the control thread's */
  OverlayCache      *cache;    /* NULL while inactive */
  VideoScene        *scene;    /* (nullable) the last one set */
  ProgramEncoder    *encoder;
  /* owned; the tick's; what follows is NULL while inactive */
  VideoCompositor   *compositor;
  VideoFramePool    *canvases;
  VideoStage        *stage;
  gint64             last_index;  /* the tick composed last */

  /* state */
  VideoProgramConfig config;
  guint              rest_source;  /* the control thread's: texts are to be drawn yet */

  GMutex             lock;     /* held for some instructions; guards what follows */
  VideoStage        *next_stage;
  guint              fps_divisor;
  bool               is_active;

  Counter  ticks, compose_cpu_us;
  HighMark lateness_us;
};

/* ---- the tick ---- */

typedef struct { guint fps_divisor; bool is_active; } Orders;

static Orders
take_orders(VideoProgram *self)
{
  g_mutex_lock(&self->lock);
  VideoStage *next = g_steal_pointer(&self->next_stage);
  Orders orders = { self->fps_divisor, self->is_active };
  g_mutex_unlock(&self->lock);
  if (next != NULL) {
    video_stage_unref(self->stage);
    self->stage = next;
  }
  return orders;
}

/* Of each group of @divisor ticks the first that ran: a late tick costs no more than itself. */
static bool
is_our_turn(const VideoProgram *self, gint64 index, guint divisor)
{
  return index / divisor != self->last_index / divisor;
}

static void
let_go(VideoProgram *self)
{
  g_clear_pointer(&self->stage, video_stage_unref);
  g_clear_pointer(&self->canvases, video_frame_pool_free);
  g_clear_pointer(&self->compositor, video_compositor_free);
}

static VideoFrame *
compose_canvas(VideoProgram *self)
{
  if (self->canvases == NULL) {
    self->canvases = video_frame_pool_new(CANVASES_KEPT);
    self->compositor = video_compositor_new();
  }
  VideoFrame *canvas = video_frame_new(self->canvases, self->config.width, self->config.height);
  video_compositor_draw(self->compositor, self->stage, canvas, clock_now_us());
  return canvas;
}

static void
compose(const Tick *tick, gpointer user)
{
  VideoProgram *self = user;
  assert_on_video_tick();
  Orders orders = take_orders(self);
  if (!orders.is_active) {
    let_go(self);
    return;
  }
  if (self->stage == NULL || !is_our_turn(self, tick->index, orders.fps_divisor))
    return;
  self->last_index = tick->index;
  counter_add(&self->ticks, 1);
  high_mark_raise(&self->lateness_us, tick->late_us);

  gint64 cpu_us = thread_cpu_us();
  VideoFrame *canvas = compose_canvas(self);
  canvas->capture_us = tick->due_us;
  canvas->scene_serial = self->stage->scene->serial;
  counter_add(&self->compose_cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  program_encoder_push(self->encoder, canvas);
}

/* ---- the control thread ---- */

static ProgramEncoder *
new_encoder(VideoMixer *mixer, const VideoProgramConfig *config, const VideoProgramEvents *events,
            gpointer user, GError **error)
{
  VideoEncoderConfig encoder = {
    .codec = VIDEO_CODEC_VP8,
    .width = config->width,
    .height = config->height,
    .bitrate_bps = config->bitrate_bps,
    .threads = MAX(config->encoder_threads, 1),
  };
  video_mixer_rate(mixer, &encoder.fps_numerator, &encoder.fps_denominator);
  encoder.fps_denominator *= MAX(config->fps_divisor, 1);
  gint64 idle_us = config->encoder_idle_ms > 0 ? config->encoder_idle_ms * G_GINT64_CONSTANT(1000)
                                               : ENCODER_IDLE_US;
  return program_encoder_new(&encoder, idle_us, events, user, error);
}

VideoProgram *
video_program_new(VideoMixer *mixer, const VideoProgramConfig *config,
                  const VideoProgramEvents *events, gpointer user, GError **error)
{
  g_return_val_if_fail(mixer != NULL && events->frame != NULL, NULL);
  g_return_val_if_fail(config->width % 2 == 0 && config->height % 2 == 0, NULL);
  g_return_val_if_fail(MIN(config->width, config->height) >= VIDEO_CANVAS_MIN, NULL);
  g_return_val_if_fail(MAX(config->width, config->height) <= 8192, NULL);
  g_return_val_if_fail(config->fps_divisor <= VIDEO_FPS_DIVISOR_MAX, NULL);
  ProgramEncoder *encoder = new_encoder(mixer, config, events, user, error);
  if (encoder == NULL)
    return NULL;

  VideoProgram *self = g_new0(VideoProgram, 1);
  self->mixer = mixer;
  self->config = *config;
  self->encoder = encoder;
  self->fps_divisor = MAX(config->fps_divisor, 1);
  self->last_index = -VIDEO_FPS_DIVISOR_MAX;  /* of no group that a tick is in */
  g_mutex_init(&self->lock);
  video_program_set_active(self, true);
  tick_thread_add(video_mixer_ticks(mixer), compose, self);
  return self;
}

void
video_program_free(VideoProgram *self)
{
  if (self == NULL)
    return;
  tick_thread_remove(video_mixer_ticks(self->mixer), self);
  g_clear_handle_id(&self->rest_source, g_source_remove);
  program_encoder_free(self->encoder);
  let_go(self);
  video_stage_unref(self->next_stage);
  video_scene_unref(self->scene);
  overlay_cache_free(self->cache);
  g_mutex_clear(&self->lock);
  g_free(self);
}

static void
set_stage(VideoProgram *self, VideoStage *stage, bool is_active)
{
  g_mutex_lock(&self->lock);
  VideoStage *passed_over = self->next_stage;
  self->next_stage = stage;
  self->is_active = is_active;
  g_mutex_unlock(&self->lock);
  video_stage_unref(passed_over);
}

static gboolean
draw_the_rest(gpointer data)
{
  assert_on_control();
  VideoProgram *self = data;
  self->rest_source = 0;
  set_stage(self, video_stage_new(video_scene_ref(self->scene), self->config.width, self->config.height, self->cache), true);
  return G_SOURCE_REMOVE;
}

/* What is seen at once does not wait for what may be seen later. */
static void
stage_scene(VideoProgram *self)
{
  g_clear_handle_id(&self->rest_source, g_source_remove);
  VideoStage *stage = self->scene == NULL ? NULL
                        : video_stage_new_quick(video_scene_ref(self->scene), self->config.width, self->config.height, self->cache,
                                                clock_now_us());
  if (stage != NULL && stage->lacks_texts)
    self->rest_source = g_idle_add(draw_the_rest, self);
  set_stage(self, stage, true);
}

void
video_program_set_scene(VideoProgram *self, VideoScene *scene)
{
  video_scene_unref(self->scene);
  self->scene = scene;
  if (self->cache != NULL)
    stage_scene(self);
}

void
video_program_set_active(VideoProgram *self, bool active)
{
  if (active == (self->cache != NULL))
    return;
  if (active) {
    self->cache = overlay_cache_new(CACHE_BYTES_MAX);
    program_encoder_set_active(self->encoder, true);
    stage_scene(self);
  } else {
    g_clear_handle_id(&self->rest_source, g_source_remove);
    set_stage(self, NULL, false);
    program_encoder_set_active(self->encoder, false);
    g_clear_pointer(&self->cache, overlay_cache_free);
  }
}

void
video_program_set_bitrate(VideoProgram *self, guint bitrate_bps)
{
  g_return_if_fail(bitrate_bps > 0);
  program_encoder_set_bitrate(self->encoder, bitrate_bps);
}

void
video_program_set_fps_divisor(VideoProgram *self, guint divisor)
{
  g_return_if_fail(divisor <= VIDEO_FPS_DIVISOR_MAX);
  guint numerator, denominator;
  video_mixer_rate(self->mixer, &numerator, &denominator);
  program_encoder_set_fps(self->encoder, numerator, denominator * MAX(divisor, 1));
  g_mutex_lock(&self->lock);
  self->fps_divisor = MAX(divisor, 1);
  g_mutex_unlock(&self->lock);
}

void
video_program_request_keyframe(VideoProgram *self, bool for_join)
{
  program_encoder_request_keyframe(self->encoder, for_join);
}

void
video_program_stats(VideoProgram *self, VideoProgramStats *out)
{
  *out = (VideoProgramStats) {
    .ticks = counter_get(&self->ticks),
    .compose_cpu_us = (gint64)counter_get(&self->compose_cpu_us),
    .tick_lateness_max_us = high_mark_take(&self->lateness_us),
  };
  program_encoder_stats(self->encoder, out);
  g_mutex_lock(&self->lock);
  out->fps_divisor = self->fps_divisor;
  out->is_active = self->is_active;
  g_mutex_unlock(&self->lock);
}
