/* tests/lib/test_link_schedule.c - unit tests of tests/lib/link_schedule and link_meter, in virtual time. */
#include "tests/lib/link_schedule.h"
#include <math.h>

enum { MS = 1000, S = 1000 * 1000 };

static LinkSchedule
schedule(const char *text)
{
  LinkSchedule out;
  g_autoptr(GError) error = NULL;
  link_schedule_parse(text, &out, &error);
  g_assert_no_error(error);
  return out;
}

static void
test_later_steps_change_only_what_they_name(void)
{
  LinkSchedule line = schedule("rate=3000,delay=25,loss=1;20s:rate=500;40500ms:rate=3000,loss=0");
  static const struct { gint64 at_us; guint64 rate_bps; double loss; } TABLE[] = {
    { -5 * S, 3000000, 0.01 }, { 0, 3000000, 0.01 }, { 20 * S - 1, 3000000, 0.01 }, { 20 * S, 500000, 0.01 },
    { 40 * S, 500000, 0.01 }, { 40 * S + 500 * MS, 3000000, 0 }, { 1000 * (gint64)S, 3000000, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    LinkConfig now;
    link_schedule_at(&line, TABLE[i].at_us, &now);
    g_assert_cmpuint(now.rate_bps, ==, TABLE[i].rate_bps);
    g_assert_cmpfloat(now.loss, ==, TABLE[i].loss);
    g_assert_cmpint(now.delay_us, ==, 25 * MS);
  }
  g_assert_cmpint(link_schedule_next_us(&line, 0), ==, 20 * S);
  g_assert_cmpint(link_schedule_next_us(&line, 20 * S), ==, 40 * S + 500 * MS);
  g_assert_cmpint(link_schedule_next_us(&line, 41 * S), ==, -1);
}

static void
test_a_line_goes_down_and_up(void)
{
  LinkSchedule line = schedule("delay=5;10s:down;15s:up");
  g_assert_true(link_schedule_add_outage(&line, 20 * S, 5 * S));
  static const struct { gint64 at_us; bool is_down; } TABLE[] = {
    { 0, false }, { 10 * S, true }, { 15 * S, false }, { 20 * S - 1, false }, { 20 * S, true }, { 25 * S, false },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    LinkConfig now;
    link_schedule_at(&line, TABLE[i].at_us, &now);
    g_assert_cmpint(now.is_down, ==, TABLE[i].is_down);
    g_assert_cmpint(now.delay_us, ==, 5 * MS);
  }
  g_assert_cmpint(link_schedule_next_us(&line, 16 * S), ==, 20 * S);
  g_assert_cmpint(link_schedule_next_us(&line, 20 * S), ==, 25 * S);
}

static void
test_wrong_schedules_are_refused(void)
{
  static const char *const TABLE[] = { "20s:rate=5", "rate=5;rate=6", "rate=5;20:rate=6", "rate=5;20s:rate=6;20s:rate=7", "rate=5;x:down",
                                       "rate=5;20s:speed=1", "rate=5;-1s:down", "rate=5;20s:sideways" };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    LinkSchedule out;
    g_autoptr(GError) error = NULL;
    g_assert_false(link_schedule_parse(TABLE[i], &out, &error));
    g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
  }
  g_assert_cmpuint(schedule("").n_steps, ==, 1);
}

/* @kbps into @line, 1000 bytes a datagram, for @seconds, as the relay would drive it. */
static LinkModel *
drive(const LinkSchedule *line, double kbps, guint seconds)
{
  LinkModel *link = link_model_new(&line->steps[0].config);
  link_model_configure_at(link, 0, &line->steps[0].config);
  gint64 change_us = link_schedule_next_us(line, 0), period_us = (gint64)(8000 * 1000 / kbps);
  for (gint64 now_us = 0; now_us < (gint64)seconds * S; now_us += period_us) {
    LinkConfig config;
    while (change_us >= 0 && change_us <= now_us) {
      link_schedule_at(line, change_us, &config);
      link_model_configure_at(link, change_us, &config);
      change_us = link_schedule_next_us(line, change_us);
    }
    gint64 at[LINK_COPIES_MAX];
    link_model_offer(link, now_us, 1000, at);
  }
  return link;
}

static void
test_utilisation_is_delivered_of_capacity_second_by_second(void)
{
  LinkSchedule line = schedule("rate=2000;5s:rate=500;10s:rate=2000");
  g_autoptr(LinkModel) link = drive(&line, 1000, 15);
  LinkFigures figures;
  link_meter_read(link_model_meter(link), 15 * S, &figures);
  g_assert_cmpfloat(fabs(figures.capacity_kbps - 1500), <, 1);
  g_assert_cmpfloat(fabs(figures.utilisation - (1000 * 10 + 500 * 5) / 22500.0), <, 0.02);
  g_assert_cmpfloat(figures.queue_max_ms, >, 280);
  g_assert_cmpfloat(figures.queue_max_ms, <=, 301);
  g_assert_cmpfloat(figures.queue_p50_ms, ==, 0);
  g_assert_cmpfloat(figures.queue_p95_ms, >, 280);
  const GArray *seconds = link_meter_seconds(link_model_meter(link), 15 * S);
  g_assert_cmpuint(seconds->len, ==, 15);
  for (guint i = 0; i < 15; i++) {
    const LinkSecond *second = &g_array_index(seconds, LinkSecond, i);
    bool is_narrow = i >= 5 && i < 10;
    g_assert_cmpfloat(fabs(second->capacity_bits - (is_narrow ? 5e5 : 2e6)), <, 1);
    g_assert_cmpfloat(second->delivered_bits, <=, second->capacity_bits * 1.02);
    if (i >= 6 && is_narrow) {
      g_assert_cmpuint(second->dropped_at_tail, >, 50);
      g_assert_cmpfloat(second->delivered_bits, >, second->capacity_bits * 0.98);
    }
  }
}

static void
test_an_outage_is_lost_and_a_new_window_forgets_it(void)
{
  LinkSchedule line = schedule("rate=2000");
  link_schedule_add_outage(&line, 2 * S, 1 * S);
  g_autoptr(LinkModel) link = drive(&line, 1000, 5);
  LinkStats stats;
  link_model_stats(link, &stats);
  g_assert_cmpuint(stats.lost, ==, 125);
  LinkFigures figures;
  link_meter_begin(link_model_meter(link), 5 * S);
  link_meter_read(link_model_meter(link), 6 * S, &figures);
  g_assert_cmpfloat(figures.utilisation, ==, 0);
  g_assert_cmpfloat(figures.capacity_kbps, ==, 2000);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/link_schedule/later_steps_change_only_what_they_name", test_later_steps_change_only_what_they_name);
  g_test_add_func("/lib/link_schedule/a_line_goes_down_and_up", test_a_line_goes_down_and_up);
  g_test_add_func("/lib/link_schedule/wrong_schedules_are_refused", test_wrong_schedules_are_refused);
  g_test_add_func("/lib/link_meter/utilisation_is_delivered_of_capacity_second_by_second", test_utilisation_is_delivered_of_capacity_second_by_second);
  g_test_add_func("/lib/link_meter/an_outage_is_lost_and_a_new_window_forgets_it", test_an_outage_is_lost_and_a_new_window_forgets_it);
  return g_test_run();
}
