/* tests/mixer/test_keyframe_policy.c - unit tests of mixer/keyframe_policy, in virtual time. */
#include "mixer/keyframe_policy.h"

enum { MS = 1000, BPS = 4000000, CHEAP = 20000, DEAR = 150000 };  /* cost: 0.27 s and 2 s */

static void
test_a_stream_begins_with_a_keyframe(void)
{
  KeyframePolicy policy = { 0 };
  g_assert_true(keyframe_policy_take(&policy, 0));
  keyframe_policy_made(&policy, 12 * MS, CHEAP, BPS);
  g_assert_false(keyframe_policy_take(&policy, 100000 * MS));  /* nor ever again unasked */
}

static void
test_requests_wait_as_long_as_they_must(void)
{
  static const struct {
    gsize  bytes;         /* of the keyframe at 0           */
    bool   for_join;
    gint64 asked_ms, due_ms;
  } CASES[] = {
    { CHEAP, true, 10, 300 },      /* a join: 300 ms after the last             */
    { CHEAP, true, 500, 500 },     /* at once                                   */
    { DEAR, true, 10, 300 },       /* who sees nothing does not wait for costs  */
    { CHEAP, false, 10, 1000 },    /* a loss: a second                          */
    { CHEAP, false, 5000, 5000 },
    { DEAR, false, 10, 1200 },     /* 150 kB at 25 % of 4 Mbit/s                */
    { DEAR, false, 1199, 1200 },
    { 10 * DEAR, false, 10, 5000 },/* but never longer than this                */
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    KeyframePolicy policy = { 0 };
    keyframe_policy_made(&policy, 0, CASES[i].bytes, BPS);
    g_assert_false(keyframe_policy_take(&policy, CASES[i].asked_ms * MS));
    keyframe_policy_request(&policy, CASES[i].for_join);
    if (CASES[i].due_ms > CASES[i].asked_ms)
      g_assert_false(keyframe_policy_take(&policy, CASES[i].due_ms * MS - 1));
    g_assert_true(keyframe_policy_take(&policy, CASES[i].due_ms * MS));
  }
}

static void
test_a_storm_of_requests_is_one_keyframe(void)
{
  KeyframePolicy policy = { 0 };
  guint made = 0;
  keyframe_policy_made(&policy, 0, CHEAP, BPS);
  for (gint64 ms = 0; ms < 10000; ms++) {  /* each of nine receivers, every 200 ms */
    if (ms % 22 == 0)
      keyframe_policy_request(&policy, false);
    if (ms % 33 == 0 && keyframe_policy_take(&policy, ms * MS)) {
      keyframe_policy_made(&policy, ms * MS, CHEAP, BPS);
      made++;
    }
  }
  g_assert_cmpuint(made, ==, 9);
}

static void
test_nine_joins_in_two_seconds_are_few_keyframes(void)
{
  KeyframePolicy policy = { 0 };
  guint made = 0;
  for (gint64 ms = 0; ms < 3000; ms++) {
    if (ms < 2000 && ms % 222 == 0)
      keyframe_policy_request(&policy, true);
    if (ms % 33 == 0 && keyframe_policy_take(&policy, ms * MS)) {
      keyframe_policy_made(&policy, ms * MS, CHEAP, BPS);
      made++;
    }
  }
  g_assert_cmpuint(made, >=, 5);
  g_assert_cmpuint(made, <=, 8);
  g_assert_false(policy.is_wanted);
}

static void
test_a_failed_encode_loses_no_request(void)
{
  for (int for_join = 0; for_join <= 1; for_join++) {
    KeyframePolicy policy = { 0 };
    keyframe_policy_made(&policy, 0, CHEAP, BPS);
    keyframe_policy_request(&policy, for_join != 0);
    gint64 due_us = for_join ? 300 * MS : 1000 * MS;
    for (guint i = 0; i < 5; i++) {
      g_assert_true(keyframe_policy_take(&policy, due_us + i * 33 * MS));
      keyframe_policy_failed(&policy);
    }
    g_assert_true(keyframe_policy_take(&policy, due_us + 200 * MS));
    keyframe_policy_made(&policy, due_us + 212 * MS, CHEAP, BPS);
    g_assert_false(keyframe_policy_take(&policy, due_us + 5000 * MS));
  }
}

static void
test_what_comes_during_the_encode(void)
{
  KeyframePolicy policy = { 0 };
  keyframe_policy_made(&policy, 0, CHEAP, BPS);
  keyframe_policy_request(&policy, false);
  g_assert_true(keyframe_policy_take(&policy, 2000 * MS));
  keyframe_policy_request(&policy, false);  /* a loss before it: this keyframe mends it */
  keyframe_policy_made(&policy, 2012 * MS, CHEAP, BPS);
  g_assert_false(keyframe_policy_take(&policy, 9000 * MS));

  keyframe_policy_request(&policy, false);
  g_assert_true(keyframe_policy_take(&policy, 9000 * MS));
  keyframe_policy_request(&policy, true);   /* a join: it may have missed this one */
  keyframe_policy_made(&policy, 9012 * MS, CHEAP, BPS);
  g_assert_false(keyframe_policy_take(&policy, 9300 * MS));
  g_assert_true(keyframe_policy_take(&policy, 9312 * MS));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/keyframe_policy/" #name, test_##name)
  ADD(a_stream_begins_with_a_keyframe);
  ADD(requests_wait_as_long_as_they_must);
  ADD(a_storm_of_requests_is_one_keyframe);
  ADD(nine_joins_in_two_seconds_are_few_keyframes);
  ADD(a_failed_encode_loses_no_request);
  ADD(what_comes_during_the_encode);
  return g_test_run();
}
