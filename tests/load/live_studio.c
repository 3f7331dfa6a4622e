/* tests/load/live_studio.c - live cameras of a demonstration. */
#include "tests/load/live_studio.h"
#include "media/base/clock.h"
#include "media/codec/video_encoder.h"
#include "tests/load/clip_store.h"
#include "tests/load/scene.h"

enum { SPEED = -12, MOUTH_TICKS = 2 };

typedef struct {
  char         *name;     /* owned */
  ClipSpec      wanted;   /* under the lock */
  gint          wants_keyframe;  /* atomic */
  /* the thread's */
  ClipSpec      spec;
  Scene        *scene;    /* owned */
  VideoEncoder *encoder;  /* owned */
  guint         mouth;
} Camera;

struct LiveStudio {
  LiveStudioEvents events;
  gpointer        user;
  Camera         *cameras;  /* owned */
  guint           n_cameras;
  VideoFramePool *pool;     /* owned */
  GMutex          lock;
  GCond           bell;
  bool            stop;     /* under the lock */
  GThread        *thread;   /* owned */
};

static bool
is_same(const ClipSpec *a, const ClipSpec *b)
{
  return a->width == b->width && a->height == b->height && a->kbps == b->kbps;
}

/* Takes up the size that is wanted. */
static bool
set_up(LiveStudio *self, guint index)
{
  Camera *camera = &self->cameras[index];
  g_mutex_lock(&self->lock);
  ClipSpec wanted = camera->wanted;
  g_mutex_unlock(&self->lock);
  if (camera->encoder != NULL && is_same(&wanted, &camera->spec))
    return true;
  VideoEncoderConfig encoding = {
    .codec = VIDEO_CODEC_VP8, .width = wanted.width, .height = wanted.height, .fps_numerator = LIVE_FPS,
    .fps_denominator = 1, .bitrate_bps = wanted.kbps * 1000, .threads = 1, .speed = SPEED,
  };
  SceneConfig looks = { .name = camera->name, .seed = index, .width = wanted.width, .height = wanted.height };
  g_clear_pointer(&camera->encoder, video_encoder_free);
  g_clear_pointer(&camera->scene, scene_free);
  g_autoptr(GError) error = NULL;
  camera->encoder = video_encoder_new(&encoding, &error);
  if (camera->encoder == NULL) {
    g_warning("%s", error->message);
    return false;
  }
  camera->scene = scene_new(&looks, self->pool);
  camera->spec = wanted;
  g_atomic_int_set(&camera->wants_keyframe, 1);
  return true;
}

/* A mouth moves between closed and as wide as the voice is loud. */
static guint
mouth_at(Camera *camera, guint loudness, gint64 tick)
{
  if (tick % MOUTH_TICKS == 0)
    camera->mouth = camera->mouth > 0 && loudness > 0 ? loudness / 2 : loudness;
  return camera->mouth;
}

static void
shoot(LiveStudio *self, guint index, gint64 tick, const char *clock) ON_ENCODE
{
  Camera *camera = &self->cameras[index];
  if (!self->events.is_on_air(index, self->user)) {
    g_atomic_int_set(&camera->wants_keyframe, 1);
    return;
  }
  if (!set_up(self, index))
    return;
  SceneMoment moment = { .t_s = (double)tick / LIVE_FPS, .clock = clock,
                         .mouth = mouth_at(camera, self->events.mouth(index, self->user), tick) };
  g_autoptr(VideoFrame) picture = scene_draw(camera->scene, &moment);
  bool is_key = g_atomic_int_compare_and_exchange(&camera->wants_keyframe, 1, 0);
  EncodedFrame *frame = video_encoder_encode(camera->encoder, picture,
                                             tick * G_USEC_PER_SEC / LIVE_FPS, is_key);
  if (frame != NULL)
    self->events.frame(index, frame, self->user);
}

/* Sleeps until @until_us. Returns: false if the studio closes. */
static bool
rest(LiveStudio *self, gint64 until_us)
{
  g_mutex_lock(&self->lock);
  while (!self->stop && g_cond_wait_until(&self->bell, &self->lock, until_us))
    ;
  bool go_on = !self->stop;
  g_mutex_unlock(&self->lock);
  return go_on;
}

static gpointer
run(gpointer data)
{
  LiveStudio *self = data;
  assert_on_encode();
  gint64 start_us = clock_now_us(), period_us = G_USEC_PER_SEC / LIVE_FPS;
  for (gint64 tick = 0;; tick++) {
    for (guint i = 0; i < self->n_cameras; i++) {
      /* The cameras share the period, so that their frames do not leave together. */
      gint64 due_us = start_us + tick * period_us + period_us * i / self->n_cameras;
      if (!rest(self, due_us))
        return NULL;
      char clock[16];
      g_autoptr(GDateTime) now = g_date_time_new_now_local();
      g_autofree char *text = g_date_time_format(now, "%H:%M:%S");
      g_strlcpy(clock, text, sizeof clock);
      shoot(self, i, tick, clock);
    }
    gint64 late_us = clock_now_us() - (start_us + (tick + 1) * period_us);
    if (late_us > 0)
      tick += late_us / period_us;  /* a slow machine shows fewer frames, not later ones */
  }
}

LiveStudio *
live_studio_new(const char *const *names, guint n_cameras, const LiveStudioEvents *events, gpointer user)
{
  LiveStudio *self = g_new0(LiveStudio, 1);
  self->events = *events;
  self->user = user;
  self->n_cameras = n_cameras;
  self->cameras = g_new0(Camera, n_cameras);
  self->pool = video_frame_pool_new(4);
  g_mutex_init(&self->lock);
  g_cond_init(&self->bell);
  for (guint i = 0; i < n_cameras; i++) {
    self->cameras[i].name = g_strdup(names[i]);
    self->cameras[i].wanted = (ClipSpec) { 640, 360, LIVE_FPS, clip_usual_kbps(640, 360, LIVE_FPS) };
  }
  self->thread = g_thread_new("studio", run, self);
  return self;
}

void
live_studio_free(LiveStudio *self)
{
  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->stop = true;
  g_cond_signal(&self->bell);
  g_mutex_unlock(&self->lock);
  g_thread_join(self->thread);
  for (guint i = 0; i < self->n_cameras; i++) {
    video_encoder_free(self->cameras[i].encoder);
    scene_free(self->cameras[i].scene);
    g_free(self->cameras[i].name);
  }
  g_free(self->cameras);
  video_frame_pool_free(self->pool);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->bell);
  g_free(self);
}

void
live_studio_obey(LiveStudio *self, guint camera, const UplinkWish *wish)
{
  g_return_if_fail(camera < self->n_cameras);
  g_mutex_lock(&self->lock);
  self->cameras[camera].wanted = clip_spec_for_wish(wish, LIVE_FPS, 0);
  g_mutex_unlock(&self->lock);
}

void
live_studio_request_keyframe(LiveStudio *self, guint camera)
{
  g_return_if_fail(camera < self->n_cameras);
  g_atomic_int_set(&self->cameras[camera].wants_keyframe, 1);
}
