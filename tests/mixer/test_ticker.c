/* tests/mixer/test_ticker.c - unit tests of mixer/ticker. */
#include "mixer/ticker.h"

enum { START_US = 1000 };

static void
test_deadlines_do_not_drift(void)
{
  static const struct { guint numerator, denominator; } RATES[] = {
    { 30, 1 }, { 25, 1 }, { 30000, 1001 }, { 50, 1 }, { 24000, 1001 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(RATES); i++) {
    TickerConfig config = { RATES[i].numerator, RATES[i].denominator, 1 };
    Ticker ticker;
    ticker_init(&ticker, &config, START_US);
    for (gint64 hours = 0; hours < 100; hours++) {
      /* A whole number of ticks in so many hours times the denominator. */
      gint64 seconds = hours * 3600 * config.rate_denominator;
      gint64 index = hours * 3600 * config.rate_numerator;
      g_assert_cmpint(ticker_due_us(&ticker, index), ==, START_US + seconds * G_USEC_PER_SEC);
    }
  }
}

static void
test_punctual_ticks_follow_each_other(void)
{
  TickerConfig config = { 30, 1, 1 };
  Ticker ticker;
  ticker_init(&ticker, &config, START_US);
  for (gint64 i = 0; i < 1000; i++) {
    g_assert_cmpint(ticker.next, ==, i);
    ticker_advance(&ticker, ticker_due_us(&ticker, i) + 2000);
  }
  g_assert_cmpuint(ticker.skipped, ==, 0);
}

static void
test_late_ticks_are_skipped_not_bunched(void)
{
  static const struct {
    guint  max_burst;
    gint64 ran_until_us;  /* after START: when tick 0 ended, at 50 ticks a second */
    gint64 next;
    guint64 skipped;
  } CASES[] = {
    { 1, 1000, 1, 0 },
    { 1, 19999, 1, 0 },
    { 1, 20000, 1, 0 },       /* due this moment                                */
    { 1, 29000, 1, 0 },       /* 9 ms late: run it                              */
    { 1, 31000, 2, 1 },       /* 11 ms late: tick 2 comes in 9 ms, leave 1 out  */
    { 1, 105000, 5, 4 },
    { 1, 119000, 6, 5 },
    { 3, 19000, 1, 0 },
    { 3, 39000, 1, 0 },
    { 3, 61000, 1, 0 },       /* 1, 2, 3 are due: all three                     */
    { 3, 85000, 2, 1 },       /* 1 to 4 are due: 2, 3, 4                        */
    { 3, 10000000, 498, 497 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    TickerConfig config = { 50, 1, CASES[i].max_burst };
    Ticker ticker;
    ticker_init(&ticker, &config, START_US);
    ticker_advance(&ticker, START_US + CASES[i].ran_until_us);
    g_assert_cmpint(ticker.next, ==, CASES[i].next);
    g_assert_cmpuint(ticker.skipped, ==, CASES[i].skipped);
  }
}

static void
test_never_more_than_the_burst_at_once(void)
{
  for (guint burst = 1; burst <= 4; burst++) {
    TickerConfig config = { 30000, 1001, burst };
    Ticker ticker;
    ticker_init(&ticker, &config, START_US);
    g_autoptr(GRand) rand = g_rand_new_with_seed(burst);
    gint64 now_us = START_US;
    guint at_once = 0;
    for (guint i = 0; i < 20000; i++) {
      gint64 due_us = ticker_due_us(&ticker, ticker.next);
      at_once = now_us > due_us ? at_once + 1 : 0;
      g_assert_cmpuint(at_once, <=, burst);
      now_us = MAX(now_us, due_us);
      if (g_rand_int_range(rand, 0, 20) == 0) {
        now_us += g_rand_int_range(rand, 0, 300000);
        at_once = 0;
      }
      ticker_advance(&ticker, now_us);
    }
    g_assert_cmpint(ticker.next, ==, 20000 + (gint64)ticker.skipped);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/ticker/deadlines_do_not_drift", test_deadlines_do_not_drift);
  g_test_add_func("/mixer/ticker/punctual_ticks_follow_each_other",
                  test_punctual_ticks_follow_each_other);
  g_test_add_func("/mixer/ticker/late_ticks_are_skipped_not_bunched",
                  test_late_ticks_are_skipped_not_bunched);
  g_test_add_func("/mixer/ticker/never_more_than_the_burst_at_once",
                  test_never_more_than_the_burst_at_once);
  return g_test_run();
}
