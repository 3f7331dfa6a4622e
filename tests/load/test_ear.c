/* tests/load/test_ear.c - unit tests of tests/load/ear and audience, in the packets' own time. */
#include "tests/load/audience.h"
#include "tests/lib/random_stream.h"
#include <math.h>
#include <opus.h>

enum { MS = 1000, PACKETS = 500 };

static AudioPacket *PACKET[PACKETS];

/* Harmonics of a 120 Hz voice that pauses for a quarter of each second: libopus adds FEC to
 * what it takes for speech only. */
static gint16
voice(guint n)
{
  double t_s = (double)n / AUDIO_SAMPLE_RATE, sum = 0;
  double phase = 2 * G_PI * (120 * t_s + 10 * sin(2 * G_PI * 0.7 * t_s));
  for (int harmonic = 1; harmonic <= 12; harmonic++)
    sum += sin(phase * harmonic + harmonic) / harmonic;
  double envelope = fmod(t_s, 1.0) < 0.75 ? 0.6 + 0.4 * sin(2 * G_PI * 4 * t_s) : 0;
  return (gint16)(5000 * sum * envelope);
}

static void
encode(void)
{
  int status;
  OpusEncoder *encoder = opus_encoder_create(AUDIO_SAMPLE_RATE, 1, OPUS_APPLICATION_VOIP, &status);
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000));
  opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(20));
  opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));  /* SILK: FEC exists there only */
  opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
  for (guint i = 0; i < PACKETS; i++) {
    gint16 sound[AUDIO_FRAME_SAMPLES];
    guint8 data[400];
    for (guint k = 0; k < AUDIO_FRAME_SAMPLES; k++)
      sound[k] = voice(i * AUDIO_FRAME_SAMPLES + k);
    opus_int32 length = opus_encode(encoder, sound, AUDIO_FRAME_SAMPLES, data, sizeof data);
    g_assert_cmpint(length, >, 0);
    PACKET[i] = audio_packet_new(data, (gsize)length);
    PACKET[i]->rtp_timestamp = 4294960000u + i * AUDIO_FRAME_SAMPLES;
    PACKET[i]->seq = (guint16)(65500 + i);
    PACKET[i]->arrival_us = 1000 * MS + (gint64)i * 20 * MS;
  }
  opus_encoder_destroy(encoder);
}

/* Listens to all packets but those that @lost marks. */
static EarFigures
listen_to(const bool lost[PACKETS])
{
  assert_on_audio_tick();
  EarFigures figures;
  Ear *ear = ear_new();
  ear_begin(ear, 0);
  for (guint i = 0; i < PACKETS; i++)
    if (!lost[i])
      ear_packet(ear, audio_packet_ref(PACKET[i]));
  ear_end(ear, PACKET[PACKETS - 1]->arrival_us, &figures);
  ear_free(ear);
  return figures;
}

static void
test_all_is_heard_on_a_good_line(void)
{
  bool lost[PACKETS] = { false };
  EarFigures figures = listen_to(lost);
  g_assert_cmpuint(figures.pulls, >=, PACKETS - 10);
  g_assert_cmpuint(figures.missing, ==, 0);
  g_assert_cmpuint(figures.gaps, ==, 0);
}

static void
test_single_losses_are_recovered(void)
{
  bool lost[PACKETS] = { false };
  guint n = 0;
  for (guint i = 50; i < PACKETS - 50; i += 10, n++)
    lost[i] = true;
  for (guint i = 0; i < PACKETS; i++)  /* jitter makes the buffer deep enough for the packet after the lost one */
    PACKET[i]->arrival_us += i % 8 * 5 * MS;
  EarFigures figures = listen_to(lost);
  for (guint i = 0; i < PACKETS; i++)
    PACKET[i]->arrival_us -= i % 8 * 5 * MS;
  g_test_message("%.1f ms, %" G_GUINT64_FORMAT " recovered, %" G_GUINT64_FORMAT " missing", figures.buffer_mean_ms, figures.recovered, figures.missing);
  g_assert_cmpfloat(figures.buffer_mean_ms, >, 25);
  g_assert_cmpuint(figures.recovered + figures.missing, >=, n - 2);
  g_assert_cmpuint(figures.recovered, >=, n / 2);
  g_assert_cmpuint(figures.gaps, ==, 0);
}

static void
test_long_losses_are_gaps(void)
{
  bool lost[PACKETS] = { false };
  for (guint i = 0; i < 10; i++)
    lost[100 + i] = lost[300 + i] = true;
  EarFigures figures = listen_to(lost);
  g_assert_cmpuint(figures.gaps, ==, 2);
  g_assert_cmpfloat(figures.gap_max_ms, >=, 160);
  g_assert_cmpfloat(figures.gap_max_ms, <=, 200);
  g_assert_cmpuint(figures.missing, >=, 16);
}

static void
test_an_audience_hears_what_each_ear_would(void)
{
  g_autoptr(Audience) audience = audience_new(2);
  EarFigures heard[2];
  bool lost[PACKETS] = { false };
  RandomStream random = random_stream(5);
  audience_begin(audience, 0);
  for (guint i = 0; i < PACKETS; i++) {
    lost[i] = i > 50 && random_stream_unit(&random) < 0.2;
    audience_packet(audience, 0, audio_packet_ref(PACKET[i]));
    if (!lost[i])
      audience_packet(audience, 1, audio_packet_ref(PACKET[i]));
  }
  audience_end(audience, PACKET[PACKETS - 1]->arrival_us, heard);
  EarFigures alone = listen_to(lost);
  g_assert_cmpuint(heard[0].missing, ==, 0);
  g_assert_cmpuint(heard[1].missing, ==, alone.missing);
  g_assert_cmpuint(heard[1].recovered, ==, alone.recovered);
  g_assert_cmpuint(heard[1].missing, >, 10);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  encode();
  g_test_add_func("/load/ear/all_is_heard_on_a_good_line", test_all_is_heard_on_a_good_line);
  g_test_add_func("/load/ear/single_losses_are_recovered", test_single_losses_are_recovered);
  g_test_add_func("/load/ear/long_losses_are_gaps", test_long_losses_are_gaps);
  g_test_add_func("/load/ear/an_audience_hears_what_each_ear_would", test_an_audience_hears_what_each_ear_would);
  int status = g_test_run();
  for (guint i = 0; i < PACKETS; i++)
    audio_packet_unref(PACKET[i]);
  return status;
}
