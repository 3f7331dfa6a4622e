/* tests/fuzz/fuzz_audio_jitter.c - Opus packets with any clocks through the jitter buffer.
 *
 * Input, again and again: i8 step of arrival in 5 ms, i8 step of the sequence number, i16 step
 * of the timestamp in 2.5 ms, u8 length, packet. Pulled every 20 ms of arrival time. */
#include "media/base/bytes.h"
#include "media/codec/audio_jitter.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static gint64
pull_until(AudioJitter *jitter, gint64 tick_us, gint64 now_us)
{
  assert_on_audio_tick();
  for (; tick_us <= now_us; tick_us += 20000) {
    gint16 out[AUDIO_FRAME_SAMPLES];
    AudioPull kind = audio_jitter_pull(jitter, tick_us + tick_us % 7919, out);
    g_assert_true(kind > AUDIO_PULL_NONE && kind <= AUDIO_PULL_DTX);
  }
  return tick_us;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  assert_on_audio_tick();
  g_autoptr(AudioJitter) jitter = audio_jitter_new();
  ByteReader reader = byte_reader(data, size);
  gint64 arrival_us = 1000000, tick_us = 1000000;
  guint32 timestamp = 0xfffff000u;
  guint16 seq = 65530;
  while (byte_reader_remaining(&reader) >= 5) {
    arrival_us += (gint8)byte_reader_u8(&reader) * 5000;
    seq = (guint16)(seq + (gint8)byte_reader_u8(&reader));
    timestamp += (guint32)((gint16)byte_reader_u16(&reader) * 120);
    gsize length = byte_reader_u8(&reader);
    length = MIN(length, byte_reader_remaining(&reader));
    AudioPacket *packet = audio_packet_new(byte_reader_take(&reader, length), length);
    packet->arrival_us = arrival_us;
    packet->seq = seq;
    packet->rtp_timestamp = timestamp;
    audio_jitter_push(jitter, packet);
    audio_jitter_set_extra_delay(jitter, length);
    audio_jitter_set_resend_wait(jitter, 255 - length);
    tick_us = pull_until(jitter, tick_us, arrival_us);
    AudioJitterStats stats;
    audio_jitter_stats(jitter, &stats);
    g_assert_cmpuint(stats.target_ms, <=, 200 + 120 + 3 + AUDIO_LIP_SYNC_MAX_MS);
    g_assert_cmpuint(stats.depth_ms, <, 64 * 120 + 400);
  }
  pull_until(jitter, tick_us, arrival_us + 200000);
  return 0;
}
