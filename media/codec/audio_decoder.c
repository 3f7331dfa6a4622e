/* media/codec/audio_decoder.c - one Opus stream to 48 kHz mono. */
#include "media/codec/audio_decoder.h"
#include <opus.h>

struct AudioDecoder {
  OpusDecoder *opus;  /* owned */
};

/* A mono decoder mixes stereo packets down by itself (RFC 6716 section 2.1.2 leaves the number
 * of channels free for each packet). */
AudioDecoder *
audio_decoder_new(void)
{
  int error;
  AudioDecoder *self = g_new0(AudioDecoder, 1);
  self->opus = opus_decoder_create(AUDIO_SAMPLE_RATE, 1, &error);
  if (self->opus == NULL)
    g_error("no Opus decoder: %s", opus_strerror(error));
  return self;
}

void
audio_decoder_free(AudioDecoder *self)
{
  if (self == NULL)
    return;
  opus_decoder_destroy(self->opus);
  g_free(self);
}

int
audio_decoder_decode(AudioDecoder *self, const AudioPacket *packet, gint16 *out, int max_samples)
{
  /* libopus takes an empty packet for a lost one. */
  if (packet->length == 0)
    return OPUS_INVALID_PACKET;
  return opus_decode(self->opus, packet->data, (opus_int32)packet->length, out, max_samples, 0);
}

int
audio_decoder_decode_fec(AudioDecoder *self, const AudioPacket *next, gint16 *out, int samples)
{
  if (next->length == 0)
    return OPUS_INVALID_PACKET;
  return opus_decode(self->opus, next->data, (opus_int32)next->length, out, samples, 1);
}

int
audio_decoder_conceal(AudioDecoder *self, gint16 *out, int samples)
{
  return opus_decode(self->opus, NULL, 0, out, samples, 0);
}

void
audio_decoder_reset(AudioDecoder *self)
{
  opus_decoder_ctl(self->opus, OPUS_RESET_STATE);
}
