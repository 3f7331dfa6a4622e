/* tests/media/rtp/test_nack_requester.c - unit tests of media/rtp/nack_requester. */
#include "media/rtp/nack_requester.h"

static const NackConfig CONFIG = {
  .reorder_wait_us = 10000, .retries_max = 2, .missing_max = 20, .age_max_packets = 100,
};

enum { RTT_US = 50000, AGAIN_US = RTT_US + 10000 };

static void
test_gap_is_asked_for_after_the_reorder_wait_and_again_after_a_round_trip(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  guint16 out[8];
  g_assert_cmpint(nack_requester_on_packet(nack, 65534, 0), ==, NACK_ARRIVAL_IN_ORDER);
  g_assert_cmpint(nack_requester_on_packet(nack, 65537, 0), ==, NACK_ARRIVAL_GAP);
  g_assert_cmpuint(nack_requester_poll(nack, 9999, RTT_US, out, 8), ==, 0);
  g_assert_cmpuint(nack_requester_poll(nack, 10000, RTT_US, out, 8), ==, 2);
  g_assert_cmpuint(out[0], ==, 65535);  /* the wire's numbers wrap */
  g_assert_cmpuint(out[1], ==, 0);
  g_assert_cmpint(nack_requester_on_packet(nack, 65536, 20000), ==, NACK_ARRIVAL_RECOVERED);
  g_assert_cmpint(nack_requester_on_packet(nack, 65536, 20001), ==, NACK_ARRIVAL_LATE);
  g_assert_cmpuint(nack_requester_poll(nack, 10000 + AGAIN_US - 1, RTT_US, out, 8), ==, 0);
  g_assert_cmpuint(nack_requester_poll(nack, 10000 + AGAIN_US, RTT_US, out, 8), ==, 1);
  g_assert_cmpuint(out[0], ==, 65535);
  g_assert_cmpuint(nack_requester_poll(nack, 10000 + 2 * AGAIN_US, RTT_US, out, 8), ==, 0);
  g_assert_cmpuint(nack_requester_n_missing(nack), ==, 0);  /* two requests were all */
}

static void
test_what_is_only_reordered_is_never_asked_for(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  guint16 out[8];
  nack_requester_on_packet(nack, 1, 0);
  nack_requester_on_packet(nack, 3, 1000);
  g_assert_cmpint(nack_requester_on_packet(nack, 2, 5000), ==, NACK_ARRIVAL_LATE);
  g_assert_cmpuint(nack_requester_poll(nack, 100000, RTT_US, out, 8), ==, 0);
}

static void
test_a_small_buffer_gets_the_rest_next_time(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  guint16 out[3];
  nack_requester_on_packet(nack, 1, 0);
  nack_requester_on_packet(nack, 7, 0);
  g_assert_cmpuint(nack_requester_poll(nack, 10000, RTT_US, out, 3), ==, 3);
  g_assert_cmpuint(out[2], ==, 4);
  g_assert_cmpuint(nack_requester_poll(nack, 10001, RTT_US, out, 3), ==, 2);
  g_assert_cmpuint(out[0], ==, 5);
}

static void
test_what_is_of_no_use_is_not_asked_for(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  guint16 out[8];
  nack_requester_on_packet(nack, 1, 0);
  nack_requester_on_packet(nack, 7, 0);
  nack_requester_drop_before(nack, 5);
  g_assert_cmpuint(nack_requester_poll(nack, 10000, RTT_US, out, 8), ==, 2);
  g_assert_cmpuint(out[0], ==, 5);
  nack_requester_drop_before(nack, 1000);
  g_assert_cmpuint(nack_requester_n_missing(nack), ==, 0);
}

static void
test_too_many_missing_clears_the_list(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  guint16 out[8];
  nack_requester_on_packet(nack, 1, 0);
  g_assert_cmpint(nack_requester_on_packet(nack, 22, 0), ==, NACK_ARRIVAL_GAP);  /* 20 */
  g_assert_cmpint(nack_requester_on_packet(nack, 24, 0), ==, NACK_ARRIVAL_OVERFLOW);
  g_assert_cmpuint(nack_requester_poll(nack, 10000, RTT_US, out, 8), ==, 0);
  g_assert_cmpint(nack_requester_on_packet(nack, G_GINT64_CONSTANT(1) << 40, 0), ==, NACK_ARRIVAL_OVERFLOW);
  g_assert_cmpint(nack_requester_on_packet(nack, (G_GINT64_CONSTANT(1) << 40) + 2, 0), ==, NACK_ARRIVAL_GAP);
}

static void
test_on_a_lossy_line_each_request_is_said_twice(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  guint16 out[8];
  nack_requester_set_lossy(nack, true);
  nack_requester_on_packet(nack, 1, 0);
  nack_requester_on_packet(nack, 3, 0);
  guint n = 0;
  gint64 at_us[8];
  for (gint64 us = 0; us < 300000; us += 5000)
    if (nack_requester_poll(nack, us, RTT_US, out, 8) > 0)
      at_us[n++] = us;
  static const gint64 EXPECTED[] = { 10000, 25000, 70000, 85000 };  /* two requests, as configured */
  g_assert_cmpmem(at_us, n * sizeof at_us[0], EXPECTED, sizeof EXPECTED);
}

static void
test_old_gaps_are_given_up(void)
{
  assert_on_net();
  g_autoptr(NackRequester) nack = nack_requester_new(&CONFIG);
  nack_requester_on_packet(nack, 1, 0);
  nack_requester_on_packet(nack, 3, 0);
  for (gint64 s = 4; s <= 102; s++)
    nack_requester_on_packet(nack, s, 0);
  g_assert_cmpuint(nack_requester_n_missing(nack), ==, 1);
  nack_requester_on_packet(nack, 103, 0);
  g_assert_cmpuint(nack_requester_n_missing(nack), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/nack_requester/" #name, test_##name)
  ADD(gap_is_asked_for_after_the_reorder_wait_and_again_after_a_round_trip);
  ADD(what_is_only_reordered_is_never_asked_for);
  ADD(a_small_buffer_gets_the_rest_next_time);
  ADD(what_is_of_no_use_is_not_asked_for);
  ADD(too_many_missing_clears_the_list);
  ADD(on_a_lossy_line_each_request_is_said_twice);
  ADD(old_gaps_are_given_up);
  return g_test_run();
}
