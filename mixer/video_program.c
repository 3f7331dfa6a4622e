/* mixer/video_program.c - one composed and encoded output. */
#include "media/base/clock.h"
#include "mixer/counter.h"
#include "mixer/keyframe_policy.h"
#include "mixer/video_compositor.h"
#include "mixer/video_mixer.h"

enum {
  CANVASES_KEPT = 3,  /* one being composed, one waiting, one being encoded */
  CACHE_BYTES_MAX = 8 * 1024 * 1024,
};

/* A canvas on its way to the encoder. */
typedef struct {
  VideoFrame *frame;
  gint64      tick;
} Canvas;

struct VideoProgram {
  /* borrowed */
  VideoMixer        *mixer;
  VideoProgramEvents events;
  gpointer           user;

  /* owned; the control thread's */
  OverlayCache      *cache;
  GThread           *encode_thread;
  /* owned; the tick's */
  VideoCompositor   *compositor;
  VideoFramePool    *canvases;
  VideoStage        *stage;
  /* owned; the encode thread's */
  VideoEncoder      *encoder;
  guint              encoder_bps;

  /* state */
  VideoProgramConfig config;
  int                is_active;  /* atomic */

  GMutex             lock;       /* held for some instructions; guards what follows */
  GCond              wake;       /* of the encode thread */
  VideoStage        *next_stage;
  Canvas             waiting;    /* frame NULL: none */
  bool               is_stopping;
  guint              bitrate_bps;
  KeyframePolicy     keyframes;

  Counter  ticks, frames_encoded, frames_skipped, keyframe_count, encode_errors, bytes;
  Counter  compose_cpu_us, encode_cpu_us;
  HighMark lateness_us;
};

/* ---- the tick ---- */

static void
take_next_stage(VideoProgram *self)
{
  g_mutex_lock(&self->lock);
  VideoStage *next = g_steal_pointer(&self->next_stage);
  g_mutex_unlock(&self->lock);
  if (next == NULL)
    return;
  video_stage_unref(self->stage);
  self->stage = next;
}

/* The newest canvas wins: one that the encoder has not come to yet is given up. */
static void
hand_to_encoder(VideoProgram *self, VideoFrame *frame, gint64 tick)
{
  g_mutex_lock(&self->lock);
  VideoFrame *passed_over = self->waiting.frame;
  self->waiting = (Canvas) { frame, tick };
  g_cond_signal(&self->wake);
  g_mutex_unlock(&self->lock);
  if (passed_over != NULL) {
    counter_add(&self->frames_skipped, 1);
    video_frame_unref(passed_over);
  }
}

static void
compose(const Tick *tick, gpointer user)
{
  VideoProgram *self = user;
  assert_on_video_tick();
  take_next_stage(self);
  if (!g_atomic_int_get(&self->is_active) || self->stage == NULL)
    return;
  counter_add(&self->ticks, 1);
  high_mark_raise(&self->lateness_us, tick->late_us);

  gint64 cpu_us = thread_cpu_us();
  VideoFrame *canvas = video_frame_new(self->canvases, self->config.width, self->config.height);
  video_compositor_draw(self->compositor, self->stage, canvas, clock_now_us());
  canvas->capture_us = tick->due_us;
  counter_add(&self->compose_cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  hand_to_encoder(self, canvas, tick->index);
}

/* ---- the encode thread ---- */

typedef struct {
  Canvas canvas;
  guint  bitrate_bps;
  bool   force_keyframe;
} Job;

/* Returns: false when the program ends. */
static bool
wait_for_job(VideoProgram *self, Job *out)
{
  g_mutex_lock(&self->lock);
  while (self->waiting.frame == NULL && !self->is_stopping)
    g_cond_wait(&self->wake, &self->lock);
  bool has_job = !self->is_stopping;
  if (has_job) {
    out->canvas = self->waiting;
    self->waiting.frame = NULL;
    out->bitrate_bps = self->bitrate_bps;
    out->force_keyframe = keyframe_policy_take(&self->keyframes, clock_now_us());
  }
  g_mutex_unlock(&self->lock);
  return has_job;
}

static void
note_keyframe(VideoProgram *self, const Job *job, const EncodedFrame *encoded)
{
  g_mutex_lock(&self->lock);
  if (encoded != NULL && encoded->is_keyframe)
    keyframe_policy_made(&self->keyframes, clock_now_us(), encoded->length, job->bitrate_bps);
  else if (job->force_keyframe)
    keyframe_policy_failed(&self->keyframes);
  g_mutex_unlock(&self->lock);
}

static EncodedFrame *
encode(VideoProgram *self, const Job *job) ON_ENCODE
{
  if (job->bitrate_bps != self->encoder_bps) {
    video_encoder_set_bitrate(self->encoder, job->bitrate_bps);
    self->encoder_bps = job->bitrate_bps;
  }
  gint64 cpu_us = thread_cpu_us();
  EncodedFrame *encoded = video_encoder_encode(self->encoder, job->canvas.frame, job->canvas.tick,
                                               job->force_keyframe);
  counter_add(&self->encode_cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  note_keyframe(self, job, encoded);
  if (encoded == NULL) {
    counter_add(&self->encode_errors, 1);
    return NULL;
  }
  encoded->capture_us = job->canvas.frame->capture_us;
  counter_add(&self->frames_encoded, 1);
  counter_add(&self->keyframe_count, encoded->is_keyframe ? 1 : 0);
  counter_add(&self->bytes, encoded->length);
  return encoded;
}

static gpointer
run_encoder(gpointer data)
{
  VideoProgram *self = data;
  thread_role_enter(THREAD_ROLE_ENCODE);
  assert_on_encode();
  Job job;
  while (wait_for_job(self, &job)) {
    EncodedFrame *encoded = encode(self, &job);
    video_frame_unref(job.canvas.frame);
    if (encoded != NULL)
      self->events.frame(encoded, self->user);
  }
  return NULL;
}

/* ---- the control thread ---- */

static VideoEncoder *
new_encoder(VideoMixer *mixer, const VideoProgramConfig *config, GError **error)
{
  VideoEncoderConfig encoder = {
    .codec = VIDEO_CODEC_VP8,
    .width = config->width,
    .height = config->height,
    .bitrate_bps = config->bitrate_bps,
    .threads = MAX(config->encoder_threads, 1),
  };
  video_mixer_rate(mixer, &encoder.fps_numerator, &encoder.fps_denominator);
  return video_encoder_new(&encoder, error);
}

VideoProgram *
video_program_new(VideoMixer *mixer, const VideoProgramConfig *config,
                  const VideoProgramEvents *events, gpointer user, GError **error)
{
  g_return_val_if_fail(mixer != NULL && events->frame != NULL, NULL);
  g_return_val_if_fail(config->width % 2 == 0 && config->height % 2 == 0, NULL);
  g_return_val_if_fail(MIN(config->width, config->height) >= VIDEO_CANVAS_MIN, NULL);
  g_return_val_if_fail(MAX(config->width, config->height) <= 8192, NULL);
  VideoEncoder *encoder = new_encoder(mixer, config, error);
  if (encoder == NULL)
    return NULL;

  VideoProgram *self = g_new0(VideoProgram, 1);
  self->mixer = mixer;
  self->events = *events;
  self->user = user;
  self->config = *config;
  self->cache = overlay_cache_new(CACHE_BYTES_MAX);
  self->compositor = video_compositor_new();
  self->canvases = video_frame_pool_new(CANVASES_KEPT);
  self->encoder = encoder;
  self->encoder_bps = self->bitrate_bps = config->bitrate_bps;
  self->is_active = 1;
  g_mutex_init(&self->lock);
  g_cond_init(&self->wake);
  self->encode_thread = g_thread_new("encode", run_encoder, self);
  tick_thread_add(video_mixer_ticks(mixer), compose, self);
  return self;
}

void
video_program_free(VideoProgram *self)
{
  if (self == NULL)
    return;
  tick_thread_remove(video_mixer_ticks(self->mixer), self);
  g_mutex_lock(&self->lock);
  self->is_stopping = true;
  g_cond_signal(&self->wake);
  g_mutex_unlock(&self->lock);
  g_thread_join(self->encode_thread);

  video_frame_unref(self->waiting.frame);
  video_stage_unref(self->next_stage);
  video_stage_unref(self->stage);
  video_encoder_free(self->encoder);
  video_compositor_free(self->compositor);
  video_frame_pool_free(self->canvases);
  overlay_cache_free(self->cache);
  g_cond_clear(&self->wake);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
video_program_set_scene(VideoProgram *self, VideoScene *scene)
{
  VideoStage *stage
      = video_stage_new(scene, self->config.width, self->config.height, self->cache);
  g_mutex_lock(&self->lock);
  VideoStage *passed_over = self->next_stage;
  self->next_stage = stage;
  g_mutex_unlock(&self->lock);
  video_stage_unref(passed_over);
}

void
video_program_set_active(VideoProgram *self, bool active)
{
  g_atomic_int_set(&self->is_active, active);
}

void
video_program_set_bitrate(VideoProgram *self, guint bitrate_bps)
{
  g_return_if_fail(bitrate_bps > 0);
  g_mutex_lock(&self->lock);
  self->bitrate_bps = bitrate_bps;
  g_mutex_unlock(&self->lock);
}

void
video_program_request_keyframe(VideoProgram *self, bool for_join)
{
  g_mutex_lock(&self->lock);
  keyframe_policy_request(&self->keyframes, for_join);
  g_mutex_unlock(&self->lock);
}

void
video_program_stats(VideoProgram *self, VideoProgramStats *out)
{
  *out = (VideoProgramStats) {
    .ticks = counter_get(&self->ticks),
    .frames_encoded = counter_get(&self->frames_encoded),
    .frames_skipped = counter_get(&self->frames_skipped),
    .keyframes = counter_get(&self->keyframe_count),
    .encode_errors = counter_get(&self->encode_errors),
    .bytes = counter_get(&self->bytes),
    .compose_cpu_us = (gint64)counter_get(&self->compose_cpu_us),
    .encode_cpu_us = (gint64)counter_get(&self->encode_cpu_us),
    .tick_lateness_max_us = high_mark_take(&self->lateness_us),
  };
}
