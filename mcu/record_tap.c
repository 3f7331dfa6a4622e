/* mcu/record_tap.c - where the record branches off from what a room sends and receives. */
#include "mcu/record_tap.h"

enum {
  STREAM_PICTURE = 0,
  STREAM_MIX = 1,
  STREAM_SITES = 2,
  FRAME_APART_US = 1000,        /* the container counts in milliseconds */
  REANCHOR_US = 500 * 1000,     /* a sender's clock that is off by so much has jumped */
  SAMPLES_PER_MS = AUDIO_SAMPLE_RATE / 1000,
};

/* A lock for each kind of thread: the audio tick never waits for an encode thread. Each is held
 * while a frame is queued, some instructions. */
typedef struct {
  GMutex     lock;
  RecordSink sink;   /* all NULL: none */
  gpointer   data;
} Outlet;

typedef struct {
  guint   connection;      /* G_MAXUINT: nobody's */
  bool    with_video, with_audio;
  bool    has_keyframe, has_anchor;
  gint64  anchor_us, last_audio_us, last_video_us;
  guint32 anchor_ts;
} SiteTap;

struct RecordTap {
  /* borrowed */
  RecordKeyframe keyframe;
  gpointer       keyframe_data;
  /* each guarded by its outlet's lock */
  Outlet  picture;
  int     tier, wanted;    /* recorded now; to be recorded */
  gint64  last_us, last_keyframe_us;
  Outlet  mix;
  Outlet  streams;
  SiteTap sites[RECORD_TAP_SITES_MAX];
};

static void
outlet_set(Outlet *self, const RecordSink *sink, gpointer data)
{
  self->sink = sink != NULL ? *sink : (RecordSink) { 0 };
  self->data = data;
}

RecordTap *
record_tap_new(RecordKeyframe keyframe, gpointer data)
{
  RecordTap *self = g_new0(RecordTap, 1);
  self->keyframe = keyframe;
  self->keyframe_data = data;
  self->tier = self->wanted = RECORD_TAP_NO_TIER;
  g_mutex_init(&self->picture.lock);
  g_mutex_init(&self->mix.lock);
  g_mutex_init(&self->streams.lock);
  for (guint i = 0; i < RECORD_TAP_SITES_MAX; i++)
    self->sites[i].connection = G_MAXUINT;
  return self;
}

void
record_tap_free(RecordTap *self)
{
  if (self == NULL)
    return;
  g_mutex_clear(&self->picture.lock);
  g_mutex_clear(&self->mix.lock);
  g_mutex_clear(&self->streams.lock);
  g_free(self);
}

void
record_tap_set_sink(RecordTap *self, const RecordSink *sink, gpointer data)
{
  g_mutex_lock(&self->picture.lock);
  outlet_set(&self->picture, sink, data);
  self->tier = RECORD_TAP_NO_TIER;
  if (sink == NULL)
    self->wanted = RECORD_TAP_NO_TIER;
  g_mutex_unlock(&self->picture.lock);
  g_mutex_lock(&self->mix.lock);
  outlet_set(&self->mix, sink, data);
  g_mutex_unlock(&self->mix.lock);
  g_mutex_lock(&self->streams.lock);
  outlet_set(&self->streams, sink, data);
  for (guint i = 0; i < RECORD_TAP_SITES_MAX; i++)
    self->sites[i].has_keyframe = false;
  g_mutex_unlock(&self->streams.lock);
}

/* ---- the picture ---- */

void
record_tap_set_tier(RecordTap *self, guint tier)
{
  g_mutex_lock(&self->picture.lock);
  bool is_new = self->wanted != (int)tier;
  self->wanted = (int)tier;
  g_mutex_unlock(&self->picture.lock);
  if (is_new)
    self->keyframe(tier, true, self->keyframe_data);
}

int
record_tap_tier(RecordTap *self)
{
  g_mutex_lock(&self->picture.lock);
  int tier = self->tier;
  g_mutex_unlock(&self->picture.lock);
  return tier;
}

void
record_tap_force_keyframe(RecordTap *self)
{
  g_mutex_lock(&self->picture.lock);
  int wanted = self->wanted;
  g_mutex_unlock(&self->picture.lock);
  if (wanted != RECORD_TAP_NO_TIER)
    self->keyframe((guint)wanted, true, self->keyframe_data);
}

typedef enum { ASK_NONE = 0, ASK_SOON, ASK_NOW } Ask;

static void
pass_picture(RecordTap *self, EncodedFrame *frame)
{
  /* Two tiers make a frame of the same tick where one gives way to the other. */
  gint64 time_us = MAX(frame->capture_us, self->last_us + FRAME_APART_US);
  self->last_us = time_us;
  if (frame->is_keyframe)
    self->last_keyframe_us = time_us;
  self->picture.sink.video(STREAM_PICTURE, frame, time_us, self->picture.data);
}

/* Decides on a frame of @tier. Returns: what is to be asked of its encoder. */
static Ask
take_picture(RecordTap *self, guint tier, EncodedFrame *frame)
{
  if (self->picture.sink.video == NULL)
    return ASK_NONE;
  if ((int)tier == self->wanted && self->tier != self->wanted) {
    if (!frame->is_keyframe)
      return ASK_NOW;
    self->tier = self->wanted;
  }
  if ((int)tier != self->tier)
    return ASK_NONE;
  pass_picture(self, frame);
  return self->last_us - self->last_keyframe_us >= RECORD_TAP_KEYFRAME_US ? ASK_SOON : ASK_NONE;
}

void
record_tap_on_picture(RecordTap *self, guint tier, EncodedFrame *frame)
{
  g_mutex_lock(&self->picture.lock);
  Ask ask = take_picture(self, tier, frame);
  g_mutex_unlock(&self->picture.lock);
  if (ask != ASK_NONE)
    self->keyframe(tier, ask == ASK_NOW, self->keyframe_data);
}

/* ---- the sound ---- */

void
record_tap_on_mix(RecordTap *self, AudioPacket *packet)
{
  g_mutex_lock(&self->mix.lock);
  if (self->mix.sink.audio != NULL)
    self->mix.sink.audio(STREAM_MIX, packet, packet->arrival_us, self->mix.data);
  g_mutex_unlock(&self->mix.lock);
}

/* ---- the sites' own ---- */

guint
record_tap_site_video_stream(guint site)
{
  return STREAM_SITES + 2 * site;
}

guint
record_tap_site_audio_stream(guint site)
{
  return STREAM_SITES + 2 * site + 1;
}

void
record_tap_set_site(RecordTap *self, guint site, guint connection, bool with_video, bool with_audio)
{
  g_return_if_fail(site < RECORD_TAP_SITES_MAX);
  g_mutex_lock(&self->streams.lock);
  SiteTap *tap = &self->sites[site];
  if (tap->connection != connection)
    tap->has_anchor = tap->has_keyframe = false;
  if (!with_video)
    tap->has_keyframe = false;
  tap->connection = connection;
  tap->with_video = with_video;
  tap->with_audio = with_audio;
  g_mutex_unlock(&self->streams.lock);
}

void
record_tap_on_site_video(RecordTap *self, guint site, guint connection, EncodedFrame *frame)
{
  g_return_if_fail(site < RECORD_TAP_SITES_MAX);
  g_mutex_lock(&self->streams.lock);
  SiteTap *tap = &self->sites[site];
  tap->has_keyframe = tap->has_keyframe || frame->is_keyframe;
  if (self->streams.sink.video != NULL && tap->connection == connection && tap->with_video && tap->has_keyframe
      && frame->codec == VIDEO_CODEC_VP8) {
    tap->last_video_us = MAX(frame->capture_us, tap->last_video_us + FRAME_APART_US);
    self->streams.sink.video(record_tap_site_video_stream(site), frame, tap->last_video_us, self->streams.data);
  }
  g_mutex_unlock(&self->streams.lock);
}

/* When the packet's sound was made, as far as can be told: by the sender's own clock, which
 * the network does not shake, from the first packet's arrival on. */
static gint64
sender_time_us(SiteTap *tap, const AudioPacket *packet)
{
  gint64 time_us = tap->anchor_us + (gint64)(gint32)(packet->rtp_timestamp - tap->anchor_ts) * 1000 / SAMPLES_PER_MS;
  if (tap->has_anchor && ABS(packet->arrival_us - time_us) < REANCHOR_US)
    return time_us;
  tap->has_anchor = true;
  tap->anchor_us = packet->arrival_us;
  tap->anchor_ts = packet->rtp_timestamp;
  return tap->anchor_us;
}

void
record_tap_on_site_audio(RecordTap *self, guint site, guint connection, AudioPacket *packet)
{
  g_return_if_fail(site < RECORD_TAP_SITES_MAX);
  g_mutex_lock(&self->streams.lock);
  SiteTap *tap = &self->sites[site];
  if (self->streams.sink.audio != NULL && tap->connection == connection && tap->with_audio) {
    gint64 time_us = sender_time_us(tap, packet);
    if (time_us > tap->last_audio_us) {  /* a late or repeated packet has no place any more */
      tap->last_audio_us = time_us;
      self->streams.sink.audio(record_tap_site_audio_stream(site), packet, time_us, self->streams.data);
    }
  }
  g_mutex_unlock(&self->streams.lock);
}
