/* tests/media/codec/test_frame_interval.c - unit tests of media/codec/frame_interval. */
#include "media/codec/frame_interval.h"
#include <string.h>

enum { TICK_US = 33333 };

/* Runs @n ticks of which those marked '1' in the repeated @pattern have a frame.
 * Returns: the sum of the durations; @last: the last one. */
static double
run(FrameInterval *self, gint64 *time_us, const char *pattern, guint n, double *last)
{
  double sum_us = 0;
  for (guint i = 0; i < n; i++, *time_us += TICK_US)
    if (pattern[i % strlen(pattern)] == '1')
      sum_us += *last = frame_interval_next(self, *time_us);
  return sum_us;
}

static void
test_first_frame_lasts_as_expected(void)
{
  FrameInterval self;
  frame_interval_init(&self, 40000);
  g_assert_cmpfloat(frame_interval_next(&self, 123456789), ==, 40000);
}

static void
test_new_rate_is_believed_after_four_intervals(void)
{
  static const char *const PATTERNS[] = { "10", "100", "1", "1000", "1" };
  static const double TICKS[] = { 2, 3, 1, 4, 1 };
  FrameInterval self;
  gint64 time_us = 5000;
  double last;
  frame_interval_init(&self, TICK_US);
  run(&self, &time_us, "1", 30, &last);
  for (guint i = 0; i < G_N_ELEMENTS(PATTERNS); i++) {
    guint ticks = (guint)TICKS[i];
    run(&self, &time_us, PATTERNS[i], 4 * ticks, &last);
    g_assert_cmpfloat(ABS(last - TICKS[i] * TICK_US), >, 0.05 * TICK_US);
    run(&self, &time_us, PATTERNS[i], 2 * ticks, &last);
    g_assert_cmpfloat_with_epsilon(last, TICKS[i] * TICK_US, 0.1 * TICKS[i] * TICK_US);
  }
}

static void
test_durations_add_up_to_the_time_with_holes(void)
{
  static const char *const PATTERNS[] = { "110", "1111111110", "1100", "11011101", "1" };
  for (guint i = 0; i < G_N_ELEMENTS(PATTERNS); i++) {
    FrameInterval self;
    gint64 time_us = 1;
    double last;
    frame_interval_init(&self, TICK_US);
    run(&self, &time_us, PATTERNS[i], 300, &last);
    gint64 from_us = time_us;
    double sum_us = run(&self, &time_us, PATTERNS[i], 3000, &last);
    g_assert_cmpfloat_with_epsilon(sum_us / (double)(time_us - from_us), 1, 0.01);
  }
}

static void
test_pauses_bursts_and_steps_back_say_nothing(void)
{
  static const gint64 JUMPS_US[] = { 2 * G_USEC_PER_SEC, G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC, 1, 0, -500000, 4999 };
  FrameInterval self;
  gint64 time_us = 1;
  double last, after;
  frame_interval_init(&self, TICK_US);
  run(&self, &time_us, "1", 60, &last);
  for (guint i = 0; i < G_N_ELEMENTS(JUMPS_US); i++) {
    time_us += JUMPS_US[i] - TICK_US;
    run(&self, &time_us, "1", 1, &after);
    g_assert_cmpfloat(after, ==, last);
    run(&self, &time_us, "1", 10, &last);
    g_assert_cmpfloat_with_epsilon(last, TICK_US, 1);
  }
}

static void
test_one_long_hole_is_no_new_rate(void)
{
  FrameInterval self;
  gint64 time_us = 1;
  double last;
  frame_interval_init(&self, TICK_US);
  run(&self, &time_us, "1", 60, &last);
  time_us += 900000;
  run(&self, &time_us, "1", 1, &last);
  g_assert_cmpfloat(last, <, 1.2 * TICK_US);
  g_assert_cmpfloat(last, >, TICK_US);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/frame_interval/" #name, test_##name)
  ADD(first_frame_lasts_as_expected);
  ADD(new_rate_is_believed_after_four_intervals);
  ADD(durations_add_up_to_the_time_with_holes);
  ADD(pauses_bursts_and_steps_back_say_nothing);
  ADD(one_long_hole_is_no_new_rate);
#undef ADD
  return g_test_run();
}
