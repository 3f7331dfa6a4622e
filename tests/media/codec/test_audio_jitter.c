/* tests/media/codec/test_audio_jitter.c - unit tests of media/codec/audio_jitter in virtual time. */
#include "tests/media/codec/audio_rig.h"

/* ---- networks ---- */

static gint64
lossy(AudioRig *rig, guint percent)
{
  return (guint)g_rand_int_range(rig->rand, 0, 100) < percent ? -1 : 0;
}

static gint64 loses_5_percent(AudioRig *rig, guint k) { (void)k; return lossy(rig, 5); }
static gint64 loses_10_percent(AudioRig *rig, guint k) { (void)k; return lossy(rig, 10); }

static gint64
jitters_40_ms(AudioRig *rig, guint k)
{
  (void)k;
  return g_rand_int_range(rig->rand, 0, 40000);
}

/* Ten seconds of jitter in a minute of calm. */
static gint64
jitters_for_a_while(AudioRig *rig, guint k)
{
  return k >= 500 && k < 1000 ? g_rand_int_range(rig->rand, 0, 80000) : 0;
}

static gint64
swaps_pairs(AudioRig *rig, guint k)
{
  (void)rig;
  return k % 10 == 3 ? 25000 : 0;
}

static gint64
one_spike(AudioRig *rig, guint k)
{
  (void)rig;
  return k >= 500 && k < 505 ? (505 - (gint64)k) * 20000 : 0;
}

static gint64
route_gets_longer_then_shorter(AudioRig *rig, guint k)
{
  (void)rig;
  return k >= 500 && k < 1500 ? 60000 : 0;
}

/* By more than a late packet may be. */
static gint64
route_gets_much_longer(AudioRig *rig, guint k)
{
  (void)rig;
  return k >= 500 ? 500000 : 0;
}

static gint64
is_cut_for_a_while(AudioRig *rig, guint k)
{
  (void)rig;
  return k >= 500 && k < 650 ? -1 : 0;
}

static gint64
loses_three(AudioRig *rig, guint k)
{
  (void)rig;
  return k >= 500 && k < 503 ? -1 : 0;
}

static gint64
ticks_come_late(AudioRig *rig, guint k)
{
  (void)k;
  return g_rand_int_range(rig->rand, 0, 100) < 10 ? g_rand_int_range(rig->rand, 0, 9000) : 0;
}

static bool speaks_every_third_second(guint k) { return k / 50 % 3 != 0; }

/* ---- what is expected ---- */

static void
assert_only_normal(const AudioRig *rig)
{
  g_assert_cmpuint(rig->kinds[AUDIO_PULL_CONCEALED], ==, 0);
  g_assert_cmpuint(rig->kinds[AUDIO_PULL_SILENCE], ==, 0);
  g_assert_cmpuint(rig->kinds[AUDIO_PULL_FEC], ==, 0);
}

static void
test_calm_network_adds_little_more_than_a_packet(void)
{
  gint64 worst_us = 0, sum_us = 0;
  for (gint64 phase_us = 0; phase_us < 20000; phase_us += 2000) {
    AudioRig rig = { .phase_us = phase_us };
    rig_start(&rig);
    rig_run(&rig, 4);
    rig_forget(&rig);
    rig_run(&rig, 4);
    assert_only_normal(&rig);
    worst_us = MAX(worst_us, rig.lag_max_us);
    sum_us += rig.lag_max_us;
    rig_stop(&rig);
  }
  g_test_message("worst %d us, mean %d us", (int)worst_us, (int)(sum_us / 10));
  g_assert_cmpint(worst_us, <=, 25500);
  g_assert_cmpint(sum_us / 10, <=, 16000);
}

static void
test_sound_is_back_within_two_seconds_of_a_much_longer_route(void)
{
  AudioRig rig = { .signal = RIG_VOICE, .network = route_gets_much_longer, .phase_us = 5000 };
  rig_start(&rig);
  rig_run(&rig, 10);
  rig_forget(&rig);
  rig_run(&rig, 4);
  guint without = rig.kinds[AUDIO_PULL_CONCEALED] + rig.kinds[AUDIO_PULL_SILENCE];
  g_assert_cmpuint(without, >=, 25);   /* the 500 ms in which nothing comes */
  g_assert_cmpuint(without, <=, 100);
  rig_forget(&rig);
  rig_run(&rig, 4);
  assert_only_normal(&rig);
  rig_stop(&rig);
}

static void
test_late_ticks_change_nothing(void)
{
  AudioRig rig = { .phase_us = 12000, .tick_lateness = ticks_come_late };
  rig_start(&rig);
  rig_run(&rig, 4);
  rig_forget(&rig);
  rig_run(&rig, 60);
  assert_only_normal(&rig);
  g_assert_cmpint(rig.lag_max_us, <=, 25500);
  rig_stop(&rig);
}

static void
test_jitter_is_covered(void)
{
  AudioRig rig = { .signal = RIG_VOICE, .network = jitters_40_ms, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 4);
  rig_forget(&rig);
  rig_run(&rig, 60);
  g_test_message("concealed %u, lag %d to %d us", rig.kinds[AUDIO_PULL_CONCEALED],
                 (int)rig.lag_min_us, (int)rig.lag_max_us);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], <=, 15);  /* half a per cent */
  g_assert_cmpint(rig.lag_max_us, <=, 40000 + 28000);
  rig_stop(&rig);
}

static void
test_delay_comes_down_within_seconds_of_a_burst_of_jitter(void)
{
  AudioRig rig = { .signal = RIG_VOICE, .network = jitters_for_a_while, .phase_us = 3000 };
  rig_start(&rig);
  rig_run(&rig, 9);
  rig_forget(&rig);
  rig_run(&rig, 11);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], <=, 15);
  g_assert_cmpint(rig.lag_max_us, >=, 60000);
  rig_run(&rig, 9);
  rig_forget(&rig);
  rig_run(&rig, 10);
  g_test_message("lag %d to %d us", (int)rig.lag_min_us, (int)rig.lag_max_us);
  assert_only_normal(&rig);
  g_assert_cmpint(rig.lag_max_us, <=, 26000);
  rig_stop(&rig);
}

static void
test_one_outlier_does_not_raise_the_delay(void)
{
  AudioRig rig = { .network = one_spike, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 9);
  rig_forget(&rig);
  rig_run(&rig, 6);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], <=, 6);
  g_assert_cmpint(rig.lag_max_us, <=, 25500);
  rig_stop(&rig);
}

static void
test_a_longer_route_is_followed_up_and_down(void)
{
  AudioRig rig = { .signal = RIG_VOICE, .network = route_gets_longer_then_shorter, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 20);
  rig_forget(&rig);
  rig_run(&rig, 8);
  assert_only_normal(&rig);
  g_assert_cmpint(rig.lag_max_us, <=, 60000 + 26000);
  rig_run(&rig, 12);
  rig_forget(&rig);
  rig_run(&rig, 5);
  assert_only_normal(&rig);
  g_assert_cmpint(rig.lag_max_us, <=, 26000);
  rig_stop(&rig);
}

static void
test_clock_drift_never_adds_up(void)
{
  static const double drifts[] = { 200, -200 };
  for (gsize i = 0; i < G_N_ELEMENTS(drifts); i++) {
    AudioRig rig = { .ppm = drifts[i], .signal = RIG_VOICE };
    rig_start(&rig);
    rig_run(&rig, 5);
    rig_forget(&rig);
    rig_run(&rig, g_test_slow() ? 3600 : 150);
    AudioJitterStats stats;
    assert_on_audio_tick();
    audio_jitter_stats(rig.jitter, &stats);
    g_test_message("%+.0f ppm: lag %d to %d us, accelerated %u, stretched %u, concealed %u", drifts[i],
                   (int)rig.lag_min_us, (int)rig.lag_max_us, (guint)stats.accelerated_samples,
                   (guint)stats.stretched_samples, rig.kinds[AUDIO_PULL_CONCEALED]);
    g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], ==, 0);
    g_assert_cmpuint(rig.kinds[AUDIO_PULL_SILENCE], ==, 0);
    g_assert_cmpint(rig.lag_max_us, <=, 30000);
    g_assert_cmpint(rig.lag_min_us, >=, 0);
    rig_stop(&rig);
  }
}

static void
test_reordering_is_undone(void)
{
  AudioRig rig = { .network = swaps_pairs, .phase_us = 5000 };
  rig_start(&rig);
  rig_run(&rig, 4);
  rig_forget(&rig);
  rig_run(&rig, 20);
  assert_only_normal(&rig);
  rig_stop(&rig);
}

static void
test_loss_is_recovered_from_the_next_packet(void)
{
  AudioRig rig = { .signal = RIG_VOICE, .network = loses_10_percent, .uses_fec = true, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 5);
  rig_forget(&rig);
  rig_run(&rig, 60);
  guint fec = rig.kinds[AUDIO_PULL_FEC], concealed = rig.kinds[AUDIO_PULL_CONCEALED];
  g_test_message("fec %u, concealed %u of 3000, lag at most %d us", fec, concealed, (int)rig.lag_max_us);
  /* Of 300 lost, a tenth has lost its successor too, and a quarter is a pause without FEC. */
  g_assert_cmpuint(fec, >, 180);
  g_assert_cmpuint(concealed, <, 130);
  g_assert_cmpint(rig.lag_max_us, <=, 20000 + 26000);
  rig_stop(&rig);
}

static void
test_short_loss_is_concealed_and_counted(void)
{
  AudioRig rig = { .network = loses_three, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 9);
  rig_forget(&rig);
  rig_run(&rig, 4);
  /* A tone has no pause in which the play time could be trimmed to the packets. */
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], >=, 3);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], <=, 4);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_SILENCE], ==, 0);
  rig_stop(&rig);
}

static double
loudness(const AudioRig *rig, guint from_pull, guint n)
{
  double sum = 0;
  for (guint i = from_pull * 960; i < (from_pull + n) * 960; i++)
    sum += pow(g_array_index(rig->output, gint16, i), 2);
  return sqrt(sum / (n * 960));
}

static void
test_a_cut_fades_to_silence_and_comes_back(void)
{
  AudioRig rig = { .network = is_cut_for_a_while, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 8);
  rig_forget(&rig);
  rig_run(&rig, 12);
  /* 100 ms of concealment and 20 ms of fading; then nothing until the 3 s are over. */
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], >=, 6);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], <=, 7);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_SILENCE], >=, 142);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_SILENCE], <=, 146);
  guint cut = 500 - 400;
  g_assert_cmpfloat(loudness(&rig, cut - 10, 10), >, 3000);
  g_assert_cmpfloat(loudness(&rig, cut + 10, 130), ==, 0);
  g_assert_cmpfloat(loudness(&rig, cut + 160, 50), >, 3000);
  g_assert_cmpint(rig.lag_max_us, <=, 26000);
  rig_stop(&rig);
}

static void
test_silence_on_purpose_is_no_loss(void)
{
  AudioRig rig = { .uses_dtx = true, .is_silent = speaks_every_third_second, .phase_us = 7000,
                   .signal = RIG_SINE };
  rig_start(&rig);
  rig_run(&rig, 4);
  rig_forget(&rig);
  rig_run(&rig, 60);
  g_test_message("dtx %u, concealed %u, lag at most %d us", rig.kinds[AUDIO_PULL_DTX],
                 rig.kinds[AUDIO_PULL_CONCEALED], (int)rig.lag_max_us);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_DTX], >, 1000);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_CONCEALED], ==, 0);
  g_assert_cmpuint(rig.kinds[AUDIO_PULL_SILENCE], ==, 0);
  g_assert_cmpint(rig.lag_max_us, <=, 26000);
  rig_stop(&rig);
}

static void
test_every_packet_duration_and_stereo_play(void)
{
  static const int durations[] = { 120, 240, 480, 960, 1920, 2880 };
  for (gsize i = 0; i < 2 * G_N_ELEMENTS(durations); i++) {
    AudioRig rig = { .duration = durations[i / 2], .channels = 1 + (int)i % 2, .phase_us = 3000 };
    rig_start(&rig);
    rig_run(&rig, 4);
    rig_forget(&rig);
    rig_run(&rig, 5);
    g_test_message("%d samples, %d channels: lag at most %d us", rig.duration, rig.channels,
                   (int)rig.lag_max_us);
    assert_only_normal(&rig);
    g_assert_cmpfloat(loudness(&rig, 0, 250), >, 3000);
    g_assert_cmpint(rig.lag_max_us, <=, rig_media_us(MIN(rig.duration, 960)) + 26000);
    rig_stop(&rig);
  }
}

static void
test_counters_wrap(void)
{
  AudioRig rig = { .first_ts = 0xffffffffu - 60 * 960, .first_seq = 65500, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 0.4);
  rig_forget(&rig);
  rig_run(&rig, 5);
  assert_only_normal(&rig);
  rig_stop(&rig);
}

/* Power of the output minus the best-fitting sine, in dB below the sine, of each 20 ms. */
static double
sine_snr_db(const gint16 *x)
{
  double s = 0, c = 0, total = 0;
  for (int i = 0; i < 960; i++) {
    s += x[i] * sin(2 * G_PI * 440 * i / 48000) / 480;
    c += x[i] * cos(2 * G_PI * 440 * i / 48000) / 480;
    total += (double)x[i] * x[i];
  }
  double tone = 480 * (s * s + c * c);
  return 10 * log10((tone + 1) / (MAX(total - tone, 0) + 1));
}

/* Recovered frames are coarser, and libopus needs one more to find its pitch again. */
enum { SNR_CLEAR_DB = 5 };

static guint
clear_frames(const AudioRig *rig)
{
  guint n = 0;
  for (guint i = 0; i + 960 <= rig->output->len; i += 960)
    n += sine_snr_db(&g_array_index(rig->output, gint16, i)) > SNR_CLEAR_DB;
  return n;
}

static void
test_tone_stays_clear_under_loss(void)
{
  static const struct { gint64 (*network)(AudioRig *, guint); guint clear_percent; } cases[] = {
    { NULL, 100 }, { loses_5_percent, 92 }, { loses_10_percent, 87 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    AudioRig rig = { .network = cases[i].network, .uses_fec = true, .phase_us = 7000, .seed = 5 };
    rig_start(&rig);
    rig_run(&rig, 5);
    rig_forget(&rig);
    rig_run(&rig, 40);
    guint clear = clear_frames(&rig);
    g_test_message("case %u: %u of 2000 clear", (guint)i, clear);
    g_assert_cmpuint(clear, >=, cases[i].clear_percent * 20);
    rig_stop(&rig);
  }
}

static void
test_time_stretching_keeps_the_tone_clear(void)
{
  AudioRig rig = { .network = route_gets_longer_then_shorter, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 20);
  rig_forget(&rig);
  rig_run(&rig, 30);
  AudioJitterStats stats;
  assert_on_audio_tick();
  audio_jitter_stats(rig.jitter, &stats);
  g_assert_cmpuint(stats.accelerated_samples, >=, 2000);
  g_assert_cmpuint(clear_frames(&rig), >=, 1490);
  rig_stop(&rig);
}

/* ---- single packets ---- */

static AudioPacket *
packet_at(AudioRig *rig, guint k, gint64 arrival_us)
{
  gint16 pcm[960];
  for (int i = 0; i < 960; i++)
    pcm[i] = rig_sample(rig, k * 960 + i);
  guint8 bytes[1500];
  int n = opus_encode(rig->encoder, pcm, 960, bytes, sizeof bytes);
  AudioPacket *packet = audio_packet_new(bytes, (gsize)n);
  packet->rtp_timestamp = k * 960;
  packet->seq = (guint16)k;
  packet->arrival_us = arrival_us;
  return packet;
}

static void
test_nonsense_is_counted_and_harmless(void)
{
  assert_on_audio_tick();
  AudioRig rig = { 0 };
  rig_start(&rig);
  static const guint8 bad[][4] = { { 0xff, 0xff, 0xff, 0xff }, { 0x03, 0, 0, 0 } };
  audio_jitter_push(rig.jitter, audio_packet_new(NULL, 0));
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    audio_jitter_push(rig.jitter, audio_packet_new(bad[i], 4));
  for (guint k = 0; k < 50; k++) {
    AudioPacket *packet = packet_at(&rig, k, 1000000 + k * 20000);
    audio_jitter_push(rig.jitter, audio_packet_ref(packet));
    audio_jitter_push(rig.jitter, packet);
    /* One with a clock of its own changes nothing. */
    AudioPacket *odd = packet_at(&rig, k, 1000000 + k * 20000);
    odd->rtp_timestamp += 0x40000000u + k * 1000000;
    audio_jitter_push(rig.jitter, odd);
    gint16 out[960];
    audio_jitter_pull(rig.jitter, 1005000 + k * 20000, out);
  }
  AudioJitterStats stats;
  audio_jitter_stats(rig.jitter, &stats);
  g_assert_cmpuint(stats.packets, ==, 153);
  g_assert_cmpuint(stats.duplicates, ==, 50);
  g_assert_cmpuint(stats.malformed, ==, 3 + 50);
  g_assert_cmpuint(stats.pulls_normal, >=, 47);
  rig_stop(&rig);
}

static void
test_a_new_clock_is_believed_at_the_second_packet(void)
{
  assert_on_audio_tick();
  AudioRig rig = { 0 };
  rig_start(&rig);
  guint normal_after = 0;
  for (guint k = 0; k < 200; k++) {
    AudioPacket *packet = packet_at(&rig, k, 1000000 + k * 20000);
    if (k >= 100) {
      packet->rtp_timestamp -= 900000000u;
      packet->seq = (guint16)(packet->seq - 7000);
    }
    audio_jitter_push(rig.jitter, packet);
    gint16 out[960];
    AudioPull kind = audio_jitter_pull(rig.jitter, 1005000 + k * 20000, out);
    normal_after += k >= 100 && kind == AUDIO_PULL_NORMAL;
  }
  g_assert_cmpuint(normal_after, >=, 95);
  rig_stop(&rig);
}

static void
test_nobody_pulling_is_bounded(void)
{
  assert_on_audio_tick();
  AudioRig rig = { 0 };
  rig_start(&rig);
  for (guint k = 0; k < 500; k++)
    audio_jitter_push(rig.jitter, packet_at(&rig, k, 1000000 + k * 20000));
  AudioJitterStats stats;
  audio_jitter_stats(rig.jitter, &stats);
  g_assert_cmpuint(stats.overflow, ==, 500 - 64);
  gint16 out[960];
  guint normal = 0;
  for (guint k = 500; k < 600; k++) {
    audio_jitter_push(rig.jitter, packet_at(&rig, k, 1000000 + k * 20000));
    normal += audio_jitter_pull(rig.jitter, 1005000 + k * 20000, out) == AUDIO_PULL_NORMAL;
  }
  g_assert_cmpuint(normal, >=, 98);
  audio_jitter_stats(rig.jitter, &stats);
  g_assert_cmpuint(stats.depth_ms, <=, 20);
  rig_stop(&rig);
}

static void
test_extra_delay_is_approached_and_given_back(void)
{
  assert_on_audio_tick();
  AudioRig rig = { .signal = RIG_VOICE, .phase_us = 7000 };
  rig_start(&rig);
  rig_run(&rig, 4);
  audio_jitter_set_extra_delay(rig.jitter, 60);
  rig_run(&rig, 4);
  rig_forget(&rig);
  rig_run(&rig, 2);
  assert_only_normal(&rig);
  g_assert_cmpint(rig.lag_min_us, >=, 60000);
  g_assert_cmpint(rig.lag_max_us, <=, 86000);
  audio_jitter_set_extra_delay(rig.jitter, 0);
  rig_run(&rig, 6);
  rig_forget(&rig);
  rig_run(&rig, 2);
  assert_only_normal(&rig);
  g_assert_cmpint(rig.lag_max_us, <=, 26000);
  rig_stop(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/audio_jitter/" #name, test_##name)
  ADD(sound_is_back_within_two_seconds_of_a_much_longer_route);
  ADD(calm_network_adds_little_more_than_a_packet);
  ADD(late_ticks_change_nothing);
  ADD(jitter_is_covered);
  ADD(delay_comes_down_within_seconds_of_a_burst_of_jitter);
  ADD(one_outlier_does_not_raise_the_delay);
  ADD(a_longer_route_is_followed_up_and_down);
  ADD(clock_drift_never_adds_up);
  ADD(reordering_is_undone);
  ADD(loss_is_recovered_from_the_next_packet);
  ADD(short_loss_is_concealed_and_counted);
  ADD(a_cut_fades_to_silence_and_comes_back);
  ADD(silence_on_purpose_is_no_loss);
  ADD(every_packet_duration_and_stereo_play);
  ADD(counters_wrap);
  ADD(tone_stays_clear_under_loss);
  ADD(time_stretching_keeps_the_tone_clear);
  ADD(nonsense_is_counted_and_harmless);
  ADD(a_new_clock_is_believed_at_the_second_packet);
  ADD(nobody_pulling_is_bounded);
  ADD(extra_delay_is_approached_and_given_back);
#undef ADD
  return g_test_run();
}
