/* tests/mixer/test_test_signal.c - the test signal is loud enough, like speech, and an echo of it is found. In ticks. */
#include "mixer/audio_level.h"
#include "mixer/echo_watch.h"
#include "mixer/test_signal.h"
#include "tests/lib/random_stream.h"
#include <string.h>

enum { RUN_TICKS = 20 * 50, LOUD_DBOV = 42 };

/* Levels of @n ticks, -dBov. */
static void
levels_of_run(guint8 *levels, guint n)
{
  TestSignal signal;
  test_signal_init(&signal);
  for (guint t = 0; t < n; t++) {
    gint16 samples[AUDIO_FRAME_SAMPLES];
    test_signal_next(&signal, samples);
    levels[t] = audio_level(samples, AUDIO_FRAME_SAMPLES);
  }
}

static void
test_it_is_as_loud_as_speech_and_has_its_pauses(void)
{
  guint8 levels[RUN_TICKS];
  guint loud = 0, silent = 0, loudest = 127;
  levels_of_run(levels, RUN_TICKS);
  for (guint t = 0; t < RUN_TICKS; t++) {
    loud += levels[t] < LOUD_DBOV;
    silent += levels[t] == AUDIO_LEVEL_SILENT;
    loudest = MIN(loudest, levels[t]);
  }
  g_test_message("loudest -%u dBov, loud %u, silent %u of %d ticks", loudest, loud, silent, RUN_TICKS);
  g_assert_cmpuint(levels[0], <, 127);  /* it begins at once */
  g_assert_cmpuint(loudest, >=, 15);
  g_assert_cmpuint(loudest, <=, 20);
  g_assert_cmpuint(loud, >, RUN_TICKS / 2);
  g_assert_cmpuint(silent, >, RUN_TICKS / 8);
}

static void
test_it_is_the_same_each_time(void)
{
  guint8 first[RUN_TICKS], second[RUN_TICKS];
  levels_of_run(first, RUN_TICKS);
  levels_of_run(second, RUN_TICKS);
  g_assert_cmpmem(first, sizeof first, second, sizeof second);
}

/* @loss_db below what was sent, @delay ticks later, over a room's noise of -70 dBov; 0: no echo.
 * Returns: the tick at which it was found; G_MAXUINT: not in a run. */
static guint
find(EchoWatch *watch, guint loss_db, guint delay, guint64 seed)
{
  guint8 levels[RUN_TICKS];
  RandomStream random = random_stream(seed);
  echo_watch_reset(watch);
  levels_of_run(levels, RUN_TICKS);
  for (guint t = 0; t < RUN_TICKS; t++) {
    guint noise = 68 + (guint)(4 * random_stream_unit(&random));
    guint echo = loss_db > 0 && t >= delay ? levels[t - delay] + loss_db : 127;
    echo_watch_step(watch, levels[t], (guint8)MIN(noise, echo));
    if (watch->found.is_found)
      return t;
  }
  return G_MAXUINT;
}

static void
test_an_echo_of_it_is_found_at_any_delay(void)
{
  static const guint LOSSES[] = { 8, 12, 20, 25 };
  for (guint l = 0; l < G_N_ELEMENTS(LOSSES); l++)
    for (guint delay = 1; delay < ECHO_LAGS; delay++) {
      EchoWatch watch;
      guint found = find(&watch, LOSSES[l], delay, 100 + delay);
      g_test_message("seed %u: %u dB, %u ms: after %.1f s", 100 + delay, LOSSES[l], delay * ECHO_TICK_MS, found / 50.0);
      g_assert_cmpuint(found, <=, 8 * 50);  /* ECHO_FREE_SECONDS of mcu/preflight.c */
      g_assert_cmpuint(watch.found.delay_ms, ==, delay * ECHO_TICK_MS);
      g_assert_cmpuint(ABS((int)watch.found.loss_db - (int)LOSSES[l]), <=, 2);
    }
}

static void
test_a_quiet_room_has_no_echo_of_it(void)
{
  for (guint64 seed = 1; seed <= 40; seed++) {
    EchoWatch watch;
    g_test_message("seed %" G_GUINT64_FORMAT, seed);
    g_assert_cmpuint(find(&watch, 0, 0, seed), ==, G_MAXUINT);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/test_signal/it_is_as_loud_as_speech_and_has_its_pauses", test_it_is_as_loud_as_speech_and_has_its_pauses);
  g_test_add_func("/mixer/test_signal/it_is_the_same_each_time", test_it_is_the_same_each_time);
  g_test_add_func("/mixer/test_signal/an_echo_of_it_is_found_at_any_delay", test_an_echo_of_it_is_found_at_any_delay);
  g_test_add_func("/mixer/test_signal/a_quiet_room_has_no_echo_of_it", test_a_quiet_room_has_no_echo_of_it);
  return g_test_run();
}
