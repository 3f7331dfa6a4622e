/* tests/mcu/test_uplink_steering.c - unit tests of mcu/uplink_steering. */
#include "mcu/uplink_steering.h"

#define S G_USEC_PER_SEC

static void
test_size_follows_the_tile(void)
{
  static const struct { guint tile_width, tile_height, width, height; } ROWS[] = {
    { 0, 0, 320, 180 },       { 320, 180, 320, 180 },  { 384, 216, 424, 240 },
    { 640, 360, 640, 360 },   { 670, 377, 640, 360 },  { 700, 394, 960, 540 },
    { 960, 540, 960, 540 },   { 1440, 810, 1280, 720 }, { 1920, 1080, 1280, 720 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    UplinkSteering steering = { 0 };
    g_assert_true(uplink_steering_update(&steering, ROWS[i].tile_width, ROWS[i].tile_height, 30,
                                         1500000, 1 * S));
    g_assert_cmpuint(steering.current.max_width, ==, ROWS[i].width);
    g_assert_cmpuint(steering.current.max_height, ==, ROWS[i].height);
    g_assert_cmpuint(steering.current.max_bitrate_bps, <=, 1500000);
  }
}

static void
test_larger_is_asked_for_at_once_and_smaller_after_three_seconds(void)
{
  UplinkSteering steering = { 0 };
  g_assert_true(uplink_steering_update(&steering, 640, 360, 30, 1500000, 1 * S));
  g_assert_true(uplink_steering_update(&steering, 1280, 720, 30, 1500000, 2 * S));
  g_assert_false(uplink_steering_update(&steering, 640, 360, 30, 1500000, 3 * S));
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 6 * S);
  g_assert_false(uplink_steering_update(&steering, 640, 360, 30, 1500000, 6 * S - 1));
  g_assert_true(uplink_steering_update(&steering, 640, 360, 30, 1500000, 6 * S));
  g_assert_cmpuint(steering.current.max_width, ==, 640);
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 0);
}

static void
test_a_passing_smaller_tile_changes_nothing(void)
{
  UplinkSteering steering = { 0 };
  uplink_steering_update(&steering, 1280, 720, 30, 1500000, 1 * S);
  g_assert_false(uplink_steering_update(&steering, 320, 180, 30, 1500000, 2 * S));
  g_assert_false(uplink_steering_update(&steering, 1280, 720, 30, 1500000, 4 * S));
  g_assert_false(uplink_steering_update(&steering, 320, 180, 30, 1500000, 6 * S));
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 9 * S);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/uplink_steering/size_follows_the_tile", test_size_follows_the_tile);
  g_test_add_func("/mcu/uplink_steering/larger_is_asked_for_at_once_and_smaller_after_three_seconds",
                  test_larger_is_asked_for_at_once_and_smaller_after_three_seconds);
  g_test_add_func("/mcu/uplink_steering/a_passing_smaller_tile_changes_nothing",
                  test_a_passing_smaller_tile_changes_nothing);
  return g_test_run();
}
