/* tests/media/codec/test_audio_concealment.c - what a listener hears of media/codec/audio_jitter while
 * packets are missing, by numbers: levels, fades, clicks, and what waiting for them costs. */
#include "tests/media/codec/audio_rig.h"

enum { CUT_AT = 500, PULL = AUDIO_FRAME_SAMPLES, RUN_PULLS = 450 };

static guint cut_packets;

static gint64
is_cut(AudioRig *rig, guint k)
{
  (void)rig;
  return k >= CUT_AT && k < CUT_AT + cut_packets ? -1 : 0;
}

typedef struct {
  double level_db[RUN_PULLS];   /* of each 5 ms from the last packet on, against the tone before */
  int    largest_step;          /* between two samples, from the cut to 200 ms after its end      */
  int    tone_step;             /* the same of the tone before                                    */
  guint  first_concealed;       /* sample in the output                                           */
  guint  kinds[6];
} Heard;

static double
rms(const AudioRig *rig, guint at, guint n)
{
  double sum = 0;
  for (guint i = 0; i < n; i++)
    sum += pow(g_array_index(rig->output, gint16, at + i), 2);
  return sqrt(sum / n);
}

static int
largest_step(const AudioRig *rig, guint from, guint to)
{
  int largest = 0;
  for (guint i = from; i < to; i++)
    largest = MAX(largest, ABS(g_array_index(rig->output, gint16, i) - g_array_index(rig->output, gint16, i - 1)));
  return largest;
}

/* A tone of 440 Hz that is cut for @packets of 20 ms; what is heard from CUT_AT on. */
static void
listen_to_a_cut(guint packets, Heard *heard)
{
  assert_on_audio_tick();
  cut_packets = packets;
  AudioRig rig = { .network = is_cut, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, (CUT_AT - 100) / 50.0);
  rig_forget(&rig);
  AudioPull kind = AUDIO_PULL_NORMAL;
  guint first_pull = 0;
  while (kind == AUDIO_PULL_NORMAL) {  /* where the buffer's delay puts the cut */
    rig_run(&rig, 0.02);
    first_pull++;
    kind = rig.kinds[AUDIO_PULL_NORMAL] == first_pull ? AUDIO_PULL_NORMAL : AUDIO_PULL_CONCEALED;
  }
  rig_run(&rig, (packets + 30) / 50.0);
  memcpy(heard->kinds, rig.kinds, sizeof heard->kinds);
  /* Within the first pull that was not whole, packets end where the tone's amplitude changes:
   * the buffer's grid is 2.5 ms, so a pull's start is near enough. */
  heard->first_concealed = (first_pull - 1) * PULL;
  double tone = rms(&rig, heard->first_concealed - 20 * PULL, 10 * PULL);
  for (guint i = 0; i < RUN_PULLS && heard->first_concealed + (i + 1) * 240 <= rig.output->len; i++)
    heard->level_db[i] = 20 * log10((rms(&rig, heard->first_concealed + i * 240, 240) + 1e-6) / tone);
  heard->tone_step = largest_step(&rig, heard->first_concealed - 20 * PULL, heard->first_concealed - 10 * PULL);
  heard->largest_step = largest_step(&rig, heard->first_concealed - PULL, rig.output->len);
  rig_stop(&rig);
}

static void
test_a_cut_is_bridged_for_100_ms_and_faded_until_120(void)
{
  Heard heard;
  listen_to_a_cut(40, &heard);
  g_test_message("level 20 ms into the cut %.1f dB, 60 ms %.1f dB, 95 ms %.1f dB, 110 ms %.1f dB",
                 heard.level_db[4], heard.level_db[12], heard.level_db[19], heard.level_db[22]);
  /* libopus lets its guess fade by itself, a tone's by 16 dB at once; it is heard until 100 ms. */
  for (guint i = 0; i < 20; i++)
    g_assert_cmpfloat(heard.level_db[i], >, -32);
  for (guint i = 20; i < 27; i++)  /* up to one pull later, by the phase of the packets */
    g_assert_cmpfloat(heard.level_db[i], <, heard.level_db[i - 1] + 3);
  for (guint i = 28; i < 40 * 4 - 4; i++)
    g_assert_cmpfloat(heard.level_db[i], <, -90);
}

static void
test_neither_the_cut_nor_the_return_clicks(void)
{
  static const guint CUTS[] = { 1, 2, 3, 5, 6, 7, 10, 25, 49, 55, 150 };
  for (gsize i = 0; i < G_N_ELEMENTS(CUTS); i++) {
    Heard heard;
    listen_to_a_cut(CUTS[i], &heard);
    g_test_message("cut of %u ms: steps of at most %d, the tone's are %d", CUTS[i] * 20, heard.largest_step,
                   heard.tone_step);
    g_assert_cmpint(heard.largest_step, <, heard.tone_step * 2);
  }
}

/* After a second the buffer begins anew, as with a sender that was never there. */
static void
test_after_a_second_the_buffer_begins_anew(void)
{
  assert_on_audio_tick();
  cut_packets = 150;
  AudioRig rig = { .network = is_cut, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, CUT_AT / 50.0 - 1);
  guint silent = 0, ended_after = 0;
  AudioJitterStats stats;
  for (guint i = 0; i < 200 && ended_after == 0; i++) {
    rig_forget(&rig);
    rig_run(&rig, 0.02);
    audio_jitter_stats(rig.jitter, &stats);
    silent += rig.kinds[AUDIO_PULL_NORMAL] == 0;
    if (!stats.playout.is_playing)
      ended_after = silent;
  }
  g_test_message("given up after %u pulls", ended_after);
  g_assert_cmpuint(ended_after, >=, 50);
  g_assert_cmpuint(ended_after, <=, 51);
  rig_run(&rig, 3);
  rig_forget(&rig);
  rig_run(&rig, 1);
  audio_jitter_stats(rig.jitter, &stats);
  g_assert_true(stats.playout.is_playing);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_NORMAL], ==, 50);
  rig_stop(&rig);
}

/* ---- waiting for what is sent again ---- */

static int loss_percent, round_trip_ms;

static gint64
loses_and_sends_again(AudioRig *rig, guint k)
{
  (void)k;
  if (g_rand_int_range(rig->rand, 0, 100) >= loss_percent)
    return 0;
  bool is_lost_again = g_rand_int_range(rig->rand, 0, 100) < 2 * loss_percent;  /* the request or the answer */
  return is_lost_again ? -1 : 25000 + round_trip_ms * 1000;
}

static void
test_what_is_sent_again_is_waited_for_where_it_pays(void)
{
  assert_on_audio_tick();
  static const struct { int loss, rtt_ms, wait_ms; double concealed_max; int lag_max_ms; } CASES[] = {
    { 0, 60, 95, 0, 26 },       /* nothing is lost: nothing is waited for    */
    { 1, 110, 145, 0.015, 60 }, /* too little for so long                    */
    { 5, 60, 0, 0.030, 60 },    /* nobody asks: FEC alone                    */
    { 5, 60, 95, 0.004, 125 },
    { 5, 110, 145, 0.030, 60 }, /* a long way for what FEC mostly mends      */
    { 20, 110, 145, 0.050, 175 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    loss_percent = CASES[i].loss;
    round_trip_ms = CASES[i].rtt_ms;
    AudioRig rig = { .signal = RIG_VOICE, .network = loses_and_sends_again, .uses_fec = true, .phase_us = 7000,
                     .seed = 21 };
    rig_start(&rig);
    audio_jitter_set_resend_wait(rig.jitter, (guint)CASES[i].wait_ms);
    rig_run(&rig, 10);
    rig_forget(&rig);
    rig_run(&rig, 60);
    double concealed = (rig.kinds[AUDIO_PULL_CONCEALED] + rig.kinds[AUDIO_PULL_SILENCE]) / 3000.0;
    g_test_message("%d %%, %d ms, wait %d ms: concealed %.2f %%, fec %.2f %%, lag at most %d us", loss_percent,
                   round_trip_ms, CASES[i].wait_ms, 100 * concealed, rig.kinds[AUDIO_PULL_FEC] / 30.0,
                   (int)rig.lag_max_us);
    g_assert_cmpfloat(concealed, <=, CASES[i].concealed_max);
    g_assert_cmpint(rig.lag_max_us, <=, CASES[i].lag_max_ms * 1000);
    /* Once the line is good again, the delay goes. */
    loss_percent = 0;
    rig_run(&rig, 12);
    rig_forget(&rig);
    rig_run(&rig, 2);
    g_assert_cmpint(rig.lag_max_us, <=, 26000);
    rig_stop(&rig);
  }
}

static gint64
loses(AudioRig *rig, guint k)
{
  (void)k;
  return g_rand_int_range(rig->rand, 0, 100) < loss_percent ? -1 : g_rand_int_range(rig->rand, 0, 4000);
}

/* TRANSPORT F: of the time concealed at most 0.5 % at 1 % of loss, 2 % at 5 %, 5 % at 10 %, 12 % at
 * 20 %, whatever the round trip. */
static void
test_fec_alone_keeps_concealment_within_the_limits(void)
{
  assert_on_audio_tick();
  static const struct { int loss; double concealed_max; } CASES[] = {
    { 1, 0.005 }, { 5, 0.02 }, { 10, 0.05 }, { 20, 0.12 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    loss_percent = CASES[i].loss;
    for (guint seed = 31; seed < 34; seed++) {
      AudioRig rig = { .signal = RIG_VOICE, .network = loses, .uses_fec = true, .phase_us = 5000, .seed = seed };
      rig_start(&rig);
      rig_run(&rig, 10);
      rig_forget(&rig);
      rig_run(&rig, 120);
      double concealed = (rig.kinds[AUDIO_PULL_CONCEALED] + rig.kinds[AUDIO_PULL_SILENCE]) / 6000.0;
      g_test_message("seed %u, %d %%: concealed %.2f %%, fec %.2f %%, lag at most %d us", seed, loss_percent,
                     100 * concealed, rig.kinds[AUDIO_PULL_FEC] / 60.0, (int)rig.lag_max_us);
      g_assert_cmpfloat(concealed, <=, CASES[i].concealed_max);
      g_assert_cmpint(rig.lag_max_us, <=, 60000);
      rig_stop(&rig);
    }
  }
}

/* ---- lip sync ---- */

static void
test_lip_sync_of_a_quarter_second_comes_and_goes_without_a_gap(void)
{
  assert_on_audio_tick();
  static const int DURATIONS[] = { 120, 480, 960, 2880 };
  for (gsize i = 0; i < G_N_ELEMENTS(DURATIONS); i++) {
    AudioRig rig = { .signal = RIG_VOICE, .duration = DURATIONS[i], .phase_us = 3000 };
    AudioJitterStats stats;
    rig_start(&rig);
    rig_run(&rig, 4);
    audio_jitter_stats(rig.jitter, &stats);
    g_assert_cmpint(stats.playout.lip_sync_us, ==, 0);
    rig_forget(&rig);
    for (guint ms = 80; ms <= 320; ms += 80) {
      audio_jitter_set_extra_delay(rig.jitter, ms);
      rig_run(&rig, 3);
    }
    audio_jitter_stats(rig.jitter, &stats);
    gint64 reached_us = MIN(250 * 1000, rig_media_us(64 * DURATIONS[i]) / 2);
    g_test_message("%d samples: %d us there", DURATIONS[i], (int)stats.playout.lip_sync_us);
    g_assert_cmpint(stats.playout.lip_sync_us, ==, reached_us);
    for (int ms = 240; ms >= 0; ms -= 80) {
      audio_jitter_set_extra_delay(rig.jitter, (guint)ms);
      rig_run(&rig, 4);
    }
    g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], ==, 0);
    g_assert_cmpuint(rig.kinds[AUDIO_PULL_SILENCE], ==, 0);
    audio_jitter_stats(rig.jitter, &stats);
    g_assert_cmpuint(stats.overflow, ==, 0);
    g_assert_cmpint(stats.playout.lip_sync_us, ==, 0);
    rig_forget(&rig);
    rig_run(&rig, 1);
    g_assert_cmpint(rig.lag_max_us, <=, rig_media_us(MIN(DURATIONS[i], 960)) + 26000);
    rig_stop(&rig);
  }
}

/* What the buffer says it plays is what it plays: a sender with a known clock. */
static void
test_the_moment_played_is_told(void)
{
  assert_on_audio_tick();
  AudioRig rig = { .phase_us = 7000, .first_ts = 0xFFFF0000u };
  rig_start(&rig);
  rig_run(&rig, 4);
  for (guint i = 0; i < 50; i++) {
    gint64 lag_us = rig_lag_us(&rig, 1000000 + (gint64)rig.n_pulls * 20000);  /* of the next pull */
    rig_run(&rig, 0.02);
    AudioJitterStats stats;
    audio_jitter_stats(rig.jitter, &stats);
    gint64 sent_us = 1000000 + rig.phase_us + rig_media_us((gint32)(stats.playout.rtp_timestamp - rig.first_ts));
    g_assert_true(stats.playout.is_playing);
    g_assert_cmpint(ABS(stats.playout.played_us - sent_us - lag_us), <=, 21000);
  }
  rig_stop(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/audio_concealment/" #name, test_##name)
  ADD(a_cut_is_bridged_for_100_ms_and_faded_until_120);
  ADD(neither_the_cut_nor_the_return_clicks);
  ADD(after_a_second_the_buffer_begins_anew);
  ADD(what_is_sent_again_is_waited_for_where_it_pays);
  ADD(fec_alone_keeps_concealment_within_the_limits);
  ADD(lip_sync_of_a_quarter_second_comes_and_goes_without_a_gap);
  ADD(the_moment_played_is_told);
#undef ADD
  return g_test_run();
}
