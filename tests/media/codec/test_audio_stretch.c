/* tests/media/codec/test_audio_stretch.c - unit tests of media/codec/audio_stretch. */
#include "media/codec/audio_stretch.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 1920, BEFORE = AUDIO_STRETCH_LAG_MAX, ROOM = BEFORE + LENGTH + AUDIO_STRETCH_LAG_MAX };

static void
fill_tone(gint16 *x, int n, double period)
{
  for (int i = 0; i < n; i++)
    x[i] = (gint16)(10000 * sin(2 * G_PI * i / period));
}

static void
fill_noise(gint16 *x, int n)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(1);
  for (int i = 0; i < n; i++)
    x[i] = (gint16)g_rand_int_range(rand, -1000, 1000);
}

static int
largest_step(const gint16 *x, int n)
{
  int largest = 0;
  for (int i = 1; i < n; i++)
    largest = MAX(largest, abs(x[i] - x[i - 1]));
  return largest;
}

static void
test_whole_periods_go_without_a_click(void)
{
  for (double period = 130; period < 700; period *= 1.17) {
    gint16 x[ROOM];
    fill_tone(x, ROOM, period);
    int step = largest_step(x, ROOM);
    int removed = audio_stretch_shorten(x + BEFORE, LENGTH, 800, AUDIO_STRETCH_CAREFUL);
    g_assert_cmpint(removed, >=, AUDIO_STRETCH_LAG_MIN);
    g_assert_cmpint(removed, <=, AUDIO_STRETCH_LAG_MAX);
    double periods = removed / period;
    g_assert_cmpfloat(fabs(periods - round(periods)) * period, <=, 1.01);
    g_assert_cmpint(largest_step(x, BEFORE + LENGTH - removed), <=, step + 150);

    fill_tone(x, ROOM, period);
    int added = audio_stretch_lengthen(x + BEFORE, LENGTH, 300, AUDIO_STRETCH_CAREFUL);
    g_assert_cmpint(added, >=, AUDIO_STRETCH_LAG_MIN);
    g_assert_cmpint(largest_step(x, BEFORE + LENGTH + added), <=, step + 150);
  }
}

static void
test_removed_never_exceeds_what_was_asked_for(void)
{
  for (int at_most = 0; at_most < 900; at_most += 7) {
    for (int mode = AUDIO_STRETCH_CAREFUL; mode <= AUDIO_STRETCH_FREE; mode++) {
      gint16 x[ROOM];
      fill_tone(x, ROOM, 109);
      g_assert_cmpint(audio_stretch_shorten(x + BEFORE, 960 + at_most, at_most, mode), <=, at_most);
    }
  }
}

static void
test_noise_is_left_alone_unless_free(void)
{
  gint16 x[ROOM];
  fill_noise(x, ROOM);
  g_assert_cmpint(audio_stretch_shorten(x + BEFORE, LENGTH, 480, AUDIO_STRETCH_CAREFUL), ==, 0);
  g_assert_cmpint(audio_stretch_lengthen(x + BEFORE, LENGTH, 480, AUDIO_STRETCH_CAREFUL), ==, 0);
  g_assert_cmpint(audio_stretch_shorten(x + BEFORE, LENGTH, 333, AUDIO_STRETCH_FREE), ==, 333);
  g_assert_cmpint(audio_stretch_lengthen(x + BEFORE, LENGTH, 11, AUDIO_STRETCH_FREE), ==, 11);
}

static void
test_what_follows_is_untouched(void)
{
  gint16 x[ROOM], before[ROOM];
  fill_tone(x, ROOM, 200);
  memcpy(before, x, sizeof x);
  int removed = audio_stretch_shorten(x + BEFORE, LENGTH, 480, AUDIO_STRETCH_CAREFUL);
  g_assert_cmpmem(x, BEFORE * 2, before, BEFORE * 2);
  g_assert_cmpmem(x + BEFORE + removed, (gsize)(LENGTH - 2 * removed) * 2,
                  before + BEFORE + 2 * removed, (gsize)(LENGTH - 2 * removed) * 2);
  memcpy(x, before, sizeof x);
  int added = audio_stretch_lengthen(x + BEFORE, LENGTH, 480, AUDIO_STRETCH_CAREFUL);
  g_assert_cmpmem(x + BEFORE + added, LENGTH * 2, before + BEFORE, LENGTH * 2);
  memcpy(x, before, sizeof x);
  audio_stretch_cut(x + BEFORE, LENGTH, 960);
  g_assert_cmpmem(x + BEFORE + 240, (LENGTH - 960 - 240) * 2, before + BEFORE + 1200,
                  (LENGTH - 960 - 240) * 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/audio_stretch/" #name, test_##name)
  ADD(whole_periods_go_without_a_click);
  ADD(removed_never_exceeds_what_was_asked_for);
  ADD(noise_is_left_alone_unless_free);
  ADD(what_follows_is_untouched);
#undef ADD
  return g_test_run();
}
