/* tests/media/codec/test_audio_delay.c - unit tests of media/codec/audio_delay. */
#include "media/codec/audio_delay.h"

typedef gint64 (*Delay)(guint k);

static gint64 none(guint k) { (void)k; return 0; }
static gint64 every_tenth(guint k) { return k % 10 == 0 ? 30000 : 0; }
static gint64 once(guint k) { return k == 600 ? 90000 : 0; }
static gint64 until_600(guint k) { return k < 600 && k % 5 == 0 ? 50000 : 0; }
static gint64 longer_from_300(guint k) { return k >= 300 ? 70000 : 0; }
static gint64 shorter_from_300(guint k) { return k < 300 ? 70000 : 0; }
static gint64 absurd(guint k) { return k % 3 * 400000; }

static void
feed(AudioDelay *delay, Delay network, guint from, guint to)
{
  for (guint k = from; k < to; k++) {
    gint64 arrival_us = k * 20000 + network(k);
    audio_delay_note(delay, arrival_us, arrival_us - k * 20000 + 12345, k);
  }
}

static void
test_jitter_follows_what_packets_do(void)
{
  static const struct { const char *what; Delay network; guint packets; gint64 jitter_us; } cases[] = {
    { "the guess at the start", none, 20, 15000 },
    { "calm", none, 150, 0 },
    { "regular delays", every_tenth, 600, 30000 },
    { "one outlier", once, 650, 0 },
    { "a burst is remembered", until_600, 800, 50000 },
    { "and forgotten", until_600, 920, 0 },
    { "a longer route looks like jitter", longer_from_300, 400, 70000 },
    { "until it is the only one known", longer_from_300, 640, 0 },
    { "a shorter route is no jitter", shorter_from_300, 320, 0 },
    { "absurd delays are capped", absurd, 600, 200000 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    AudioDelay delay;
    audio_delay_init(&delay);
    feed(&delay, cases[i].network, 0, cases[i].packets);
    g_test_message("%s", cases[i].what);
    g_assert_cmpint(audio_delay_jitter_us(&delay), ==, cases[i].jitter_us);
  }
}

static void
test_silence_does_not_age_what_is_known(void)
{
  AudioDelay delay;
  audio_delay_init(&delay);
  feed(&delay, every_tenth, 0, 600);
  feed(&delay, none, 6001, 6003);
  g_assert_cmpint(audio_delay_jitter_us(&delay), ==, 30000);
}

static void
test_loss_is_noticed_and_forgotten_a_cut_is_none(void)
{
  /* One packet in so many is lost. */
  static const struct { guint one_in; AudioLoss loss; } CASES[] = {
    { 1000, AUDIO_LOSS_LITTLE }, { 100, AUDIO_LOSS_SOME }, { 34, AUDIO_LOSS_MUCH }, { 20, AUDIO_LOSS_MUCH },
    { 6, AUDIO_LOSS_HEAVY },
  };
  AudioDelay delay;
  audio_delay_init(&delay);
  guint k = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    for (guint end = k + 600; k < end; k++)
      if (k % CASES[i].one_in != 5)
        feed(&delay, none, k, k + 1);
    g_assert_cmpint(audio_delay_loss(&delay), ==, CASES[i].loss);
  }
  for (guint end = k + 600; k < end; k++)  /* 7 %: heavy is left below 5 % */
    if (k % 14 != 5)
      feed(&delay, none, k, k + 1);
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_HEAVY);
  feed(&delay, none, k, k + 320);
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_LITTLE);
  feed(&delay, none, k + 500, k + 600);
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_LITTLE);
}

static void
test_one_gap_is_no_loss(void)
{
  AudioDelay delay;
  audio_delay_init(&delay);
  feed(&delay, none, 0, 300);
  feed(&delay, none, 304, 400);
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_LITTLE);
  feed(&delay, none, 404, 420);
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_MUCH);
}

/* Sound that was asked for and came again: lost all the same, and no jitter. */
static void
test_what_was_sent_again_is_lost_and_no_jitter(void)
{
  AudioDelay delay;
  audio_delay_init(&delay);
  for (guint k = 0; k < 600; k++) {
    if (k % 10 != 5)
      feed(&delay, none, k, k + 1);
    if (k % 10 == 9)
      audio_delay_note(&delay, k * 20000, k * 20000 - (k - 4) * 20000 + 12345, k - 4);
  }
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_MUCH);
  g_assert_cmpint(audio_delay_jitter_us(&delay), ==, 0);
}

static void
test_reordering_is_no_loss(void)
{
  AudioDelay delay;
  audio_delay_init(&delay);
  for (guint k = 0; k < 600; k++)
    audio_delay_note(&delay, k * 20000, 0, k ^ 1);
  g_assert_cmpint(audio_delay_loss(&delay), ==, AUDIO_LOSS_LITTLE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/audio_delay/" #name, test_##name)
  ADD(jitter_follows_what_packets_do);
  ADD(silence_does_not_age_what_is_known);
  ADD(loss_is_noticed_and_forgotten_a_cut_is_none);
  ADD(one_gap_is_no_loss);
  ADD(what_was_sent_again_is_lost_and_no_jitter);
  ADD(reordering_is_no_loss);
#undef ADD
  return g_test_run();
}
