/* tests/media/rtp/test_media_session_wire.c - what a session puts on the wire, and what it makes
 * of what a strange peer puts there. */
#include "media/bwe/twcc_feedback.h"
#include "media/rtp/rtcp_builder.h"
#include "media/rtp/rtcp_parser.h"
#include "media/rtp/rtp_extensions.h"
#include "tests/media/rtp/session_pair.h"

#define MS(n) ((gint64)(n) * 1000)
#define S(n) ((gint64)(n) * G_USEC_PER_SEC)

enum { BRIDGE = 0, CLIENT = 1, SSRC_BRIDGE_AUDIO = 1001, SSRC_BRIDGE_VIDEO = 1011,
       SSRC_CLIENT_AUDIO = 2001, SSRC_CLIENT_VIDEO = 2011 };

/* What one end sent, as seen on the wire. */
typedef struct {
  guint   kinds[RTCP_OTHER + 1];
  gint64  last_us[RTCP_OTHER + 1], gap_max_us[RTCP_OTHER + 1], gap_min_us[RTCP_OTHER + 1];
  gint64  last_report_us, report_gap_max_us;
  gint64  sr_us[2], sr_gap_min_us[2], sr_gap_max_us[2];   /* by track */
  gint64  first_media_us[2];
  guint   datagrams, malformed, without_cname;
  guint   dlrr;
  guint32 dlrr_lrr;
  gdouble dlrr_delay_s;
  guint64 remb_bps;
  guint   rtx, rtx_within_rtt;
  gint64  rtx_us[65536];       /* by original sequence number */
  gint64  rtt_us;
} Wire;

static Wire wire[2];

static void
note_sr(Wire *w, guint track, gint64 now_us)
{
  if (w->sr_us[track] > 0) {
    gint64 gap_us = now_us - w->sr_us[track];
    w->sr_gap_max_us[track] = MAX(w->sr_gap_max_us[track], gap_us);
    w->sr_gap_min_us[track] = w->sr_gap_min_us[track] == 0 ? gap_us : MIN(w->sr_gap_min_us[track], gap_us);
  } else {
    g_assert_cmpint(w->first_media_us[track], >, 0);
    g_assert_cmpint(now_us - w->first_media_us[track], <=, MS(5));
  }
  w->sr_us[track] = now_us;
}

static void
note_xr(Wire *w, RtcpPacket *packet)
{
  RtcpXrBlock block;
  RtcpDlrrItem item;
  while (rtcp_next_xr_block(packet, &block))
    while (block.kind == RTCP_XR_DLRR && rtcp_next_dlrr(&block, &item)) {
      w->dlrr++;
      w->dlrr_lrr = item.lrr;
      w->dlrr_delay_s = item.dlrr / 65536.0;
    }
}

static void
note_rtcp(Wire *w, const Packet *datagram, gint64 now_us)
{
  RtcpParser parser = rtcp_parser(datagram->data, datagram->length);
  RtcpPacket packet;
  bool has_report = false, has_cname = false;
  w->datagrams++;
  while (rtcp_parser_next(&parser, &packet)) {
    guint kind = packet.kind;
    w->kinds[kind]++;
    if (w->last_us[kind] > 0) {
      gint64 gap_us = now_us - w->last_us[kind];
      w->gap_max_us[kind] = MAX(w->gap_max_us[kind], gap_us);
      w->gap_min_us[kind] = w->gap_min_us[kind] == 0 ? gap_us : MIN(w->gap_min_us[kind], gap_us);
    }
    w->last_us[kind] = now_us;
    has_report |= kind == RTCP_SR || kind == RTCP_RR;
    has_cname |= kind == RTCP_SDES;
    if (kind == RTCP_SR)
      note_sr(w, packet.sender_ssrc % 1000 == 1 ? PAIR_AUDIO : PAIR_VIDEO, now_us);
    if (kind == RTCP_XR)
      note_xr(w, &packet);
    if (kind == RTCP_REMB)
      g_assert_true(rtcp_read_remb(&packet, &w->remb_bps));
  }
  w->malformed += parser.is_malformed;
  w->without_cname += has_report != has_cname;
  if (has_report) {
    if (w->last_report_us > 0)
      w->report_gap_max_us = MAX(w->report_gap_max_us, now_us - w->last_report_us);
    w->last_report_us = now_us;
  }
}

static void
note_rtp(Wire *w, const Packet *packet, gint64 now_us)
{
  RtpPacket view;
  g_assert_true(rtp_packet_parse(&view, packet->data, packet->length));
  guint track = view.header.payload_type == 111 ? PAIR_AUDIO : PAIR_VIDEO;
  if (w->first_media_us[track] == 0)
    w->first_media_us[track] = now_us;
  if (view.header.payload_type != 97)
    return;
  guint16 osn = (guint16)(packet->data[view.payload_offset] << 8 | packet->data[view.payload_offset + 1]);
  w->rtx++;
  w->rtx_within_rtt += w->rtx_us[osn] > 0 && now_us - w->rtx_us[osn] < w->rtt_us;
  w->rtx_us[osn] = now_us;
}

static void
on_tap(guint from, bool is_rtcp, const Packet *packet, bool is_lost, gint64 now_us, gpointer user)
{
  g_assert_cmpuint(packet->length, <=, 1200);
  if (is_rtcp)
    note_rtcp(&wire[from], packet, now_us);
  else
    note_rtp(&wire[from], packet, now_us);
}

static SessionPair *
pair_with_tap(guint32 seed, double loss, gint64 delay_us) ON_NET
{
  SessionPair *pair = session_pair_new(seed);
  memset(wire, 0, sizeof wire);
  wire[0].rtt_us = wire[1].rtt_us = 2 * delay_us;
  fake_network_set_tap(pair->network, on_tap, NULL);
  session_pair_set_link(pair, loss, delay_us, 0);
  return pair;
}

/* Sends @writer's bytes to @to as an RTCP datagram. */
static void
inject(SessionPair *pair, guint to, const ByteWriter *writer) ON_NET
{
  g_assert_false(writer->failed);
  fake_network_inject(pair->network, to, true, writer->data, writer->length);
}

static void
test_reports_and_feedback_are_regular(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(20, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(30));
  for (guint i = 0; i < 2; i++) {
    const Wire *w = &wire[i];
    g_assert_cmpuint(w->malformed, ==, 0);
    g_assert_cmpuint(w->without_cname, ==, 0);
    g_assert_cmpint(w->report_gap_max_us, <=, MS(1005));  /* the peer sees that we live */
    g_assert_cmpint(w->sr_gap_min_us[PAIR_VIDEO], >=, MS(500));
    g_assert_cmpint(w->sr_gap_max_us[PAIR_VIDEO], <=, MS(1505));
    g_assert_cmpint(w->sr_gap_min_us[PAIR_AUDIO], >=, MS(2500));
    g_assert_cmpint(w->sr_gap_max_us[PAIR_AUDIO], <=, MS(7505));
    g_assert_cmpuint(w->kinds[RTCP_TWCC], >=, 590);
    g_assert_cmpint(w->gap_max_us[RTCP_TWCC], <=, MS(100));
    g_assert_cmpint(w->gap_min_us[RTCP_TWCC], >=, MS(45));
    g_assert_cmpuint(w->kinds[RTCP_PLI] + w->kinds[RTCP_NACK] + w->kinds[RTCP_REMB], ==, 0);
  }
}

static void
test_without_reduced_size_every_datagram_is_a_compound(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(21, 0.05, MS(25));
  pair->plan[BRIDGE].tracks[PAIR_AUDIO].reduced_size_rtcp = false;
  session_pair_start(pair);
  session_pair_run(pair, S(5));
  g_assert_cmpuint(wire[BRIDGE].kinds[RTCP_NACK], >, 0);
  g_assert_cmpuint(wire[BRIDGE].kinds[RTCP_SDES], ==, wire[BRIDGE].datagrams);
  g_assert_cmpuint(wire[CLIENT].kinds[RTCP_SDES], <, wire[CLIENT].datagrams);
  g_assert_cmpuint(wire[BRIDGE].without_cname, ==, 0);
}

static void
test_nothing_is_retransmitted_twice_within_a_round_trip(void)
{
  assert_on_net();
  for (guint32 seed = 30; seed < 33; seed++) {
    /* Less than the loss from which on a packet goes out twice unasked. */
    g_autoptr(SessionPair) pair = pair_with_tap(seed, 0.06, MS(25));
    session_pair_start(pair);
    session_pair_run(pair, S(1));
    memset(wire[0].rtx_us, 0, sizeof wire[0].rtx_us);  /* the round trip is known now */
    memset(wire[1].rtx_us, 0, sizeof wire[1].rtx_us);
    wire[0].rtx_within_rtt = wire[1].rtx_within_rtt = 0;
    session_pair_run(pair, S(10));
    for (guint i = 0; i < 2; i++) {
      g_assert_cmpuint(wire[i].rtx, >, 50);
      g_assert_cmpuint(wire[i].rtx_within_rtt, ==, 0);
    }
  }
}

static void
test_a_flood_of_requests_is_answered_within_the_share(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(34, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(3));
  guint before = wire[BRIDGE].rtx;
  for (guint i = 0; i < 100; i++) {
    guint8 data[1200];
    ByteWriter w = byte_writer(data, sizeof data);
    gsize start = rtcp_begin_packet(&w, 1, 205);
    byte_writer_u32(&w, SSRC_CLIENT_VIDEO);
    byte_writer_u32(&w, SSRC_BRIDGE_VIDEO);
    for (guint k = 0; k < 250; k++)
      byte_writer_u32(&w, (k * 17) << 16 | 0xFFFF | (i << 24));  /* whatever is kept */
    rtcp_end_packet(&w, start);
    inject(pair, BRIDGE, &w);
    session_pair_run(pair, MS(20));
  }
  MediaSessionStats stats;
  media_session_stats(pair->end[BRIDGE].session, &stats);
  g_test_message("%u retransmissions for %" G_GUINT64_FORMAT " requests", wire[BRIDGE].rtx - before,
                 stats.sent[PAIR_VIDEO].nacks);
  g_assert_cmpuint(stats.sent[PAIR_VIDEO].nacks, >, 100000);
  /* 30 % of 2 s at 126 packets a second, and the credit */
  g_assert_cmpuint(wire[BRIDGE].rtx - before, <, 300);
  g_assert_cmpuint(pair->end[CLIENT].frames_received, >=, pair->end[BRIDGE].frames_sent - 2);
}

static void
test_a_reference_time_is_answered_by_dlrr(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(22, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(1));
  g_assert_cmpuint(wire[BRIDGE].dlrr, ==, 0);
  guint8 data[64];
  ByteWriter w = byte_writer(data, sizeof data);
  rtcp_write_rrtr(&w, SSRC_CLIENT_VIDEO, G_GUINT64_CONSTANT(0x1111222233334444));
  inject(pair, BRIDGE, &w);
  session_pair_run(pair, S(3));
  g_assert_cmpuint(wire[BRIDGE].dlrr, ==, 1);
  g_assert_cmphex(wire[BRIDGE].dlrr_lrr, ==, 0x22223333);
  g_assert_cmpfloat(wire[BRIDGE].dlrr_delay_s, <=, 1.01);
}

static void
test_the_peers_rate_is_capped_by_remb_and_set_free_again(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(23, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(1));
  media_session_limit_peer(pair->end[BRIDGE].session, 700000);
  session_pair_run(pair, MS(10));
  g_assert_cmpuint(wire[BRIDGE].kinds[RTCP_REMB], ==, 1);
  g_assert_cmpuint(wire[BRIDGE].remb_bps, >, 699000);
  g_assert_cmpuint(wire[BRIDGE].remb_bps, <=, 700000);
  session_pair_run(pair, S(5));
  g_assert_cmpuint(wire[BRIDGE].kinds[RTCP_REMB], >=, 5);
  guint before = wire[BRIDGE].kinds[RTCP_REMB];
  media_session_limit_peer(pair->end[BRIDGE].session, 0);
  session_pair_run(pair, S(10));
  g_assert_cmpuint(wire[BRIDGE].remb_bps, >=, 50000000);
  g_assert_cmpuint(wire[BRIDGE].kinds[RTCP_REMB], ==, before + 3);
}

static void
test_a_close_says_bye_and_the_peer_hears_it_once(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(24, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(1));
  media_session_close(pair->end[CLIENT].session);
  media_session_close(pair->end[CLIENT].session);
  pair->end[CLIENT].sends_audio = pair->end[CLIENT].sends_video = false;
  session_pair_run(pair, S(3));
  g_assert_cmpuint(wire[CLIENT].kinds[RTCP_BYE], ==, 1);
  g_assert_cmpuint(wire[CLIENT].without_cname, ==, 0);
  g_assert_cmpuint(pair->end[BRIDGE].byes, ==, 1);
  g_assert_cmpint(pair->end[CLIENT].state_us[TRANSPORT_STATE_CLOSED], >, 0);
}

static void
test_a_track_that_pauses_is_no_farewell(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(25, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(1));
  guint8 data[64];
  ByteWriter w = byte_writer(data, sizeof data);
  rtcp_write_bye(&w, &(const guint32) { SSRC_CLIENT_VIDEO }, 1);
  pair->end[CLIENT].sends_video = false;
  session_pair_run(pair, MS(100));
  inject(pair, BRIDGE, &w);
  session_pair_run(pair, S(2));
  g_assert_cmpuint(pair->end[BRIDGE].byes, ==, 0);  /* the sound goes on */

  w.length = 0;
  rtcp_write_bye(&w, &(const guint32) { SSRC_CLIENT_AUDIO }, 1);
  inject(pair, BRIDGE, &w);
  session_pair_run(pair, S(2));
  g_assert_cmpuint(pair->end[BRIDGE].byes, ==, 0);  /* said, but sound still comes */
  pair->end[CLIENT].sends_audio = false;
  session_pair_run(pair, MS(100));
  inject(pair, BRIDGE, &w);
  session_pair_run(pair, S(2));
  g_assert_cmpuint(pair->end[BRIDGE].byes, ==, 1);
}

static void
test_an_fir_is_answered_once(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(26, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(1));
  guint8 data[64];
  ByteWriter w = byte_writer(data, sizeof data);
  rtcp_write_fir(&w, SSRC_CLIENT_VIDEO, SSRC_BRIDGE_VIDEO, 77);
  for (guint i = 0; i < 10; i++) {
    inject(pair, BRIDGE, &w);
    session_pair_run(pair, MS(200));
  }
  g_assert_cmpuint(pair->end[BRIDGE].keyframe_requests, ==, 1);
}

static void
test_nobody_wants_a_keyframe_of_sound(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(27, 0, MS(25));
  session_pair_start(pair);
  session_pair_run(pair, S(1));
  guint before = pair->end[BRIDGE].keyframe_requests;
  guint8 data[64];
  ByteWriter w = byte_writer(data, sizeof data);
  rtcp_write_fir(&w, SSRC_CLIENT_VIDEO, SSRC_BRIDGE_AUDIO, 77);
  rtcp_write_pli(&w, SSRC_CLIENT_VIDEO, SSRC_BRIDGE_AUDIO);
  inject(pair, BRIDGE, &w);
  session_pair_run(pair, S(1));
  g_assert_cmpuint(pair->end[BRIDGE].keyframe_requests, ==, before);
}

/* The client's packet, as a peer with other habits might send it. */
typedef struct {
  guint32 ssrc;
  guint8  payload_type;
  guint16 seq;
  guint32 timestamp;
  bool    with_mid;
} Strange;

static void
inject_audio(SessionPair *pair, const Strange *s) ON_NET
{
  guint8 data[256];
  ByteWriter w = byte_writer(data, sizeof data);
  const RtpHeader header = { .payload_type = s->payload_type, .seq = s->seq, .timestamp = s->timestamp, .ssrc = s->ssrc };
  const RtpExtensions values = { .mid = "0", .mid_length = 1, .has_audio_level = true, .audio_level = 30 };
  const MediaExtensionIds ids = { .mid = 4, .audio_level = 1 };
  rtp_packet_write_header(&w, &header, s->with_mid);
  if (s->with_mid)
    rtp_extensions_write(&w, &values, &ids);
  for (guint i = 0; i < 80; i++)
    byte_writer_u8(&w, 0);
  fake_network_inject(pair->network, BRIDGE, false, data, w.length);
}

static void
test_a_peer_that_changes_its_ssrc_is_followed(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(27, 0, MS(25));
  pair->end[CLIENT].sends_audio = false;
  session_pair_start(pair);
  session_pair_run(pair, MS(100));
  PairEnd *bridge = &pair->end[BRIDGE];
  for (guint i = 0; i < 10; i++)
    inject_audio(pair, &(Strange) { 5555, 111, (guint16)(65530 + i), i * 960, true });
  g_assert_cmpuint(bridge->audio_received, ==, 10);
  for (guint i = 0; i < 10; i++)
    inject_audio(pair, &(Strange) { 6666, 111, (guint16)(100 + i), 77777 + i * 960, true });
  g_assert_cmpuint(bridge->audio_received, ==, 20);
  inject_audio(pair, &(Strange) { 5555, 111, 5, 10000, true });  /* the old one straggles */
  g_assert_cmpuint(bridge->audio_received, ==, 20);
  session_pair_run(pair, MS(1100));
  inject_audio(pair, &(Strange) { 5555, 111, 6, 20000, true });  /* the new one fell silent */
  g_assert_cmpuint(bridge->audio_received, ==, 21);
}

static void
test_absurd_packets_are_counted_and_harm_nobody(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(28, 0, MS(25));
  g_autoptr(GRand) random = g_rand_new_with_seed(28);
  session_pair_start(pair);
  session_pair_run(pair, MS(500));
  for (guint i = 0; i < 3000; i++) {
    guint8 data[300];
    gsize length = (gsize)g_rand_int_range(random, 0, sizeof data);
    for (gsize k = 0; k < length; k++)
      data[k] = (guint8)g_rand_int(random);
    if (length > 12 && i % 2 == 0) {  /* well formed enough to be looked into */
      data[0] = (guint8)(0x80 | (data[0] & 0x3F));
      data[1] = (guint8)((const guint8[]) { 96, 97, 111, 13, 200, 201, 205, 206, 207, 203 }[i / 2 % 10]);
    }
    fake_network_inject(pair->network, BRIDGE, i % 3 == 0, data, length);
    if (i % 10 == 0)
      session_pair_run(pair, MS(10));
  }
  /* own SSRC used by the peer; wrong payload type on a known SSRC; jumps of number and time */
  for (guint i = 0; i < 100; i++) {
    inject_audio(pair, &(Strange) { SSRC_CLIENT_VIDEO, 111, (guint16)(i * 7919), i * 1000003, false });
    inject_audio(pair, &(Strange) { SSRC_CLIENT_AUDIO, 96, (guint16)(i * 7919), i * 1000003, false });
    inject_audio(pair, &(Strange) { SSRC_CLIENT_AUDIO, 111, (guint16)(i * 7919), i * 100000003, false });
  }
  session_pair_run(pair, MS(1100));  /* the SSRCs that it invented are silent now */
  guint frames = pair->end[CLIENT].frames_received, sound = pair->end[BRIDGE].audio_received;
  session_pair_run(pair, S(2));
  MediaSessionStats stats;
  media_session_stats(pair->end[BRIDGE].session, &stats);
  g_assert_cmpuint(stats.malformed, >, 500);
  g_assert_cmpuint(stats.unknown_ssrc, >, 100);
  g_assert_cmpuint(pair->end[CLIENT].frames_received, >=, frames + 55);   /* what we send goes on */
  g_assert_cmpuint(pair->end[BRIDGE].audio_received, >=, sound + 90);     /* and the peer's sound */
  g_assert_cmpuint(wire[BRIDGE].malformed, ==, 0);
}

static void
test_padding_only_packets_leave_no_hole(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = pair_with_tap(29, 0, MS(25));
  pair->end[CLIENT].sends_audio = pair->end[CLIENT].sends_video = false;
  session_pair_start(pair);
  session_pair_run(pair, MS(100));
  for (guint i = 0; i < 60; i++) {
    guint8 data[300] = { 0 };
    ByteWriter w = byte_writer(data, sizeof data);
    bool is_padding = i % 3 == 2;
    const RtpHeader header = { .payload_type = 96, .seq = (guint16)(65500 + i), .timestamp = i / 3 * 3000,
                               .ssrc = SSRC_CLIENT_VIDEO, .marker = i % 3 == 1 };
    rtp_packet_write_header(&w, &header, false);
    if (is_padding) {
      data[0] |= 0x20;
      w.length += 200;
      data[w.length - 1] = 200;
    } else {
      /* X, I, L, T: PictureID, TL0PICIDX, TID; one frame in two packets */
      byte_writer_u8(&w, i % 3 == 0 ? 0x90 : 0x80);
      byte_writer_u8(&w, 0xE0);
      byte_writer_u16(&w, (guint16)(0x8000 | i / 3));
      byte_writer_u8(&w, (guint8)(i / 3));
      byte_writer_u8(&w, 0);
      byte_writer_bytes(&w, i == 0 ? "\x50\x00\x00\x9D\x01\x2A\x80\x02\x68\x01" : "\x51\x00\x00\x00\x00\x00\x00\x00\x00\x00", 10);
      byte_writer_bytes(&w, (const guint8[20]) { 0 }, 20);
    }
    fake_network_inject(pair->network, BRIDGE, false, data, w.length);
    session_pair_run(pair, MS(11));
  }
  MediaSessionStats stats;
  media_session_stats(pair->end[BRIDGE].session, &stats);
  g_assert_cmpuint(stats.received[PAIR_VIDEO].frames, ==, 20);
  g_assert_cmpuint(stats.received[PAIR_VIDEO].nacks, ==, 0);
  g_assert_cmpuint(wire[BRIDGE].kinds[RTCP_PLI], ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/session/wire/" #name, test_##name)
  ADD(reports_and_feedback_are_regular);
  ADD(without_reduced_size_every_datagram_is_a_compound);
  ADD(nothing_is_retransmitted_twice_within_a_round_trip);
  ADD(a_flood_of_requests_is_answered_within_the_share);
  ADD(a_reference_time_is_answered_by_dlrr);
  ADD(the_peers_rate_is_capped_by_remb_and_set_free_again);
  ADD(a_close_says_bye_and_the_peer_hears_it_once);
  ADD(a_track_that_pauses_is_no_farewell);
  ADD(an_fir_is_answered_once);
  ADD(nobody_wants_a_keyframe_of_sound);
  ADD(a_peer_that_changes_its_ssrc_is_followed);
  ADD(absurd_packets_are_counted_and_harm_nobody);
  ADD(padding_only_packets_leave_no_hole);
  return g_test_run();
}
