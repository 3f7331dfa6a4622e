/* tests/media/rtp/test_rtcp.c - unit tests of media/rtp/rtcp_parser, rtcp_builder and rtcp_sender. */
#include "media/rtp/rtcp_builder.h"
#include "media/rtp/rtcp_parser.h"
#include "media/rtp/rtcp_sender.h"

#define ASSERT_BYTES(writer, ...)                                              \
  do {                                                                         \
    static const guint8 expected_[] = { __VA_ARGS__ };                         \
    g_assert_false((writer).failed);                                           \
    g_assert_cmpmem((writer).data, (writer).length, expected_, sizeof expected_); \
  } while (0)

static void
test_each_packet_has_the_bytes_of_its_rfc(void)
{
  guint8 data[256];
  ByteWriter w = byte_writer(data, sizeof data);
  const RtcpReportBlock block = {
    .ssrc = 0x0A0B0C0D, .fraction_lost = 64, .cumulative_lost = -2, .highest_seq = 0x00011234,
    .jitter = 90, .lsr = 0xCAFEBABE, .dlsr = 65536,
  };
  const RtcpSenderInfo info = { .ntp = G_GUINT64_CONSTANT(0xE0E1E2E3E4E5E6E7), .rtp_timestamp = 0x01020304,
                                .packets = 5, .octets = 1000 };
  /* clang-format off */
  rtcp_write_sr(&w, 0x11223344, &info, &block, 1);
  ASSERT_BYTES(w, 0x81, 200, 0, 12, 0x11, 0x22, 0x33, 0x44, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7,
               1, 2, 3, 4, 0, 0, 0, 5, 0, 0, 3, 0xE8,
               0x0A, 0x0B, 0x0C, 0x0D, 64, 0xFF, 0xFF, 0xFE, 0, 1, 0x12, 0x34, 0, 0, 0, 90,
               0xCA, 0xFE, 0xBA, 0xBE, 0, 1, 0, 0);
  w.length = 0;
  rtcp_write_rr(&w, 0x11223344, NULL, 0);
  ASSERT_BYTES(w, 0x80, 201, 0, 1, 0x11, 0x22, 0x33, 0x44);
  w.length = 0;
  rtcp_write_sdes(&w, (const guint32[]) { 1, 2 }, 2, "ab");  /* 4+2+2, then zeros to a word: at least one */
  ASSERT_BYTES(w, 0x82, 202, 0, 6, 0, 0, 0, 1, 1, 2, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 'a', 'b', 0, 0, 0, 0);
  w.length = 0;
  rtcp_write_sdes(&w, (const guint32[]) { 1 }, 1, "abc");
  ASSERT_BYTES(w, 0x81, 202, 0, 3, 0, 0, 0, 1, 1, 3, 'a', 'b', 'c', 0, 0, 0);
  w.length = 0;
  rtcp_write_bye(&w, (const guint32[]) { 7, 8 }, 2);
  ASSERT_BYTES(w, 0x82, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 8);
  w.length = 0;
  rtcp_write_pli(&w, 1, 2);
  ASSERT_BYTES(w, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2);
  w.length = 0;
  rtcp_write_fir(&w, 1, 2, 9);
  ASSERT_BYTES(w, 0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 9, 0, 0, 0);
  w.length = 0;
  rtcp_write_nack(&w, 1, 2, (const guint16[]) { 65534, 65535, 0, 14, 15, 40 }, 6);
  /* 65534 + {1, 2, 16}; 15 is 17 further and needs an item of its own */
  ASSERT_BYTES(w, 0x81, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80, 0x03, 0, 15, 0, 0, 0, 40, 0, 0);
  w.length = 0;
  rtcp_write_remb(&w, 1, 1000000, (const guint32[]) { 2 }, 1);  /* 250000 << 2 */
  ASSERT_BYTES(w, 0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1, 0x0B, 0xD0, 0x90, 0, 0, 0, 2);
  w.length = 0;
  rtcp_write_dlrr(&w, 1, &(const RtcpDlrrItem) { .ssrc = 2, .lrr = 3, .dlrr = 4 }, 1);
  ASSERT_BYTES(w, 0x80, 207, 0, 5, 0, 0, 0, 1, 5, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4);
  w.length = 0;
  rtcp_write_rrtr(&w, 1, G_GUINT64_CONSTANT(0x0102030405060708));
  ASSERT_BYTES(w, 0x80, 207, 0, 4, 0, 0, 0, 1, 4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8);
  /* clang-format on */
}

static void
test_a_compound_is_read_as_it_was_written(void)
{
  guint8 data[512];
  ByteWriter w = byte_writer(data, sizeof data);
  const RtcpReportBlock blocks[2] = { { .ssrc = 5, .cumulative_lost = -8388608, .lsr = 1, .dlsr = 2 },
                                      { .ssrc = 6, .cumulative_lost = 8388607, .fraction_lost = 255 } };
  const RtcpSenderInfo info = { .ntp = 99, .rtp_timestamp = 4294967295u, .packets = 1, .octets = 2 };
  const guint16 lost[] = { 65535, 3 };
  rtcp_write_sr(&w, 1, &info, blocks, 2);
  rtcp_write_sdes(&w, (const guint32[]) { 1 }, 1, "cname");
  rtcp_write_nack(&w, 1, 5, lost, 2);
  rtcp_write_fir(&w, 1, 5, 250);
  rtcp_write_remb(&w, 1, G_GUINT64_CONSTANT(3000000000), (const guint32[]) { 5 }, 1);
  rtcp_write_rrtr(&w, 1, 77);
  rtcp_write_bye(&w, (const guint32[]) { 1, 9 }, 2);
  g_assert_false(w.failed);

  RtcpParser parser = rtcp_parser(data, w.length);
  RtcpPacket p;
  RtcpSenderInfo got_info;
  RtcpReportBlock got;
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_SR && p.sender_ssrc == 1);
  g_assert_true(rtcp_read_sender_info(&p, &got_info));
  g_assert_cmpuint(got_info.rtp_timestamp, ==, 4294967295u);
  g_assert_true(rtcp_next_report_block(&p, &got));
  g_assert_cmpint(got.cumulative_lost, ==, -8388608);
  g_assert_true(rtcp_next_report_block(&p, &got));
  g_assert_cmpint(got.cumulative_lost, ==, 8388607);
  g_assert_false(rtcp_next_report_block(&p, &got));
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_SDES);

  guint16 pid, blp;
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_NACK && p.media_ssrc == 5);
  g_assert_true(rtcp_next_nack(&p, &pid, &blp) && pid == 65535 && blp == 1 << 3);
  g_assert_false(rtcp_next_nack(&p, &pid, &blp));

  guint32 ssrc;
  guint8 fir_seq;
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_FIR);
  g_assert_true(rtcp_next_fir(&p, &ssrc, &fir_seq) && ssrc == 5 && fir_seq == 250);

  guint64 bps;
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_REMB);
  g_assert_true(rtcp_read_remb(&p, &bps));
  g_assert_cmpuint(bps, >, 2999000000);
  g_assert_cmpuint(bps, <=, 3000000000);

  RtcpXrBlock block;
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_XR);
  g_assert_true(rtcp_next_xr_block(&p, &block) && block.kind == RTCP_XR_RRTR && block.rrtr_ntp == 77);
  g_assert_true(rtcp_parser_next(&parser, &p) && p.kind == RTCP_BYE);
  g_assert_true(rtcp_next_bye(&p, &ssrc) && ssrc == 1);
  g_assert_true(rtcp_next_bye(&p, &ssrc) && ssrc == 9);
  g_assert_false(rtcp_next_bye(&p, &ssrc));
  g_assert_false(rtcp_parser_next(&parser, &p));
  g_assert_false(parser.is_malformed);
}

/* clang-format off */
static void
test_lying_lengths_stop_the_walk(void)
{
  static const struct {
    const char *what;
    gsize  length;
    guint8 data[24];
    guint  packets;
    bool   is_malformed;
  } CASES[] = {
    { "nothing", 0, { 0 }, 0, false },
    { "two bytes", 2, { 0x8F, 0x8F }, 0, true },
    { "three bytes", 3, { 0x80, 201, 0 }, 0, true },
    { "longer than the datagram", 8, { 0x80, 201, 0, 2, 0, 0, 0, 1 }, 0, true },
    { "version 1", 8, { 0x40, 201, 0, 1, 0, 0, 0, 1 }, 0, true },
    { "an RR without its SSRC", 4, { 0x80, 201, 0, 0 }, 0, true },
    { "a PLI without its media SSRC", 8, { 0x81, 206, 0, 1, 0, 0, 0, 1 }, 0, true },
    { "a good RR, then rubbish", 10, { 0x80, 201, 0, 1, 0, 0, 0, 1, 0x80, 201 }, 1, true },
    { "padding of more than there is", 8, { 0xA0, 201, 0, 1, 0, 0, 0, 9 }, 0, true },
    { "padding of nothing", 8, { 0xA0, 201, 0, 1, 0, 0, 0, 0 }, 0, true },
    { "padding that leaves no SSRC", 8, { 0xA0, 201, 0, 1, 0, 0, 0, 4 }, 0, true },
    { "an RR, padded", 12, { 0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4 }, 1, false },
    { "a type of its own", 8, { 0x80, 210, 0, 1, 1, 2, 3, 4 }, 1, false },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].what);
    RtcpParser parser = rtcp_parser(CASES[i].data, CASES[i].length);
    RtcpPacket packet;
    guint n = 0;
    while (rtcp_parser_next(&parser, &packet))
      n++;
    g_assert_cmpuint(n, ==, CASES[i].packets);
    g_assert_cmpint(parser.is_malformed, ==, CASES[i].is_malformed);
  }
}

static void
test_counts_that_lie_end_with_the_bytes(void)
{
  /* 31 report blocks promised, one and a half there */
  guint8 data[4 + 4 + 36] = { 0x9F, 201, 0, 10, 0, 0, 0, 1 };
  RtcpParser parser = rtcp_parser(data, sizeof data);
  RtcpPacket packet;
  RtcpReportBlock block;
  guint n = 0;
  g_assert_true(rtcp_parser_next(&parser, &packet));
  while (rtcp_next_report_block(&packet, &block))
    n++;
  g_assert_cmpuint(n, ==, 1);

  static const guint8 BYE[] = { 0x9F, 203, 0, 1, 0, 0, 0, 1 };
  guint32 ssrc;
  parser = rtcp_parser(BYE, sizeof BYE);
  g_assert_true(rtcp_parser_next(&parser, &packet));
  g_assert_true(rtcp_next_bye(&packet, &ssrc));
  g_assert_false(rtcp_next_bye(&packet, &ssrc));

  static const guint8 XR[] = { 0x80, 207, 0, 3, 0, 0, 0, 1, 5, 0, 0xFF, 0xFF, 0, 0, 0, 1 };
  RtcpXrBlock xr;
  parser = rtcp_parser(XR, sizeof XR);
  g_assert_true(rtcp_parser_next(&parser, &packet));
  g_assert_false(rtcp_next_xr_block(&packet, &xr));

  static const guint8 NOT_REMB[] = { 0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'A', 1, 0, 0, 1 };
  guint64 bps;
  parser = rtcp_parser(NOT_REMB, sizeof NOT_REMB);
  g_assert_true(rtcp_parser_next(&parser, &packet) && packet.kind == RTCP_REMB);
  g_assert_false(rtcp_read_remb(&packet, &bps));
}
/* clang-format on */

static guint n_sent;
static guint8 first_type, last_type;

static void
note_datagram(Packet *packet, gpointer user)
{
  RtcpParser parser = rtcp_parser(packet->data, packet->length);
  RtcpPacket p;
  first_type = packet->data[1];
  while (rtcp_parser_next(&parser, &p))
    last_type = (guint8)p.kind;
  g_assert_false(parser.is_malformed);
  g_assert_cmpuint(packet->length, <=, RTCP_DATAGRAM_BYTES_MAX);
  n_sent++;
  packet_unref(packet);
}

static void
test_feedback_begins_with_a_report_unless_reduced_size_was_agreed(void)
{
  assert_on_net();
  for (guint reduced = 0; reduced < 2; reduced++) {
    RtcpSender sender = { .ssrc = 1, .cname = "x", .is_reduced_size = reduced == 1, .send = note_datagram };
    n_sent = 0;
    rtcp_write_pli(rtcp_sender_room(&sender, 12), 1, 2);
    rtcp_sender_flush(&sender);
    rtcp_sender_flush(&sender);
    g_assert_cmpuint(n_sent, ==, 1);
    g_assert_cmpuint(first_type, ==, reduced == 1 ? 206 : 201);
    g_assert_cmpuint(last_type, ==, RTCP_PLI);
  }
}

static void
test_what_does_not_fit_goes_into_the_next_datagram(void)
{
  assert_on_net();
  RtcpSender sender = { .ssrc = 1, .cname = "x", .send = note_datagram };
  n_sent = 0;
  for (guint i = 0; i < 300; i++)
    rtcp_write_pli(rtcp_sender_room(&sender, 12), 1, 2);
  rtcp_sender_flush(&sender);
  g_assert_cmpuint(n_sent, ==, 4);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/rtcp/" #name, test_##name)
  ADD(each_packet_has_the_bytes_of_its_rfc);
  ADD(a_compound_is_read_as_it_was_written);
  ADD(lying_lengths_stop_the_walk);
  ADD(counts_that_lie_end_with_the_bytes);
  ADD(feedback_begins_with_a_report_unless_reduced_size_was_agreed);
  ADD(what_does_not_fit_goes_into_the_next_datagram);
  return g_test_run();
}
