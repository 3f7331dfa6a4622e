/* tests/fuzz/fuzz_audio_decoder.c - Opus packets through the decoder, with losses.
 *
 * Input, again and again: u8 kind (0 decode, 1 recover the packet before and decode, 2 conceal and
 * decode, 3 reset and decode), u8 length, packet. */
#include "media/base/bytes.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_packet_queue.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  assert_on_audio_tick();
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  ByteReader reader = byte_reader(data, size);
  while (byte_reader_remaining(&reader) >= 2) {
    guint8 kind = byte_reader_u8(&reader);
    gsize length = byte_reader_u8(&reader);
    length = MIN(length, byte_reader_remaining(&reader));
    g_autoptr(AudioPacket) packet = audio_packet_new(byte_reader_take(&reader, length), length);
    gint16 out[5760];
    audio_packet_carries_fec(packet);
    if (kind % 4 == 1)
      audio_decoder_decode_fec(decoder, packet, out, 120 * (1 + kind / 4 % 24));
    else if (kind % 4 == 2)
      audio_decoder_conceal(decoder, out, 120 * (1 + kind / 4 % 24));
    else if (kind % 4 == 3)
      audio_decoder_reset(decoder);
    g_assert_cmpint(audio_decoder_decode(decoder, packet, out, 5760), <=, 5760);
  }
  return 0;
}
