/* tests/mixer/test_audio_limiter.c - unit tests of mixer/audio_limiter, audio_level and audio_gate. */
#include "mixer/audio_gate.h"
#include "mixer/audio_level.h"
#include "mixer/audio_limiter.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
add_sine(gint32 *out, guint frame, double hz, double amplitude)
{
  for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++) {
    double t = (double)(frame * AUDIO_FRAME_SAMPLES + (guint)i) / AUDIO_SAMPLE_RATE;
    out[i] += (gint32)lrint(amplitude * sin(2 * G_PI * hz * t));
  }
}

static void
test_below_the_threshold_every_bit_is_kept(void)
{
  AudioLimiter limiter = { 0 };
  for (guint frame = 0; frame < 100; frame++) {
    gint32 in[AUDIO_FRAME_SAMPLES] = { 0 };
    gint16 out[AUDIO_FRAME_SAMPLES];
    add_sine(in, frame, 440, 29000);
    audio_limiter_run(&limiter, in, out);
    for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      g_assert_cmpint(out[i], ==, in[i]);
  }
}

static void
test_nine_full_scale_voices_are_not_clipped(void)
{
  AudioLimiter limiter = { 0 };
  int at_ceiling = 0;
  for (guint frame = 0; frame < 200; frame++) {
    gint32 in[AUDIO_FRAME_SAMPLES] = { 0 };
    gint16 out[AUDIO_FRAME_SAMPLES];
    for (int voice = 0; voice < 9; voice++)
      add_sine(in, frame, 200 + 137 * voice, 32000);
    audio_limiter_run(&limiter, in, out);
    for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      at_ceiling += abs(out[i]) >= 32767;
  }
  /* Half a millisecond at the very first, when nothing could be known of it. */
  g_assert_cmpint(at_ceiling, <, 24);
}

/* A steady loud tone is turned down, not bent: its harmonics stay low. */
static void
test_a_loud_tone_stays_a_tone(void)
{
  AudioLimiter limiter = { 0 };
  const double hz = 500;
  double fundamental_re = 0, fundamental_im = 0, energy = 0;
  guint n = 0;
  for (guint frame = 0; frame < 100; frame++) {
    gint32 in[AUDIO_FRAME_SAMPLES] = { 0 };
    gint16 out[AUDIO_FRAME_SAMPLES];
    add_sine(in, frame, hz, 120000);
    audio_limiter_run(&limiter, in, out);
    for (int i = 0; i < AUDIO_FRAME_SAMPLES && frame >= 50; i++, n++) {
      double phase = 2 * G_PI * hz * (frame * AUDIO_FRAME_SAMPLES + (guint)i) / AUDIO_SAMPLE_RATE;
      fundamental_re += out[i] * cos(phase);
      fundamental_im += out[i] * sin(phase);
      energy += (double)out[i] * out[i];
    }
  }
  double fundamental = 2 * (fundamental_re * fundamental_re + fundamental_im * fundamental_im) / n;
  double distortion = (energy - fundamental) / energy;
  g_test_message("distortion %.1f dB", 10 * log10(MAX(distortion, 1e-12)));
  g_assert_cmpfloat(distortion, <, 0.001);
}

static void
test_gain_returns_after_a_peak(void)
{
  AudioLimiter limiter = { 0 };
  gint16 out[AUDIO_FRAME_SAMPLES];
  gint32 loud[AUDIO_FRAME_SAMPLES] = { 0 }, quiet[AUDIO_FRAME_SAMPLES] = { 0 };
  add_sine(loud, 0, 440, 100000);
  add_sine(quiet, 0, 440, 10000);
  audio_limiter_run(&limiter, loud, out);
  g_assert_cmpfloat(limiter.gain, <, 0.5);
  for (int frame = 0; frame < 50; frame++)
    audio_limiter_run(&limiter, quiet, out);
  g_assert_cmpfloat(limiter.gain, ==, 1.0f);
}

static void
test_level_counts_from_full_scale(void)
{
  gint16 samples[AUDIO_FRAME_SAMPLES] = { 0 };
  g_assert_cmpuint(audio_level_of(samples, AUDIO_FRAME_SAMPLES), ==, AUDIO_LEVEL_SILENT);
  for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = i % 2 != 0 ? 32767 : -32768;
  g_assert_cmpuint(audio_level_of(samples, AUDIO_FRAME_SAMPLES), ==, 0);
  for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = i % 2 != 0 ? 327 : -328;
  g_assert_cmpuint(audio_level_of(samples, AUDIO_FRAME_SAMPLES), ==, 40);
}

static void
test_gate_opens_at_once_and_closes_after_a_second(void)
{
  AudioGate gate = { 0 };
  gint16 samples[AUDIO_FRAME_SAMPLES];
  memset(samples, 0x10, sizeof samples);
  g_assert_false(audio_gate_run(&gate, samples, 90));
  g_assert_true(audio_gate_run(&gate, samples, 30));
  g_assert_cmpint(samples[0], ==, 0);
  g_assert_cmpint(samples[AUDIO_FRAME_SAMPLES - 1], ==, 0x1010);
  guint open = 0;
  while (audio_gate_run(&gate, samples, 90))
    open++;
  g_assert_cmpuint(open, ==, 50);
  g_assert_cmpint(abs(samples[AUDIO_FRAME_SAMPLES - 1]), <, 16);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/audio_limiter/below_the_threshold_every_bit_is_kept",
                  test_below_the_threshold_every_bit_is_kept);
  g_test_add_func("/mixer/audio_limiter/nine_full_scale_voices_are_not_clipped",
                  test_nine_full_scale_voices_are_not_clipped);
  g_test_add_func("/mixer/audio_limiter/a_loud_tone_stays_a_tone", test_a_loud_tone_stays_a_tone);
  g_test_add_func("/mixer/audio_limiter/gain_returns_after_a_peak", test_gain_returns_after_a_peak);
  g_test_add_func("/mixer/audio_level/level_counts_from_full_scale", test_level_counts_from_full_scale);
  g_test_add_func("/mixer/audio_gate/gate_opens_at_once_and_closes_after_a_second",
                  test_gate_opens_at_once_and_closes_after_a_second);
  return g_test_run();
}
