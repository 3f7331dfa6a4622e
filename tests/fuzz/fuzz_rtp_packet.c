/* tests/fuzz/fuzz_rtp_packet.c - an RTP packet with its extensions and what RTX makes of it. */
#include "media/rtp/rtp_extensions.h"
#include "media/rtp/rtx.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_extensions(const RtpExtensions *e, const guint8 *data, gsize size)
{
  if (e->mid != NULL)
    g_assert_true((const guint8 *)e->mid >= data && (const guint8 *)e->mid + e->mid_length <= data + size);
  g_assert_true(e->audio_level <= 127 && e->quarter_turns <= 3 && e->playout_max_ms <= 40950);
}

/* What was read can be written and is then read alike. */
static void
write_again(const RtpExtensions *e, const MediaExtensionIds *ids)
{
  guint8 out[RTP_HEADER_BYTES + RTP_EXTENSIONS_BYTES_MAX];
  ByteWriter writer = byte_writer(out, sizeof out);
  const RtpHeader header = { .payload_type = 96 };
  if (!rtp_extensions_any(e, ids))
    return;
  rtp_packet_write_header(&writer, &header, true);
  rtp_extensions_write(&writer, e, ids);
  g_assert_false(writer.failed);
  RtpPacket packet;
  RtpExtensions again;
  g_assert_true(rtp_packet_parse(&packet, out, writer.length));
  rtp_extensions_read(&again, out, &packet, ids);
  g_assert_true(again.transport_seq == e->transport_seq && again.abs_send_time == e->abs_send_time
                && again.audio_level == e->audio_level && again.quarter_turns == e->quarter_turns
                && again.playout_min_ms == e->playout_min_ms && again.playout_max_ms == e->playout_max_ms);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static const MediaExtensionIds SMALL = { 4, 3, 1, 2, 13, 5 }, LARGE = { 200, 3, 255, 16, 13, 14 };
  RtpPacket packet;
  if (!rtp_packet_parse(&packet, data, size))
    return 0;
  g_assert_cmpuint(packet.payload_offset + packet.payload_length + packet.padding_length, ==, size);
  g_assert_cmpuint(packet.extension_offset + packet.extension_length, <=, packet.payload_offset);
  RtpExtensions extensions;
  rtp_extensions_read(&extensions, data, &packet, &SMALL);
  check_extensions(&extensions, data, size);
  write_again(&extensions, &SMALL);
  rtp_extensions_read(&extensions, data, &packet, &LARGE);
  check_extensions(&extensions, data, size);
  write_again(&extensions, &LARGE);
  if (rtx_unwrap(&packet, data, 96, 1))
    g_assert_cmpuint(packet.payload_offset + packet.payload_length, <=, size);
  return 0;
}
