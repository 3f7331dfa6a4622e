/* tests/signaling/test_rate_limit.c - unit tests of signaling/rate_limit. */
#include "signaling/rate_limit.h"

enum { S = G_USEC_PER_SEC };

static void
test_tokens_run_out_and_come_back(void)
{
  g_autoptr(RateLimit) limit = rate_limit_new(3, 10 * S, 10);
  for (int i = 0; i < 3; i++)
    g_assert_true(rate_limit_take(limit, "a", 0));
  g_assert_false(rate_limit_take(limit, "a", 0));
  g_assert_cmpint(rate_limit_wait_us(limit, "a", 0), ==, 10 * S);
  g_assert_cmpint(rate_limit_wait_us(limit, "a", 9 * S), ==, S);
  g_assert_false(rate_limit_take(limit, "a", 10 * S - 1));
  g_assert_true(rate_limit_take(limit, "a", 10 * S));
  g_assert_false(rate_limit_take(limit, "a", 10 * S));
  for (int i = 0; i < 3; i++)
    g_assert_true(rate_limit_take(limit, "a", 1000 * S));
  g_assert_false(rate_limit_take(limit, "a", 1000 * S));
}

static void
test_keys_do_not_disturb_each_other(void)
{
  g_autoptr(RateLimit) limit = rate_limit_new(1, S, 10);
  g_assert_true(rate_limit_take(limit, "a", 0));
  g_assert_false(rate_limit_take(limit, "a", 0));
  g_assert_true(rate_limit_take(limit, "b", 0));
  g_assert_cmpint(rate_limit_wait_us(limit, "c", 0), ==, 0);
  g_assert_cmpuint(rate_limit_keys(limit), ==, 2);
}

static void
test_the_table_forgets_who_was_idle_longest(void)
{
  g_autoptr(RateLimit) limit = rate_limit_new(1, 1000 * S, 3);
  rate_limit_take(limit, "a", 0);
  rate_limit_take(limit, "b", 1);
  rate_limit_take(limit, "c", 2);
  rate_limit_take(limit, "a", 3);
  rate_limit_take(limit, "d", 4);
  g_assert_cmpuint(rate_limit_keys(limit), ==, 3);
  g_assert_cmpint(rate_limit_wait_us(limit, "a", 5), >, 0);
  g_assert_cmpint(rate_limit_wait_us(limit, "b", 5), ==, 0);
  for (int i = 0; i < 10000; i++) {
    g_autofree char *key = g_strdup_printf("%d", i);
    rate_limit_take(limit, key, 10 + i);
  }
  g_assert_cmpuint(rate_limit_keys(limit), ==, 3);
}

static void
test_ipv6_counts_by_its_network(void)
{
  char a[RATE_LIMIT_KEY_MAX], b[RATE_LIMIT_KEY_MAX];
  rate_limit_key_for_address("2001:db8:1:2:3:4:5:6", a);
  rate_limit_key_for_address("2001:db8:1:2::9", b);
  g_assert_cmpstr(a, ==, b);
  rate_limit_key_for_address("2001:db8:1:3::9", b);
  g_assert_cmpstr(a, !=, b);
  rate_limit_key_for_address("10.1.2.3", a);
  g_assert_cmpstr(a, ==, "10.1.2.3");
  g_autofree char *longer = g_strnfill(500, 'x');
  rate_limit_key_for_address(longer, a);
  g_autoptr(RateLimit) limit = rate_limit_new(1, S, 3);
  g_assert_true(rate_limit_take(limit, longer, 0));
  g_assert_false(rate_limit_take(limit, longer, 0));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/rate_limit/tokens_run_out_and_come_back", test_tokens_run_out_and_come_back);
  g_test_add_func("/signaling/rate_limit/keys_do_not_disturb_each_other", test_keys_do_not_disturb_each_other);
  g_test_add_func("/signaling/rate_limit/the_table_forgets_who_was_idle_longest", test_the_table_forgets_who_was_idle_longest);
  g_test_add_func("/signaling/rate_limit/ipv6_counts_by_its_network", test_ipv6_counts_by_its_network);
  return g_test_run();
}
