/* media/media_session.c - everything between one peer's wire and its frames. */
#include "media/media_session.h"
#include "media/media_session_private.h"
#include "media/rtp/rtx.h"

enum {
  TRANSPORT_POLL_US = 20 * 1000,
  SOUND_RESEND_RTT_MAX_US = 120 * 1000,  /* beyond, waiting for lost sound spoils a conversation */
  SOUND_RESEND_TIME_US = 35 * 1000,      /* besides the round trip: the gap shows 20 ms later, reordering, polls */
  CNAME_BYTES_MAX = 64,  /* a report of all tracks fits its datagram */
};

gint64
session_rtt_us(const MediaSession *self)
{
  return rtt_estimator_get(&self->rtt, 0);
}

static bool
may_send(const MediaSession *self)
{
  return !self->is_closed && self->plan != NULL
         && (self->transport_state == TRANSPORT_STATE_CONNECTED
             || self->transport_state == TRANSPORT_STATE_UNSTABLE);
}

static TrackOutSend
send_of(MediaSession *self)
{
  return (TrackOutSend) { .now_us = self->now_us, .transport_seq = &self->transport_seq };
}

/* --- receiving ----------------------------------------------------------------------- */

static void
deliver_video(MediaSession *self, guint track) ON_NET
{
  EncodedFrame *frame;
  while ((frame = track_in_pop_video(self->in[track], self->now_us,
                                     rtt_estimator_get(&self->rtt, RTT_DEFAULT_US))) != NULL) {
    if (self->plan->tracks[track].use == MEDIA_USE_MAIN)
      av_sync_on_picture(&self->av_sync, frame->rtp_timestamp, self->now_us);
    self->events.video_frame(track, frame, self->user);
  }
}

static void
on_track_packet(MediaSession *self, const RtpDemuxEntry *entry, Packet *packet, RtpPacket *view,
                const RtpExtensions *extensions) ON_NET
{
  guint track = entry->track;
  TrackIn *in = self->in[track];
  bool is_rtx = entry->is_rtx;
  if (!is_rtx && !track_in_use_ssrc(in, entry->ssrc, entry->order, self->now_us)) {
    self->unknown_ssrc++;
    return;
  }
  if (is_rtx && !rtx_unwrap(view, packet->data, self->plan->tracks[track].payload_type, track_in_ssrc(in)))
    return;  /* a probe of padding */
  session_rtcp_on_media(self, track, track_in_ssrc(in));
  track_in_on_packet(in, packet, view, extensions, is_rtx, self->now_us);
  AudioPacket *audio;
  while ((audio = track_in_pop_audio(in)) != NULL)
    self->events.audio_packet(track, audio, self->user);
  deliver_video(self, track);
}

static void
receive_rtp(MediaSession *self, Packet *packet) ON_NET
{
  if (self->plan == NULL || self->is_closed)
    return;
  self->now_us = MAX(self->now_us, packet->arrival_us);
  RtpPacket view;
  RtpExtensions extensions;
  if (!rtp_packet_parse(&view, packet->data, packet->length)) {
    self->malformed++;
    return;
  }
  rtp_extensions_read(&extensions, packet->data, &view, &self->ids);
  if (self->uses_twcc && extensions.has_transport_seq)
    twcc_recv_on_packet(self->twcc, extensions.transport_seq, packet->arrival_us);

  const RtpDemuxEntry *entry = rtp_demux_find(&self->demux, view.header.ssrc, view.header.payload_type,
                                              extensions.mid, extensions.mid_length, self->now_us);
  if (entry == NULL) {
    self->unknown_ssrc++;
    return;
  }
  on_track_packet(self, entry, packet, &view, &extensions);
}

static void
on_rtp(Packet *packet, gpointer user)
{
  assert_on_net();
  receive_rtp(user, packet);
  packet_unref(packet);
}

static void
on_rtcp(Packet *packet, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  if (self->plan != NULL && !self->is_closed) {
    self->now_us = MAX(self->now_us, packet->arrival_us);
    session_rtcp_on_datagram(self, packet);
  }
  packet_unref(packet);
}

static void
on_transport_state(TransportState state, TransportCloseReason reason, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  if (state == self->transport_state)
    return;
  self->transport_state = state;
  if (state == TRANSPORT_STATE_CLOSED) {
    self->is_closed = true;
    pacer_clear(self->pacer);
  }
  self->events.state_changed(state, reason, self->user);
}

/* --- sending ------------------------------------------------------------------------- */

/* @seq: of the packet, or of the one that it repeats. @transport_seq: the next one, before it was made. */
static gsize
send_packet(MediaSession *self, guint track, guint16 seq, guint16 transport_seq,
            Packet *packet /* transfer full, nullable */) ON_NET
{
  if (packet == NULL)
    return 0;
  gsize bytes = packet->length;
  /* With feedback, what carries no number is never reported on. */
  if (self->transport_seq != transport_seq || !self->has_feedback)
    session_sending_on_sent(self, track, seq, transport_seq, bytes);
  media_transport_send_rtp(self->transport, packet);
  return bytes;
}

static gsize
pacer_send_video(guint track, EncodedFrame *frame, guint packet, bool *is_last, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  TrackOut *out = self->out[track];
  guint n_packets = packet == 0 ? track_out_begin_frame(out, frame) : track_out_frame_packets(out);
  *is_last = packet + 1 >= n_packets;
  if (packet >= n_packets)
    return 0;
  TrackOutSend send = send_of(self);
  guint16 transport_seq = self->transport_seq;
  Packet *made = track_out_video_packet(out, frame, packet, &send);
  session_sending_on_picture_packet(self, track, track_out_last_seq(out), made->length, frame->temporal_id == 0);
  return send_packet(self, track, track_out_last_seq(out), transport_seq, made);
}

static gsize
pacer_send_rtx(guint track, guint16 seq, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  TrackOutSend send = send_of(self);
  guint16 transport_seq = self->transport_seq;
  Packet *made = track_out_resend(self->out[track], seq, &send);
  return send_packet(self, track, seq, transport_seq, made);
}

static const PacerEvents PACER_EVENTS = {
  .send_video = pacer_send_video, .send_rtx = pacer_send_rtx, .send_padding = session_sending_padding,
};

static void
run_pacer(MediaSession *self, gint64 now_us) ON_NET
{
  self->now_us = MAX(self->now_us, now_us);
  if (!may_send(self))
    return;
  session_sending_before_pacer(self);
  gint64 next_us = pacer_poll(self->pacer, self->now_us);
  if (self->pace_source != NULL)
    g_source_set_ready_time(self->pace_source, next_us == G_MAXINT64 ? -1 : next_us);
}

/* The poll comes every 5 ms; while packets wait, this source comes every millisecond or
 * so, and is asleep otherwise. */
static gboolean
on_pace_source(GSource *source, GSourceFunc callback, gpointer user)
{
  assert_on_net();
  g_source_set_ready_time(source, -1);
  callback(user);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs PACE_SOURCE_FUNCS = { .dispatch = on_pace_source };

static gboolean
on_pace_tick(gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  run_pacer(self, g_source_get_time(self->pace_source));
  return G_SOURCE_CONTINUE;
}

static GSource *
attach_pace_source(MediaSession *self, Loop *loop) ON_NET
{
  GSource *source = g_source_new(&PACE_SOURCE_FUNCS, sizeof(GSource));
  g_source_set_name(source, "media-session-pace");
  g_source_set_callback(source, on_pace_tick, self, NULL);
  g_source_set_ready_time(source, -1);
  g_source_attach(source, loop_context(loop));
  return source;
}

void
session_pace_soon(MediaSession *self)
{
  if (self->pace_source != NULL)
    g_source_set_ready_time(self->pace_source, 0);
}

void
media_session_send_video(MediaSession *self, guint track, EncodedFrame *frame)
{
  g_return_if_fail(track < MEDIA_TRACKS_MAX);
  if (!may_send(self) || self->out[track] == NULL
      || self->plan->tracks[track].kind != MEDIA_KIND_VIDEO)
    return;
  g_return_if_fail(frame->codec == self->plan->tracks[track].video_codec);
  if (!pacer_push_video(self->pacer, track, frame, self->now_us))
    return;
  if (frame->is_keyframe)
    session_sending_on_keyframe(self, track);
  session_pace_soon(self);
}

void
media_session_send_audio(MediaSession *self, guint track, AudioPacket *packet)
{
  g_return_if_fail(track < MEDIA_TRACKS_MAX);
  if (!may_send(self) || self->out[track] == NULL
      || self->plan->tracks[track].kind != MEDIA_KIND_AUDIO)
    return;
  self->now_us = MAX(self->now_us, packet->arrival_us);
  TrackOutSend send = send_of(self);
  guint16 transport_seq = self->transport_seq;
  Packet *made = track_out_audio_packet(self->out[track], packet, &send);
  pacer_on_unpaced(self->pacer, send_packet(self, track, track_out_last_seq(self->out[track]), transport_seq, made));
}

bool
media_session_needs_keyframe(MediaSession *self, guint track)
{
  g_return_val_if_fail(track < MEDIA_TRACKS_MAX, false);
  return may_send(self) && self->out[track] != NULL && self->plan->tracks[track].kind == MEDIA_KIND_VIDEO
         && pacer_needs_keyframe(self->pacer, track);
}

void
media_session_request_keyframe(MediaSession *self, guint track)
{
  g_return_if_fail(track < MEDIA_TRACKS_MAX);
  if (self->in[track] != NULL)
    track_in_want_keyframe(self->in[track]);
}

void
media_session_limit_redundancy(MediaSession *self, guint copies)
{
  for (guint i = 0; i < MEDIA_TRACKS_MAX; i++)
    if (self->out[i] != NULL)
      track_out_limit_redundancy(self->out[i], copies);
}

void
media_session_limit_peer(MediaSession *self, guint bps)
{
  session_rtcp_limit_peer(self, bps);
}

void
media_session_set_pace(MediaSession *self, guint bps)
{
  pacer_set_pace(self->pacer, bps);
}

static TrackIn *
main_sound(MediaSession *self)
{
  for (guint i = 0; self->plan != NULL && i < self->plan->n_tracks; i++)
    if (self->plan->tracks[i].kind == MEDIA_KIND_AUDIO && self->plan->tracks[i].use == MEDIA_USE_MAIN)
      return self->in[i];
  return NULL;
}

AudioDelayWish
media_session_on_playout(MediaSession *self, const AudioPlayout *playout)
{
  AudioDelayWish wish = { 0 };
  av_sync_on_sound(&self->av_sync, playout);
  wish.lip_sync_ms = av_sync_poll(&self->av_sync, self->now_us);
  TrackIn *in = main_sound(self);
  gint64 rtt_us = session_rtt_us(self);
  if (in == NULL)
    return wish;
  track_in_set_playout_target(in, playout->target_us - playout->lip_sync_us);
  if (track_in_asks_again(in) && rtt_us > 0 && rtt_us <= SOUND_RESEND_RTT_MAX_US)
    wish.resend_wait_ms = (guint)((rtt_us + SOUND_RESEND_TIME_US) / 1000);
  return wish;
}

bool
media_session_capture_us(const MediaSession *self, MediaKind kind, guint32 rtp_timestamp, gint64 *out)
{
  AvSyncStream stream = kind == MEDIA_KIND_AUDIO ? AV_SYNC_AUDIO : AV_SYNC_VIDEO;
  return sr_clock_capture_us(&self->av_sync.clock[stream], rtp_timestamp, out);
}

/* --- life ---------------------------------------------------------------------------- */

MediaSession *
media_session_new(const TransportEnv *env, IceSide side, bool with_loopback, const char *cname,
                  const MediaSessionEvents *events, gpointer user)
{
  static const TransportEvents TRANSPORT_EVENTS = {
    .state_changed = on_transport_state, .rtp = on_rtp, .rtcp = on_rtcp,
    .datagram = session_sending_on_datagram,
  };
  MediaSession *self = g_new0(MediaSession, 1);
  self->events = *events;
  self->user = user;
  self->cname = g_strndup(cname, CNAME_BYTES_MAX);
  self->twcc = twcc_recv_new();
  self->pacer = pacer_new(&PACER_EVENTS, self);
  av_sync_init(&self->av_sync);
  self->transport_seq = (guint16)g_random_int();
  self->transport_state = TRANSPORT_STATE_NEW;
  if (env != NULL && env->loop != NULL)
    self->pace_source = attach_pace_source(self, env->loop);
  self->transport = media_transport_new(env, side, with_loopback, &TRANSPORT_EVENTS, self);
  return self;
}

bool
media_session_local(MediaSession *self, MediaLocal *out)
{
  return media_transport_local(self->transport, out);
}

static guint8
first_id(guint8 have, guint8 other)
{
  return have != 0 ? have : other;
}

static void
merge_ids(MediaExtensionIds *all, const MediaExtensionIds *ids)
{
  all->mid = first_id(all->mid, ids->mid);
  all->transport_cc = first_id(all->transport_cc, ids->transport_cc);
  all->audio_level = first_id(all->audio_level, ids->audio_level);
  all->abs_send_time = first_id(all->abs_send_time, ids->abs_send_time);
  all->video_orientation = first_id(all->video_orientation, ids->video_orientation);
  all->playout_delay = first_id(all->playout_delay, ids->playout_delay);
}

static bool
can_run(const MediaTrackPlan *track)
{
  if (track->use == MEDIA_USE_NONE || track->kind == MEDIA_KIND_NONE)
    return false;
  return track->kind == MEDIA_KIND_AUDIO || track->video_codec == VIDEO_CODEC_VP8;
}

void
media_session_start(MediaSession *self, const MediaPlan *plan)
{
  g_return_if_fail(self->plan == NULL && plan->n_tracks <= MEDIA_TRACKS_MAX);
  self->plan = g_memdup2(plan, sizeof *plan);
  for (guint i = 0; i < plan->n_tracks; i++) {
    MediaTrackPlan *track = &self->plan->tracks[i];
    if (!can_run(track))
      track->we_send = track->we_receive = false;
    if (track->we_receive)
      self->in[i] = track_in_new(track);
    if (track->we_send)
      self->out[i] = track_out_new(track, NULL);
    if (track->we_receive || track->we_send)
      merge_ids(&self->ids, &track->extensions);
    self->uses_twcc = self->uses_twcc || (track->we_receive && track->transport_cc);
  }
  rtp_demux_init(&self->demux, self->plan);
  session_rtcp_start(self);
  session_sending_start(self);
  media_transport_start(self->transport, self->plan);
}

void
media_session_add_candidate(MediaSession *self, const char *candidate)
{
  media_transport_add_candidate(self->transport, candidate);
}

bool
media_session_restart_ice(MediaSession *self, const char *ufrag, const char *password, MediaLocal *out)
{
  return media_transport_restart(self->transport, ufrag, password, out);
}

void
media_session_poll(MediaSession *self, gint64 now_us)
{
  self->now_us = MAX(self->now_us, now_us);
  if (now_us >= self->transport_poll_us) {
    self->transport_poll_us = now_us + TRANSPORT_POLL_US;
    media_transport_poll(self->transport, now_us);
  }
  if (self->plan == NULL || self->is_closed)
    return;
  for (guint i = 0; i < self->plan->n_tracks; i++) {
    if (self->in[i] != NULL) {
      track_in_poll(self->in[i], now_us);
      deliver_video(self, i);  /* a wait for a hole may be over */
    }
    if (self->out[i] != NULL)
      track_out_poll(self->out[i], now_us, session_rtt_us(self));
  }
  if (may_send(self))
    session_sending_poll(self);
  run_pacer(self, now_us);
  if (may_send(self))
    session_rtcp_poll(self);
}

void
media_session_close(MediaSession *self)
{
  if (self->is_closed)
    return;
  if (may_send(self))
    session_rtcp_send_bye(self);
  self->is_closed = true;
  pacer_clear(self->pacer);
  media_transport_close(self->transport);
}

void
media_session_free(MediaSession *self)
{
  if (self == NULL)
    return;
  self->is_closed = true;
  if (self->pace_source != NULL) {
    g_source_destroy(self->pace_source);
    g_source_unref(self->pace_source);
  }
  media_transport_free(self->transport);
  rtcp_sender_clear(&self->rtcp);
  for (guint i = 0; i < MEDIA_TRACKS_MAX; i++) {
    track_in_free(self->in[i]);
    track_out_free(self->out[i]);
  }
  rate_estimator_free(self->estimator);
  pacer_free(self->pacer);
  twcc_recv_free(self->twcc);
  g_free(self->plan);
  g_free(self->cname);
  g_free(self);
}

/* --- figures ------------------------------------------------------------------------- */

static void
received_stats(const TrackIn *in, MediaTrackStats *out) ON_NET
{
  TrackInStats s;
  track_in_stats(in, &s);
  *out = (MediaTrackStats) {
    .packets = s.packets, .bytes = s.payload_bytes, .frames = s.frames, .keyframes = s.keyframes,
    .lost = (guint64)MAX(s.lost, 0), .loss_fraction = s.loss_fraction,
    .nacks = s.nacks, .plis = s.plis, .firs = s.firs,
    .rtx_packets = s.rtx_packets, .rtx_bytes = s.rtx_bytes, .red_packets = s.red_recovered,
    .frames_dropped = s.frames_dropped,
    .jitter_ms = s.jitter_ms, .fps = s.rate.fps, .kbps = s.rate.kbps,
    .width = s.width, .height = s.height, .last_packet_us = s.last_packet_us,
  };
}

static void
sent_stats(const TrackOut *track, guint64 frames_dropped, MediaTrackStats *out) ON_NET
{
  const TrackOutStats *s = track_out_stats(track);
  *out = (MediaTrackStats) {
    .packets = s->packets, .bytes = s->payload_bytes, .frames = s->frames, .keyframes = s->keyframes,
    .lost = (guint64)MAX(s->lost, 0), .loss_fraction = s->loss_fraction,
    .nacks = s->nacks, .plis = s->plis, .firs = s->firs,
    .rtx_packets = s->rtx_packets, .rtx_bytes = s->rtx_bytes, .red_packets = s->red_packets,
    .frames_dropped = frames_dropped,
    .jitter_ms = s->jitter_ms, .fps = s->rate.fps, .kbps = s->rate.kbps,
    .width = s->width, .height = s->height, .last_packet_us = s->last_packet_us,
  };
}

void
media_session_stats(MediaSession *self, MediaSessionStats *out)
{
  memset(out, 0, sizeof *out);
  media_transport_stats(self->transport, &out->transport);
  out->rtt_ms = (double)session_rtt_us(self) / 1000.0;
  out->n_tracks = self->plan != NULL ? self->plan->n_tracks : 0;
  out->malformed = self->malformed;
  out->unknown_ssrc = self->unknown_ssrc;
  gint64 skew_us;
  out->has_av_skew = av_sync_skew_us(&self->av_sync, &skew_us);
  out->av_skew_ms = (double)skew_us / 1000;
  PacerStats pacer;
  pacer_stats(self->pacer, &pacer);
  for (guint i = 0; i < out->n_tracks; i++) {
    if (self->in[i] != NULL)
      received_stats(self->in[i], &out->received[i]);
    if (self->out[i] != NULL)
      sent_stats(self->out[i], pacer.frames_dropped[i], &out->sent[i]);
  }
}
