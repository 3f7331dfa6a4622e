/* tests/load/echo_room.c - a room whose loudspeaker is heard in its microphone. */
#include "tests/load/echo_room.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include "tests/load/voice_bank.h"

enum {
  DELAY_US = 180 * 1000,
  LOSS_FACTOR = 10,          /* of the amplitude: 20 dB                                      */
  PACKETS_MAX = 50,          /* either way: a second                                         */
  LATE_US = 100 * 1000,      /* later is dropped: a clump of packets must not delay the rest */
};

struct EchoRoom {
  GAsyncQueue *heard;   /* owned, of AudioPacket; the room itself: end    */
  GMutex       lock;
  GQueue       echoes;  /* under the lock; of AudioPacket, arrival_us: due */
  GThread     *thread;
};

static AudioPacket *
make_echo(AudioDecoder *decoder, AudioEncoder *encoder, const AudioPacket *heard) ON_AUDIO_TICK
{
  gint16 samples[AUDIO_FRAME_SAMPLES * 6];
  if (audio_decoder_decode(decoder, heard, samples, G_N_ELEMENTS(samples)) != AUDIO_FRAME_SAMPLES)
    return NULL;
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = (gint16)(samples[i] / LOSS_FACTOR);
  AudioPacket *echo = audio_encoder_encode(encoder, samples, 0);
  if (echo == NULL)
    return NULL;
  echo->arrival_us = heard->arrival_us + DELAY_US;
  echo->has_level = true;
  echo->level = voice_level(samples);
  return echo;
}

static void
keep(EchoRoom *self, AudioPacket *echo)
{
  g_mutex_lock(&self->lock);
  g_queue_push_tail(&self->echoes, echo);
  AudioPacket *oldest = self->echoes.length > PACKETS_MAX ? g_queue_pop_head(&self->echoes) : NULL;
  g_mutex_unlock(&self->lock);
  audio_packet_unref(oldest);
}

static gpointer
run(gpointer data)
{
  assert_on_audio_tick();
  EchoRoom *self = data;
  static const AudioEncoderConfig CONFIG = { .bitrate_bps = 32000, .complexity = 3, .expected_loss_percent = 5 };
  g_autoptr(GError) error = NULL;
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&CONFIG, &error);
  if (encoder == NULL)
    g_error("Opus: %s", error->message);
  for (gpointer item; (item = g_async_queue_pop(self->heard)) != self;) {
    g_autoptr(AudioPacket) packet = item;
    AudioPacket *echo = make_echo(decoder, encoder, packet);
    if (echo != NULL)
      keep(self, echo);
  }
  return NULL;
}

EchoRoom *
echo_room_new(void)
{
  EchoRoom *self = g_new0(EchoRoom, 1);
  self->heard = g_async_queue_new();
  g_mutex_init(&self->lock);
  g_queue_init(&self->echoes);
  self->thread = g_thread_new("echo", run, self);
  return self;
}

void
echo_room_free(EchoRoom *self)
{
  if (self == NULL)
    return;
  g_async_queue_push(self->heard, self);
  g_thread_join(self->thread);
  g_async_queue_unref(self->heard);
  g_queue_clear_full(&self->echoes, (GDestroyNotify)audio_packet_unref);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
echo_room_hear(EchoRoom *self, AudioPacket *packet)
{
  g_async_queue_lock(self->heard);
  gpointer oldest = g_async_queue_length_unlocked(self->heard) >= PACKETS_MAX ? g_async_queue_try_pop_unlocked(self->heard) : NULL;
  g_async_queue_push_unlocked(self->heard, packet);
  g_async_queue_unlock(self->heard);
  audio_packet_unref(oldest);
}

AudioPacket *
echo_room_take(EchoRoom *self, gint64 now_us)
{
  AudioPacket *echo = NULL;
  g_mutex_lock(&self->lock);
  while (echo == NULL && self->echoes.length > 0) {
    const AudioPacket *first = g_queue_peek_head(&self->echoes);
    if (first->arrival_us > now_us)
      break;
    echo = g_queue_pop_head(&self->echoes);
    if (echo->arrival_us < now_us - LATE_US)
      g_clear_pointer(&echo, audio_packet_unref);
  }
  g_mutex_unlock(&self->lock);
  return echo;
}
