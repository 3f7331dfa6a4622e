/* tests/mixer/test_audio_limiter.c - unit tests of mixer/audio_limiter, audio_level, audio_gate
 * and audio_mix. */
#include "mixer/audio_gate.h"
#include "mixer/audio_level.h"
#include "mixer/audio_limiter.h"
#include "tests/mixer/tone.h"
#include <stdlib.h>
#include <string.h>

enum { TICKS = 200 };

static void
add_tone(AudioSum *sum, guint tick, double hz, double amplitude)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++) {
    double t = (double)(tick * AUDIO_FRAME_SAMPLES + i) / AUDIO_SAMPLE_RATE;
    sum->samples[i] += (gint32)lrint(amplitude * sin(2 * G_PI * hz * t));
  }
}

static void
test_below_the_ceiling_every_bit_is_kept(void)
{
  AudioLimiter limiter;
  gint16 expected[AUDIO_LIMITER_BLOCK] = { 0 };
  audio_limiter_init(&limiter);
  for (guint tick = 0; tick < TICKS; tick++) {
    AudioSum in = { 0 };
    gint16 out[AUDIO_FRAME_SAMPLES];
    add_tone(&in, tick, 441, AUDIO_LIMITER_CEILING);
    audio_limiter_process(&limiter, &in, out);
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      g_assert_cmpint(out[i], ==, i < AUDIO_LIMITER_BLOCK ? expected[i]
                                                          : in.samples[i - AUDIO_LIMITER_BLOCK]);
    for (guint i = 0; i < AUDIO_LIMITER_BLOCK; i++)
      expected[i] = (gint16)in.samples[AUDIO_FRAME_SAMPLES - AUDIO_LIMITER_BLOCK + i];
  }
}

static void
test_nine_full_scale_voices_never_pass_the_ceiling(void)
{
  AudioLimiter limiter;
  audio_limiter_init(&limiter);
  for (guint tick = 0; tick < TICKS; tick++) {
    AudioSum in = { 0 };
    gint16 out[AUDIO_FRAME_SAMPLES];
    if (tick % 40 >= 10)  /* with sudden beginnings */
      for (guint voice = 0; voice < 9; voice++)
        add_tone(&in, tick, 200 + 137 * voice, 32767);
    audio_limiter_process(&limiter, &in, out);
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      g_assert_cmpint(abs(out[i]), <=, AUDIO_LIMITER_CEILING);
  }
}

static void
test_wild_sums_never_pass_the_ceiling(void)
{
  AudioLimiter limiter;
  audio_limiter_init(&limiter);
  g_autoptr(GRand) rand = g_rand_new_with_seed(20261210);
  for (guint tick = 0; tick < 2000; tick++) {
    AudioSum in = { 0 };
    gint16 out[AUDIO_FRAME_SAMPLES];
    gint32 range = 1 << g_rand_int_range(rand, 0, 23);
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      if (g_rand_int_range(rand, 0, 100) < (gint32)(tick % 101))
        in.samples[i] = g_rand_int_range(rand, -range, range + 1);
    audio_limiter_process(&limiter, &in, out);
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      g_assert_cmpint(abs(out[i]), <=, AUDIO_LIMITER_CEILING);
  }
}

/* A steady loud tone is turned down, not bent: what is not the tone stays 60 dB below it. */
static void
test_a_loud_tone_stays_a_tone(void)
{
  static const double TONES[] = { 100, 150, 300, 500, 1000, 3000 };
  for (guint t = 0; t < G_N_ELEMENTS(TONES); t++) {
    AudioLimiter limiter;
    g_autofree gint16 *heard = g_new(gint16, 50 * AUDIO_FRAME_SAMPLES);
    audio_limiter_init(&limiter);
    for (guint tick = 0; tick < 100; tick++) {
      AudioSum in = { 0 };
      gint16 out[AUDIO_FRAME_SAMPLES];
      add_tone(&in, tick, TONES[t], 9 * 32767.0);
      audio_limiter_process(&limiter, &in, out);
      if (tick >= 50)
        memcpy(heard + (tick - 50) * AUDIO_FRAME_SAMPLES, out, sizeof out);
    }
    double energy = 0, amplitude = tone_amplitude(heard, 50 * AUDIO_FRAME_SAMPLES, TONES[t]);
    for (guint i = 0; i < 50 * AUDIO_FRAME_SAMPLES; i++)
      energy += (double)heard[i] * heard[i] / (50 * AUDIO_FRAME_SAMPLES);
    double distortion = (energy - amplitude * amplitude / 2) / energy;
    g_test_message("%.0f Hz: distortion %.1f dB", TONES[t], 10 * log10(MAX(distortion, 1e-12)));
    g_assert_cmpfloat(distortion, <, 1e-6);
    g_assert_cmpfloat(amplitude, >, AUDIO_LIMITER_CEILING * 0.98);
  }
}

/* Speech at a level that needs the limiter now and then: the gain moves slowly upwards, so
 * that one syllable is not louder than the next because of it. */
static void
test_gain_does_not_pump_and_comes_back(void)
{
  AudioLimiter limiter;
  gint16 out[AUDIO_FRAME_SAMPLES];
  audio_limiter_init(&limiter);
  for (guint tick = 0; tick < 200; tick++) {
    AudioSum in = { 0 };
    float before = limiter.gain;
    add_tone(&in, tick, 220, tick % 11 < 8 ? 60000 : 300);
    audio_limiter_process(&limiter, &in, out);
    if (tick > 2)  /* 60 ms of pause do not raise it by more than 1 dB in all */
      g_assert_cmpfloat(limiter.gain / before, <, 1.05);
    if (tick > 2 && tick % 11 < 8)
      g_assert_cmpfloat(limiter.gain, <, 0.56);
  }
  for (guint tick = 0; tick < 50; tick++) {
    AudioSum in = { 0 };
    add_tone(&in, tick, 220, 10000);
    audio_limiter_process(&limiter, &in, out);
  }
  g_assert_cmpfloat(limiter.gain, ==, 1);  /* bit by bit again within a second */
}

static void
test_mix_without_self_is_the_sum_of_the_others(void)
{
  enum { MEMBERS = 128 };
  g_autoptr(GRand) rand = g_rand_new_with_seed(7);
  g_autofree gint16 *samples = g_new(gint16, MEMBERS * AUDIO_FRAME_SAMPLES);
  AudioSum sum, without;
  audio_mix_clear(&sum);
  for (guint m = 0; m < MEMBERS; m++) {
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      samples[m * AUDIO_FRAME_SAMPLES + i] = i % 2 ? G_MAXINT16 : (gint16)g_rand_int(rand);
    audio_mix_add(&sum, samples + m * AUDIO_FRAME_SAMPLES);
  }
  audio_mix_minus(&sum, samples + 5 * AUDIO_FRAME_SAMPLES, &without);
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++) {
    gint32 expected = 0;
    for (guint m = 0; m < MEMBERS; m++)
      expected += m == 5 ? 0 : samples[m * AUDIO_FRAME_SAMPLES + i];
    g_assert_cmpint(without.samples[i], ==, expected);
  }
}

static void
test_level_counts_from_full_scale(void)
{
  static const struct { double amplitude; guint8 level; } CASES[] = {
    { 32767, 3 }, { 3276.7, 23 }, { 327.67, 43 }, { 32.767, 63 }, { 0, 127 },
  };
  gint16 samples[AUDIO_FRAME_SAMPLES];
  for (guint c = 0; c < G_N_ELEMENTS(CASES); c++) {
    tone_write(samples, AUDIO_FRAME_SAMPLES, 500, CASES[c].amplitude, 0);
    g_assert_cmpuint(audio_level(samples, AUDIO_FRAME_SAMPLES), ==, CASES[c].level);
  }
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = i % 2 ? G_MAXINT16 : G_MININT16;
  g_assert_cmpuint(audio_level(samples, AUDIO_FRAME_SAMPLES), ==, 0);
}

static void
test_gate_opens_at_once_and_shuts_after_its_hangover(void)
{
  AudioGate gate = { 0 };
  g_assert_cmpint(audio_gate_step(&gate, 80), ==, AUDIO_GATE_SHUT);
  g_assert_cmpint(audio_gate_step(&gate, 61), ==, AUDIO_GATE_SHUT);
  g_assert_cmpint(audio_gate_step(&gate, 60), ==, AUDIO_GATE_FADE_IN);
  g_assert_cmpint(audio_gate_step(&gate, 30), ==, AUDIO_GATE_PASS);
  for (guint i = 1; i < AUDIO_GATE_HANG_TICKS; i++)
    g_assert_cmpint(audio_gate_step(&gate, 80), ==, AUDIO_GATE_PASS);
  g_assert_cmpint(audio_gate_step(&gate, 80), ==, AUDIO_GATE_FADE_OUT);
  g_assert_cmpint(audio_gate_step(&gate, 80), ==, AUDIO_GATE_SHUT);
}

static void
test_noise_at_the_gate_does_not_make_it_flap(void)
{
  AudioGate gate = { 0 };
  guint edges = 0;
  for (guint i = 0; i < 5000; i++) {
    AudioGateAction action = audio_gate_step(&gate, 58 + i * 7 % 8);  /* 58 to 65 */
    edges += action == AUDIO_GATE_FADE_IN || action == AUDIO_GATE_FADE_OUT;
  }
  g_assert_cmpuint(edges, ==, 1);
}

static void
test_fades_have_no_step(void)
{
  gint16 samples[AUDIO_FRAME_SAMPLES];
  for (AudioGateAction action = AUDIO_GATE_FADE_IN; action <= AUDIO_GATE_FADE_OUT; action++) {
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      samples[i] = 12000;
    audio_gate_fade(action, samples, AUDIO_FRAME_SAMPLES);
    for (guint i = 1; i < AUDIO_FRAME_SAMPLES; i++)
      g_assert_cmpint(abs(samples[i] - samples[i - 1]), <=, 12000 / AUDIO_GATE_FADE_SAMPLES + 1);
    g_assert_true((samples[0] == 0) == (action == AUDIO_GATE_FADE_IN));
    g_assert_cmpint(samples[AUDIO_FRAME_SAMPLES - 1], ==, action == AUDIO_GATE_FADE_OUT ? 0 : 12000);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(part, name) g_test_add_func("/mixer/" #part "/" #name, test_##name)
  ADD(audio_limiter, below_the_ceiling_every_bit_is_kept);
  ADD(audio_limiter, nine_full_scale_voices_never_pass_the_ceiling);
  ADD(audio_limiter, wild_sums_never_pass_the_ceiling);
  ADD(audio_limiter, a_loud_tone_stays_a_tone);
  ADD(audio_limiter, gain_does_not_pump_and_comes_back);
  ADD(audio_mix, mix_without_self_is_the_sum_of_the_others);
  ADD(audio_level, level_counts_from_full_scale);
  ADD(audio_gate, gate_opens_at_once_and_shuts_after_its_hangover);
  ADD(audio_gate, noise_at_the_gate_does_not_make_it_flap);
  ADD(audio_gate, fades_have_no_step);
  return g_test_run();
}
