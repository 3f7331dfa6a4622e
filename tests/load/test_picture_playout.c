/* tests/load/test_picture_playout.c - unit tests of tests/load/picture_playout, in virtual time. */
#include "tests/load/picture_playout.h"

enum { MS = 1000, FRAMES = 600 };

/* 30 frames a second, one of @every delayed by @late_ms. Returns: the longest time between two
 * that are shown, after the first 200. */
static gint64
longest_gap_ms(guint min_delay_ms, guint every, gint64 late_ms, guint32 first_ts, gint64 *delay_ms)
{
  PicturePlayout playout = { 0 };
  gint64 longest = 0, last = 0, arrived = 0;
  *delay_ms = 0;
  for (guint i = 0; i < FRAMES; i++) {
    gint64 sent = 50 * G_USEC_PER_SEC + (gint64)i * 100000 / 3;
    arrived = MAX(arrived, sent + 40 * MS + (i % every == every - 1 ? late_ms * MS : 0));
    gint64 shown = picture_playout_shown_us(&playout, arrived, first_ts + i * 3000, min_delay_ms);
    g_assert_cmpint(shown, >=, arrived);
    g_assert_cmpint(shown, >=, last);
    if (i >= 200) {
      longest = MAX(longest, shown - last);
      *delay_ms = MAX(*delay_ms, (shown - sent) / MS);
    }
    last = shown;
  }
  return longest / MS;
}

static void
test_without_a_delay_each_is_shown_at_once(void)
{
  gint64 delay_ms;
  g_assert_cmpint(longest_gap_ms(0, FRAMES, 0, 0, &delay_ms), <=, 34);
  g_assert_cmpint(delay_ms, ==, 40);
  g_assert_cmpint(longest_gap_ms(0, 60, 200, 0, &delay_ms), >=, 200);
}

static void
test_a_delay_hides_what_is_not_later_than_it(void)
{
  gint64 delay_ms;
  g_assert_cmpint(longest_gap_ms(220, 60, 200, G_MAXUINT32 - 30000, &delay_ms), <=, 36);
  g_assert_cmpint(delay_ms, >=, 255);
  g_assert_cmpint(delay_ms, <=, 265);
  g_assert_cmpint(longest_gap_ms(100, 60, 200, 0, &delay_ms), >=, 130);
}

static void
test_the_delay_goes_when_it_is_not_wanted_any_more(void)
{
  PicturePlayout playout = { 0 };
  gint64 shown = 0;
  for (guint i = 0; i < 600; i++)
    shown = picture_playout_shown_us(&playout, (gint64)i * 100000 / 3, i * 3000, i < 300 ? 200 : 0);
  g_assert_cmpint(shown, ==, 599LL * 100000 / 3);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/load/picture_playout/" #name, test_##name)
  ADD(without_a_delay_each_is_shown_at_once);
  ADD(a_delay_hides_what_is_not_later_than_it);
  ADD(the_delay_goes_when_it_is_not_wanted_any_more);
#undef ADD
  return g_test_run();
}
