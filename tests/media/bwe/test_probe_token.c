/* tests/media/bwe/test_probe_token.c - unit tests of media/bwe/probe_token. */
#include "media/bwe/probe_token.h"

#define MS(n) ((gint64)(n) * 1000)

static const char A = 'a', B = 'b', C = 'c';

static void
test_one_holds_it_at_a_time(void)
{
  assert_on_net();
  g_autoptr(ProbeToken) token = probe_token_new();
  g_assert_true(probe_token_acquire(token, &A, MS(1)));
  g_assert_true(probe_token_acquire(token, &A, MS(2)));
  g_assert_false(probe_token_acquire(token, &B, MS(3)));
  probe_token_release(token, &B);  /* takes back the question only */
  g_assert_false(probe_token_acquire(token, &C, MS(4)));
  probe_token_release(token, &A);
  g_assert_true(probe_token_acquire(token, &C, MS(5)));
}

static void
test_who_waited_longest_is_next(void)
{
  assert_on_net();
  g_autoptr(ProbeToken) token = probe_token_new();
  g_assert_true(probe_token_acquire(token, &A, MS(1)));
  g_assert_false(probe_token_acquire(token, &B, MS(2)));
  g_assert_false(probe_token_acquire(token, &C, MS(3)));
  probe_token_release(token, &A);
  g_assert_false(probe_token_acquire(token, &A, MS(4)));
  g_assert_false(probe_token_acquire(token, &C, MS(5)));
  g_assert_true(probe_token_acquire(token, &B, MS(6)));
  probe_token_release(token, &B);
  g_assert_true(probe_token_acquire(token, &C, MS(7)));
}

static void
test_who_ceases_to_ask_loses_its_place(void)
{
  assert_on_net();
  g_autoptr(ProbeToken) token = probe_token_new();
  g_assert_true(probe_token_acquire(token, &A, MS(1)));
  g_assert_false(probe_token_acquire(token, &B, MS(2)));
  probe_token_release(token, &A);
  g_assert_false(probe_token_acquire(token, &C, MS(100)));
  g_assert_true(probe_token_acquire(token, &C, MS(2) + PROBE_TOKEN_ASK_US + 1));
}

static void
test_who_keeps_it_loses_it(void)
{
  assert_on_net();
  g_autoptr(ProbeToken) token = probe_token_new();
  g_assert_true(probe_token_acquire(token, &A, MS(1)));
  g_assert_false(probe_token_acquire(token, &B, MS(1) + PROBE_TOKEN_HOLD_US - 1));
  g_assert_true(probe_token_acquire(token, &B, MS(1) + PROBE_TOKEN_HOLD_US));
  g_assert_false(probe_token_acquire(token, &A, MS(2) + PROBE_TOKEN_HOLD_US));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/probe_token/" #name, test_##name)
  ADD(one_holds_it_at_a_time);
  ADD(who_waited_longest_is_next);
  ADD(who_ceases_to_ask_loses_its_place);
  ADD(who_keeps_it_loses_it);
#undef ADD
  return g_test_run();
}
