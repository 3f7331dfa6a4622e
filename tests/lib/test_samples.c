/* tests/lib/test_samples.c - unit tests of tests/lib/samples. */
#include "tests/lib/samples.h"

static void
test_percentiles_are_nearest_ranks(void)
{
  g_autoptr(Samples) samples = samples_new();
  for (int i = 100; i >= 1; i--)
    samples_add(samples, i);
  static const struct { double percent, value; } TABLE[] = {
    { 0, 1 }, { 1, 1 }, { 50, 50 }, { 50.1, 51 }, { 95, 95 }, { 99, 99 }, { 99.5, 100 }, { 100, 100 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++)
    g_assert_cmpfloat(samples_percentile(samples, TABLE[i].percent), ==, TABLE[i].value);
  g_assert_cmpfloat(samples_mean(samples), ==, 50.5);
}

static void
test_one_value_is_every_percentile(void)
{
  g_autoptr(Samples) samples = samples_new();
  samples_add(samples, 7);
  g_assert_cmpfloat(samples_percentile(samples, 1), ==, 7);
  g_assert_cmpfloat(samples_percentile(samples, 99), ==, 7);
}

static void
test_nothing_is_zero(void)
{
  g_autoptr(Samples) samples = samples_new();
  g_assert_cmpfloat(samples_percentile(samples, 50), ==, 0);
  g_assert_cmpfloat(samples_mean(samples), ==, 0);
}

static void
test_values_may_come_after_a_question(void)
{
  g_autoptr(Samples) samples = samples_new(), more = samples_new();
  samples_add(samples, 5);
  g_assert_cmpfloat(samples_max(samples), ==, 5);
  samples_add(more, 1);
  samples_add(more, 9);
  samples_add_all(samples, more);
  g_assert_cmpfloat(samples_min(samples), ==, 1);
  g_assert_cmpfloat(samples_percentile(samples, 50), ==, 5);
  g_assert_cmpuint(samples_count(samples), ==, 3);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/samples/percentiles_are_nearest_ranks", test_percentiles_are_nearest_ranks);
  g_test_add_func("/lib/samples/one_value_is_every_percentile", test_one_value_is_every_percentile);
  g_test_add_func("/lib/samples/nothing_is_zero", test_nothing_is_zero);
  g_test_add_func("/lib/samples/values_may_come_after_a_question", test_values_may_come_after_a_question);
  return g_test_run();
}
