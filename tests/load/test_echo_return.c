/* tests/load/test_echo_return.c - unit tests of tests/load/echo_return, with real Opus. */
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include "tests/load/echo_return.h"
#include <math.h>

enum { LOSS_DB = 15, TONE_DBOV = -20, DELAY_FRAMES = ECHO_RETURN_MS / 20, FRAMES = 100, DECODED_MAX = 5760 };

typedef struct {
  AudioEncoder *encoder;
  AudioDecoder *decoder;
  EchoReturn   *echo;
  guint         n;
} Rig;

static Rig
rig_new(void)
{
  const AudioEncoderConfig config = { 32000, 5, 5 };
  return (Rig) { audio_encoder_new(&config, NULL), audio_decoder_new(), echo_return_new(LOSS_DB), 0 };
}

static void
rig_clear(Rig *rig)
{
  audio_encoder_free(rig->encoder);
  audio_decoder_free(rig->decoder);
  echo_return_free(rig->echo);
}

/* The site hears 20 ms of a tone. */
static void
hear(Rig *rig) ON_NET ON_AUDIO_TICK
{
  gint16 samples[AUDIO_FRAME_SAMPLES];
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++, rig->n++)
    samples[i] = (gint16)lrint(32768 * sqrt(2) * pow(10, TONE_DBOV / 20.0) * sin(2 * G_PI * 440 * rig->n / AUDIO_SAMPLE_RATE));
  g_autoptr(AudioPacket) packet = audio_encoder_encode(rig->encoder, samples, 0);
  echo_return_hear(rig->echo, packet);
}

/* As mixer/audio_level tells it. */
static guint
level_of(const gint16 *samples)
{
  double energy = 1;
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    energy += samples[i] * samples[i];
  return (guint)lrint(-10 * log10(energy / AUDIO_FRAME_SAMPLES / (32768.0 * 32768.0)));
}

/* Returns: the level of what it says then, -dBov. */
static guint
say(Rig *rig) ON_NET ON_AUDIO_TICK
{
  gint16 samples[DECODED_MAX];
  g_autoptr(AudioPacket) packet = echo_return_say(rig->echo);
  int n = audio_decoder_decode(rig->decoder, packet, samples, DECODED_MAX);
  g_assert_cmpint(n, ==, AUDIO_FRAME_SAMPLES);
  return level_of(samples);
}

static void
test_what_is_heard_comes_back_later_and_quieter(void)
{
  assert_on_net();
  assert_on_audio_tick();
  Rig rig = rig_new();
  for (guint t = 0; t < FRAMES; t++) {
    hear(&rig);
    guint level = say(&rig);
    if (t < DELAY_FRAMES)
      g_assert_cmpuint(level, >, 80);
    else if (t > DELAY_FRAMES + 3)  /* the codecs have settled */
      g_assert_cmpuint(ABS((int)level - (LOSS_DB - TONE_DBOV)), <=, 2);
  }
  rig_clear(&rig);
}

static void
test_when_nothing_is_heard_any_more_it_is_silent(void)
{
  assert_on_net();
  assert_on_audio_tick();
  Rig rig = rig_new();
  for (guint t = 0; t < FRAMES; t++)
    hear(&rig);  /* more than it remembers */
  guint loud = 0;
  for (guint t = 0; t < FRAMES; t++)
    loud += say(&rig) < 60;
  g_test_message("%u of %d", loud, FRAMES);
  g_assert_cmpuint(loud, >, 20);
  g_assert_cmpuint(loud, <, 40);
  rig_clear(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/echo_return/what_is_heard_comes_back_later_and_quieter", test_what_is_heard_comes_back_later_and_quieter);
  g_test_add_func("/load/echo_return/when_nothing_is_heard_any_more_it_is_silent", test_when_nothing_is_heard_any_more_it_is_silent);
  return g_test_run();
}
