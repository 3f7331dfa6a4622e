/* tests/fuzz/fuzz_red.c - RED payloads, alone and through a track that we receive.
 *
 * Input, again and again: i8 step of the sequence number, u16 timestamp step, u8 length,
 * payload. */
#include "media/rtp/red.h"
#include "media/rtp/track_in.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

enum { OPUS = 111, RED = 63 };

static void
check_parse(const guint8 *payload, gsize length)
{
  RedPayload red;
  if (!red_parse(&red, payload, length))
    return;
  gsize end = RED_PRIMARY_HEADER_BYTES + red.n_older * RED_OLDER_HEADER_BYTES;
  g_assert_cmpuint(red.n_older, <=, RED_OLDER_MAX);
  for (guint i = 0; i < red.n_older; i++) {
    g_assert_cmpuint(red.older[i].offset, ==, end);
    end += red.older[i].length;
  }
  g_assert_cmpuint(red.primary.offset, ==, end);
  g_assert_cmpuint(end + red.primary.length, ==, length);
}

static void
receive(TrackIn *in, guint16 seq, guint32 timestamp, const guint8 *payload, gsize length, gint64 now_us)
{
  assert_on_net();
  static const RtpExtensions NONE;
  g_autoptr(Packet) packet = packet_new();
  ByteWriter writer = byte_writer(packet->data, PACKET_DATA_MAX);
  RtpHeader header = { .payload_type = RED, .seq = seq, .timestamp = timestamp, .ssrc = 1 };
  rtp_packet_write_header(&writer, &header, false);
  byte_writer_bytes(&writer, payload, length);
  packet->length = writer.length;
  RtpPacket view;
  g_assert_true(rtp_packet_parse(&view, packet->data, packet->length));
  track_in_on_packet(in, packet, &view, &NONE, false, now_us);
  guint n = 0;
  AudioPacket *audio;
  while ((audio = track_in_pop_audio(in)) != NULL) {
    g_assert_cmpuint(audio->length, >, 0);
    g_assert_cmpuint(audio->length, <=, length);
    g_assert_cmpuint((guint16)(seq - audio->seq), <=, RED_OLDER_MAX);
    g_assert_cmpuint(timestamp - audio->rtp_timestamp, <=, RED_TIMESTAMP_OFFSET_MAX);
    audio_packet_unref(audio);
    n++;
  }
  g_assert_cmpuint(n, <=, RED_OLDER_MAX + 1);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  assert_on_net();
  static const MediaTrackPlan PLAN = {
    .kind = MEDIA_KIND_AUDIO, .we_receive = true, .payload_type = OPUS, .red_payload_type = RED, .nack = true,
  };
  check_parse(data, size);
  g_autoptr(TrackIn) in = track_in_new(&PLAN);
  track_in_use_ssrc(in, 1, 0, 1000);
  ByteReader reader = byte_reader(data, size);
  guint16 seq = 65530;
  guint32 timestamp = 0xFFFFFF00u;
  for (gint64 now_us = 1000000; byte_reader_remaining(&reader) >= 4; now_us += 20000) {
    seq = (guint16)(seq + (gint8)byte_reader_u8(&reader));
    timestamp += byte_reader_u16(&reader);
    gsize length = byte_reader_u8(&reader);
    length = MIN(length, byte_reader_remaining(&reader));
    const guint8 *payload = byte_reader_take(&reader, length);
    check_parse(payload, length);
    receive(in, seq, timestamp, payload, length, now_us);
  }
  return 0;
}
