/* tests/mcu/test_hands.c - unit tests of mcu/hands. */
#include "mcu/hands.h"

static void
test_the_oldest_hand_is_first_and_keeps_its_time(void)
{
  Hands hands = { 0 };
  g_assert_true(hands_raise(&hands, 3, 100));
  g_assert_true(hands_raise(&hands, 0, 90));  /* the wall clock was put back: the order stays */
  g_assert_true(hands_raise(&hands, 7, 200));
  g_assert_false(hands_raise(&hands, 3, 300));
  g_assert_cmpuint(hands.n, ==, 3);
  static const Hand EXPECTED[] = { { 3, 100 }, { 0, 90 }, { 7, 200 } };
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpuint(hands.hands[i].site, ==, EXPECTED[i].site);
    g_assert_cmpint(hands.hands[i].since_wall_us, ==, EXPECTED[i].since_wall_us);
  }
}

static void
test_a_hand_that_is_raised_again_goes_to_the_end(void)
{
  Hands hands = { 0 };
  hands_raise(&hands, 1, 10);
  hands_raise(&hands, 2, 20);
  g_assert_true(hands_lower(&hands, 1));
  g_assert_false(hands_lower(&hands, 1));
  g_assert_false(hands_is_up(&hands, 1));
  g_assert_true(hands_is_up(&hands, 2));
  hands_raise(&hands, 1, 30);
  g_assert_cmpuint(hands.hands[0].site, ==, 2);
  g_assert_cmpuint(hands.hands[1].site, ==, 1);
  g_assert_cmpint(hands.hands[1].since_wall_us, ==, 30);
}

static void
test_every_site_has_one_hand(void)
{
  Hands hands = { 0 };
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < CONFIG_SITES_MAX; i++)
      hands_raise(&hands, i, 1);
  g_assert_cmpuint(hands.n, ==, CONFIG_SITES_MAX);
  g_assert_true(hands_lower(&hands, CONFIG_SITES_MAX - 1));
  hands_lower_all(&hands);
  g_assert_cmpuint(hands.n, ==, 0);
  g_assert_false(hands_is_up(&hands, 0));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/hands/" #name, test_##name)
  ADD(the_oldest_hand_is_first_and_keeps_its_time);
  ADD(a_hand_that_is_raised_again_goes_to_the_end);
  ADD(every_site_has_one_hand);
  return g_test_run();
}
