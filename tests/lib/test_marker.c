/* tests/lib/test_marker.c - unit tests of tests/lib/marker. */
#include "tests/lib/marker.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include "tests/lib/random_stream.h"
#include <math.h>
#include <string.h>

enum { SECOND = 48000, SECONDS = 12, N = SECOND * SECONDS, LOUD = 9000 };

/* Marker k of signature k % 6 begins at this sample. */
static guint
place(guint k)
{
  return 4321 + k * 5760 * 2;
}

static guint
fill_markers(gint16 *sound)
{
  guint k = 0;
  for (; place(k) + MARKER_SAMPLES < N - SECOND / 2; k++)
    marker_add(k % MARKER_SIGNATURES, sound + place(k), LOUD);
  return k;
}

/* Speech-like: harmonics of a gliding pitch in syllables. */
static void
add_voice(gint16 *sound, int amplitude)
{
  double phase = 0;
  for (guint i = 0; i < N; i++) {
    double t = (double)i / SECOND, value = 0;
    phase += 2 * G_PI * (140 + 40 * sin(3 * t)) / SECOND;
    for (int h = 1; h < 20; h++)
      value += sin(h * phase) / h;
    sound[i] = (gint16)CLAMP(sound[i] + amplitude * 0.6 * value * MAX(sin(9 * t), 0), -32768, 32767);
  }
}

typedef struct {
  guint  found, wrong;
  double error_max_ms;
} Score;

/* @delay_samples: what every position is expected to be late by. */
static Score
score(const gint16 *sound, guint n_markers, double delay_samples)
{
  g_autoptr(MarkerDetector) detector = marker_detector_new();
  Score result = { 0 };
  for (guint at = 0; at + 960 <= N; at += 960) {
    MarkerHit hits[8];
    guint n_hits = marker_detector_push(detector, sound + at, 960, hits, 8);
    for (guint i = 0; i < n_hits; i++) {
      double start = hits[i].start_sample - delay_samples;
      guint k = (guint)MAX(lround((start - place(0)) / (place(1) - place(0))), 0);
      double error_ms = fabs(start - place(k)) / 48;
      if (k >= n_markers || k % MARKER_SIGNATURES != hits[i].signature || error_ms > 5) {
        result.wrong++;
        continue;
      }
      result.found++;
      result.error_max_ms = MAX(result.error_max_ms, error_ms);
    }
  }
  g_test_message("%u of %u found, %u wrong, error up to %.3f ms", result.found, n_markers, result.wrong, result.error_max_ms);
  return result;
}

static void
test_clean_markers_are_found_to_a_tenth_of_a_ms(void)
{
  g_autofree gint16 *sound = g_new0(gint16, N);
  guint n = fill_markers(sound);
  Score result = score(sound, n, 0);
  g_assert_cmpuint(result.found, ==, n);
  g_assert_cmpuint(result.wrong, ==, 0);
  g_assert_cmpfloat(result.error_max_ms, <, 0.1);
}

static void
test_markers_are_found_under_a_voice(void)
{
  g_autofree gint16 *sound = g_new0(gint16, N);
  guint n = fill_markers(sound);
  add_voice(sound, 3500);
  Score result = score(sound, n, 0);
  g_assert_cmpuint(result.found, >=, n * 9 / 10);
  g_assert_cmpuint(result.wrong, <=, n / 50);
  g_assert_cmpfloat(result.error_max_ms, <, 0.5);
}

static void
test_a_voice_alone_is_no_marker(void)
{
  g_autofree gint16 *sound = g_new0(gint16, N);
  add_voice(sound, 8000);
  Score result = score(sound, 0, 0);
  g_assert_cmpuint(result.wrong, <=, 1);
}

static void
through_opus(gint16 *sound, guint times)
{
  assert_on_audio_tick();
  AudioEncoderConfig config = { .bitrate_bps = 32000, .complexity = 5, .expected_loss_percent = 5 };
  for (guint i = 0; i < times; i++) {
    g_autoptr(AudioEncoder) encoder = audio_encoder_new(&config, NULL);
    g_autoptr(AudioDecoder) decoder = audio_decoder_new();
    for (guint at = 0; at + AUDIO_FRAME_SAMPLES <= N; at += AUDIO_FRAME_SAMPLES) {
      gint16 out[5760];
      g_autoptr(AudioPacket) packet = audio_encoder_encode(encoder, sound + at, at);
      g_assert_nonnull(packet);
      g_assert_cmpint(audio_decoder_decode(decoder, packet, out, 5760), ==, AUDIO_FRAME_SAMPLES);
      memcpy(sound + at, out, sizeof(gint16) * AUDIO_FRAME_SAMPLES);
    }
  }
}

static void
test_markers_survive_opus_twice(void)
{
  g_autofree gint16 *sound = g_new0(gint16, N);
  guint n = fill_markers(sound);
  add_voice(sound, 2500);
  through_opus(sound, 2);
  Score result = score(sound, n, 2 * 312);  /* libopus looks 6.5 ms ahead */
  g_assert_cmpuint(result.found, >=, n * 8 / 10);
  g_assert_cmpuint(result.wrong, <=, n / 20);
  g_assert_cmpfloat(result.error_max_ms, <, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/marker/clean_markers_are_found_to_a_tenth_of_a_ms", test_clean_markers_are_found_to_a_tenth_of_a_ms);
  g_test_add_func("/lib/marker/markers_are_found_under_a_voice", test_markers_are_found_under_a_voice);
  g_test_add_func("/lib/marker/a_voice_alone_is_no_marker", test_a_voice_alone_is_no_marker);
  g_test_add_func("/lib/marker/markers_survive_opus_twice", test_markers_survive_opus_twice);
  return g_test_run();
}
