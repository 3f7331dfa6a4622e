/* tests/load/test_return_watch.c - unit tests of tests/load/return_watch, in virtual time. */
#include "tests/load/return_watch.h"

enum { S = 1000 * 1000 };

static void
test_the_first_arrival_after_each_outage_counts(void)
{
  LinkSchedule line;
  g_assert_true(link_schedule_parse("delay=0", &line, NULL));
  g_assert_true(link_schedule_add_outage(&line, 5 * S, 5 * S) && link_schedule_add_outage(&line, 20 * S, 2 * S));
  ReturnWatch watch = { 0 };
  return_watch_begin(&watch, &line, 100 * S);
  for (gint64 at_us = 100 * S; at_us < 130 * S; at_us += S / 2) {
    if (at_us < 105 * S || (at_us > 110 * S && at_us < 120 * S))
      return_watch_picture(&watch, at_us);
    if (at_us < 105 * S || at_us > 112 * S)
      return_watch_sound(&watch, at_us);
  }
  g_assert_cmpuint(watch.n, ==, 2);
  g_assert_cmpint(watch.outages[0].picture_us - watch.outages[0].until_us, ==, S / 2);
  g_assert_cmpint(watch.outages[0].sound_us - watch.outages[0].until_us, ==, 5 * S / 2);
  g_assert_cmpint(watch.outages[1].picture_us, ==, 0);  /* it never came back */
  g_assert_cmpint(watch.outages[1].sound_us, ==, 122 * S);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/return_watch/the_first_arrival_after_each_outage_counts", test_the_first_arrival_after_each_outage_counts);
  return g_test_run();
}
