/* tests/fuzz/fuzz_vp8_depay.c - a row of VP8 payloads through descriptor and video_jitter.
 *
 * Input, again and again: i8 step of the sequence number, u8 flags (bit 0 marker, bits 1-3 step of
 * the frame, bits 4-7 step of time in 8 ms), u8 length, payload. */
#include "media/base/bytes.h"
#include "media/codec/video_jitter.h"
#include "media/codec/vp8_depay.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
drain(VideoJitter *jitter, gint64 now_us)
{
  assert_on_net();
  for (guint n = 0;; n++) {
    g_autoptr(EncodedFrame) frame = video_jitter_pop(jitter, now_us, 20000);
    if (frame == NULL)
      break;
    g_assert_cmpuint(frame->length, >=, 3);
    g_assert_true(!frame->is_keyframe || (frame->width > 0 && frame->height > 0));
    g_assert_cmpuint(n, <, 2048);
  }
  VideoJitterStats stats;
  video_jitter_stats(jitter, &stats);
  g_assert_cmpuint(stats.keyframes, <=, stats.frames_released);
  video_jitter_wants_keyframe(jitter);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  assert_on_net();
  g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
  ByteReader reader = byte_reader(data, size);
  gint64 seq = 65530, now_us = 1000000;
  guint32 frame = 0xfffffff0u;
  while (byte_reader_remaining(&reader) > 0) {
    gint8 step = (gint8)byte_reader_u8(&reader);
    guint8 flags = byte_reader_u8(&reader);
    gsize length = byte_reader_u8(&reader);
    length = MIN(length, byte_reader_remaining(&reader));
    const guint8 *payload = byte_reader_take(&reader, length);
    if (payload == NULL)
      break;
    g_autoptr(Packet) packet = packet_new();
    memcpy(packet->data, payload, length);
    packet->length = length;
    Vp8Descriptor descriptor;
    if (vp8_descriptor_parse(&descriptor, packet->data, length))
      g_assert_cmpuint(descriptor.header_bytes, <, length);
    /* Large steps too: -128 and 127 stand for a new numbering. */
    seq += step == -128 ? -30000 : step == 127 ? 3000 : step;
    frame += flags >> 1 & 7;
    now_us += (flags >> 4) * 8000;
    video_jitter_push(jitter, packet, packet->data, length, seq, frame * 3000, flags & 1,
                      (int)(length % 6) - 1, now_us);
    if (flags & 2)
      drain(jitter, now_us);
  }
  drain(jitter, now_us);
  drain(jitter, now_us + 1000000);
  return 0;
}
