/* tests/media/rtp/test_requests.c - unit tests of media/rtp/keyframe_requester, rtt_estimator
 * and rate_meter. */
#include "media/rtp/keyframe_requester.h"
#include "media/rtp/rate_meter.h"
#include "media/rtp/rtt_estimator.h"

#define MS(n) ((gint64)(n) * 1000)

static void
test_a_lasting_wish_is_repeated_every_second_then_every_other(void)
{
  assert_on_net();
  KeyframeRequester requester = { 0 };
  guint n = 0;
  gint64 at_ms[16];
  for (gint64 ms = 0; ms <= 14000; ms += 5) {
    keyframe_requester_want(&requester);
    if (keyframe_requester_poll(&requester, MS(1000 + ms), MS(50)))
      at_ms[n++] = ms;
  }
  static const gint64 EXPECTED[] = { 0, 1000, 2000, 4000, 6000, 8000, 10000, 12000, 14000 };
  g_assert_cmpuint(n, ==, G_N_ELEMENTS(EXPECTED));
  for (guint i = 0; i < n; i++)
    g_assert_cmpint(at_ms[i], ==, EXPECTED[i]);
}

static void
test_a_keyframe_ends_the_wish_and_a_new_one_waits_the_least_interval(void)
{
  assert_on_net();
  KeyframeRequester requester = { 0 };
  g_assert_false(keyframe_requester_poll(&requester, MS(1), MS(50)));
  keyframe_requester_want(&requester);
  g_assert_true(keyframe_requester_poll(&requester, MS(1), MS(50)));
  keyframe_requester_on_keyframe(&requester);
  g_assert_false(keyframe_requester_poll(&requester, MS(5000), MS(50)));
  keyframe_requester_want(&requester);
  g_assert_true(keyframe_requester_poll(&requester, MS(5000), MS(50)));
  keyframe_requester_on_keyframe(&requester);
  keyframe_requester_want(&requester);
  g_assert_false(keyframe_requester_poll(&requester, MS(5299), MS(50)));
  g_assert_true(keyframe_requester_poll(&requester, MS(5300), MS(50)));
}

static void
test_a_long_round_trip_stretches_the_interval(void)
{
  assert_on_net();
  KeyframeRequester requester = { 0 };
  keyframe_requester_want(&requester);
  g_assert_true(keyframe_requester_poll(&requester, MS(1), MS(600)));
  keyframe_requester_on_keyframe(&requester);
  keyframe_requester_want(&requester);
  g_assert_false(keyframe_requester_poll(&requester, MS(650), MS(600)));
  g_assert_true(keyframe_requester_poll(&requester, MS(651), MS(600)));
}

static void
test_on_a_lossy_line_a_request_is_said_twice(void)
{
  assert_on_net();
  KeyframeRequester requester = { .is_lossy = true };
  guint n = 0;
  gint64 at_ms[16];
  for (gint64 ms = 0; ms <= 1500; ms += 5) {
    keyframe_requester_want(&requester);
    if (keyframe_requester_poll(&requester, MS(1000 + ms), MS(50)))
      at_ms[n++] = ms;
  }
  static const gint64 EXPECTED[] = { 0, 20, 1000, 1020 };
  g_assert_cmpmem(at_ms, n * sizeof at_ms[0], EXPECTED, sizeof EXPECTED);
  keyframe_requester_on_keyframe(&requester);
  keyframe_requester_want(&requester);
  g_assert_true(keyframe_requester_poll(&requester, MS(5000), MS(50)));
  keyframe_requester_on_keyframe(&requester);  /* came before the echo was due */
  g_assert_false(keyframe_requester_poll(&requester, MS(5020), MS(50)));
}

static void
test_the_echo_of_a_report_gives_the_round_trip(void)
{
  assert_on_net();
  RttEstimator rtt = { 0 };
  g_assert_cmpint(rtt_estimator_get(&rtt, 123), ==, 123);
  /* sent at 65535.9 s, held for 1 s, back 100 ms later: over the wrap of the middle bits */
  guint64 sent = (G_GUINT64_CONSTANT(65535) << 32) + (guint64)(0.9 * 4294967296.0);
  guint64 back = sent + (guint64)(1.1 * 4294967296.0);
  g_assert_true(rtt_estimator_on_echo(&rtt, back, ntp_middle(sent), 65536));
  g_assert_cmpint(ABS(rtt_estimator_get(&rtt, 0) - 100 * 1000), <, 100);
  g_assert_true(rtt_estimator_on_echo(&rtt, back + (guint64)(0.08 * 4294967296.0), ntp_middle(sent), 65536));
  g_assert_cmpint(ABS(rtt_estimator_get(&rtt, 0) - 110 * 1000), <, 100);
  g_assert_false(rtt_estimator_on_echo(&rtt, back, 0, 0));
  g_assert_false(rtt_estimator_on_echo(&rtt, back, ntp_middle(back) - 11 * 65536, 0));             /* absurd */
  g_assert_false(rtt_estimator_on_echo(&rtt, back, ntp_middle(sent), 5 * 65536));  /* negative */
}

static void
test_rates_are_of_the_last_second(void)
{
  RateMeter meter = { 0 };
  rate_meter_poll(&meter, MS(50000));
  for (gint64 ms = 50000; ms < 52000; ms += 40) {
    rate_meter_add(&meter, 5000, 1);
    rate_meter_poll(&meter, MS(ms));
  }
  g_assert_cmpfloat(meter.fps, >, 24);
  g_assert_cmpfloat(meter.fps, <, 27);
  g_assert_cmpfloat(meter.kbps, >, 970);
  g_assert_cmpfloat(meter.kbps, <, 1050);
  rate_meter_poll(&meter, MS(53000));
  rate_meter_poll(&meter, MS(54000));
  g_assert_cmpfloat(meter.fps, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/requests/" #name, test_##name)
  ADD(a_lasting_wish_is_repeated_every_second_then_every_other);
  ADD(a_keyframe_ends_the_wish_and_a_new_one_waits_the_least_interval);
  ADD(a_long_round_trip_stretches_the_interval);
  ADD(on_a_lossy_line_a_request_is_said_twice);
  ADD(the_echo_of_a_report_gives_the_round_trip);
  ADD(rates_are_of_the_last_second);
  return g_test_run();
}
