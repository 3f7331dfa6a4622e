/* tests/media/codec/test_audio_codec.c - unit tests of media/codec/audio_encoder and audio_decoder. */
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include "media/codec/audio_packet_queue.h"
#include <math.h>
#include <string.h>

static const AudioEncoderConfig CONFIG = {
  .bitrate_bps = 32000, .complexity = 5, .expected_loss_percent = 5,
};

static void
tone(gint16 *out, guint frame)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    out[i] = (gint16)(9000 * sin(2 * G_PI * 300 * (frame * AUDIO_FRAME_SAMPLES + i) / 48000.0)
                      * (0.7 + 0.3 * sin(frame * 0.9)));
}

static double
loudness(const gint16 *samples)
{
  double sum = 0;
  for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    sum += (double)samples[i] * samples[i];
  return sqrt(sum / AUDIO_FRAME_SAMPLES);
}

static AudioPacket *
encode(AudioEncoder *encoder, guint frame)
{
  assert_on_audio_tick();
  gint16 in[AUDIO_FRAME_SAMPLES];
  tone(in, frame);
  AudioPacket *packet = audio_encoder_encode(encoder, in, frame * AUDIO_FRAME_SAMPLES);
  g_assert_nonnull(packet);
  return packet;
}

static void
test_sound_survives_at_about_the_rate_asked_for(void)
{
  assert_on_audio_tick();
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&CONFIG, NULL);
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  gsize bytes = 0;
  for (guint i = 0; i < 200; i++) {
    g_autoptr(AudioPacket) packet = encode(encoder, i);
    g_assert_cmpuint(packet->rtp_timestamp, ==, i * AUDIO_FRAME_SAMPLES);
    bytes += packet->length;
    gint16 out[5760];
    g_assert_cmpint(audio_decoder_decode(decoder, packet, out, 5760), ==, AUDIO_FRAME_SAMPLES);
    if (i > 5)
      g_assert_cmpfloat(loudness(out), >, 2000);
  }
  g_assert_cmpuint(bytes * 8 / 4, >, 16000);
  g_assert_cmpuint(bytes * 8 / 4, <, 40000);
}

static void
test_fec_is_in_the_stream_and_recovers(void)
{
  assert_on_audio_tick();
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&CONFIG, NULL);
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  gint16 out[5760];
  guint with_fec = 0;
  for (guint i = 0; i < 100; i++) {
    g_autoptr(AudioPacket) packet = encode(encoder, i);
    with_fec += audio_packet_carries_fec(packet);
    if (i % 10 == 5)
      continue;
    if (i % 10 == 6) {
      g_assert_cmpint(audio_decoder_decode_fec(decoder, packet, out, AUDIO_FRAME_SAMPLES), ==,
                      AUDIO_FRAME_SAMPLES);
      if (i > 10)
        g_assert_cmpfloat(loudness(out), >, 700);
    }
    g_assert_cmpint(audio_decoder_decode(decoder, packet, out, 5760), ==, AUDIO_FRAME_SAMPLES);
  }
  g_assert_cmpuint(with_fec, >, 60);
}

static void
test_without_expected_loss_there_is_no_fec(void)
{
  AudioEncoderConfig config = CONFIG;
  config.expected_loss_percent = 0;
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&config, NULL);
  for (guint i = 0; i < 50; i++) {
    g_autoptr(AudioPacket) packet = encode(encoder, i);
    g_assert_false(audio_packet_carries_fec(packet));
  }
}

/* A gliding voice of 120 Hz with breath, paused for a quarter of each second. */
static void
voice(gint16 *out, guint frame, GRand *rand)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++) {
    double t = (frame * AUDIO_FRAME_SAMPLES + i) / 48000.0, sum = 0;
    double phase = 2 * G_PI * (120 * t + 10 * sin(2 * G_PI * 0.7 * t));
    for (int h = 1; h <= 20; h++)
      sum += sin(phase * h + h) / h;
    double envelope = fmod(t, 1) < 0.75 ? 0.6 + 0.4 * sin(2 * G_PI * 4 * t) : 0.02;
    out[i] = (gint16)(5000 * sum * envelope + g_rand_int_range(rand, -200, 200));
  }
}

/* How far the copies that FEC carries are from the sound itself, in dB, at @loss_percent. */
static double
fec_snr_db(guint loss_percent)
{
  assert_on_audio_tick();
  AudioEncoderConfig config = CONFIG;
  config.expected_loss_percent = loss_percent;
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&config, NULL);
  g_autoptr(AudioDecoder) whole = audio_decoder_new(), holed = audio_decoder_new();
  g_autoptr(GRand) rand = g_rand_new_with_seed(1);
  double signal = 0, noise = 0;
  gint16 last[5760] = { 0 }, out[5760];
  for (guint i = 0; i < 500; i++) {
    gint16 in[AUDIO_FRAME_SAMPLES];
    voice(in, i, rand);
    g_autoptr(AudioPacket) packet = audio_encoder_encode(encoder, in, 0);
    if (i % 10 == 6) {
      g_assert_cmpint(audio_decoder_decode_fec(holed, packet, out, AUDIO_FRAME_SAMPLES), ==, AUDIO_FRAME_SAMPLES);
      for (guint k = 0; k < AUDIO_FRAME_SAMPLES && i > 20; k++) {
        signal += last[k] * (double)last[k];
        noise += (last[k] - out[k]) * (double)(last[k] - out[k]);
      }
    }
    audio_decoder_decode(whole, packet, last, 5760);
    if (i % 10 != 5)
      audio_decoder_decode(holed, packet, out, 5760);
  }
  return 10 * log10(signal / noise);
}

static void
test_the_more_loss_is_expected_the_better_fec_recovers(void)
{
  double little_db = fec_snr_db(5), much_db = fec_snr_db(15);
  g_test_message("recovered: %.1f dB at 5 %%, %.1f dB at 15 %%", little_db, much_db);
  g_assert_cmpfloat(much_db, >, little_db + 1);
}

/* The level of windows of 5 ms of a steady tone, while the expected loss changes each 200 ms. */
static void
test_a_new_expectation_of_loss_is_not_heard(void)
{
  assert_on_audio_tick();
  static const guint LOSSES[] = { 5, 25, 10, 0, 15, 5, 40 };
  enum { WINDOW = 240, FRAMES = 20 + 10 * (int)G_N_ELEMENTS(LOSSES) };
  double lowest_db[2] = { 100, 100 }, highest_db[2] = { -100, -100 };
  for (guint changes = 0; changes < 2; changes++) {
    g_autoptr(AudioEncoder) encoder = audio_encoder_new(&CONFIG, NULL);
    g_autoptr(AudioDecoder) decoder = audio_decoder_new();
    for (guint i = 0; i < FRAMES; i++) {
      if (changes != 0 && i >= 20 && i % 10 == 0)
        audio_encoder_set_expected_loss(encoder, LOSSES[(i - 20) / 10]);
      gint16 in[AUDIO_FRAME_SAMPLES], out[5760];
      for (guint k = 0; k < AUDIO_FRAME_SAMPLES; k++)
        in[k] = (gint16)(6000 * sin(2 * G_PI * 400 * (i * AUDIO_FRAME_SAMPLES + k) / 48000.0));
      g_autoptr(AudioPacket) packet = audio_encoder_encode(encoder, in, i * AUDIO_FRAME_SAMPLES);
      g_assert_cmpint(audio_decoder_decode(decoder, packet, out, 5760), ==, AUDIO_FRAME_SAMPLES);
      for (guint at = 0; at < AUDIO_FRAME_SAMPLES && i >= 10; at += WINDOW) {
        double energy = 1e-9;
        for (guint k = 0; k < WINDOW; k++)
          energy += out[at + k] * (double)out[at + k] / WINDOW;
        double db = 10 * log10(energy / (6000 * 6000.0 / 2));
        lowest_db[changes] = MIN(lowest_db[changes], db);
        highest_db[changes] = MAX(highest_db[changes], db);
      }
    }
  }
  g_test_message("steady %.1f to %.1f dB, changing %.1f to %.1f dB", lowest_db[0], highest_db[0],
                 lowest_db[1], highest_db[1]);
  g_assert_cmpfloat(lowest_db[1], >, lowest_db[0] - 1);
  g_assert_cmpfloat(highest_db[1], <, highest_db[0] + 1);
}

static void
test_what_is_no_opus_packet_is_refused(void)
{
  assert_on_audio_tick();
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  static const guint8 bad[] = { 0xff, 0xff, 0xff, 0xff };
  gint16 out[5760];
  g_autoptr(AudioPacket) empty = audio_packet_new(NULL, 0), broken = audio_packet_new(bad, 4);
  g_assert_cmpint(audio_decoder_decode(decoder, empty, out, 5760), <, 0);
  g_assert_cmpint(audio_decoder_decode(decoder, broken, out, 5760), <, 0);
  g_assert_cmpint(audio_decoder_decode_fec(decoder, empty, out, 960), <, 0);
  g_assert_false(audio_packet_carries_fec(empty));
  g_assert_false(audio_packet_carries_fec(broken));
  g_assert_cmpint(audio_decoder_conceal(decoder, out, 960), ==, 960);
}

static void
test_impossible_settings_are_an_error(void)
{
  static const AudioEncoderConfig bad[] = {
    { .bitrate_bps = 32000, .complexity = 11, .expected_loss_percent = 5 },
    { .bitrate_bps = 32000, .complexity = 5, .expected_loss_percent = 101 },
    { .bitrate_bps = 0, .complexity = 5 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(audio_encoder_new(&bad[i], &error));
    g_assert_nonnull(error);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/audio_codec/" #name, test_##name)
  ADD(sound_survives_at_about_the_rate_asked_for);
  ADD(fec_is_in_the_stream_and_recovers);
  ADD(without_expected_loss_there_is_no_fec);
  ADD(the_more_loss_is_expected_the_better_fec_recovers);
  ADD(a_new_expectation_of_loss_is_not_heard);
  ADD(what_is_no_opus_packet_is_refused);
  ADD(impossible_settings_are_an_error);
#undef ADD
  return g_test_run();
}
