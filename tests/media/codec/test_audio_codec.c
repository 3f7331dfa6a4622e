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
  ADD(what_is_no_opus_packet_is_refused);
  ADD(impossible_settings_are_an_error);
#undef ADD
  return g_test_run();
}
