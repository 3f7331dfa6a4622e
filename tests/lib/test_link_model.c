/* tests/lib/test_link_model.c - unit tests of tests/lib/link_model, in virtual time. */
#include "tests/lib/link_model.h"
#include <math.h>
#include <string.h>

enum { MANY = 40000, MS = 1000 };

static LinkModel *
line(const char *text)
{
  LinkConfig config;
  g_assert_true(link_config_parse(text, &config, NULL));
  return link_model_new(&config);
}

static void
test_loss_is_as_asked(void)
{
  static const char *const TABLE[] = { "loss=1", "loss=10", "loss=20,seed=9", "loss=10,burst=4", "loss=5,burst=8,seed=3" };
  static const double LOSS[] = { 1, 10, 20, 10, 5 };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    g_autoptr(LinkModel) link = line(TABLE[i]);
    gint64 at[LINK_COPIES_MAX];
    guint lost = 0;
    for (guint n = 0; n < MANY; n++)
      lost += link_model_offer(link, n * MS, 1000, at) == 0;
    double percent = 100.0 * lost / MANY;
    g_test_message("%s: %.2f %%", TABLE[i], percent);
    g_assert_cmpfloat(fabs(percent - LOSS[i]), <, LOSS[i] * 0.2);
  }
}

static double
mean_burst(const char *text)
{
  g_autoptr(LinkModel) link = line(text);
  gint64 at[LINK_COPIES_MAX];
  guint bursts = 0, lost = 0;
  bool was_lost = false;
  for (guint n = 0; n < MANY; n++) {
    bool is_lost = link_model_offer(link, n * MS, 1000, at) == 0;
    lost += is_lost;
    bursts += is_lost && !was_lost;
    was_lost = is_lost;
  }
  return (double)lost / bursts;
}

static void
test_bursts_are_as_long_as_asked(void)
{
  g_assert_cmpfloat(fabs(mean_burst("loss=10,burst=5") - 5), <, 0.5);
  g_assert_cmpfloat(fabs(mean_burst("loss=10") - 1.11), <, 0.05);
}

static void
test_same_seed_gives_the_same_line(void)
{
  static const char TEXT[] = "loss=10,delay=20,jitter=10,reorder=5,duplicate=5,rate=4000,seed=";
  guint equal[2] = { 0, 0 };
  for (guint other = 0; other < 2; other++) {
    g_autofree char *second = g_strdup_printf("%s%u", TEXT, 42 + other);
    g_autofree char *first = g_strdup_printf("%s42", TEXT);
    g_autoptr(LinkModel) a = line(first), b = line(second);
    for (guint n = 0; n < 1000; n++) {
      gint64 at_a[LINK_COPIES_MAX] = { 0 }, at_b[LINK_COPIES_MAX] = { 0 };
      guint copies_a = link_model_offer(a, n * MS, 700, at_a);
      guint copies_b = link_model_offer(b, n * MS, 700, at_b);
      equal[other] += copies_a == copies_b && memcmp(at_a, at_b, sizeof at_a) == 0;
    }
  }
  g_assert_cmpuint(equal[0], ==, 1000);
  g_assert_cmpuint(equal[1], <, 500);
}

static void
test_order_is_kept_under_jitter(void)
{
  g_autoptr(LinkModel) link = line("delay=30,jitter=20");
  gint64 last_us = 0;
  for (guint n = 0; n < 5000; n++) {
    gint64 at[LINK_COPIES_MAX];
    g_assert_cmpuint(link_model_offer(link, n * MS, 1000, at), ==, 1);
    g_assert_cmpint(at[0], >=, last_us);
    g_assert_cmpint(at[0] - (gint64)n * MS, >=, 30 * MS);
    g_assert_cmpint(at[0] - (gint64)n * MS, <=, 110 * MS + 1);
    last_us = at[0];
  }
}

static void
test_rate_fills_the_queue_and_drops_its_tail(void)
{
  g_autoptr(LinkModel) link = line("rate=1000,queue=100");
  guint dropped = 0;
  gint64 at[LINK_COPIES_MAX], last_us = 0;
  for (guint n = 0; n < 1000; n++) {  /* 2 Mbit/s into 1 Mbit/s for 4 s */
    gint64 now_us = (gint64)n * 4 * MS;
    if (link_model_offer(link, now_us, 1000, at) == 0) {
      dropped++;
      continue;
    }
    g_assert_cmpint(at[0] - now_us, <=, 108 * MS);
    g_assert_cmpint(at[0] - last_us, >=, 8 * MS);
    last_us = at[0];
  }
  LinkStats stats;
  link_model_stats(link, &stats);
  g_assert_cmpuint(stats.dropped_at_tail, ==, dropped);
  g_assert_cmpuint(dropped, >=, 480);
  g_assert_cmpuint(dropped, <=, 500);
  g_assert_cmpint(stats.queue_max_us, >, 90 * MS);
}

static void
test_an_idle_line_has_no_queue(void)
{
  g_autoptr(LinkModel) link = line("rate=1000,delay=5");
  gint64 at[LINK_COPIES_MAX];
  for (guint n = 0; n < 10; n++) {
    g_assert_cmpuint(link_model_offer(link, n * 100 * MS, 125, at), ==, 1);
    g_assert_cmpint(at[0], ==, n * 100 * MS + 6 * MS);
  }
}

static void
test_duplicates_and_overtaking_are_as_asked(void)
{
  g_autoptr(LinkModel) link = line("duplicate=10,reorder=10,delay=10");
  gint64 at[LINK_COPIES_MAX], newest_us = 0;
  guint twice = 0, overtaken = 0;
  for (guint n = 0; n < MANY; n++) {
    twice += link_model_offer(link, n * MS, 500, at) == 2;
    overtaken += at[0] < newest_us;
    newest_us = MAX(newest_us, at[0]);
  }
  g_assert_cmpuint(twice, >, MANY / 12);
  g_assert_cmpuint(twice, <, MANY / 8);
  g_assert_cmpuint(overtaken, >, MANY / 4);  /* 30 ms late: 30 others pass it */
}

static void
test_a_line_can_change_under_way(void)
{
  g_autoptr(LinkModel) link = line("rate=3000");
  LinkConfig worse;
  g_assert_true(link_config_parse("rate=500", &worse, NULL));
  gint64 at[LINK_COPIES_MAX];
  link_model_offer(link, 0, 1000, at);
  link_model_configure(link, &worse);
  link_model_offer(link, 0, 1000, at);
  g_assert_cmpint(at[0], ==, 2666 + 16 * MS);
}

static void
test_wrong_descriptions_are_refused(void)
{
  static const char *const TABLE[] = { "loss", "loss=", "loss=x", "loss=101", "speed=3", "delay=-1", "loss=1;delay=2", "loss=nan" };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    LinkConfig config;
    g_autoptr(GError) error = NULL;
    g_assert_false(link_config_parse(TABLE[i], &config, &error));
    g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/link_model/loss_is_as_asked", test_loss_is_as_asked);
  g_test_add_func("/lib/link_model/bursts_are_as_long_as_asked", test_bursts_are_as_long_as_asked);
  g_test_add_func("/lib/link_model/same_seed_gives_the_same_line", test_same_seed_gives_the_same_line);
  g_test_add_func("/lib/link_model/order_is_kept_under_jitter", test_order_is_kept_under_jitter);
  g_test_add_func("/lib/link_model/rate_fills_the_queue_and_drops_its_tail", test_rate_fills_the_queue_and_drops_its_tail);
  g_test_add_func("/lib/link_model/an_idle_line_has_no_queue", test_an_idle_line_has_no_queue);
  g_test_add_func("/lib/link_model/duplicates_and_overtaking_are_as_asked", test_duplicates_and_overtaking_are_as_asked);
  g_test_add_func("/lib/link_model/a_line_can_change_under_way", test_a_line_can_change_under_way);
  g_test_add_func("/lib/link_model/wrong_descriptions_are_refused", test_wrong_descriptions_are_refused);
  return g_test_run();
}
