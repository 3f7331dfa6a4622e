/* media/rtp/track_in.c - one track that we receive: RTP packets into frames and sound. */
#include "media/rtp/track_in.h"
#include "media/codec/video_jitter.h"
#include "media/codec/vp8_depay.h"
#include "media/rtp/keyframe_requester.h"
#include "media/rtp/nack_requester.h"
#include "media/rtp/red.h"
#include "media/rtp/rtt_estimator.h"
#include "media/rtp/seq_window.h"

enum {
  VIDEO_CLOCK_HZ = 90000,
  SSRC_SILENT_US = G_USEC_PER_SEC,
  LOSSY_PERCENT = 3,
  FIRST_LOST_MAX = 8,
  AUDIO_TARGET_DEFAULT_US = 60 * 1000,
  AUDIO_NACK_SLACK_US = 20 * 1000,  /* a gap shows a packet later, and our poll and the peer's pacer take time */
};

struct TrackIn {
  MediaTrackPlan    plan;
  /* owned */
  VideoJitter      *jitter;  /* video only                */
  NackRequester    *nack;    /* NULL: NACK was not agreed */
  GQueue            audio;   /* AudioPacket, to be delivered: of one RTP packet */
  /* state */
  guint32           ssrc;
  guint             ssrc_order;
  RecvStats         recv;
  SeqWindow         seen;
  gint64            playout_target_us;  /* audio */
  guint16           playout_min_ms;     /* video: as its sender said last */
  KeyframeRequester keyframe;
  guint8            fir_seq;
  guint32           last_sr;     /* middle of its NTP time; 0: none */
  gint64            last_sr_us;
  gint64            n_repaired;  /* came as if never lost, but had been asked for */
  TrackInStats      stats;
};

TrackIn *
track_in_new(const MediaTrackPlan *plan)
{
  TrackIn *self = g_new0(TrackIn, 1);
  self->plan = *plan;
  if (plan->kind == MEDIA_KIND_VIDEO)
    self->jitter = video_jitter_new(plan->video_codec);
  if (plan->nack)
    self->nack = nack_requester_new(NULL);
  recv_stats_init(&self->recv);
  self->playout_target_us = AUDIO_TARGET_DEFAULT_US;
  return self;
}

void
track_in_free(TrackIn *self)
{
  if (self == NULL)
    return;
  if (self->jitter != NULL)
    video_jitter_free(self->jitter);
  nack_requester_free(self->nack);
  g_queue_clear_full(&self->audio, (GDestroyNotify)audio_packet_unref);
  g_free(self);
}

guint32
track_in_ssrc(const TrackIn *self)
{
  return self->ssrc;
}

/* What was kept by sequence number means nothing any more. */
static void
forget_sequence(TrackIn *self) ON_NET
{
  seq_window_clear(&self->seen);
  if (self->nack != NULL)
    nack_requester_reset(self->nack);
  if (self->jitter != NULL)
    video_jitter_reset(self->jitter);
}

bool
track_in_use_ssrc(TrackIn *self, guint32 ssrc, guint order, gint64 now_us)
{
  if (ssrc == self->ssrc)
    return true;
  bool is_first = self->stats.packets == 0;
  if (!is_first && order <= self->ssrc_order && now_us - self->stats.last_packet_us < SSRC_SILENT_US)
    return false;
  self->ssrc = ssrc;
  self->ssrc_order = order;
  self->last_sr = 0;
  recv_stats_init(&self->recv);
  if (!is_first)
    forget_sequence(self);
  return true;
}

static void
deliver_audio(TrackIn *self, const RtpPacket *view, const guint8 *payload, gsize length,
              const RtpExtensions *extensions, gint64 now_us)
{
  AudioPacket *audio = audio_packet_new(payload, length);
  audio->rtp_timestamp = view->header.timestamp;
  audio->seq = view->header.seq;
  audio->arrival_us = now_us;
  audio->has_level = extensions->has_audio_level;
  audio->level = extensions->audio_level;
  audio->is_voice = extensions->is_voice;
  g_queue_push_tail(&self->audio, audio);
  self->stats.frames++;
  rate_meter_add(&self->stats.rate, 0, 1);
}

/* An older block is the packet so many places before its own: RED carries copies of the
 * packets just before it, and each of those had a number. What came by itself is not wanted. */
static void
recover(TrackIn *self, const RtpPacket *view, const guint8 *payload, const RedBlock *block,
        guint places, gint64 seq, gint64 now_us) ON_NET
{
  if (block->payload_type != self->plan.payload_type || block->length == 0 || block->timestamp_offset == 0
      || !seq_window_add(&self->seen, seq - places))
    return;
  if (self->nack != NULL)
    nack_requester_on_packet(self->nack, seq - places, now_us);
  RtpPacket older = *view;
  older.header.seq = (guint16)(view->header.seq - places);
  older.header.timestamp -= block->timestamp_offset;
  self->stats.red_recovered++;
  static const RtpExtensions NONE;  /* the level is that of the newest */
  deliver_audio(self, &older, payload + block->offset, block->length, &NONE, now_us);
}

static void
take_audio(TrackIn *self, const RtpPacket *view, const guint8 *payload, const RtpExtensions *extensions,
           gint64 seq, gint64 now_us) ON_NET
{
  gsize length = view->payload_length;
  if (length == 0)
    return;  /* padding */
  if (self->plan.red_payload_type == 0 || view->header.payload_type != self->plan.red_payload_type) {
    deliver_audio(self, view, payload, length, extensions, now_us);
    return;
  }
  RedPayload red;
  if (!red_parse(&red, payload, length) || red.primary.payload_type != self->plan.payload_type) {
    self->stats.red_malformed++;
    return;
  }
  for (guint i = 0; i < red.n_older; i++)
    recover(self, view, payload, &red.older[i], red.n_older - i, seq, now_us);
  if (red.primary.length > 0)
    deliver_audio(self, view, payload + red.primary.offset, red.primary.length, extensions, now_us);
}

static void
count(TrackIn *self, const Packet *packet, const RtpPacket *view, bool is_resent, gint64 now_us)
{
  self->stats.last_packet_us = now_us;
  rate_meter_add(&self->stats.rate, packet->length, 0);
  if (is_resent) {
    self->stats.rtx_packets++;
    self->stats.rtx_bytes += packet->length;
  } else {
    self->stats.packets++;
    self->stats.payload_bytes += view->payload_length;
  }
}

/* Without RTX a packet comes again as it was (RFC 4585), and nothing in it tells. That it was lost at first is what
 * the figures say; the report to the sender counts as RFC 3550 does. */
static void
count_repair(TrackIn *self, const Packet *packet, const RtpPacket *view)
{
  if (self->nack == NULL || self->plan.rtx_payload_type != 0)
    return;
  self->n_repaired++;
  self->stats.packets--;
  self->stats.payload_bytes -= view->payload_length;
  self->stats.rtx_packets++;
  self->stats.rtx_bytes += packet->length;
}

/* The very first packet to arrive is not the first of a frame: those before it were lost,
 * and nothing but this tells of them. A sender that never sent them ignores the request. */
static void
ask_for_the_beginning(TrackIn *self, const guint8 *payload, gsize length, gint64 seq, gint64 now_us) ON_NET
{
  Vp8Descriptor descriptor;
  if (self->nack != NULL && vp8_descriptor_parse(&descriptor, payload, length)
      && !(descriptor.starts_partition && descriptor.partition == 0))
    nack_requester_on_packet(self->nack, seq - FIRST_LOST_MAX - 1, now_us);
}

void
track_in_on_packet(TrackIn *self, Packet *packet, const RtpPacket *view,
                   const RtpExtensions *extensions, bool is_resent, gint64 now_us)
{
  const RtpHeader *header = &view->header;
  bool is_video = self->jitter != NULL;
  gint64 seq;
  RecvSeq result = recv_stats_on_packet(&self->recv, header->seq, header->timestamp,
                                        is_video ? VIDEO_CLOCK_HZ : AUDIO_SAMPLE_RATE, now_us,
                                        is_resent, &seq);
  if (result == RECV_SEQ_BAD) {
    self->stats.out_of_range++;
    return;
  }
  if (result == RECV_SEQ_RESTART)
    forget_sequence(self);
  count(self, packet, view, is_resent, now_us);
  if (!seq_window_add(&self->seen, seq)) {
    self->stats.duplicates++;
    return;
  }
  const guint8 *payload = packet->data + view->payload_offset;
  if (extensions->has_playout_delay)
    self->playout_min_ms = extensions->playout_min_ms;
  if (is_video && self->stats.packets == 1)
    ask_for_the_beginning(self, payload, view->payload_length, seq, now_us);
  NackArrival arrival = self->nack != NULL ? nack_requester_on_packet(self->nack, seq, now_us) : NACK_ARRIVAL_NONE;
  if (arrival == NACK_ARRIVAL_OVERFLOW)
    track_in_want_keyframe(self);
  if (arrival == NACK_ARRIVAL_RECOVERED && !is_resent)
    count_repair(self, packet, view);

  if (is_video)
    video_jitter_push(self->jitter, packet, payload, view->payload_length, seq, header->timestamp,
                      header->marker, extensions->has_orientation ? extensions->quarter_turns : -1,
                      now_us);
  else
    take_audio(self, view, payload, extensions, seq, now_us);
}

AudioPacket *
track_in_pop_audio(TrackIn *self)
{
  return g_queue_pop_head(&self->audio);
}

EncodedFrame *
track_in_pop_video(TrackIn *self, gint64 now_us, gint64 rtt_us)
{
  if (self->jitter == NULL)
    return NULL;
  EncodedFrame *frame = video_jitter_pop(self->jitter, now_us, rtt_us);
  if (frame == NULL)
    return NULL;
  frame->playout_min_ms = self->playout_min_ms;
  self->stats.frames++;
  rate_meter_add(&self->stats.rate, 0, 1);
  if (frame->is_keyframe) {
    self->stats.keyframes++;
    self->stats.width = frame->width;
    self->stats.height = frame->height;
    keyframe_requester_on_keyframe(&self->keyframe);
  }
  return frame;
}

/* The answer has to be there before the packet's turn comes. */
static bool
may_ask_for_sound(TrackIn *self, gint64 now_us, gint64 rtt_us) ON_NET
{
  gint64 time_left_us = self->playout_target_us - AUDIO_NACK_SLACK_US - rtt_us;
  if (rtt_us == 0 || time_left_us <= 0)
    return false;
  nack_requester_drop_older(self->nack, now_us - time_left_us);
  return true;
}

guint
track_in_poll_nacks(TrackIn *self, gint64 now_us, gint64 rtt_us, guint16 *out, guint out_max)
{
  if (self->nack == NULL || self->stats.packets == 0)
    return 0;
  if (self->jitter != NULL)
    nack_requester_drop_before(self->nack, video_jitter_oldest_needed(self->jitter));
  else if (!may_ask_for_sound(self, now_us, rtt_us))
    return 0;
  guint n = nack_requester_poll(self->nack, now_us, rtt_us > 0 ? rtt_us : RTT_DEFAULT_US, out, out_max);
  self->stats.nacks += n;
  return n;
}

bool
track_in_asks_again(const TrackIn *self)
{
  return self->nack != NULL;
}

void
track_in_set_playout_target(TrackIn *self, gint64 target_us)
{
  self->playout_target_us = target_us;
}

void
track_in_want_keyframe(TrackIn *self)
{
  keyframe_requester_want(&self->keyframe);
}

KeyframeAsk
track_in_poll_keyframe(TrackIn *self, gint64 now_us, gint64 rtt_us, guint8 *fir_seq)
{
  if (self->jitter == NULL || self->ssrc == 0)
    return KEYFRAME_ASK_NONE;
  if (video_jitter_wants_keyframe(self->jitter))
    keyframe_requester_want(&self->keyframe);
  if (!self->plan.pli && !self->plan.fir)
    return KEYFRAME_ASK_NONE;
  if (!keyframe_requester_poll(&self->keyframe, now_us, rtt_us > 0 ? rtt_us : RTT_DEFAULT_US))
    return KEYFRAME_ASK_NONE;
  if (self->plan.pli) {
    self->stats.plis++;
    return KEYFRAME_ASK_PLI;
  }
  self->stats.firs++;
  *fir_seq = self->fir_seq++;
  return KEYFRAME_ASK_FIR;
}

void
track_in_on_sender_report(TrackIn *self, guint64 ntp, gint64 now_us)
{
  self->last_sr = ntp_middle(ntp);
  self->last_sr_us = now_us;
}

bool
track_in_report(TrackIn *self, gint64 now_us, RtcpReportBlock *out)
{
  if (!self->recv.started)
    return false;
  recv_stats_report(&self->recv, out);
  bool is_lossy = self->recv.fraction_lost * 100 >= LOSSY_PERCENT;
  self->keyframe.is_lossy = is_lossy;
  if (self->nack != NULL)
    nack_requester_set_lossy(self->nack, is_lossy);
  out->ssrc = self->ssrc;
  out->lsr = self->last_sr;
  out->dlsr = self->last_sr == 0 ? 0 : (guint32)((now_us - self->last_sr_us) * 65536 / G_USEC_PER_SEC);
  return true;
}

void
track_in_poll(TrackIn *self, gint64 now_us)
{
  rate_meter_poll(&self->stats.rate, now_us);
}

void
track_in_stats(const TrackIn *self, TrackInStats *out)
{
  *out = self->stats;
  out->lost = recv_stats_lost(&self->recv) + self->n_repaired;
  out->loss_fraction = self->recv.fraction_lost;
  bool is_video = self->jitter != NULL;
  out->jitter_ms = self->recv.jitter_units * 1000.0 / (is_video ? VIDEO_CLOCK_HZ : AUDIO_SAMPLE_RATE);
  if (is_video) {
    VideoJitterStats jitter;
    video_jitter_stats(self->jitter, &jitter);
    out->frames_dropped = jitter.frames_dropped;
  }
}
