/* tests/load/test_latency_book.c - unit tests of tests/load/latency_book, in virtual time. */
#include "tests/load/latency_book.h"

enum { MS = 1000 };

static void
test_frames_are_timed_from_their_last_departure(void)
{
  g_autoptr(LatencyBook) book = latency_book_new(2, 180);
  g_assert_cmpfloat(latency_book_frame_seen(book, 1, 7, 50 * MS), <, 0);
  latency_book_frame_sent(book, 1, 7, 100 * MS);
  g_assert_cmpfloat(latency_book_frame_seen(book, 1, 7, 140 * MS), ==, 40);
  latency_book_frame_sent(book, 1, 7, 6100 * MS);
  g_assert_cmpfloat(latency_book_frame_seen(book, 1, 7, 6125 * MS), ==, 25);
  g_assert_cmpfloat(latency_book_frame_seen(book, 1, 7, 150 * MS), ==, 50);  /* looked at late */
  g_assert_cmpfloat(latency_book_frame_seen(book, 0, 7, 6125 * MS), <, 0);
  g_assert_cmpfloat(latency_book_frame_seen(book, 9, 7, 6125 * MS), <, 0);
  g_assert_cmpfloat(latency_book_frame_seen(book, 1, 500, 6125 * MS), <, 0);
}

static void
test_a_marker_is_the_newest_that_fits(void)
{
  g_autoptr(LatencyBook) book = latency_book_new(9, 1);
  guint site = 99;
  latency_book_marker_sent(book, 0, 0, 1000 * MS);
  latency_book_marker_sent(book, 6, 0, 1720 * MS);
  g_assert_cmpfloat(latency_book_marker_heard(book, 3, 1, 1040 * MS, &site), <, 0);
  g_assert_cmpfloat(latency_book_marker_heard(book, 3, 0, 1760 * MS, &site), ==, 40);
  g_assert_cmpuint(site, ==, 6);
  g_assert_cmpfloat(latency_book_marker_heard(book, 3, 0, 1650 * MS, &site), ==, 650);
  g_assert_cmpuint(site, ==, 0);
  g_assert_cmpfloat(latency_book_marker_heard(book, 3, 0, 1650 * MS, &site), <, 0);  /* taken */
  g_assert_cmpfloat(latency_book_marker_heard(book, 4, 0, 1050 * MS, &site), ==, 50);  /* by another */
  g_assert_cmpfloat(latency_book_marker_heard(book, 5, 0, 9000 * MS, &site), <, 0);
}

static void
test_nobody_hears_itself(void)
{
  g_autoptr(LatencyBook) book = latency_book_new(9, 1);
  guint site;
  latency_book_marker_sent(book, 2, 2, 1000 * MS);
  g_assert_cmpfloat(latency_book_marker_heard(book, 2, 2, 1030 * MS, &site), <, 0);
  latency_book_marker_sent(book, 3, 3, 1100 * MS);
  g_assert_cmpuint(latency_book_markers_sent(book, 2, 0, 2000 * MS), ==, 1);
  g_assert_cmpuint(latency_book_markers_sent(book, 8, 0, 2000 * MS), ==, 2);
  g_assert_cmpuint(latency_book_markers_sent(book, 8, 0, 1100 * MS), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/latency_book/frames_are_timed_from_their_last_departure", test_frames_are_timed_from_their_last_departure);
  g_test_add_func("/load/latency_book/a_marker_is_the_newest_that_fits", test_a_marker_is_the_newest_that_fits);
  g_test_add_func("/load/latency_book/nobody_hears_itself", test_nobody_hears_itself);
  return g_test_run();
}
