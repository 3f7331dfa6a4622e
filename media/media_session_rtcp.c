/* media/media_session_rtcp.c - a session's control packets: reports, feedback, farewells. */
#include "media/base/clock.h"
#include "media/media_session_private.h"
#include "media/rtp/rtcp_builder.h"
#include "media/rtp/rtcp_parser.h"

enum {
  /* RFC 3550 section 6.2 with the intervals of TRANSPORT B6, each times 0.5 to 1.5. A
   * report with blocks goes out every second at least: the peer sees by it that we live. */
  SR_VIDEO_US = G_USEC_PER_SEC,
  SR_AUDIO_US = 5 * G_USEC_PER_SEC,
  REPORT_MIN_US = 700 * 1000,
  REPORT_MAX_US = 1000 * 1000,
  FIRST_ANSWER_US = 20 * 1000,
  REMB_INTERVAL_US = G_USEC_PER_SEC,
  REMB_LIFTS = 3,
  REMB_NO_CAP_BPS = 100 * 1000 * 1000,
  /* A browser says BYE for a track that it merely pauses: the peer left when all tracks
   * did and stayed silent for this long. */
  LEFT_AFTER_US = 300 * 1000,
  NACKS_PER_POLL = 200,  /* four bytes each at worst */
  FEEDBACK_HEADER_BYTES = 12,
};

static void
send_datagram(Packet *packet, gpointer user)
{
  assert_on_net();
  MediaSession *self = user;
  media_transport_send_rtcp(self->transport, packet);
}

void
session_rtcp_start(MediaSession *self)
{
  self->rtcp.cname = self->cname;
  self->rtcp.send = send_datagram;
  self->rtcp.user = self;
  self->rtcp.is_reduced_size = true;
  for (guint i = 0; i < self->plan->n_tracks; i++) {
    const MediaTrackPlan *track = &self->plan->tracks[i];
    if (!track->we_send && !track->we_receive)
      continue;
    self->rtcp.is_reduced_size = self->rtcp.is_reduced_size && track->reduced_size_rtcp;
    if (track->send_ssrc != 0 && (self->rtcp.ssrc == 0 || track->we_send))
      self->rtcp.ssrc = track->send_ssrc;
  }
  while (self->rtcp.ssrc == 0)
    self->rtcp.ssrc = g_random_int();
}

/* --- receiving ----------------------------------------------------------------------- */

static int
sent_track_of(const MediaSession *self, guint32 ssrc)
{
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->plan->tracks[i].send_ssrc == ssrc)
      return (int)i;
  return -1;
}

static void
on_report_blocks(MediaSession *self, RtcpPacket *packet) ON_NET
{
  RtcpReportBlock block;
  while (rtcp_next_report_block(packet, &block)) {
    int track = sent_track_of(self, block.ssrc);
    if (track < 0)
      continue;
    track_out_on_report(self->out[track], &block);
    rtt_estimator_on_echo(&self->rtt, clock_ntp_from_us(self->now_us), block.lsr, block.dlsr);
    session_sending_on_report(self, (guint)track);
  }
}

static void
note_sender_report(MediaSession *self, guint track, const RtcpSenderInfo *info) ON_NET
{
  const MediaTrackPlan *plan = &self->plan->tracks[track];
  track_in_on_sender_report(self->in[track], info->ntp, self->now_us);
  if (plan->use == MEDIA_USE_MAIN)
    av_sync_on_sender_report(&self->av_sync,
                             plan->kind == MEDIA_KIND_AUDIO ? AV_SYNC_AUDIO : AV_SYNC_VIDEO,
                             info->ntp, info->rtp_timestamp);
}

static void
on_sender_report(MediaSession *self, RtcpPacket *packet) ON_NET
{
  RtcpSenderInfo info;
  if (!rtcp_read_sender_info(packet, &info)) {
    self->malformed++;
    return;
  }
  const RtpDemuxEntry *entry = rtp_demux_lookup(&self->demux, packet->sender_ssrc);
  if (entry != NULL && !entry->is_rtx && track_in_ssrc(self->in[entry->track]) == entry->ssrc)
    note_sender_report(self, entry->track, &info);
  if (!self->was_sr_answered && entry != NULL) {
    self->was_sr_answered = true;
    self->next_report_us = MIN(self->next_report_us, self->now_us + FIRST_ANSWER_US);
  }
  on_report_blocks(self, packet);
}

static void
resend(MediaSession *self, guint track, guint16 seq) ON_NET
{
  gsize bytes = track_out_resend_bytes(self->out[track], seq, self->now_us,
                                       rtt_estimator_get(&self->rtt, RTT_DEFAULT_US));
  if (bytes > 0 && pacer_push_rtx(self->pacer, track, seq, bytes)) {
    session_sending_on_asked(self, track, seq);
    session_pace_soon(self);
  }
}

static void
on_nack(MediaSession *self, RtcpPacket *packet) ON_NET
{
  int track = sent_track_of(self, packet->media_ssrc);
  guint16 pid, blp;
  while (track >= 0 && rtcp_next_nack(packet, &pid, &blp)) {
    track_out_on_nack(self->out[track], 1 + (guint)__builtin_popcount(blp));
    resend(self, (guint)track, pid);
    for (guint i = 0; i < 16; i++)
      if (blp >> i & 1)
        resend(self, (guint)track, (guint16)(pid + i + 1));
  }
}

/* Of sound nobody can want a keyframe. */
static int
sent_picture_of(const MediaSession *self, guint32 ssrc)
{
  int track = sent_track_of(self, ssrc);
  return track >= 0 && self->plan->tracks[track].kind == MEDIA_KIND_VIDEO ? track : -1;
}

static void
on_pli(MediaSession *self, RtcpPacket *packet) ON_NET
{
  int track = sent_picture_of(self, packet->media_ssrc);
  if (track >= 0 && track_out_on_pli(self->out[track], self->now_us, session_rtt_us(self)))
    self->events.keyframe_requested((guint)track, self->user);
}

static void
on_fir(MediaSession *self, RtcpPacket *packet) ON_NET
{
  guint32 ssrc;
  guint8 seq;
  while (rtcp_next_fir(packet, &ssrc, &seq)) {
    int track = sent_picture_of(self, ssrc);
    if (track >= 0 && track_out_on_fir(self->out[track], seq, self->now_us, session_rtt_us(self)))
      self->events.keyframe_requested((guint)track, self->user);
  }
}

static void
on_bye(MediaSession *self, RtcpPacket *packet) ON_NET
{
  guint32 ssrc;
  while (rtcp_next_bye(packet, &ssrc)) {
    const RtpDemuxEntry *entry = rtp_demux_lookup(&self->demux, ssrc);
    if (entry != NULL && !entry->is_rtx)
      self->has_left[entry->track] = true;
  }
  bool is_somebody_there = false;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->in[i] != NULL && track_in_ssrc(self->in[i]) != 0 && !self->has_left[i])
      is_somebody_there = true;
  if (!is_somebody_there && self->left_us == 0)
    self->left_us = self->now_us;
}

static void
note_rrtr(MediaSession *self, guint32 ssrc, guint64 ntp)
{
  ReceivedRrtr *slot = &self->rrtr[0];
  for (guint i = 0; i < SESSION_RRTR_MAX; i++) {
    ReceivedRrtr *r = &self->rrtr[i];
    if (r->ssrc == ssrc) {
      slot = r;
      break;
    }
    if (r->arrival_us < slot->arrival_us)
      slot = r;
  }
  *slot = (ReceivedRrtr) { .ssrc = ssrc, .lrr = ntp_middle(ntp), .arrival_us = self->now_us };
}

static void
on_xr(MediaSession *self, RtcpPacket *packet) ON_NET
{
  RtcpXrBlock block;
  while (rtcp_next_xr_block(packet, &block))
    if (block.kind == RTCP_XR_RRTR && packet->sender_ssrc != 0)
      note_rrtr(self, packet->sender_ssrc, block.rrtr_ntp);
}

void
session_rtcp_on_datagram(MediaSession *self, const Packet *datagram)
{
  RtcpParser parser = rtcp_parser(datagram->data, datagram->length);
  RtcpPacket packet;
  while (rtcp_parser_next(&parser, &packet)) {
    switch (packet.kind) {
    case RTCP_SR: on_sender_report(self, &packet); break;
    case RTCP_RR: on_report_blocks(self, &packet); break;
    case RTCP_NACK: on_nack(self, &packet); break;
    case RTCP_PLI: on_pli(self, &packet); break;
    case RTCP_FIR: on_fir(self, &packet); break;
    case RTCP_BYE: on_bye(self, &packet); break;
    case RTCP_XR: on_xr(self, &packet); break;
    case RTCP_TWCC: session_sending_on_twcc(self, &packet); break;
    case RTCP_REMB: session_sending_on_remb(self, &packet); break;
    case RTCP_NONE:
    case RTCP_SDES:
    case RTCP_OTHER: break;
    }
    if (self->is_closed)
      return;  /* an event's handler closed us */
  }
  if (parser.is_malformed)
    self->malformed++;
}

void
session_rtcp_on_media(MediaSession *self, guint track, guint32 ssrc)
{
  self->media_ssrc = ssrc;
  self->has_left[track] = false;
  self->left_us = 0;
}

/* --- feedback ------------------------------------------------------------------------ */

static void
send_nacks(MediaSession *self, guint track) ON_NET
{
  guint16 seqs[NACKS_PER_POLL];
  guint n = track_in_poll_nacks(self->in[track], self->now_us, session_rtt_us(self), seqs, NACKS_PER_POLL);
  if (n > 0)
    rtcp_write_nack(rtcp_sender_room(&self->rtcp, FEEDBACK_HEADER_BYTES + 4 * n), self->rtcp.ssrc,
                    track_in_ssrc(self->in[track]), seqs, n);
}

static void
ask_for_keyframe(MediaSession *self, guint track) ON_NET
{
  guint8 fir_seq = 0;
  guint32 ssrc = track_in_ssrc(self->in[track]);
  switch (track_in_poll_keyframe(self->in[track], self->now_us, session_rtt_us(self), &fir_seq)) {
  case KEYFRAME_ASK_NONE:
    break;
  case KEYFRAME_ASK_PLI:
    rtcp_write_pli(rtcp_sender_room(&self->rtcp, FEEDBACK_HEADER_BYTES), self->rtcp.ssrc, ssrc);
    break;
  case KEYFRAME_ASK_FIR:
    rtcp_write_fir(rtcp_sender_room(&self->rtcp, FEEDBACK_HEADER_BYTES + 8), self->rtcp.ssrc, ssrc, fir_seq);
    break;
  }
}

static void
send_twcc(MediaSession *self) ON_NET
{
  TwccFeedback feedback;
  if (!self->uses_twcc || !twcc_recv_is_due(self->twcc, self->now_us))
    return;
  while (twcc_recv_next(self->twcc, &feedback)) {
    /* Written where it stands, because its length is known only afterwards. */
    guint8 bytes[RTCP_DATAGRAM_BYTES_MAX];
    ByteWriter writer = byte_writer(bytes, sizeof bytes);
    twcc_feedback_write(&writer, &feedback, self->rtcp.ssrc, self->media_ssrc);
    if (!writer.failed)
      byte_writer_bytes(rtcp_sender_room(&self->rtcp, writer.length), bytes, writer.length);
  }
}

static void
send_remb(MediaSession *self) ON_NET
{
  if (self->now_us < self->next_remb_us || (self->remb_bps == 0 && self->remb_lifts == 0))
    return;
  self->next_remb_us = self->now_us + REMB_INTERVAL_US;
  guint32 ssrcs[MEDIA_TRACKS_MAX];
  guint n = 0;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->in[i] != NULL && self->plan->tracks[i].remb && track_in_ssrc(self->in[i]) != 0)
      ssrcs[n++] = track_in_ssrc(self->in[i]);
  if (n == 0)
    return;
  if (self->remb_bps == 0)
    self->remb_lifts--;
  rtcp_write_remb(rtcp_sender_room(&self->rtcp, FEEDBACK_HEADER_BYTES + 8 + 4 * n), self->rtcp.ssrc,
                  self->remb_bps > 0 ? self->remb_bps : REMB_NO_CAP_BPS, ssrcs, n);
}

void
session_rtcp_limit_peer(MediaSession *self, guint bps)
{
  if (bps == self->remb_bps)
    return;
  /* A browser keeps the last cap it heard of: taking it away must be said, too. */
  self->remb_lifts = bps == 0 ? REMB_LIFTS : 0;
  self->remb_bps = bps;
  self->next_remb_us = 0;
}

/* --- reports ------------------------------------------------------------------------- */

static guint
take_report_blocks(MediaSession *self, RtcpReportBlock blocks[MEDIA_TRACKS_MAX]) ON_NET
{
  guint n = 0;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->in[i] != NULL && track_in_report(self->in[i], self->now_us, &blocks[n]))
      n++;
  return n;
}

static gint64
sr_interval_us(const MediaSession *self, guint track)
{
  gint64 base_us = self->plan->tracks[track].kind == MEDIA_KIND_VIDEO ? SR_VIDEO_US : SR_AUDIO_US;
  return base_us / 2 + g_random_int_range(0, (gint32)base_us);
}

/* Writes the SRs that are due, the first with all report blocks.
 * Returns: how many; their SSRCs in @ssrcs. */
static guint
write_sender_reports(MediaSession *self, bool all, const RtcpReportBlock *blocks, guint n_blocks,
                     guint32 ssrcs[MEDIA_TRACKS_MAX]) ON_NET
{
  guint n = 0;
  for (guint i = 0; i < self->plan->n_tracks; i++) {
    RtcpSenderInfo info;
    if (self->out[i] == NULL || (!all && self->now_us < self->next_sr_us[i])
        || !track_out_sender_info(self->out[i], self->now_us, &info))
      continue;
    self->next_sr_us[i] = self->now_us + sr_interval_us(self, i);
    ssrcs[n] = self->plan->tracks[i].send_ssrc;
    rtcp_write_sr(&self->rtcp.writer, ssrcs[n], &info, blocks, n == 0 ? n_blocks : 0);
    n++;
  }
  return n;
}

static void
write_dlrr(MediaSession *self) ON_NET
{
  RtcpDlrrItem items[SESSION_RRTR_MAX];
  guint n = 0;
  for (guint i = 0; i < SESSION_RRTR_MAX; i++) {
    ReceivedRrtr *r = &self->rrtr[i];
    if (r->ssrc == 0)
      continue;
    gint64 delay_us = self->now_us - r->arrival_us;
    items[n++] = (RtcpDlrrItem) {
      .ssrc = r->ssrc, .lrr = r->lrr, .dlrr = (guint32)(delay_us * 65536 / G_USEC_PER_SEC),
    };
    *r = (ReceivedRrtr) { 0 };
  }
  if (n > 0)
    rtcp_write_dlrr(&self->rtcp.writer, self->rtcp.ssrc, items, n);
}

/* @all: an SR of each track, due or not. */
static void
write_report(MediaSession *self, bool all) ON_NET
{
  RtcpReportBlock blocks[MEDIA_TRACKS_MAX];
  guint32 ssrcs[MEDIA_TRACKS_MAX];
  ByteWriter *writer = rtcp_sender_begin_report(&self->rtcp);
  guint n_blocks = take_report_blocks(self, blocks);
  guint n_ssrcs = write_sender_reports(self, all, blocks, n_blocks, ssrcs);
  if (n_ssrcs == 0) {
    rtcp_write_rr(writer, self->rtcp.ssrc, blocks, n_blocks);
    ssrcs[n_ssrcs++] = self->rtcp.ssrc;
  }
  rtcp_write_sdes(writer, ssrcs, n_ssrcs, self->cname);
  write_dlrr(self);
  self->next_report_us = self->now_us + g_random_int_range(REPORT_MIN_US, REPORT_MAX_US);
}

static bool
is_report_due(const MediaSession *self) ON_NET
{
  if (self->now_us >= self->next_report_us)
    return true;
  RtcpSenderInfo info;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL && self->now_us >= self->next_sr_us[i]
        && track_out_sender_info(self->out[i], self->now_us, &info))
      return true;
  return false;
}

static void
check_left(MediaSession *self) ON_NET
{
  if (self->left_us == 0 || self->is_left_told || self->now_us < self->left_us + LEFT_AFTER_US)
    return;
  self->is_left_told = true;
  if (self->events.peer_left != NULL)
    self->events.peer_left(self->user);
}

void
session_rtcp_poll(MediaSession *self)
{
  if (is_report_due(self))
    write_report(self, false);
  for (guint i = 0; i < self->plan->n_tracks; i++) {
    if (self->in[i] == NULL)
      continue;
    send_nacks(self, i);
    ask_for_keyframe(self, i);
  }
  send_twcc(self);
  send_remb(self);
  rtcp_sender_flush(&self->rtcp);
  check_left(self);
}

void
session_rtcp_send_bye(MediaSession *self)
{
  guint32 ssrcs[MEDIA_TRACKS_MAX];
  guint n = 0;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->out[i] != NULL)
      ssrcs[n++] = self->plan->tracks[i].send_ssrc;
  if (n == 0)
    ssrcs[n++] = self->rtcp.ssrc;
  write_report(self, true);
  rtcp_write_bye(&self->rtcp.writer, ssrcs, n);
  rtcp_sender_flush(&self->rtcp);
}
