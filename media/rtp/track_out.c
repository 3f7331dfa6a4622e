/* media/rtp/track_out.c - one track that we send: frames and sound into RTP packets. */
#include "media/rtp/track_out.h"
#include "media/base/clock.h"
#include "media/codec/vp8_pay.h"
#include "media/rtp/red_sender.h"
#include "media/rtp/rtp_extensions.h"
#include "media/rtp/rtx.h"

enum {
  VIDEO_HISTORY_PACKETS = 1024,  /* >= 1 s at 9 Mbit/s */
  AUDIO_HISTORY_PACKETS = 64,
  HISTORY_MIN_US = G_USEC_PER_SEC,
  HISTORY_EXTRA_US = 400 * 1000,  /* than three round trips: LOST_FOR_GOOD_US and a report */
  RESEND_UPPER_LAYER_RTT_MAX_US = 100 * 1000,
  PLAYOUT_DELAY_MAX_MS = 500,
  REQUEST_INTERVAL_MIN_US = 100 * 1000,
  LOST_KEPT = 64,
  LOST_FOR_GOOD_US = 300 * 1000,  /* and three round trips: the gap is seen, asked for, filled, reported */
  LOST_FOR_GOOD_TIMES = 6,
  AUDIO_CLOCK_JUMP_SAMPLES = AUDIO_SAMPLE_RATE,  /* a source's clock that moves further is another's */
};

struct TrackOut {
  MediaTrackPlan plan;
  SendHistory   *history;      /* owned */
  RedSender      red;          /* audio */
  /* state */
  guint16 seq, rtx_seq;        /* of the next packet */
  guint16 picture_id;          /* of the next frame */
  guint8  tl0_pic_idx, key_index;
  guint32 timestamp_offset;
  bool    is_started;
  guint32 last_timestamp;
  gint64  last_capture_us;
  guint32 last_source_timestamp;  /* audio: before the offset */
  guint32 octets, packets;     /* as sender reports count: originals only, wrapping */
  bool    is_mid_acknowledged; /* the peer reported on our SSRC: it knows the track */
  bool    has_fir;
  guint8  fir_seq;
  gint64  keyframe_begun_us, keyframe_sent_us;  /* first and last packet of it; 0: never */
  gint64  request_passed_us;   /* last PLI or FIR that was let through */
  TrackOutStats stats;
  guint16 playout_min_ms;
  guint   n_lost;              /* of the base layer, perhaps for good */
  guint16 lost[LOST_KEPT];
  /* of the frame begun last */
  Vp8PictureInfo picture;
  guint   n_frame_packets;
};

static void
random_start(TrackOutStart *out)
{
  *out = (TrackOutStart) {
    .seq = (guint16)(g_random_int() & 0x7FFF),
    .rtx_seq = (guint16)(g_random_int() & 0x7FFF),
    .picture_id = (guint16)(g_random_int() & 0x7FFF),
    .tl0_pic_idx = (guint8)g_random_int(),
    .key_index = (guint8)(g_random_int() & 0x1F),
    .timestamp = g_random_int(),
  };
}

TrackOut *
track_out_new(const MediaTrackPlan *plan, const TrackOutStart *start)
{
  TrackOutStart random;
  if (start == NULL) {
    random_start(&random);
    start = &random;
  }
  TrackOut *self = g_new0(TrackOut, 1);
  self->plan = *plan;
  self->history = send_history_new(plan->kind == MEDIA_KIND_VIDEO ? VIDEO_HISTORY_PACKETS
                                                                  : AUDIO_HISTORY_PACKETS);
  red_sender_init(&self->red, plan->red_payload_type != 0 ? plan->payload_type : 0, TRACK_OUT_PAYLOAD_MAX);
  self->seq = start->seq;
  self->rtx_seq = start->rtx_seq;
  self->picture_id = start->picture_id & 0x7FFF;
  self->tl0_pic_idx = start->tl0_pic_idx;
  self->key_index = start->key_index & 0x1F;
  self->timestamp_offset = start->timestamp;
  return self;
}

void
track_out_free(TrackOut *self)
{
  if (self == NULL)
    return;
  send_history_free(self->history);
  red_sender_clear(&self->red);
  g_free(self);
}

static guint32
video_timestamp(const TrackOut *self, gint64 capture_us)
{
  return self->timestamp_offset + (guint32)((guint64)capture_us * 9 / 100);
}

guint
track_out_begin_frame(TrackOut *self, const EncodedFrame *frame)
{
  guint n_packets = vp8_pay_count(frame->length, TRACK_OUT_PAYLOAD_MAX);
  if (n_packets == 0)
    return 0;
  guint32 timestamp = video_timestamp(self, frame->capture_us);
  /* Two frames never share a timestamp, whatever the encoder's clock did. */
  if (self->is_started && (gint32)(timestamp - self->last_timestamp) <= 0)
    timestamp = self->last_timestamp + 1;
  self->last_timestamp = timestamp;
  self->last_capture_us = frame->capture_us;
  if (self->stats.frames > 0) {
    self->picture_id = (self->picture_id + 1) & 0x7FFF;
    if (frame->temporal_id == 0)
      self->tl0_pic_idx++;
    if (frame->is_keyframe)
      self->key_index = (self->key_index + 1) & 0x1F;
  }
  self->picture = (Vp8PictureInfo) {
    .picture_id = self->picture_id,
    .tl0_pic_idx = self->tl0_pic_idx,
    .temporal_id = frame->temporal_id,
    .is_layer_sync = frame->is_layer_sync,
    .is_non_reference = frame->is_droppable,
    .key_index = self->key_index,
  };
  self->n_frame_packets = n_packets;
  self->stats.frames++;
  rate_meter_add(&self->stats.rate, 0, 1);
  if (frame->is_keyframe) {
    self->stats.keyframes++;
    self->stats.width = frame->width;
    self->stats.height = frame->height;
  }
  return n_packets;
}

guint
track_out_frame_packets(const TrackOut *self)
{
  return self->n_frame_packets;
}

static void
fill_extensions(TrackOut *self, const SentPacket *sent, bool with_mid, RtpExtensions *out)
{
  memset(out, 0, sizeof *out);
  if (with_mid) {
    out->mid = self->plan.mid;
    out->mid_length = (guint8)strlen(self->plan.mid);
  }
  if (sent->audio != NULL && sent->audio->has_level) {
    out->has_audio_level = true;
    out->audio_level = sent->audio->level;
    out->is_voice = sent->audio->is_voice;
  }
  if (sent->frame != NULL) {
    out->has_playout_delay = true;
    out->playout_min_ms = self->playout_min_ms;
    out->playout_max_ms = PLAYOUT_DELAY_MAX_MS;
    out->has_orientation = sent->marker && sent->frame->quarter_turns != 0;
    out->quarter_turns = sent->frame->quarter_turns;
  }
}

/* The timing extensions, new with each transmission: the transport-wide number, or where
 * that is not agreed the time of sending. */
static void
stamp(const TrackOut *self, const TrackOutSend *send, RtpExtensions *out)
{
  if (self->plan.extensions.transport_cc != 0) {
    out->has_transport_seq = true;
    out->transport_seq = (*send->transport_seq)++;
  } else if (self->plan.extensions.abs_send_time != 0) {
    out->has_abs_send_time = true;
    out->abs_send_time = rtp_abs_send_time(send->now_us);
  }
}

static Packet *
build(const TrackOut *self, const RtpHeader *header, const RtpExtensions *extensions,
      const SentPacket *sent, bool with_osn)
{
  Packet *packet = packet_new();
  ByteWriter writer = byte_writer(packet->data, PACKET_DATA_MAX);
  bool has_extension = rtp_extensions_any(extensions, &self->plan.extensions);
  rtp_packet_write_header(&writer, header, has_extension);
  if (has_extension)
    rtp_extensions_write(&writer, extensions, &self->plan.extensions);
  if (with_osn)
    rtx_write_osn(&writer, sent->seq);
  byte_writer_bytes(&writer, sent->prefix, sent->prefix_length);
  const guint8 *bytes = sent->frame != NULL ? sent->frame->data + sent->offset : sent->audio->data;
  byte_writer_bytes(&writer, bytes, sent->length);
  packet->length = writer.length;
  if (writer.failed)
    g_clear_pointer(&packet, packet_unref);
  return packet;
}

static Packet *
send_first_time(TrackOut *self, SentPacket *sent, const TrackOutSend *send)
{
  RtpHeader header = {
    .marker = sent->marker, .payload_type = sent->payload_type, .seq = sent->seq,
    .timestamp = sent->rtp_timestamp, .ssrc = self->plan.send_ssrc,
  };
  RtpExtensions extensions;
  sent->had_mid = !self->is_mid_acknowledged;
  sent->sent_us = send->now_us;
  fill_extensions(self, sent, sent->had_mid, &extensions);
  stamp(self, send, &extensions);
  sent->transport_seq = extensions.transport_seq;
  sent->abs_send_time = extensions.abs_send_time;
  Packet *packet = build(self, &header, &extensions, sent, false);
  if (packet == NULL)
    return NULL;

  gsize payload_bytes = (gsize)sent->prefix_length + sent->length;
  self->is_started = true;
  self->packets++;
  self->octets += (guint32)payload_bytes;
  self->stats.packets++;
  self->stats.payload_bytes += payload_bytes;
  self->stats.last_packet_us = send->now_us;
  rate_meter_add(&self->stats.rate, packet->length, 0);
  return packet;
}

Packet *
track_out_video_packet(TrackOut *self, EncodedFrame *frame, guint i, const TrackOutSend *send)
{
  g_return_val_if_fail(i < self->n_frame_packets, NULL);
  Vp8Slice slice = vp8_pay_slice(frame->length, self->n_frame_packets, i);
  SentPacket *sent = send_history_add(self->history, self->seq++);
  sent->payload_type = self->plan.payload_type;
  sent->frame = encoded_frame_ref(frame);
  sent->offset = (guint32)slice.offset;
  sent->length = (guint16)slice.length;
  sent->rtp_timestamp = self->last_timestamp;
  sent->marker = slice.is_last;
  sent->temporal_id = frame->temporal_id;
  G_STATIC_ASSERT((int)SEND_HISTORY_PREFIX_MAX >= (int)VP8_DESCRIPTOR_BYTES_MAX);
  sent->prefix_length = (guint8)vp8_pay_descriptor(sent->prefix, &self->picture, slice.is_first);
  /* From the first packet on, a PLI under way cannot know of this keyframe. */
  if (frame->is_keyframe)
    self->keyframe_sent_us = send->now_us;
  if (frame->is_keyframe && slice.is_first) {
    self->keyframe_begun_us = send->now_us;
    self->n_lost = 0;  /* what was before it is not missed any more */
  }
  return send_first_time(self, sent, send);
}

/* The mix's clock, moved so that it never jumps: a track that is switched to another
 * program whose clock differs goes on by the time that passed. */
static guint32
audio_timestamp(TrackOut *self, const AudioPacket *audio)
{
  if (self->is_started) {
    gint32 step = (gint32)(audio->rtp_timestamp - self->last_source_timestamp);
    gint64 elapsed = (audio->arrival_us - self->last_capture_us) * 48 / 1000;
    if (ABS(step - elapsed) > AUDIO_CLOCK_JUMP_SAMPLES) {
      gint64 frames = MAX(elapsed / AUDIO_FRAME_SAMPLES, 1);
      self->timestamp_offset = self->last_timestamp + (guint32)(frames * AUDIO_FRAME_SAMPLES)
                               - audio->rtp_timestamp;
    }
  }
  self->last_source_timestamp = audio->rtp_timestamp;
  return audio->rtp_timestamp + self->timestamp_offset;
}

Packet *
track_out_audio_packet(TrackOut *self, AudioPacket *audio, const TrackOutSend *send)
{
  if (audio->length == 0 || audio->length > PACKET_DATA_MAX - RTP_HEADER_BYTES - RTP_EXTENSIONS_BYTES_MAX)
    return NULL;
  SentPacket *sent = send_history_add(self->history, self->seq++);
  sent->rtp_timestamp = self->last_timestamp = audio_timestamp(self, audio);
  AudioPacket *red = red_sender_wrap(&self->red, audio, sent->rtp_timestamp);
  sent->payload_type = red != NULL ? self->plan.red_payload_type : self->plan.payload_type;
  sent->audio = red != NULL ? red : audio_packet_ref(audio);
  sent->length = (guint16)sent->audio->length;
  self->stats.red_packets += red != NULL;
  sent->marker = !self->is_started;  /* RFC 3551 section 4.1: first of a talkspurt */
  self->last_capture_us = audio->arrival_us;
  self->stats.frames++;
  rate_meter_add(&self->stats.rate, 0, 1);
  return send_first_time(self, sent, send);
}

gsize
track_out_resend_bytes(TrackOut *self, guint16 seq, gint64 now_us, gint64 rtt_us)
{
  SentPacket *sent = send_history_find(self->history, seq);
  if (sent == NULL) {
    self->stats.nacks_missed++;
    return 0;
  }
  if (!send_history_may_resend(sent, now_us, rtt_us)
      || (sent->temporal_id > 0 && rtt_us > RESEND_UPPER_LAYER_RTT_MAX_US))
    return 0;
  sent->is_copy_due = rtt_us == 0;
  if (!sent->is_copy_due)
    sent->resent_us = now_us;
  return RTP_HEADER_BYTES + RTX_OSN_BYTES + (gsize)sent->prefix_length + sent->length;
}

Packet *
track_out_resend(TrackOut *self, guint16 seq, const TrackOutSend *send)
{
  SentPacket *sent = send_history_find(self->history, seq);
  if (sent == NULL)
    return NULL;
  bool by_rtx = self->plan.rtx_payload_type != 0 && self->plan.send_rtx_ssrc != 0;
  RtpHeader header = {
    .marker = sent->marker, .payload_type = sent->payload_type, .seq = sent->seq,
    .timestamp = sent->rtp_timestamp, .ssrc = self->plan.send_ssrc,
  };
  RtpExtensions extensions;
  if (by_rtx) {
    header.payload_type = self->plan.rtx_payload_type;
    header.ssrc = self->plan.send_rtx_ssrc;
    header.seq = self->rtx_seq++;
    fill_extensions(self, sent, !self->is_mid_acknowledged, &extensions);
    stamp(self, send, &extensions);
  } else {
    /* The same SSRC and sequence number mean the same SRTP nonce: only the very same bytes
     * may be encrypted with it again. */
    fill_extensions(self, sent, sent->had_mid, &extensions);
    extensions.has_transport_seq = self->plan.extensions.transport_cc != 0;
    extensions.transport_seq = sent->transport_seq;
    extensions.has_abs_send_time = !extensions.has_transport_seq;
    extensions.abs_send_time = sent->abs_send_time;
  }
  Packet *packet = build(self, &header, &extensions, sent, by_rtx);
  if (packet == NULL)
    return NULL;
  if (!sent->is_copy_due)
    sent->resent_us = send->now_us;
  sent->is_copy_due = false;
  sent->n_resent = (guint8)MIN(sent->n_resent + 1, G_MAXUINT8);
  self->stats.rtx_packets++;
  self->stats.rtx_bytes += packet->length;
  rate_meter_add(&self->stats.rate, packet->length, 0);
  return packet;
}

/* Not answered: what was sent before the last keyframe could arrive, and a storm. */
static bool
pass_request(TrackOut *self, gint64 now_us, gint64 rtt_us)
{
  if (self->keyframe_sent_us > 0 && now_us < self->keyframe_sent_us + rtt_us)
    return false;
  if (self->request_passed_us > 0 && now_us < self->request_passed_us + REQUEST_INTERVAL_MIN_US)
    return false;
  self->request_passed_us = now_us;
  return true;
}

bool
track_out_on_pli(TrackOut *self, gint64 now_us, gint64 rtt_us)
{
  self->stats.plis++;
  return pass_request(self, now_us, rtt_us);
}

bool
track_out_on_fir(TrackOut *self, guint8 fir_seq, gint64 now_us, gint64 rtt_us)
{
  self->stats.firs++;
  bool is_repeated = self->has_fir && self->fir_seq == fir_seq;
  self->has_fir = true;
  self->fir_seq = fir_seq;
  return !is_repeated && pass_request(self, now_us, rtt_us);
}

guint16
track_out_last_seq(const TrackOut *self)
{
  return (guint16)(self->seq - 1);
}

void
track_out_forget(TrackOut *self)
{
  send_history_expire(self->history, G_MAXINT64);
  self->n_lost = 0;
}

void
track_out_on_fate(TrackOut *self, guint16 seq, bool is_received)
{
  SentPacket *sent = send_history_find(self->history, seq);
  if (sent == NULL || sent->frame == NULL)
    return;
  if (is_received) {
    sent->is_received = true;
    return;
  }
  bool is_first_loss = sent->n_lost == 0;
  sent->n_lost = (guint8)MIN(sent->n_lost + 1, G_MAXUINT8);
  if (is_first_loss && !sent->is_received && sent->temporal_id == 0 && sent->sent_us >= self->keyframe_begun_us
      && self->n_lost < LOST_KEPT)
    self->lost[self->n_lost++] = seq;
}

/* While another retransmission can still come in time, a keyframe would cost more than it
 * mends: it goes to every receiver of the tier. */
static bool
is_decided(const SentPacket *sent, gint64 now_us, gint64 rtt_us)
{
  return sent->n_lost >= LOST_FOR_GOOD_TIMES || now_us > sent->sent_us + LOST_FOR_GOOD_US + 3 * rtt_us;
}

/* A transmission of which no report came may have arrived: where packets are lost, so are reports. */
static bool
is_lost_for_good(const SentPacket *sent)
{
  return sent->n_lost >= LOST_FOR_GOOD_TIMES || sent->n_lost > sent->n_resent;
}

bool
track_out_needs_refresh(TrackOut *self, gint64 now_us, gint64 rtt_us)
{
  guint n_kept = 0;
  bool is_needed = false;
  for (guint i = 0; i < self->n_lost; i++) {
    const SentPacket *sent = send_history_find(self->history, self->lost[i]);
    if (sent != NULL && sent->is_received)
      continue;
    if (sent != NULL && !is_decided(sent, now_us, rtt_us))
      self->lost[n_kept++] = self->lost[i];
    else if (sent == NULL || is_lost_for_good(sent))
      is_needed = true;
  }
  self->n_lost = is_needed ? 0 : n_kept;
  self->stats.refreshes += is_needed ? 1 : 0;
  return is_needed && pass_request(self, now_us, rtt_us);
}

Packet *
track_out_padding(TrackOut *self, const TrackOutSend *send)
{
  if (self->plan.rtx_payload_type == 0 || self->plan.send_rtx_ssrc == 0 || self->plan.kind != MEDIA_KIND_VIDEO)
    return NULL;
  return track_out_resend(self, track_out_last_seq(self), send);
}

void
track_out_on_nack(TrackOut *self, guint n_packets)
{
  self->stats.nacks += n_packets;
}

void
track_out_limit_redundancy(TrackOut *self, guint copies)
{
  red_sender_limit(&self->red, copies);
}

void
track_out_set_playout_delay(TrackOut *self, guint min_ms)
{
  self->playout_min_ms = (guint16)MIN(min_ms, PLAYOUT_DELAY_MAX_MS);
}

void
track_out_on_report(TrackOut *self, const RtcpReportBlock *block)
{
  guint clock_hz = self->plan.kind == MEDIA_KIND_VIDEO ? 90000 : AUDIO_SAMPLE_RATE;
  self->is_mid_acknowledged = true;
  red_sender_on_report(&self->red, block->fraction_lost / 256.0);
  self->stats.lost = block->cumulative_lost;
  self->stats.loss_fraction = block->fraction_lost / 256.0;
  self->stats.jitter_ms = block->jitter * 1000.0 / clock_hz;
}

bool
track_out_sender_info(const TrackOut *self, gint64 now_us, RtcpSenderInfo *out)
{
  if (!self->is_started)
    return false;
  out->ntp = clock_ntp_from_us(now_us);
  if (self->plan.kind == MEDIA_KIND_VIDEO)
    out->rtp_timestamp = video_timestamp(self, now_us);
  else
    out->rtp_timestamp = self->last_timestamp + (guint32)((now_us - self->last_capture_us) * 48 / 1000);
  out->packets = self->packets;
  out->octets = self->octets;
  return true;
}

void
track_out_poll(TrackOut *self, gint64 now_us, gint64 rtt_us)
{
  send_history_expire(self->history, now_us - MAX(HISTORY_MIN_US, 3 * rtt_us + HISTORY_EXTRA_US));
  rate_meter_poll(&self->stats.rate, now_us);
}

const TrackOutStats *
track_out_stats(const TrackOut *self)
{
  return &self->stats;
}
