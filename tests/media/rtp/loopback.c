/* tests/media/rtp/loopback.c - a bridge with several peers over real transports on 127.0.0.1. */
#include "tests/media/rtp/loopback.h"
#include "media/base/clock.h"
#include "media/transport/dtls_identity.h"
#include <sys/resource.h>

enum { TICK_US = 5000, AUDIO_US = 20000, AUDIO_BYTES = 80, FRAME_HEADER_BYTES = 22 };

typedef struct {
  Loopback     *loopback;
  MediaSession *session;
  MediaLocal    local;
  bool          is_up;
} End;

/* The bridge with its sessions, or all the peers: what one thread owns. */
typedef struct {
  Loop         *loop;
  DtlsIdentity *identity;
  GSource      *ticker;
  TransportEnv  env;
  End           ends[LOOPBACK_PEERS_MAX];
  guint         connected, closed, keyframe_requests;
  guint64       frames, audio, broken;
  bool          is_flowing;
  gint64        next_video_us, next_audio_us;
  guint         bps, fps, n_frames, n_audio;
  double        latency_sum_ms, latency_max_ms;
  struct rusage usage;
} Side;

struct Loopback {
  LoopbackConfig config;
  Side bridge, peers;
};

static Side *
side_of(End *end)
{
  Loopback *self = end->loopback;
  return end >= self->bridge.ends && end < self->bridge.ends + LOOPBACK_PEERS_MAX ? &self->bridge : &self->peers;
}

static void
on_state(TransportState state, TransportCloseReason reason, gpointer user)
{
  End *end = user;
  if (state == TRANSPORT_STATE_CONNECTED && !end->is_up) {
    end->is_up = true;
    side_of(end)->connected++;
  }
  side_of(end)->closed += state == TRANSPORT_STATE_CLOSED;
}

static void
on_video(guint track, EncodedFrame *frame, gpointer user)
{
  Side *side = side_of(user);
  gint64 sent_us;
  side->frames++;
  if (frame->length < FRAME_HEADER_BYTES || track != LOOPBACK_VIDEO) {
    side->broken++;
  } else {
    memcpy(&sent_us, frame->data + 14, sizeof sent_us);
    double ms = (double)(clock_now_us() - sent_us) / 1000.0;
    side->latency_sum_ms += ms;
    side->latency_max_ms = MAX(side->latency_max_ms, ms);
  }
  encoded_frame_unref(frame);
}

static void
on_audio(guint track, AudioPacket *packet, gpointer user)
{
  Side *side = side_of(user);
  side->audio++;
  side->broken += packet->length != AUDIO_BYTES || track != LOOPBACK_AUDIO;
  audio_packet_unref(packet);
}

static void
on_keyframe_requested(guint track, gpointer user)
{
  side_of(user)->keyframe_requests++;
}

static void
on_peer_left(gpointer user)
{
}

static EncodedFrame *
make_frame(Side *side, gint64 now_us)
{
  bool is_keyframe = side->n_frames++ % 300 == 0;
  gsize bytes = MAX(side->bps / 8 / side->fps * (is_keyframe ? 4 : 1), FRAME_HEADER_BYTES);
  guint8 *data = g_malloc0(bytes);
  data[0] = is_keyframe ? 0x50 : 0x51;
  if (is_keyframe)
    memcpy(data + 3, (const guint8[]) { 0x9D, 0x01, 0x2A, 0x80, 0x07, 0x38, 0x04 }, 7);
  memcpy(data + 14, &now_us, sizeof now_us);
  EncodedFrame *frame = encoded_frame_new_take(VIDEO_CODEC_VP8, data, bytes);
  frame->is_keyframe = is_keyframe;
  frame->capture_us = now_us;
  return frame;
}

static void
flow(Side *side, gint64 now_us, guint n) ON_NET
{
  if (now_us >= side->next_video_us) {
    side->next_video_us = MAX(side->next_video_us + G_USEC_PER_SEC / side->fps, now_us - G_USEC_PER_SEC);
    g_autoptr(EncodedFrame) frame = make_frame(side, now_us);
    for (guint i = 0; i < n; i++)
      media_session_send_video(side->ends[i].session, LOOPBACK_VIDEO, frame);
  }
  if (now_us >= side->next_audio_us) {
    guint8 data[AUDIO_BYTES] = { 0 };
    side->next_audio_us = MAX(side->next_audio_us + AUDIO_US, now_us - G_USEC_PER_SEC);
    g_autoptr(AudioPacket) audio = audio_packet_new(data, sizeof data);
    audio->rtp_timestamp = side->n_audio++ * AUDIO_FRAME_SAMPLES;
    audio->arrival_us = now_us;
    for (guint i = 0; i < n; i++)
      media_session_send_audio(side->ends[i].session, LOOPBACK_AUDIO, audio);
  }
}

static void
tick(Loopback *self, Side *side) ON_NET
{
  gint64 now_us = clock_now_us();
  for (guint i = 0; i < self->config.peers; i++)
    if (side->ends[i].session != NULL)
      media_session_poll(side->ends[i].session, now_us);
  if (side->is_flowing)
    flow(side, now_us, self->config.peers);
  getrusage(RUSAGE_THREAD, &side->usage);
}

static void
on_bridge_tick(gpointer data)
{
  assert_on_net();
  Loopback *self = data;
  tick(self, &self->bridge);
}

static void
on_peers_tick(gpointer data)
{
  assert_on_net();
  Loopback *self = data;
  tick(self, &self->peers);
}

typedef struct {
  Loopback *self;
  Side     *side;
  guint     peer;
  MediaPlan plan;
  MediaSessionStats *stats;
} Job;

static void
open_job(gpointer data)
{
  assert_on_net();
  static const MediaSessionEvents EVENTS = {
    .state_changed = on_state, .video_frame = on_video, .audio_packet = on_audio,
    .keyframe_requested = on_keyframe_requested, .peer_left = on_peer_left,
  };
  Job *job = data;
  for (guint i = 0; i < job->self->config.peers; i++) {
    End *end = &job->side->ends[i];
    bool is_bridge = job->side == &job->self->bridge;
    end->loopback = job->self;
    end->session = media_session_new(&job->side->env, is_bridge ? ICE_SIDE_CONTROLLED : ICE_SIDE_CONTROLLING,
                                     true, is_bridge ? "bridge" : "peer", &EVENTS, end);
    g_assert_true(media_session_local(end->session, &end->local));
  }
}

static void
start_job(gpointer data)
{
  assert_on_net();
  Job *job = data;
  media_session_start(job->side->ends[job->peer].session, &job->plan);
}

static void
close_job(gpointer data)
{
  assert_on_net();
  Job *job = data;
  for (guint i = 0; i < job->self->config.peers; i++)
    media_session_close(job->side->ends[i].session);
}

static void
free_job(gpointer data)
{
  assert_on_net();
  Job *job = data;
  g_source_destroy(job->side->ticker);
  g_source_unref(job->side->ticker);
  for (guint i = 0; i < job->self->config.peers; i++)
    media_session_free(job->side->ends[i].session);
}

static void
stats_job(gpointer data)
{
  assert_on_net();
  Job *job = data;
  media_session_stats(job->side->ends[job->peer].session, job->stats);
}

static void
make_plan(const End *us, const End *other, bool is_bridge, MediaPlan *plan)
{
  *plan = (MediaPlan) { .our_dtls_role = is_bridge ? DTLS_ROLE_PASSIVE : DTLS_ROLE_ACTIVE, .n_tracks = 2 };
  memcpy(plan->ufrag, other->local.ufrag, sizeof plan->ufrag);
  memcpy(plan->password, other->local.password, sizeof plan->password);
  memcpy(plan->fingerprint_sha256, other->local.fingerprint_sha256, sizeof plan->fingerprint_sha256);
  if (!is_bridge) {
    plan->n_candidates = other->local.n_candidates;
    memcpy(plan->candidates, other->local.candidates, sizeof plan->candidates);
  }
  for (guint i = 0; i < 2; i++) {
    MediaTrackPlan *track = &plan->tracks[i];
    bool is_video = i == LOOPBACK_VIDEO;
    *track = (MediaTrackPlan) {
      .kind = is_video ? MEDIA_KIND_VIDEO : MEDIA_KIND_AUDIO, .use = MEDIA_USE_MAIN,
      .video_codec = is_video ? VIDEO_CODEC_VP8 : VIDEO_CODEC_NONE, .we_send = true, .we_receive = true,
      .payload_type = is_video ? 96 : 111, .rtx_payload_type = is_video ? 97 : 0,
      .extensions = { .mid = 4, .transport_cc = 3, .audio_level = 1, .playout_delay = 5 },
      .nack = is_video, .pli = is_video, .transport_cc = true, .reduced_size_rtcp = true,
      .send_ssrc = (is_bridge ? 1000u : 2000u) + 10 * i, .send_rtx_ssrc = is_video ? (is_bridge ? 1011u : 2011u) : 0,
    };
    track->mid[0] = (char)('0' + i);
  }
  (void)us;
}

static void
open_side(Loopback *self, Side *side, guint bps, guint fps, LoopFunc on_tick)
{
  static const char *const ADDRESSES[] = { "127.0.0.1", NULL };
  g_autoptr(GError) error = NULL;
  side->loop = loop_new_thread(THREAD_ROLE_NET);
  side->identity = dtls_identity_new(&error);
  g_assert_no_error(error);
  side->env = (TransportEnv) { .loop = side->loop, .identity = side->identity, .addresses = ADDRESSES };
  side->bps = bps;
  side->fps = fps;
  Job job = { .self = self, .side = side };
  loop_call(side->loop, open_job, &job);
  side->ticker = loop_add_ticker(side->loop, TICK_US, on_tick, self);
}

Loopback *
loopback_new(const LoopbackConfig *config)
{
  g_assert_cmpuint(config->peers, <=, LOOPBACK_PEERS_MAX);
  Loopback *self = g_new0(Loopback, 1);
  self->config = *config;
  open_side(self, &self->bridge, config->down_bps, config->down_fps, on_bridge_tick);
  open_side(self, &self->peers, config->up_bps, config->up_fps, on_peers_tick);
  for (guint i = 0; i < config->peers; i++) {
    Job job = { .self = self, .side = &self->bridge, .peer = i };
    make_plan(&self->bridge.ends[i], &self->peers.ends[i], true, &job.plan);
    loop_call(self->bridge.loop, start_job, &job);
    job.side = &self->peers;
    make_plan(&self->peers.ends[i], &self->bridge.ends[i], false, &job.plan);
    loop_call(self->peers.loop, start_job, &job);
  }
  return self;
}

void
loopback_free(Loopback *self)
{
  if (self == NULL)
    return;
  Side *sides[] = { &self->peers, &self->bridge };
  for (guint i = 0; i < 2; i++) {
    Job job = { .self = self, .side = sides[i] };
    loop_call(sides[i]->loop, free_job, &job);
    loop_free(sides[i]->loop);
    dtls_identity_free(sides[i]->identity);
  }
  g_free(self);
}

static void
flow_on(gpointer data)
{
  Side *side = data;
  side->is_flowing = true;
  side->next_video_us = side->next_audio_us = clock_now_us();
}

static void
flow_off(gpointer data)
{
  Side *side = data;
  side->is_flowing = false;
}

void
loopback_flow(Loopback *self, bool is_on)
{
  loop_call(self->bridge.loop, is_on ? flow_on : flow_off, &self->bridge);
  loop_call(self->peers.loop, is_on ? flow_on : flow_off, &self->peers);
}

static void
copy_side(gpointer data)
{
  Side **both = data;
  *both[1] = *both[0];
}

void
loopback_figures(Loopback *self, LoopbackFigures *out)
{
  g_autofree Side *bridge = g_new(Side, 1);
  g_autofree Side *peers = g_new(Side, 1);
  Side *copy[] = { &self->bridge, bridge };
  loop_call(self->bridge.loop, copy_side, copy);
  copy[0] = &self->peers;
  copy[1] = peers;
  loop_call(self->peers.loop, copy_side, copy);
  *out = (LoopbackFigures) {
    .connected = MIN(bridge->connected, peers->connected), .closed = bridge->closed,
    .frames_down = peers->frames, .frames_up = bridge->frames,
    .audio_down = peers->audio, .audio_up = bridge->audio,
    .broken = peers->broken + bridge->broken,
    .keyframe_requests = peers->keyframe_requests + bridge->keyframe_requests,
    .bridge_user_s = (double)bridge->usage.ru_utime.tv_sec + (double)bridge->usage.ru_utime.tv_usec / 1e6,
    .bridge_system_s = (double)bridge->usage.ru_stime.tv_sec + (double)bridge->usage.ru_stime.tv_usec / 1e6,
    .latency_ms_max = peers->latency_max_ms,
    .latency_ms_mean = peers->frames > 0 ? peers->latency_sum_ms / (double)peers->frames : 0,
  };
}

void
loopback_stats(Loopback *self, guint peer, MediaSessionStats *out)
{
  Job job = { .self = self, .side = &self->bridge, .peer = peer, .stats = out };
  loop_call(self->bridge.loop, stats_job, &job);
}

void
loopback_close_peers(Loopback *self)
{
  Job job = { .self = self, .side = &self->peers };
  loop_call(self->peers.loop, close_job, &job);
}
