/* tests/mcu/test_tour.c - unit tests of mcu/tour, in virtual time. */
#include "mcu/tour.h"

enum { SECOND_US = 1000 * 1000 };
static const guint SITES[] = { 1, 2, 4 };

static Tour
begin(TourKind kind, gint64 interval_us, gint64 now_us)
{
  Tour tour = { 0 };
  g_assert_true(tour_start(&tour, kind, SITES, G_N_ELEMENTS(SITES), interval_us, now_us));
  return tour;
}

static void
test_a_roll_call_goes_on_by_order_alone(void)
{
  Tour tour = begin(TOUR_ROLL_CALL, 0, 0);
  g_assert_false(tour_poll(&tour, 3600 * (gint64)SECOND_US));
  for (guint i = 0; i < G_N_ELEMENTS(SITES); i++) {
    g_assert_cmpint(tour_site(&tour), ==, SITES[i]);
    g_assert_cmpuint(tour.position, ==, i);
    tour_next(&tour, 0);
  }
  g_assert_cmpint(tour.kind, ==, TOUR_NONE);
  g_assert_cmpint(tour_site(&tour), ==, TOUR_NOWHERE);
}

static void
test_a_roll_call_closes_all_microphones_but_two(void)
{
  Tour tour = begin(TOUR_ROLL_CALL, 0, 0);
  tour_next(&tour, 0);
  g_assert_false(tour_closes_microphone(&tour, 0, true));   /* the hub's */
  g_assert_true(tour_closes_microphone(&tour, 1, false));
  g_assert_false(tour_closes_microphone(&tour, 2, false));  /* it is there */
  g_assert_true(tour_closes_microphone(&tour, 3, false));   /* never visited */
  tour_stop(&tour);
  for (guint i = 0; i < 5; i++)
    g_assert_false(tour_closes_microphone(&tour, i, false));
}

static void
test_a_polling_goes_on_at_its_interval_and_ends_by_itself(void)
{
  const gint64 interval_us = 5 * SECOND_US, begin_us = 77;
  Tour tour = begin(TOUR_POLLING, interval_us, begin_us);
  guint changes = 0;
  gint64 last_us = begin_us;
  for (gint64 now_us = begin_us; now_us < begin_us + 60 * SECOND_US; now_us += SECOND_US / 10) {
    g_assert_false(tour_closes_microphone(&tour, 1, false) || tour_closes_microphone(&tour, 4, false));
    if (!tour_poll(&tour, now_us))
      continue;
    g_assert_cmpint(now_us - last_us, ==, interval_us);
    last_us = now_us;
    changes++;
    g_assert_cmpint(tour_site(&tour), ==, changes < G_N_ELEMENTS(SITES) ? (int)SITES[changes] : TOUR_NOWHERE);
  }
  g_assert_cmpuint(changes, ==, G_N_ELEMENTS(SITES));
}

static void
test_a_late_timer_does_not_make_the_polling_longer(void)
{
  Tour tour = begin(TOUR_POLLING, 10 * SECOND_US, 0);
  g_assert_true(tour_poll(&tour, 13 * SECOND_US));
  g_assert_cmpint(tour_site(&tour), ==, 2);
  g_assert_false(tour_poll(&tour, 20 * SECOND_US - 1));
  g_assert_true(tour_poll(&tour, 20 * SECOND_US));
  g_assert_cmpint(tour_site(&tour), ==, 4);
  tour = begin(TOUR_POLLING, 10 * SECOND_US, 0);
  g_assert_true(tour_poll(&tour, 1000 * (gint64)SECOND_US));  /* the machine slept */
  g_assert_cmpint(tour.kind, ==, TOUR_NONE);
}

static void
test_next_in_a_polling_begins_a_whole_interval(void)
{
  Tour tour = begin(TOUR_POLLING, 10 * SECOND_US, 0);
  tour_next(&tour, 9 * SECOND_US);
  g_assert_false(tour_poll(&tour, 18 * SECOND_US));
  g_assert_cmpint(tour_site(&tour), ==, 2);
  g_assert_true(tour_poll(&tour, 19 * SECOND_US));
}

static void
test_a_site_that_is_left_out_is_skipped(void)
{
  Tour tour = begin(TOUR_POLLING, 10 * SECOND_US, 0);
  tour_leave_out(&tour, 9, SECOND_US);  /* never part of it */
  tour_leave_out(&tour, 4, SECOND_US);
  g_assert_cmpint(tour_site(&tour), ==, 1);
  g_assert_cmpuint(tour.n, ==, 2);
  tour_leave_out(&tour, 1, 3 * SECOND_US);  /* it is there: on to the next, for the whole interval */
  g_assert_cmpint(tour_site(&tour), ==, 2);
  g_assert_cmpuint(tour.position, ==, 0);
  g_assert_false(tour_poll(&tour, 12 * SECOND_US));
  g_assert_true(tour_poll(&tour, 13 * SECOND_US));
  g_assert_cmpint(tour.kind, ==, TOUR_NONE);

  tour = begin(TOUR_ROLL_CALL, 0, 0);
  tour_next(&tour, 0);
  tour_leave_out(&tour, 1, 0);  /* was visited: the place of the others moves up */
  g_assert_cmpint(tour_site(&tour), ==, 2);
  g_assert_cmpuint(tour.position, ==, 0);
  tour_next(&tour, 0);
  tour_leave_out(&tour, 4, 0);
  g_assert_cmpint(tour.kind, ==, TOUR_NONE);
}

static void
test_a_new_tour_takes_the_place_of_the_old_one(void)
{
  Tour tour = begin(TOUR_POLLING, 10 * SECOND_US, 0);
  tour_next(&tour, 0);
  g_assert_true(tour_start(&tour, TOUR_ROLL_CALL, SITES, 2, 0, 0));
  g_assert_cmpint(tour_site(&tour), ==, 1);
  g_assert_false(tour_poll(&tour, 100 * SECOND_US));
  g_assert_false(tour_start(&tour, TOUR_ROLL_CALL, SITES, 0, 0, 0));
  g_assert_cmpint(tour.kind, ==, TOUR_NONE);
  g_assert_cmpstr(tour_kind_name(TOUR_ROLL_CALL), ==, "roll-call");
  g_assert_cmpstr(tour_kind_name(TOUR_POLLING), ==, "polling");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/tour/" #name, test_##name)
  ADD(a_roll_call_goes_on_by_order_alone);
  ADD(a_roll_call_closes_all_microphones_but_two);
  ADD(a_polling_goes_on_at_its_interval_and_ends_by_itself);
  ADD(a_late_timer_does_not_make_the_polling_longer);
  ADD(next_in_a_polling_begins_a_whole_interval);
  ADD(a_site_that_is_left_out_is_skipped);
  ADD(a_new_tour_takes_the_place_of_the_old_one);
  return g_test_run();
}
