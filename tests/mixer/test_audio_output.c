/* tests/mixer/test_audio_output.c - unit tests of mixer/audio_output with real codecs: a receiver
 * that is moved from one encoder to another hears neither gap nor click. */
#include "media/codec/audio_decoder.h"
#include "mixer/audio_output.h"
#include "tests/mixer/tone.h"
#include <string.h>

enum { BPS = 32000, TICKS = 120, MOVE_AT = 60, WINDOW = 240, AMPLITUDE = 6000 };

static void
tone_sum(AudioSum *sum, guint tick)
{
  gint16 samples[AUDIO_FRAME_SAMPLES];
  tone_write(samples, AUDIO_FRAME_SAMPLES, 400, AMPLITUDE, tick * AUDIO_FRAME_SAMPLES);
  audio_mix_clear(sum);
  audio_mix_add(sum, samples);
}

typedef enum {
  MOVE_NONE = 0,
  MOVE_TAKEN_OVER,  /* to an output that begins where the first one stands */
  MOVE_ANEW,        /* to one that knows nothing                           */
  MOVE_BACK,        /* to one that has been running all the time           */
} Move;

/* What the receiver hears that is moved to another output at MOVE_AT. */
static void
listen(gint16 *heard, Move move)
{
  assert_on_audio_tick();
  AudioOutput common, own;
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  audio_output_init(&common);
  audio_output_init(&own);
  for (guint tick = 0; tick < TICKS; tick++) {
    AudioSum sum;
    tone_sum(&sum, tick);
    if (tick == MOVE_AT && move == MOVE_TAKEN_OVER)
      audio_output_continue(&own, &common);
    AudioOutput *output = tick < MOVE_AT ? &common : &own;
    g_assert_true(audio_output_start(output, BPS));
    if (move == MOVE_BACK)
      g_assert_true(audio_output_start(&own, BPS));
    audio_output_limit(&common, &sum);
    if (tick >= MOVE_AT || move == MOVE_BACK)
      audio_output_limit(&own, &sum);
    if (tick < MOVE_AT && move == MOVE_BACK)  /* for others */
      audio_packet_unref(audio_output_encode(&own, tick * AUDIO_FRAME_SAMPLES, 0));
    g_autoptr(AudioPacket) packet
        = audio_output_encode(output, tick * AUDIO_FRAME_SAMPLES, tick * 20000);
    g_assert_nonnull(packet);
    g_assert_cmpint(packet->arrival_us, ==, tick * 20000);
    int n = audio_decoder_decode(decoder, packet, heard + tick * AUDIO_FRAME_SAMPLES,
                                 AUDIO_FRAME_SAMPLES);
    g_assert_cmpint(n, ==, AUDIO_FRAME_SAMPLES);
  }
  audio_output_clear(&common);
  audio_output_clear(&own);
}

/* The lowest and highest level of windows of 5 ms, dB against the tone sent, around the move. */
static void
extremes(const gint16 *heard, double *lowest_db, double *highest_db)
{
  *lowest_db = 100;
  *highest_db = -100;
  for (guint at = (MOVE_AT - 3) * AUDIO_FRAME_SAMPLES; at < (MOVE_AT + 6) * AUDIO_FRAME_SAMPLES;
       at += WINDOW / 2) {
    double energy = 1e-9;
    for (guint i = 0; i < WINDOW; i++)
      energy += (double)heard[at + i] * heard[at + i] / WINDOW;
    double db = 10 * log10(energy / (AMPLITUDE * (double)AMPLITUDE / 2));
    *lowest_db = MIN(*lowest_db, db);
    *highest_db = MAX(*highest_db, db);
  }
}

static void
test_moved_receiver_hears_no_gap_and_no_click(void)
{
  g_autofree gint16 *heard = g_new(gint16, TICKS * AUDIO_FRAME_SAMPLES);
  double lowest_db, highest_db;
  static const Move MOVES[] = { MOVE_TAKEN_OVER, MOVE_BACK };
  for (guint i = 0; i < G_N_ELEMENTS(MOVES); i++) {
    listen(heard, MOVES[i]);
    extremes(heard, &lowest_db, &highest_db);
    g_test_message("%s: %.1f to %.1f dB", i == 0 ? "taken over" : "back", lowest_db, highest_db);
    g_assert_cmpfloat(lowest_db, >, -1.5);
    g_assert_cmpfloat(highest_db, <, 1.5);
  }

  listen(heard, MOVE_ANEW);
  extremes(heard, &lowest_db, &highest_db);
  g_test_message("begun anew: %.1f to %.1f dB", lowest_db, highest_db);
  g_assert_cmpfloat(lowest_db, <, -2.5);  /* the gap that taking over avoids */
}

static void
test_stopped_output_encodes_nothing(void)
{
  assert_on_audio_tick();
  AudioOutput output;
  AudioSum sum;
  audio_output_init(&output);
  tone_sum(&sum, 0);
  audio_output_limit(&output, &sum);
  g_assert_null(audio_output_encode(&output, 0, 0));
  g_assert_true(audio_output_start(&output, BPS));
  g_assert_true(audio_output_start(&output, BPS));
  audio_output_limit(&output, &sum);
  g_autoptr(AudioPacket) packet = audio_output_encode(&output, 960, 0);
  g_assert_cmpuint(packet->rtp_timestamp, ==, 960);
  g_assert_true(packet->has_level);
  g_assert_cmpuint(packet->level, ==, 18);  /* 6000 of 32768, RMS */
  audio_output_stop(&output);
  g_assert_null(audio_output_encode(&output, 1920, 0));
  audio_output_clear(&output);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/audio_output/moved_receiver_hears_no_gap_and_no_click",
                  test_moved_receiver_hears_no_gap_and_no_click);
  g_test_add_func("/mixer/audio_output/stopped_output_encodes_nothing",
                  test_stopped_output_encodes_nothing);
  return g_test_run();
}
