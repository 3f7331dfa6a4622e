/* tests/media/rtp/test_rtp_packet.c - unit tests of media/rtp/rtp_packet, rtp_extensions and rtx. */
#include "media/rtp/rtp_extensions.h"
#include "media/rtp/rtx.h"

static const MediaExtensionIds IDS = {
  .mid = 4, .transport_cc = 3, .audio_level = 1, .abs_send_time = 2, .video_orientation = 13,
  .playout_delay = 5,
};

/* clang-format off */
#define FIXED 0x60, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xAA, 0xBB, 0xCC, 0xDD

static void
test_lengths_that_lie_are_refused(void)
{
  static const struct {
    const char *what;
    gsize  length;
    guint8 data[32];
    bool   is_valid;
    guint  payload_offset, payload_length, padding_length;
  } CASES[] = {
    { "shorter than a header", 11, { 0x80, FIXED }, false, 0, 0, 0 },
    { "header only", 12, { 0x80, FIXED }, true, 12, 0, 0 },
    { "version 1", 13, { 0x40, FIXED, 1 }, false, 0, 0, 0 },
    { "version 0", 13, { 0x00, FIXED, 1 }, false, 0, 0, 0 },
    { "payload", 14, { 0x80, FIXED, 1, 2 }, true, 12, 2, 0 },
    { "one CSRC", 17, { 0x81, FIXED, 9, 9, 9, 9, 1 }, true, 16, 1, 0 },
    { "15 CSRCs in 20 bytes", 20, { 0x8F, FIXED, 1 }, false, 0, 0, 0 },
    { "extension header cut off", 14, { 0x90, FIXED, 0xBE, 0xDE }, false, 0, 0, 0 },
    { "extension of no words", 17, { 0x90, FIXED, 0xBE, 0xDE, 0, 0, 7 }, true, 16, 1, 0 },
    { "extension of one word", 21, { 0x90, FIXED, 0xBE, 0xDE, 0, 1, 0, 0, 0, 0, 7 }, true, 20, 1, 0 },
    { "extension longer than the packet", 20, { 0x90, FIXED, 0xBE, 0xDE, 0, 2, 0, 0, 0, 0 }, false, 0, 0, 0 },
    { "extension of 262140 bytes", 20, { 0x90, FIXED, 0xBE, 0xDE, 0xFF, 0xFF, 0, 0, 0, 0 }, false, 0, 0, 0 },
    { "padding", 16, { 0xA0, FIXED, 1, 0, 0, 3 }, true, 12, 1, 3 },
    { "padding only", 16, { 0xA0, FIXED, 0, 0, 0, 4 }, true, 12, 0, 4 },
    { "padding longer than the payload", 16, { 0xA0, FIXED, 0, 0, 0, 5 }, false, 0, 0, 0 },
    { "padding of zero bytes", 16, { 0xA0, FIXED, 0, 0, 0, 0 }, false, 0, 0, 0 },
    { "padding of no payload at all", 12, { 0xA0, FIXED }, false, 0, 0, 0 },
  };
  /* clang-format on */
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    RtpPacket packet;
    g_test_message("%s", CASES[i].what);
    bool is_valid = rtp_packet_parse(&packet, CASES[i].data, CASES[i].length);
    g_assert_cmpint(is_valid, ==, CASES[i].is_valid);
    if (!is_valid)
      continue;
    g_assert_cmpuint(packet.payload_offset, ==, CASES[i].payload_offset);
    g_assert_cmpuint(packet.payload_length, ==, CASES[i].payload_length);
    g_assert_cmpuint(packet.padding_length, ==, CASES[i].padding_length);
    g_assert_cmpuint(packet.header.seq, ==, 0x1234);
    g_assert_cmpuint(packet.header.timestamp, ==, 0x01020304);
    g_assert_cmpuint(packet.header.ssrc, ==, 0xAABBCCDD);
    g_assert_cmpuint(packet.header.payload_type, ==, 0x60);
    g_assert_false(packet.header.marker);
  }
}

static void
read_back(const guint8 *data, gsize length, RtpExtensions *out)
{
  RtpPacket packet;
  g_assert_true(rtp_packet_parse(&packet, data, length));
  rtp_extensions_read(out, data, &packet, &IDS);
}

static void
test_written_extensions_are_read_back_in_both_forms(void)
{
  const RtpExtensions values = {
    .mid = "video", .mid_length = 5, .has_transport_seq = true, .transport_seq = 65500,
    .has_audio_level = true, .audio_level = 42, .is_voice = true,
    .has_abs_send_time = true, .abs_send_time = 0xABCDEF, .has_orientation = true, .quarter_turns = 3,
    .has_playout_delay = true, .playout_min_ms = 0, .playout_max_ms = 500,
  };
  for (guint form = 0; form < 2; form++) {
    MediaExtensionIds ids = IDS;
    if (form == 1)
      ids.transport_cc = 200;  /* needs the two-byte form */
    guint8 data[128];
    ByteWriter writer = byte_writer(data, sizeof data);
    const RtpHeader header = { .payload_type = 96, .seq = 1, .ssrc = 7, .marker = true };
    g_assert_true(rtp_extensions_any(&values, &ids));
    rtp_packet_write_header(&writer, &header, true);
    rtp_extensions_write(&writer, &values, &ids);
    g_assert_false(writer.failed);
    g_assert_cmpuint(writer.length, <=, RTP_HEADER_BYTES + RTP_EXTENSIONS_BYTES_MAX);
    byte_writer_u8(&writer, 0x55);

    RtpPacket packet;
    RtpExtensions got;
    g_assert_true(rtp_packet_parse(&packet, data, writer.length));
    g_assert_cmphex(packet.extension_profile, ==, form == 0 ? 0xBEDE : 0x1000);
    g_assert_cmpuint(packet.payload_length, ==, 1);
    g_assert_true(packet.header.marker);
    rtp_extensions_read(&got, data, &packet, &ids);
    g_assert_cmpmem(got.mid, got.mid_length, "video", 5);
    g_assert_true(got.has_transport_seq && got.has_audio_level && got.has_abs_send_time
                  && got.has_orientation && got.has_playout_delay && got.is_voice);
    g_assert_cmpuint(got.transport_seq, ==, 65500);
    g_assert_cmpuint(got.audio_level, ==, 42);
    g_assert_cmpuint(got.abs_send_time, ==, 0xABCDEF);
    g_assert_cmpuint(got.quarter_turns, ==, 3);
    g_assert_cmpuint(got.playout_min_ms, ==, 0);
    g_assert_cmpuint(got.playout_max_ms, ==, 500);
  }
}

static void
test_playout_delay_has_the_bytes_of_its_specification(void)
{
  static const guint8 EXPECTED[] = { 0xBE, 0xDE, 0, 1, 0x52, 0x00, 0x00, 0x32 };
  const RtpExtensions values = { .has_playout_delay = true, .playout_max_ms = 500 };
  guint8 data[16];
  ByteWriter writer = byte_writer(data, sizeof data);
  rtp_extensions_write(&writer, &values, &IDS);
  g_assert_cmpmem(data, writer.length, EXPECTED, sizeof EXPECTED);
}

static void
test_nothing_agreed_writes_nothing(void)
{
  const RtpExtensions values = { .mid = "0", .mid_length = 1, .has_transport_seq = true };
  const RtpExtensions none = { 0 };
  const MediaExtensionIds no_ids = { 0 };
  g_assert_false(rtp_extensions_any(&values, &no_ids));
  g_assert_false(rtp_extensions_any(&none, &IDS));
}

/* clang-format off */
static void
test_absurd_elements_are_skipped(void)
{
  RtpExtensions got;
  static const guint8 PADDED[] = { 0x90, FIXED, 0xBE, 0xDE, 0, 3,
    0, 0, 0x31, 0x12, 0x34, 0, 0xE0, 0xFF, 0x10, 0x9E, 0, 0 };
  read_back(PADDED, sizeof PADDED, &got);
  g_assert_true(got.has_transport_seq && got.has_audio_level && got.is_voice);
  g_assert_cmphex(got.transport_seq, ==, 0x1234);
  g_assert_cmpuint(got.audio_level, ==, 30);

  static const guint8 STOPPED[] = { 0x90, FIXED, 0xBE, 0xDE, 0, 2, 0xF0, 0, 0x31, 0x12, 0x34, 0, 0, 0 };
  read_back(STOPPED, sizeof STOPPED, &got);
  g_assert_false(got.has_transport_seq);  /* id 15 ends the reading, RFC 8285 section 4.2 */

  static const guint8 CUT_OFF[] = { 0x90, FIXED, 0xBE, 0xDE, 0, 1, 0x10, 0x05, 0x3F, 0x12 };
  read_back(CUT_OFF, sizeof CUT_OFF, &got);
  g_assert_true(got.has_audio_level);
  g_assert_false(got.has_transport_seq);

  static const guint8 TOO_SHORT[] = { 0x90, FIXED, 0xBE, 0xDE, 0, 1, 0x30, 0x12, 0x20, 0x01 };
  read_back(TOO_SHORT, sizeof TOO_SHORT, &got);
  g_assert_false(got.has_transport_seq || got.has_abs_send_time);

  static const guint8 UNKNOWN_PROFILE[] = { 0x90, FIXED, 0x12, 0x34, 0, 1, 0x31, 0x12, 0x34, 0 };
  read_back(UNKNOWN_PROFILE, sizeof UNKNOWN_PROFILE, &got);
  g_assert_false(got.has_transport_seq);

  static const guint8 TWO_BYTE_EMPTY[] = { 0x90, FIXED, 0x10, 0x0F, 0, 2, 0x04, 0, 0, 0x03, 2, 0x12, 0x34, 0 };
  read_back(TWO_BYTE_EMPTY, sizeof TWO_BYTE_EMPTY, &got);
  g_assert_null(got.mid);
  g_assert_cmphex(got.transport_seq, ==, 0x1234);
}
/* clang-format on */

static void
test_a_hundred_extensions_are_read_to_the_last(void)
{
  guint8 data[16 + 400];
  ByteWriter writer = byte_writer(data, sizeof data);
  const RtpHeader header = { .payload_type = 96 };
  rtp_packet_write_header(&writer, &header, true);
  byte_writer_u16(&writer, RTP_EXTENSION_ONE_BYTE);
  byte_writer_u16(&writer, 100);
  for (guint i = 0; i < 99; i++)
    byte_writer_u32(&writer, 0xE2000000u | i);  /* id 14: nobody's */
  byte_writer_u32(&writer, 0x31BEEF00);
  RtpExtensions got;
  read_back(data, writer.length, &got);
  g_assert_cmphex(got.transport_seq, ==, 0xBEEF);
}

static void
test_abs_send_time_is_6_18_fixed_point(void)
{
  g_assert_cmpuint(rtp_abs_send_time(0), ==, 0);
  g_assert_cmpuint(rtp_abs_send_time(G_USEC_PER_SEC), ==, 1 << 18);
  g_assert_cmpuint(rtp_abs_send_time(64 * G_USEC_PER_SEC + 500000), ==, 1 << 17);
}

static void
test_rtx_unwraps_to_its_original(void)
{
  /* clang-format off */
  static const guint8 RTX[] = { 0xB0, 0xE1, 0x00, 0x09, 1, 2, 3, 4, 0, 0, 0, 5, 0xBE, 0xDE, 0, 1, 0x31, 0xFF, 0xFE, 0,
    0x7D, 0x00, 'v', 'p', '8', 0, 0, 3 };
  /* clang-format on */
  RtpPacket packet;
  g_assert_true(rtp_packet_parse(&packet, RTX, sizeof RTX));
  g_assert_true(rtx_unwrap(&packet, RTX, 96, 0x1234));
  g_assert_cmpuint(packet.header.seq, ==, 32000);
  g_assert_cmpuint(packet.header.payload_type, ==, 96);
  g_assert_cmpuint(packet.header.ssrc, ==, 0x1234);
  g_assert_cmpuint(packet.header.timestamp, ==, 0x01020304);
  g_assert_true(packet.header.marker);
  g_assert_cmpuint(packet.padding_length, ==, 0);
  g_assert_cmpmem(RTX + packet.payload_offset, packet.payload_length, "vp8", 3);
}

static void
test_rtx_of_padding_only_carries_nothing(void)
{
  static const guint8 PROBE[] = { 0xA0, 0x61, 0, 9, 1, 2, 3, 4, 0, 0, 0, 5, 0, 0, 3 };
  static const guint8 HALF_OSN[] = { 0x80, 0x61, 0, 9, 1, 2, 3, 4, 0, 0, 0, 5, 0x7D };
  static const guint8 EMPTY_ORIGINAL[] = { 0x80, 0x61, 0, 9, 1, 2, 3, 4, 0, 0, 0, 5, 0x7D, 0x01 };
  RtpPacket packet;
  g_assert_true(rtp_packet_parse(&packet, PROBE, sizeof PROBE));
  g_assert_false(rtx_unwrap(&packet, PROBE, 96, 1));
  g_assert_true(rtp_packet_parse(&packet, HALF_OSN, sizeof HALF_OSN));
  g_assert_false(rtx_unwrap(&packet, HALF_OSN, 96, 1));
  g_assert_true(rtp_packet_parse(&packet, EMPTY_ORIGINAL, sizeof EMPTY_ORIGINAL));
  g_assert_true(rtx_unwrap(&packet, EMPTY_ORIGINAL, 96, 1));
  g_assert_cmpuint(packet.payload_length, ==, 0);
  g_assert_cmpuint(packet.header.seq, ==, 0x7D01);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/rtp_packet/" #name, test_##name)
  ADD(lengths_that_lie_are_refused);
  ADD(written_extensions_are_read_back_in_both_forms);
  ADD(playout_delay_has_the_bytes_of_its_specification);
  ADD(nothing_agreed_writes_nothing);
  ADD(absurd_elements_are_skipped);
  ADD(a_hundred_extensions_are_read_to_the_last);
  ADD(abs_send_time_is_6_18_fixed_point);
  ADD(rtx_unwraps_to_its_original);
  ADD(rtx_of_padding_only_carries_nothing);
  return g_test_run();
}
