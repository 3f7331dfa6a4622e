/* tests/load/echo_return.c - a loudspeaker that is heard in its own microphone. */
#include "tests/load/echo_return.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include <math.h>
#include <string.h>

enum {
  FRAMES_MAX = 32,             /* a client that is told more at once forgets the oldest */
  DELAY_FRAMES = ECHO_RETURN_MS / 20,
  DECODED_MAX = 5760,
};

struct EchoReturn {
  double        gain;
  AudioDecoder *decoder;       /* owned */
  AudioEncoder *encoder;       /* owned */
  gint16        frames[FRAMES_MAX][AUDIO_FRAME_SAMPLES];  /* a ring, as they shall be said */
  guint         first, n;
  bool          is_speaking;   /* the delay is over; until nothing is left */
};

EchoReturn *
echo_return_new(guint loss_db)
{
  const AudioEncoderConfig config = { 32000, 5, 5 };
  EchoReturn *self = g_new0(EchoReturn, 1);
  self->gain = pow(10, -(double)loss_db / 20);
  self->decoder = audio_decoder_new();
  self->encoder = audio_encoder_new(&config, NULL);
  g_assert_nonnull(self->encoder);
  return self;
}

void
echo_return_free(EchoReturn *self)
{
  if (self == NULL)
    return;
  audio_decoder_free(self->decoder);
  audio_encoder_free(self->encoder);
  g_free(self);
}

static void
keep(EchoReturn *self, const gint16 *samples)
{
  if (self->n == FRAMES_MAX) {
    self->first = (self->first + 1) % FRAMES_MAX;
    self->n--;
  }
  gint16 *frame = self->frames[(self->first + self->n++) % FRAMES_MAX];
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    frame[i] = (gint16)lrint(samples[i] * self->gain);
}

/* The codecs are this object's own: in the load tool the net thread may use them. */
MCU_TSA(no_thread_safety_analysis)
void
echo_return_hear(EchoReturn *self, const AudioPacket *packet)
{
  gint16 samples[DECODED_MAX];
  int n = audio_decoder_decode(self->decoder, packet, samples, DECODED_MAX);
  for (int at = 0; at + AUDIO_FRAME_SAMPLES <= n; at += AUDIO_FRAME_SAMPLES)
    keep(self, samples + at);
}

MCU_TSA(no_thread_safety_analysis)
AudioPacket *
echo_return_say(EchoReturn *self)
{
  static const gint16 SILENCE[AUDIO_FRAME_SAMPLES] = { 0 };
  const gint16 *samples = SILENCE;
  self->is_speaking = self->n > 0 && (self->is_speaking || self->n > DELAY_FRAMES);
  if (self->is_speaking) {
    samples = self->frames[self->first];
    self->first = (self->first + 1) % FRAMES_MAX;
    self->n--;
  }
  AudioPacket *packet = audio_encoder_encode(self->encoder, samples, 0);
  g_assert_nonnull(packet);
  return packet;
}
