/* media/media_session_sending.c - how much a session sends: its estimate, its place on the line, probes. */
#include "media/media_session_private.h"

enum {
  SRTP_TAG_BYTES = 16,       /* AEAD_AES_128_GCM; 10 with AES_CM_128_HMAC_SHA1_80 */
  HEADER_BYTES = 28,
  REPEAT_RTX_SHARE_PERCENT = 120,  /* all that is repeated unasked, and what is asked for besides */
  REPEAT_TWICE_RTX_SHARE_PERCENT = 180,
  /* What is lost is asked for, and that is lost again: four times the losses, while they are not absurd. */
  RTX_SHARE_PER_LOSS = 400, RTX_SHARE_ASKED_MAX = 100,
  /* What a packet's fate comes back with: track, and its sequence number before any RTX. */
  COOKIE_TRACK_SHIFT = 16,
};

/* --- the wire --- */

void
session_sending_on_datagram(bool is_sent, gsize wire_bytes, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  if (self->sending.line == NULL)
    return;
  gint64 now_us = clock_now_us();
  if (is_sent)
    line_bucket_on_sent(self->sending.line, wire_bytes, now_us);
  else
    line_bucket_on_received(self->sending.line, wire_bytes, now_us);
}

static void
on_packet_fate(guint32 cookie, bool is_received, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  guint track = cookie >> COOKIE_TRACK_SHIFT;
  if (track < MEDIA_TRACKS_MAX && self->out[track] != NULL)
    track_out_on_fate(self->out[track], (guint16)cookie, is_received);
}

void
session_sending_on_sent(MediaSession *self, guint track, guint16 seq, guint16 transport_seq, gsize rtp_bytes)
{
  if (self->estimator == NULL)
    return;
  rate_estimator_on_sent(self->estimator, transport_seq, rtp_bytes + SRTP_TAG_BYTES + HEADER_BYTES,
                         (guint32)track << COOKIE_TRACK_SHIFT | seq, pacer_probe_cluster(self->pacer), self->now_us);
}

/* --- the estimate --- */

static bool
has_feedback(const MediaPlan *plan)
{
  for (guint i = 0; i < plan->n_tracks; i++)
    if (plan->tracks[i].we_send && plan->tracks[i].kind == MEDIA_KIND_VIDEO)
      return plan->tracks[i].transport_cc && plan->tracks[i].extensions.transport_cc != 0;
  return false;
}

static void
follow_estimate(MediaSession *self) ON_NET
{
  if (self->estimator == NULL)
    return;
  pacer_set_target(self->pacer, rate_estimator_target_bps(self->estimator));
  pacer_set_share(self->pacer, rate_estimator_pace_share(self->estimator));
}

void
session_sending_start(MediaSession *self)
{
  static const RateEstimatorEvents EVENTS = { .packet_fate = on_packet_fate };
  if (!self->sending.is_estimating)
    return;
  self->has_feedback = has_feedback(self->plan);
  /* Who reports no arrivals cannot be probed: it is sent all, until its losses say otherwise. */
  RateEstimatorConfig config = {
    .start_bps = self->has_feedback ? self->sending.start_bps : self->sending.max_bps,
    .min_bps = self->sending.min_bps, .max_bps = self->sending.max_bps,
    .has_feedback = self->has_feedback, .token = self->sending.token,
  };
  self->estimator = rate_estimator_new(&config, &EVENTS, self);
  pacer_set_line(self->pacer, self->sending.line, self->sending.priority);
  follow_estimate(self);
}

void
session_sending_on_twcc(MediaSession *self, RtcpPacket *packet)
{
  TwccFeedback feedback;
  if (!twcc_feedback_parse(&feedback, packet->body))
    self->malformed++;
  else if (self->estimator != NULL)
    rate_estimator_on_feedback(self->estimator, &feedback, self->now_us);
  follow_estimate(self);
}

void
session_sending_on_remb(MediaSession *self, RtcpPacket *packet)
{
  guint64 bps;
  if (!rtcp_read_remb(packet, &bps))
    self->malformed++;
  else if (self->estimator != NULL)
    rate_estimator_on_remb(self->estimator, bps, self->now_us);
}

void
session_sending_on_report(MediaSession *self, guint track)
{
  if (self->estimator == NULL || self->plan->tracks[track].kind != MEDIA_KIND_VIDEO)
    return;
  rate_estimator_on_report(self->estimator, track_out_stats(self->out[track])->loss_fraction,
                           session_rtt_us(self), self->now_us);
}

/* A probe is filled with copies of what was sent: not before the first picture. */
static bool
has_sent_picture(const MediaSession *self) ON_NET
{
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->plan->tracks[i].kind == MEDIA_KIND_VIDEO
        && track_out_stats(self->out[i])->packets > 0)
      return true;
  return false;
}

static void
probe(MediaSession *self) ON_NET
{
  RateProbe wanted;
  if (has_sent_picture(self) && rate_estimator_take_probe(self->estimator, self->now_us, &wanted)
      && pacer_start_probe(self->pacer, wanted.cluster, wanted.rate_bps, wanted.bytes, wanted.packets))
    session_pace_soon(self);
}

static void
refresh(MediaSession *self) ON_NET
{
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->plan->tracks[i].kind == MEDIA_KIND_VIDEO
        && track_out_needs_refresh(self->out[i], self->now_us, session_rtt_us(self)))
      self->events.keyframe_requested(i, self->user);
}

void
session_sending_on_picture_packet(MediaSession *self, guint track, guint16 seq, gsize bytes, bool is_base)
{
  bool may_repeat = self->plan->tracks[track].rtx_payload_type != 0;
  repeat_queue_add(&self->repeats, track, seq, bytes, is_base && may_repeat, self->now_us);
}

void
session_sending_on_keyframe(MediaSession *self, guint track)
{
  if (self->estimator != NULL && rate_estimator_pace_share(self->estimator) < 1)
    track_out_forget(self->out[track]);
}

void
session_sending_on_asked(MediaSession *self, guint track, guint16 seq)
{
  if (self->estimator != NULL && self->plan->tracks[track].kind == MEDIA_KIND_VIDEO)
    repeat_queue_add_asked(&self->repeats, track, seq, self->now_us);
}

static guint
sound_bps(const MediaSession *self) ON_NET
{
  double kbps = 0;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->plan->tracks[i].kind == MEDIA_KIND_AUDIO)
      kbps += track_out_stats(self->out[i])->rate.kbps;
  return (guint)(kbps * 1000);
}

static void
repeat(MediaSession *self) ON_NET
{
  static const guint RTX_SHARE[] = { PACER_RTX_SHARE_PERCENT, REPEAT_RTX_SHARE_PERCENT, REPEAT_TWICE_RTX_SHARE_PERCENT };
  guint target_bps = rate_estimator_target_bps(self->estimator), sound = sound_bps(self);
  Repeat repeat;
  repeat_queue_decide(&self->repeats, rate_estimator_loss(self->estimator), session_rtt_us(self),
                      target_bps > sound ? target_bps - sound : 0, self->now_us);
  rate_estimator_set_wanted(self->estimator, self->wanted_bps * (self->repeats.copies_wanted > 0 ? 2 : 1));
  guint asked = (guint)(RTX_SHARE_PER_LOSS * rate_estimator_loss(self->estimator));
  pacer_set_rtx_share(self->pacer, MAX(RTX_SHARE[self->repeats.copies], MIN(asked, RTX_SHARE_ASKED_MAX)));
  while (repeat_queue_take(&self->repeats, self->now_us, &repeat)) {
    gint64 rtt_us = repeat.n > 0 ? 0 : session_rtt_us(self);  /* no news of the first one is awaited */
    gsize bytes = track_out_resend_bytes(self->out[repeat.track], repeat.seq, self->now_us, rtt_us);
    if (bytes > 0 && pacer_push_rtx(self->pacer, repeat.track, repeat.seq, bytes))
      session_pace_soon(self);
  }
}

/* Holds the picture back at a receiver that loses packets, for as long as it takes to send them again. */
static void
hint_playout(MediaSession *self) ON_NET
{
  gint64 queue_us = rate_estimator_queue_us(self->estimator);
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->plan->tracks[i].kind == MEDIA_KIND_VIDEO)
      track_out_set_playout_delay(self->out[i],
                                  playout_hint_ms(&self->playout, track_out_stats(self->out[i])->nacks,
                                                  rate_estimator_loss(self->estimator), self->rtt.last_us, queue_us, self->now_us));
}

void
session_sending_poll(MediaSession *self)
{
  if (self->estimator == NULL)
    return;
  rate_estimator_set_starving(self->estimator, pacer_is_suspended(self->pacer)
                                                 || (self->repeats.is_far && self->repeats.copies < self->repeats.copies_wanted));
  rate_estimator_poll(self->estimator, self->now_us);
  follow_estimate(self);
  repeat(self);
  hint_playout(self);
  probe(self);
  refresh(self);
}

void
session_sending_before_pacer(MediaSession *self)
{
  if (self->estimator != NULL)
    pacer_set_congested(self->pacer, rate_estimator_is_congested(self->estimator));
}

gsize
session_sending_padding(gsize bytes, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->plan->tracks[i].kind == MEDIA_KIND_VIDEO) {
      guint16 transport_seq = self->transport_seq;
      TrackOutSend send = { .now_us = self->now_us, .transport_seq = &self->transport_seq };
      Packet *packet = track_out_padding(self->out[i], &send);
      if (packet == NULL)
        continue;
      gsize sent = packet->length;
      session_sending_on_sent(self, i, track_out_last_seq(self->out[i]), transport_seq, sent);
      media_transport_send_rtp(self->transport, packet);
      return sent;
    }
  (void)bytes;  /* one packet at a time, whatever its size */
  return 0;
}

/* --- what the owner sets and sees --- */

void
media_session_configure_sending(MediaSession *self, const MediaSendConfig *config)
{
  g_return_if_fail(self->plan == NULL);
  self->sending = *config;
}

void
media_session_set_priority(MediaSession *self, LinePriority priority)
{
  if (self->sending.priority == priority)
    return;
  self->sending.priority = priority;
  if (self->estimator != NULL)
    pacer_set_line(self->pacer, self->sending.line, priority);
}

void
media_session_set_wanted(MediaSession *self, guint bps)
{
  self->wanted_bps = bps;
}

void
media_session_suspend_video(MediaSession *self, bool is_suspended)
{
  if (pacer_is_suspended(self->pacer) != is_suspended)
    pacer_set_suspended(self->pacer, is_suspended);
}

static guint
received_bps(const TrackIn *in) ON_NET
{
  TrackInStats stats;
  track_in_stats(in, &stats);
  return (guint)(stats.rate.kbps * 1000);
}

void
media_session_send_figures(MediaSession *self, MediaSendFigures *out)
{
  *out = (MediaSendFigures) { 0 };
  pacer_stats(self->pacer, &out->pacer);
  if (self->estimator != NULL)
    rate_estimator_stats(self->estimator, &out->estimate);
  out->rtt_us = session_rtt_us(self);
  out->is_repeating = self->repeats.copies > 0;
  out->lost_overhead = repeat_queue_lost(&self->repeats);
  out->copies_overhead = repeat_queue_overhead(&self->repeats);
  for (guint i = 0; self->plan != NULL && i < self->plan->n_tracks; i++) {
    const MediaTrackPlan *track = &self->plan->tracks[i];
    if (self->in[i] != NULL && track->use == MEDIA_USE_DOCUMENT)
      out->document_bps += received_bps(self->in[i]);
    if (self->out[i] != NULL && track->kind == MEDIA_KIND_AUDIO)
      out->sound_loss = track_out_stats(self->out[i])->loss_fraction;
    if (self->out[i] != NULL && track->kind == MEDIA_KIND_VIDEO)
      out->refreshes += track_out_stats(self->out[i])->refreshes;
  }
}
