/* mixer/program_encoder.c - the encoding half of a program. */
#include "mixer/program_encoder.h"
#include "media/base/clock.h"
#include "media/base/heartbeat.h"
#include "mixer/counter.h"
#include "mixer/keyframe_policy.h"
#include "mixer/thread_tuning.h"

enum { RETRY_US = G_USEC_PER_SEC };  /* after libvpx refused an encoder */

struct ProgramEncoder {
  /* borrowed */
  VideoProgramEvents events;
  gpointer           user;

  /* owned */
  GThread      *thread;
  /* owned; the encode thread's */
  VideoEncoder *encoder;     /* (nullable) */
  guint         encoder_bps;
  gint64        retry_us;
  bool          is_warned;
  guint64       n_frames;

  /* state */
  gint64             idle_us;
  GMutex             lock;   /* held for some instructions; guards what follows */
  GCond              wake;
  GCond              idle;   /* signalled when an event returns */
  VideoEncoderConfig config; /* of the encoder to be made; its bitrate: the present one */
  VideoFrame        *waiting;
  bool               is_active, is_stopping, is_in_event;
  guint              activation;    /* counts up; what was begun in an earlier one is void */
  gint64             idle_since_us;
  KeyframePolicy     keyframes;

  Counter frames_encoded, frames_skipped, keyframe_count, encode_errors, bytes, encode_cpu_us;
  Counter has_encoder;  /* set */
};

/* ---- the encode thread ---- */

typedef enum { WORK_NONE = 0, WORK_ENCODE, WORK_RELEASE, WORK_STOP } Work;

typedef struct {
  VideoFrame        *canvas;
  VideoEncoderConfig config;
  bool               force_keyframe;
  guint              activation;
} Job;

static Work
next_work(ProgramEncoder *self)
{
  if (self->is_stopping)
    return WORK_STOP;
  if (self->waiting != NULL)
    return WORK_ENCODE;
  if (self->encoder == NULL || self->is_active)
    g_cond_wait(&self->wake, &self->lock);
  else if (!g_cond_wait_until(&self->wake, &self->lock, self->idle_since_us + self->idle_us))
    return WORK_RELEASE;
  return WORK_NONE;
}

static Work
wait_for_work(ProgramEncoder *self, Job *out)
{
  Work work = WORK_NONE;
  heartbeat_rest();
  g_mutex_lock(&self->lock);
  while (work == WORK_NONE)
    work = next_work(self);
  if (work == WORK_ENCODE)
    *out = (Job) { .canvas = g_steal_pointer(&self->waiting), .config = self->config,
                   .activation = self->activation,
                   .force_keyframe = keyframe_policy_take(&self->keyframes, clock_now_us()) };
  else if (work == WORK_RELEASE && (self->is_active || self->waiting != NULL))
    work = WORK_NONE;  /* it became active as the time ran out */
  g_mutex_unlock(&self->lock);
  return work;
}

static bool
open_encoder(ProgramEncoder *self, const Job *job) ON_ENCODE
{
  gint64 now_us = clock_now_us();
  if (self->encoder == NULL && now_us < self->retry_us)
    return false;
  if (self->encoder == NULL) {
    g_autoptr(GError) error = NULL;
    self->encoder = video_encoder_new(&job->config, &error);
    if (self->encoder == NULL) {
      self->retry_us = now_us + RETRY_US;
      if (!self->is_warned)
        g_warning("no picture of %ux%u: %s", job->config.width, job->config.height, error->message);
      self->is_warned = true;
      return false;
    }
    self->encoder_bps = job->config.bitrate_bps;
    counter_set(&self->has_encoder, 1);
  }
  if (job->config.bitrate_bps != self->encoder_bps) {
    video_encoder_set_bitrate(self->encoder, job->config.bitrate_bps);
    self->encoder_bps = job->config.bitrate_bps;
  }
  return true;
}

static void
release_encoder(ProgramEncoder *self)
{
  g_clear_pointer(&self->encoder, video_encoder_free);
  counter_set(&self->has_encoder, 0);
}

/* Returns: whether the frame still belongs to what is shown. If there is one, its event is
 * then as good as begun. */
static bool
note_result(ProgramEncoder *self, const Job *job, const EncodedFrame *encoded)
{
  g_mutex_lock(&self->lock);
  bool is_current = self->is_active && self->activation == job->activation;
  if (is_current && encoded != NULL && encoded->is_keyframe)
    keyframe_policy_made(&self->keyframes, clock_now_us(), encoded->length, job->config.bitrate_bps);
  else if (is_current && job->force_keyframe)
    keyframe_policy_failed(&self->keyframes);
  self->is_in_event = is_current && encoded != NULL;
  g_mutex_unlock(&self->lock);
  return is_current;
}

static EncodedFrame *
encode(ProgramEncoder *self, const Job *job) ON_ENCODE
{
  g_autoptr(EncodedFrame) encoded = NULL;
  gint64 cpu_us = thread_cpu_us();
  if (open_encoder(self, job))
    encoded = video_encoder_encode(self->encoder, job->canvas, job->canvas->capture_us,
                                   job->force_keyframe);
  counter_add(&self->encode_cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  bool is_current = note_result(self, job, encoded);
  if (encoded == NULL)
    counter_add(&self->encode_errors, 1);
  if (encoded == NULL || !is_current)
    return NULL;
  encoded->capture_us = job->canvas->capture_us;
  encoded->scene_serial = job->canvas->scene_serial;
  encoded->index = self->n_frames++;
  counter_add(&self->frames_encoded, 1);
  counter_add(&self->keyframe_count, encoded->is_keyframe ? 1 : 0);
  counter_add(&self->bytes, encoded->length);
  return g_steal_pointer(&encoded);
}

/* The event runs without the lock; program_encoder_set_active() waits for its end. */
static void
tell(ProgramEncoder *self, EncodedFrame *encoded)
{
  self->events.frame(encoded, self->user);
  g_mutex_lock(&self->lock);
  self->is_in_event = false;
  g_cond_signal(&self->idle);
  g_mutex_unlock(&self->lock);
}

static gpointer
run(gpointer data)
{
  ProgramEncoder *self = data;
  thread_role_enter(THREAD_ROLE_ENCODE);
  assert_on_encode();
  Work work;
  Job job;
  while ((work = wait_for_work(self, &job)) != WORK_STOP) {
    heartbeat_beat(clock_now_us());
    if (work == WORK_RELEASE)
      release_encoder(self);
    if (work != WORK_ENCODE)
      continue;
    EncodedFrame *encoded = encode(self, &job);
    video_frame_unref(job.canvas);
    if (encoded != NULL)
      tell(self, encoded);
  }
  release_encoder(self);
  return NULL;
}

/* ---- the tick ---- */

/* A canvas that the encoder has not come to yet is given up. */
void
program_encoder_push(ProgramEncoder *self, VideoFrame *canvas)
{
  g_mutex_lock(&self->lock);
  bool is_wanted = self->is_active;
  VideoFrame *passed_over = is_wanted ? self->waiting : canvas;
  if (is_wanted) {
    self->waiting = canvas;
    g_cond_signal(&self->wake);
  }
  g_mutex_unlock(&self->lock);
  if (is_wanted && passed_over != NULL)
    counter_add(&self->frames_skipped, 1);
  video_frame_unref(passed_over);
}

/* ---- the control thread ---- */

ProgramEncoder *
program_encoder_new(const VideoEncoderConfig *config, gint64 idle_us,
                    const VideoProgramEvents *events, gpointer user, GError **error)
{
  VideoEncoder *probe = video_encoder_new(config, error);
  if (probe == NULL)
    return NULL;
  video_encoder_free(probe);
  ProgramEncoder *self = g_new0(ProgramEncoder, 1);
  self->events = *events;
  self->user = user;
  self->config = *config;
  self->idle_us = idle_us;
  g_mutex_init(&self->lock);
  g_cond_init(&self->wake);
  g_cond_init(&self->idle);
  self->thread = g_thread_new("encode", run, self);
  return self;
}

void
program_encoder_free(ProgramEncoder *self)
{
  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->is_stopping = true;
  g_cond_signal(&self->wake);
  g_mutex_unlock(&self->lock);
  g_thread_join(self->thread);
  video_frame_unref(self->waiting);
  g_cond_clear(&self->idle);
  g_cond_clear(&self->wake);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
program_encoder_set_active(ProgramEncoder *self, bool active)
{
  g_mutex_lock(&self->lock);
  VideoFrame *passed_over = NULL;
  if (active != self->is_active) {
    self->is_active = active;
    passed_over = g_steal_pointer(&self->waiting);
    if (active) {
      self->activation++;
      self->keyframes = (KeyframePolicy) { 0 };  /* has made none: the first frame is one */
    } else {
      self->idle_since_us = clock_now_us();
    }
    g_cond_signal(&self->wake);
    while (self->is_in_event)
      g_cond_wait(&self->idle, &self->lock);
  }
  g_mutex_unlock(&self->lock);
  video_frame_unref(passed_over);
}

void
program_encoder_set_bitrate(ProgramEncoder *self, guint bitrate_bps)
{
  g_mutex_lock(&self->lock);
  self->config.bitrate_bps = bitrate_bps;
  g_mutex_unlock(&self->lock);
}

void
program_encoder_set_fps(ProgramEncoder *self, guint numerator, guint denominator)
{
  g_mutex_lock(&self->lock);
  self->config.fps_numerator = numerator;
  self->config.fps_denominator = denominator;
  g_mutex_unlock(&self->lock);
}

void
program_encoder_request_keyframe(ProgramEncoder *self, bool for_join)
{
  g_mutex_lock(&self->lock);
  keyframe_policy_request(&self->keyframes, for_join);
  g_mutex_unlock(&self->lock);
}

void
program_encoder_stats(ProgramEncoder *self, VideoProgramStats *out)
{
  out->frames_encoded = counter_get(&self->frames_encoded);
  out->frames_skipped = counter_get(&self->frames_skipped);
  out->keyframes = counter_get(&self->keyframe_count);
  out->encode_errors = counter_get(&self->encode_errors);
  out->bytes = counter_get(&self->bytes);
  out->encode_cpu_us = (gint64)counter_get(&self->encode_cpu_us);
  out->has_encoder = counter_get(&self->has_encoder) != 0;
}
