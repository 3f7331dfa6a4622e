/* tests/media/rtp/session_pair.c - two MediaSessions that send each other picture and sound. */
#include "tests/media/rtp/session_pair.h"

enum {
  STEP_US = 1000,
  POLL_US = 5000,
  VIDEO_US = 33333,
  AUDIO_US = 20000,
  START_US = 1000 * 1000 * 1000,
  AUDIO_BYTES = 80,
  FRAME_HEADER_BYTES = 10,  /* of a VP8 keyframe; a delta frame has 3 of them */
};

static void
fill_track(MediaTrackPlan *track, MediaKind kind, guint end)
{
  *track = (MediaTrackPlan) {
    .kind = kind, .use = MEDIA_USE_MAIN, .we_send = true, .we_receive = true,
    .payload_type = kind == MEDIA_KIND_AUDIO ? 111 : 96,
    .rtx_payload_type = kind == MEDIA_KIND_AUDIO ? 0 : 97,
    .extensions = { .mid = 4, .transport_cc = 3, .audio_level = 1, .abs_send_time = 2,
                    .video_orientation = 13, .playout_delay = 5 },
    .nack = true, .pli = true, .fir = true, .transport_cc = true, .remb = true,
    .reduced_size_rtcp = true,
  };
  track->mid[0] = kind == MEDIA_KIND_AUDIO ? '0' : '1';
  guint32 ours = 1000 * (end + 1), base = kind == MEDIA_KIND_AUDIO ? 1 : 11;
  track->send_ssrc = ours + base;
  if (kind == MEDIA_KIND_VIDEO) {
    track->video_codec = VIDEO_CODEC_VP8;
    track->send_rtx_ssrc = ours + base + 1;
  }
}

static guint8
pattern(guint number, gsize i)
{
  return (guint8)(number * 31 + i * 7);
}

static EncodedFrame *
make_frame(guint number, bool is_keyframe, gsize bytes, gint64 now_us)
{
  bytes = MAX(bytes, FRAME_HEADER_BYTES + 4u);
  guint8 *data = g_malloc(bytes);
  for (gsize i = 0; i < bytes; i++)
    data[i] = pattern(number, i);
  /* RFC 6386 section 9.1 */
  guint32 tag = (is_keyframe ? 0u : 1u) | 1u << 4 | 4u << 5;
  for (guint i = 0; i < 3; i++)
    data[i] = (guint8)(tag >> (8 * i));
  if (is_keyframe)
    memcpy(data + 3, (const guint8[]) { 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01 }, 7);
  for (guint i = 0; i < 4; i++)
    data[FRAME_HEADER_BYTES + i] = (guint8)(number >> (8 * i));
  EncodedFrame *frame = encoded_frame_new_take(VIDEO_CODEC_VP8, data, bytes);
  frame->is_keyframe = is_keyframe;
  frame->width = is_keyframe ? 640 : 0;
  frame->height = is_keyframe ? 360 : 0;
  frame->capture_us = now_us;
  frame->index = number;
  return frame;
}

static bool
is_frame_whole(const EncodedFrame *frame, guint *number)
{
  if (frame->length < FRAME_HEADER_BYTES + 4)
    return false;
  *number = 0;
  for (guint i = 0; i < 4; i++)
    *number |= (guint)frame->data[FRAME_HEADER_BYTES + i] << (8 * i);
  for (gsize i = FRAME_HEADER_BYTES + 4; i < frame->length; i++)
    if (frame->data[i] != pattern(*number, i))
      return false;
  return *number < PAIR_FRAMES_MAX;
}

typedef struct {
  SessionPair *pair;
  PairEnd     *end;
} EndRef;

static EndRef refs[2];

static void
on_state(TransportState state, TransportCloseReason reason, gpointer user)
{
  EndRef *ref = user;
  ref->end->state_us[state] = ref->pair->now_us;
}

static void
on_video(guint track, EncodedFrame *frame, gpointer user)
{
  EndRef *ref = user;
  guint number;
  g_assert_cmpuint(track, ==, PAIR_VIDEO);
  if (is_frame_whole(frame, &number)) {
    g_assert_true(ref->end->frames_received == 0 || number > ref->end->last_frame);
    ref->end->frames_received++;
    ref->end->keyframes_received += frame->is_keyframe ? 1 : 0;
    ref->end->received_us[number] = ref->pair->now_us;
    ref->end->last_frame = number;
  } else {
    ref->end->frames_broken++;
  }
  encoded_frame_unref(frame);
}

static void
on_audio(guint track, AudioPacket *packet, gpointer user)
{
  EndRef *ref = user;
  g_assert_cmpuint(track, ==, PAIR_AUDIO);
  ref->end->audio_received++;
  /* Copies in later packets (RED) come without a level. */
  bool is_level_right = packet->has_level ? packet->level == 30
                                          : ref->pair->plan[0].tracks[PAIR_AUDIO].red_payload_type != 0;
  if (packet->length != AUDIO_BYTES || !is_level_right)
    ref->end->audio_broken++;
  guint32 number;
  memcpy(&number, packet->data + packet->length - sizeof number, sizeof number);
  if (ref->end->hear != NULL)
    ref->end->hear(packet, number, ref->end->hear_user);
  audio_packet_unref(packet);
}

static void
on_keyframe_requested(guint track, gpointer user)
{
  EndRef *ref = user;
  g_assert_cmpuint(track, ==, PAIR_VIDEO);
  ref->end->keyframe_requests++;
  ref->end->wants_keyframe = true;
}

static void
on_peer_left(gpointer user)
{
  EndRef *ref = user;
  ref->end->byes++;
}

SessionPair *
session_pair_new(guint32 seed)
{
  static const MediaSessionEvents EVENTS = {
    .state_changed = on_state, .video_frame = on_video, .audio_packet = on_audio,
    .keyframe_requested = on_keyframe_requested, .peer_left = on_peer_left,
  };
  assert_on_net();
  g_random_set_seed(seed);
  SessionPair *self = g_new0(SessionPair, 1);
  self->network = fake_network_new(seed);
  self->now_us = START_US;
  self->frame_bytes = 4000;
  self->keyframe_bytes = 20000;
  self->temporal_layers = 1;
  self->keyframe_interval_min_us = 300 * 1000;
  for (guint i = 0; i < 2; i++) {
    PairEnd *end = &self->end[i];
    refs[i] = (EndRef) { self, end };
    end->session = media_session_new(NULL, i == 0 ? ICE_SIDE_CONTROLLED : ICE_SIDE_CONTROLLING, true,
                                     i == 0 ? "bridge" : "client", &EVENTS, &refs[i]);
    end->sends_video = end->sends_audio = true;
    self->plan[i].n_tracks = 2;
    fill_track(&self->plan[i].tracks[PAIR_AUDIO], MEDIA_KIND_AUDIO, i);
    fill_track(&self->plan[i].tracks[PAIR_VIDEO], MEDIA_KIND_VIDEO, i);
  }
  return self;
}

void
session_pair_free(SessionPair *self)
{
  assert_on_net();
  if (self == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    media_session_free(self->end[i].session);
  fake_network_free(self->network);
  g_free(self);
}

void
session_pair_set_link(SessionPair *self, double loss, gint64 delay_us, gint64 jitter_us)
{
  FakeDirection direction = { .loss = loss, .delay_us = delay_us, .jitter_us = jitter_us };
  fake_network_set(self->network, 0, &direction);
  fake_network_set(self->network, 1, &direction);
}

void
session_pair_start(SessionPair *self)
{
  assert_on_net();
  for (guint i = 0; i < 2; i++)
    media_session_start(self->end[i].session, &self->plan[i]);
  fake_network_run(self->network, self->now_us);
}

static void
send_video(SessionPair *self, PairEnd *end) ON_NET
{
  bool is_keyframe = end->wants_keyframe || media_session_needs_keyframe(end->session, PAIR_VIDEO);
  guint number = end->frames_sent++;
  g_autoptr(EncodedFrame) frame
    = make_frame(number, is_keyframe, is_keyframe ? self->keyframe_bytes : self->frame_bytes,
                 self->now_us - end->video_age_us);
  if (self->temporal_layers == 2 && number % 2 == 1 && !is_keyframe) {
    frame->temporal_id = 1;
    frame->is_droppable = frame->is_layer_sync = true;
  }
  if (is_keyframe) {
    end->wants_keyframe = false;
    end->keyframes_sent++;
  }
  end->sent_us[number] = self->now_us;
  media_session_send_video(end->session, PAIR_VIDEO, frame);
}

static void
send_audio(SessionPair *self, PairEnd *end) ON_NET
{
  guint8 data[AUDIO_BYTES] = { 0x78 };
  memcpy(data + sizeof data - sizeof end->audio_sent, &end->audio_sent, sizeof end->audio_sent);
  if (end->audio_sent == 0)
    end->first_audio_us = self->now_us;
  g_autoptr(AudioPacket) packet = audio_packet_new(data, sizeof data);
  packet->rtp_timestamp = end->audio_sent * AUDIO_FRAME_SAMPLES;
  packet->has_level = true;
  packet->level = 30;
  packet->arrival_us = self->now_us;
  end->audio_sent++;
  media_session_send_audio(end->session, PAIR_AUDIO, packet);
}

static void
step_end(SessionPair *self, PairEnd *end) ON_NET
{
  if (self->now_us % POLL_US == 0)
    media_session_poll(end->session, self->now_us);
  if (end->sends_video && self->now_us >= end->next_video_us && end->frames_sent < PAIR_FRAMES_MAX) {
    end->next_video_us = (end->next_video_us > 0 ? end->next_video_us : self->now_us) + VIDEO_US;
    send_video(self, end);
  }
  if (end->sends_audio && self->now_us >= end->next_audio_us) {
    end->next_audio_us = (end->next_audio_us > 0 ? end->next_audio_us : self->now_us) + AUDIO_US;
    send_audio(self, end);
  }
}

void
session_pair_run(SessionPair *self, gint64 duration_us)
{
  assert_on_net();
  for (gint64 end_us = self->now_us + duration_us; self->now_us < end_us;) {
    self->now_us += STEP_US;
    fake_network_run(self->network, self->now_us);
    for (guint i = 0; i < 2; i++)
      step_end(self, &self->end[i]);
  }
}
