/* tests/mcu/test_uplink_steering.c - unit tests of mcu/uplink_steering. */
#include "mcu/uplink_steering.h"

#define S G_USEC_PER_SEC
enum { FPS = 30, MAX_BPS = 1500000 };

static bool
update(UplinkSteering *steering, guint width, gint64 now_us)
{
  return uplink_steering_update(steering, width, width * 9 / 16, FPS, MAX_BPS, now_us);
}

static void
acknowledge(UplinkSteering *steering)
{
  UplinkReport report = { .seq = steering->current.seq, .width = steering->current.max_width,
                          .height = steering->current.max_height, .framerate = FPS };
  g_assert_true(uplink_steering_acknowledge(steering, &report));
}

/* A site whose client has obeyed the first request. */
static UplinkSteering
settled(guint width)
{
  UplinkSteering steering = { 0 };
  g_assert_true(update(&steering, width, 0));
  acknowledge(&steering);
  g_assert_false(update(&steering, width, 1));
  g_assert_true(uplink_steering_is_acknowledged(&steering));
  return steering;
}

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
    g_assert_cmpint(uplink_steering_wanted(&steering), ==, UPLINK_SIZE_NONE);
    g_assert_true(uplink_steering_update(&steering, ROWS[i].tile_width, ROWS[i].tile_height, FPS,
                                         MAX_BPS, 1 * S));
    g_assert_cmpuint(steering.current.max_width, ==, ROWS[i].width);
    g_assert_cmpuint(steering.current.max_height, ==, ROWS[i].height);
    g_assert_cmpuint(steering.current.max_bitrate_bps, <=, MAX_BPS);
    g_assert_true(steering.current.is_active);
    guint width, height;
    uplink_size((guint)uplink_steering_wanted(&steering), &width, &height);
    g_assert_cmpuint(width, ==, ROWS[i].width);
  }
}

static void
test_larger_is_asked_for_at_once_and_smaller_after_three_seconds(void)
{
  UplinkSteering steering = settled(640);
  g_assert_true(update(&steering, 1280, 2 * S));
  acknowledge(&steering);
  g_assert_false(update(&steering, 640, 3 * S));
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 6 * S);
  g_assert_false(update(&steering, 640, 6 * S - 1));
  g_assert_true(update(&steering, 640, 6 * S));
  g_assert_cmpuint(steering.current.max_width, ==, 640);
  acknowledge(&steering);
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 0);
}

static void
test_a_passing_smaller_tile_changes_nothing(void)
{
  UplinkSteering steering = settled(1280);
  g_assert_false(update(&steering, 320, 2 * S));
  g_assert_false(update(&steering, 1280, 4 * S));
  g_assert_false(update(&steering, 320, 6 * S));
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 9 * S);
}

/* 1000 pixels need no more than 960, but 1050 of 1280 are not yet 1.25 times less. */
static void
test_a_size_is_left_only_when_it_is_much_too_large(void)
{
  static const struct { guint from, to, asked; } ROWS[] = {
    { 1280, 1030, 1280 }, { 1280, 1000, 960 }, { 424, 330, 320 }, { 640, 600, 640 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    UplinkSteering steering = settled(ROWS[i].from);
    for (guint t = 1; t <= 10; t++)
      if (update(&steering, ROWS[i].to, t * S))
        acknowledge(&steering);
    g_assert_cmpuint(steering.current.max_width, ==, ROWS[i].asked);
  }
}

static void
test_next_request_waits_for_the_acknowledgement_and_the_latest_wins(void)
{
  UplinkSteering steering = { 0 };
  g_assert_true(update(&steering, 320, 0));
  guint first = steering.current.seq;
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 2 * S);
  g_assert_false(update(&steering, 640, 1 * S / 10));
  g_assert_false(update(&steering, 960, 2 * S / 10));
  g_assert_false(update(&steering, 1280, 3 * S / 10));
  g_assert_cmpuint(steering.current.seq, ==, first);
  acknowledge(&steering);
  g_assert_true(update(&steering, 1280, 4 * S / 10));
  g_assert_cmpuint(steering.current.seq, ==, first + 1);
  g_assert_cmpuint(steering.current.max_width, ==, 1280);

  /* This one is not answered: after two seconds the next goes out in its place. */
  g_assert_false(update(&steering, 1920, 2 * S));
  uplink_steering_set_cap(&steering, 2, MAX_BPS);
  g_assert_false(update(&steering, 1920, 24 * S / 10 - 1));
  g_assert_true(update(&steering, 1920, 24 * S / 10));
  g_assert_cmpuint(steering.current.seq, ==, first + 2);
  g_assert_cmpuint(steering.current.max_width, ==, 640);

  /* A late answer to the one that was overtaken does not stand for this one. */
  UplinkReport late = { .seq = first + 1, .width = 1280, .height = 720 };
  g_assert_true(uplink_steering_acknowledge(&steering, &late));
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 44 * S / 10);
  g_assert_false(uplink_steering_is_acknowledged(&steering));
  UplinkReport unknown = { .seq = first + 3, .width = 1280, .height = 720 };
  g_assert_false(uplink_steering_acknowledge(&steering, &unknown));
}

static void
test_unanswered_request_is_repeated_three_times_then_the_client_is_left_alone(void)
{
  UplinkSteering steering = { 0 };
  guint n_sent = 0;
  for (gint64 now_us = 0; now_us < 60 * S; now_us += S / 10)
    n_sent += update(&steering, 640, now_us) ? 1 : 0;
  g_assert_cmpuint(n_sent, ==, 4);
  g_assert_cmpuint(steering.current.seq, ==, 1);
  g_assert_true(steering.is_ignored);
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 0);

  /* It is still told of changes, at once and once each. */
  g_assert_true(update(&steering, 960, 60 * S));
  g_assert_true(update(&steering, 1280, 60 * S + 1));
  for (gint64 now_us = 61 * S; now_us < 90 * S; now_us += S / 10)
    g_assert_false(update(&steering, 1280, now_us));
  acknowledge(&steering);
  g_assert_false(steering.is_ignored);
  uplink_steering_set_cap(&steering, 0, MAX_BPS);
  g_assert_true(update(&steering, 1280, 91 * S));
  g_assert_false(update(&steering, 1280, 93 * S - 1));
  g_assert_true(update(&steering, 1280, 93 * S));
}

static void
test_cap_lowers_the_bitrate_first_and_the_size_when_it_is_too_little(void)
{
  /* Full: 1280 1.5 M (the most for any camera), 960 1.32 M, 640 720 k, 424 390 k, 320 254 k.
   * Half will do. */
  const struct { int size; guint bps, width, bitrate; } ROWS[] = {
    { 4, 2000000, 1280, 1500000 }, { 4, 1000000, 1280, 1000000 }, { 4, 756000, 1280, 750000 },
    { 4, 740000, 960, 740000 },    { 4, 650000, 640, 650000 },    { 4, 500000, 640, 500000 },
    { 4, 300000, 424, 300000 },       { 4, 150000, 320, 150000 },    { 4, 3000, 320, 10000 },       { 2, 2000000, 640, 720000 },
    { 0, 2000000, 320, uplink_size_bitrate(0, FPS) },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    UplinkSteering steering = settled(1280);
    uplink_steering_set_cap(&steering, ROWS[i].size, ROWS[i].bps);
    if (update(&steering, 1280, 2))  /* at once: the line has no more */
      acknowledge(&steering);
    g_assert_cmpuint(steering.current.max_width, ==, ROWS[i].width);
    g_assert_cmpuint(steering.current.max_bitrate_bps, ==, ROWS[i].bitrate);
    g_assert_cmpint(uplink_steering_wanted(&steering), ==, 4);
  }
}

static void
test_cap_that_wavers_makes_no_messages(void)
{
  UplinkSteering steering = settled(640);
  uplink_steering_set_cap(&steering, 4, 360000);
  g_assert_true(update(&steering, 640, 1 * S));
  acknowledge(&steering);
  guint n_sent = 0;
  for (guint t = 2; t < 60; t++) {
    uplink_steering_set_cap(&steering, 4, 360000 + t % 5 * 20000);
    if (update(&steering, 640, t * S)) {
      n_sent++;
      acknowledge(&steering);
    }
    g_assert_cmpuint(steering.current.max_bitrate_bps, <=, 360000 + t % 5 * 20000);
  }
  g_assert_cmpuint(n_sent, ==, 0);

  /* Down to the size below at once, and back up only when there is a quarter to spare. */
  uplink_steering_set_cap(&steering, 4, 350000);
  g_assert_true(update(&steering, 640, 60 * S));
  acknowledge(&steering);
  g_assert_cmpuint(steering.current.max_width, ==, 424);
  for (guint t = 61; t < 90; t++) {
    uplink_steering_set_cap(&steering, 4, t % 2 ? 350000 : 440000);
    if (update(&steering, 640, t * S))
      acknowledge(&steering);
    g_assert_cmpuint(steering.current.max_width, ==, 424);
  }
  uplink_steering_set_cap(&steering, 4, 460000);
  g_assert_true(update(&steering, 640, 90 * S));
  g_assert_cmpuint(steering.current.max_width, ==, 640);
}

static void
test_no_grant_pauses_the_camera(void)
{
  UplinkSteering steering = settled(640);
  uplink_steering_set_cap(&steering, UPLINK_SIZE_NONE, 0);
  g_assert_true(update(&steering, 640, 1 * S));
  g_assert_false(steering.current.is_active);
  acknowledge(&steering);
  g_assert_false(update(&steering, 1280, 2 * S));
  uplink_steering_set_cap(&steering, 4, MAX_BPS);
  g_assert_true(update(&steering, 1280, 3 * S));
  g_assert_true(steering.current.is_active);
  g_assert_cmpuint(steering.current.max_width, ==, 1280);

  UplinkSteering never = { 0 };
  uplink_steering_set_cap(&never, UPLINK_SIZE_NONE, 0);
  g_assert_true(update(&never, 640, 1 * S));
  g_assert_false(never.current.is_active);
}

static void
test_camera_on_its_side_is_asked_for_swapped_sides(void)
{
  UplinkSteering steering = settled(640);
  guint upright_bps = steering.current.max_bitrate_bps;
  UplinkReport turned = { .seq = steering.current.seq, .width = 640, .height = 360, .rotation = 90,
                          .camera_width = 1280, .camera_height = 720 };
  g_assert_true(uplink_steering_acknowledge(&steering, &turned));
  g_assert_true(update(&steering, 640, 2 * S));
  g_assert_cmpuint(steering.current.max_width, ==, 360);
  g_assert_cmpuint(steering.current.max_height, ==, 640);
  /* Of 640x360 it fills 202x360, and needs the rate of that. */
  g_assert_cmpuint(steering.current.max_bitrate_bps, <, upright_bps / 2);
  turned.seq = steering.current.seq;
  g_assert_true(uplink_steering_acknowledge(&steering, &turned));
  g_assert_false(update(&steering, 640, 3 * S));

  turned.rotation = 180;
  g_assert_true(uplink_steering_acknowledge(&steering, &turned));
  g_assert_true(update(&steering, 640, 4 * S));
  g_assert_cmpuint(steering.current.max_width, ==, 640);
  g_assert_cmpuint(steering.current.max_bitrate_bps, ==, upright_bps);
}

static void
test_smaller_camera_gets_the_bitrate_of_its_pixels(void)
{
  static const struct { guint width, height, tile; double pixels; } ROWS[] = {
    { 640, 480, 1280, 640 * 480 }, { 320, 240, 640, 320 * 240 }, { 720, 1280, 640, 202.5 * 360 },
    { 1920, 1080, 640, 640 * 360 },
  };
  UplinkSteering reference = settled(640);
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    UplinkSteering steering = settled(ROWS[i].tile);
    UplinkReport report = { .seq = steering.current.seq, .camera_width = ROWS[i].width,
                            .camera_height = ROWS[i].height };
    g_assert_true(uplink_steering_acknowledge(&steering, &report));
    guint width = steering.current.max_width;
    update(&steering, ROWS[i].tile, 2 * S);
    g_assert_cmpuint(steering.current.max_width, ==, width);
    bool is_less = ROWS[i].pixels < 640 * 360;
    g_assert_true(is_less == (steering.current.max_bitrate_bps < reference.current.max_bitrate_bps));
  }
}

static void
test_who_comes_next_is_asked_anew_and_numbers_go_on(void)
{
  UplinkSteering steering = settled(640);
  uplink_steering_set_cap(&steering, 0, 100000);
  guint seq = steering.current.seq;
  uplink_steering_reset(&steering);
  g_assert_cmpint(uplink_steering_wanted(&steering), ==, UPLINK_SIZE_NONE);
  g_assert_cmpint(uplink_steering_due_us(&steering), ==, 0);
  g_assert_true(update(&steering, 640, 2 * S));
  g_assert_cmpuint(steering.current.seq, ==, seq + 1);
  g_assert_cmpuint(steering.current.max_width, ==, 640);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/uplink_steering/" #name, test_##name)
  ADD(size_follows_the_tile);
  ADD(larger_is_asked_for_at_once_and_smaller_after_three_seconds);
  ADD(a_passing_smaller_tile_changes_nothing);
  ADD(a_size_is_left_only_when_it_is_much_too_large);
  ADD(next_request_waits_for_the_acknowledgement_and_the_latest_wins);
  ADD(unanswered_request_is_repeated_three_times_then_the_client_is_left_alone);
  ADD(cap_lowers_the_bitrate_first_and_the_size_when_it_is_too_little);
  ADD(cap_that_wavers_makes_no_messages);
  ADD(no_grant_pauses_the_camera);
  ADD(camera_on_its_side_is_asked_for_swapped_sides);
  ADD(smaller_camera_gets_the_bitrate_of_its_pixels);
  ADD(who_comes_next_is_asked_anew_and_numbers_go_on);
  return g_test_run();
}
