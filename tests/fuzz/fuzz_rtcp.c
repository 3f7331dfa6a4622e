/* tests/fuzz/fuzz_rtcp.c - an RTCP datagram, compound or not, with all that its packets hold. */
#include "media/bwe/twcc_feedback.h"
#include "media/rtp/rtcp_builder.h"
#include "media/rtp/rtcp_parser.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
read_twcc(const RtcpPacket *packet)
{
  static TwccFeedback feedback, again;
  static guint8 out[8192];
  if (!twcc_feedback_parse(&feedback, packet->body))
    return;
  g_assert_cmpuint(feedback.n_statuses, <=, TWCC_STATUSES_MAX);
  ByteWriter writer = byte_writer(out, sizeof out);
  twcc_feedback_write(&writer, &feedback, packet->sender_ssrc, packet->media_ssrc);
  RtcpParser parser = rtcp_parser(out, writer.length);
  RtcpPacket written;
  g_assert_true(rtcp_parser_next(&parser, &written));
  g_assert_true(twcc_feedback_parse(&again, written.body));
  g_assert_cmpmem(feedback.delta_ticks, feedback.n_statuses * sizeof feedback.delta_ticks[0], again.delta_ticks,
                  again.n_statuses * sizeof again.delta_ticks[0]);
}

static guint
read_items(RtcpPacket *packet)
{
  guint n = 0;
  RtcpSenderInfo info;
  RtcpReportBlock block;
  guint32 ssrc;
  guint16 pid, blp;
  guint8 seq;
  guint64 bps;
  RtcpXrBlock xr;
  RtcpDlrrItem item;
  switch (packet->kind) {
  case RTCP_SR:
    if (!rtcp_read_sender_info(packet, &info))
      break;
    /* fall through */
  case RTCP_RR:
    while (rtcp_next_report_block(packet, &block))
      n++;
    break;
  case RTCP_BYE:
    while (rtcp_next_bye(packet, &ssrc))
      n++;
    break;
  case RTCP_NACK:
    while (rtcp_next_nack(packet, &pid, &blp))
      n++;
    break;
  case RTCP_FIR:
    while (rtcp_next_fir(packet, &ssrc, &seq))
      n++;
    break;
  case RTCP_REMB:
    rtcp_read_remb(packet, &bps);
    break;
  case RTCP_XR:
    while (rtcp_next_xr_block(packet, &xr))
      while (xr.kind == RTCP_XR_DLRR && rtcp_next_dlrr(&xr, &item))
        n++;
    break;
  case RTCP_TWCC:
    read_twcc(packet);
    break;
  default:
    break;
  }
  return n;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  RtcpParser parser = rtcp_parser(data, size);
  RtcpPacket packet;
  guint packets = 0, items = 0;
  while (rtcp_parser_next(&parser, &packet)) {
    packets++;
    items += read_items(&packet);
  }
  g_assert_true(packets <= size / 4 && items <= size / 4);
  return 0;
}
