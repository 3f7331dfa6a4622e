/* tests/load/test_skew_meter.c - unit tests of tests/load/skew_meter. */
#include "tests/load/skew_meter.h"

#define MS(n) ((gint64)(n) * 1000)

/* The bridge's clock is of no account: it is another one. */
#define BRIDGE_US (G_GINT64_CONSTANT(3900000000) * G_USEC_PER_SEC)

static void
show(SkewMeter *self, gint64 sent_ms, gint64 late_ms)
{
  skew_meter_picture(self, &(SkewMoment) { MS(sent_ms), BRIDGE_US + MS(sent_ms + late_ms) });
}

static void
sound(SkewMeter *self, gint64 sent_ms, gint64 late_ms)
{
  skew_meter_sound(self, &(SkewMoment) { MS(sent_ms), BRIDGE_US + MS(sent_ms + late_ms) });
}

static void
test_sound_is_compared_with_the_nearest_picture(void)
{
  g_autoptr(Samples) skew_ms = samples_new();
  SkewMeter meter = { .skew_ms = skew_ms };
  show(&meter, 1000, 40);
  show(&meter, 1033, 90);
  sound(&meter, 1010, 60);  /* heard after both were seen */
  g_assert_cmpuint(samples_count(skew_ms), ==, 1);
  g_assert_cmpfloat(samples_max(skew_ms), ==, 20);
  sound(&meter, 1060, 30);  /* its picture comes later than it */
  g_assert_cmpuint(samples_count(skew_ms), ==, 1);
  show(&meter, 1066, 130);
  g_assert_cmpuint(samples_count(skew_ms), ==, 2);
  g_assert_cmpfloat(samples_min(skew_ms), ==, -100);
}

static void
test_a_picture_that_stands_still_is_no_measure(void)
{
  g_autoptr(Samples) skew_ms = samples_new();
  SkewMeter meter = { .skew_ms = skew_ms };
  show(&meter, 1000, 40);
  for (guint i = 0; i < 2 * SKEW_SOUNDS; i++)
    sound(&meter, 1500 + 10 * i, 60);
  show(&meter, 2000, 40);
  g_assert_cmpuint(samples_count(skew_ms), ==, 0);
  g_assert_cmpuint(meter.n_sounds, ==, 0);
}

static void
test_many_pictures_go_by(void)
{
  g_autoptr(Samples) skew_ms = samples_new();
  SkewMeter meter = { .skew_ms = skew_ms };
  for (gint64 ms = 0; ms < 33 * 300; ms += 33) {
    show(&meter, ms, 40);
    if (ms % 990 == 0)
      sound(&meter, ms, 47);
  }
  g_assert_cmpuint(samples_count(skew_ms), ==, 10);
  g_assert_cmpfloat(samples_min(skew_ms), ==, 7);
  g_assert_cmpfloat(samples_max(skew_ms), ==, 7);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/skew_meter/sound_is_compared_with_the_nearest_picture", test_sound_is_compared_with_the_nearest_picture);
  g_test_add_func("/load/skew_meter/a_picture_that_stands_still_is_no_measure", test_a_picture_that_stands_still_is_no_measure);
  g_test_add_func("/load/skew_meter/many_pictures_go_by", test_many_pictures_go_by);
  return g_test_run();
}
