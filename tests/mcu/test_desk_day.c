/* tests/mcu/test_desk_day.c - 24 hours of nine sites at the technicians' desk, in virtual time: its memory does not grow.
 * Every second: figures, their history, verdicts, alarms, marks, and the texts that are made of them. */
#include "mcu/alarm_desk.h"
#include "mcu/figure_history.h"
#include "mcu/figure_marks.h"
#include "mcu/figure_series.h"
#include "mcu/site_verdict.h"
#include "tests/mcu/site_life.h"
#include <malloc.h>

/* A sanitizer's allocator keeps what was freed, and all takes longer. */
#if defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { IS_SANITIZED = 1 };
#  else
enum { IS_SANITIZED = 0 };
#  endif
#else
enum { IS_SANITIZED = 0 };
#endif
enum {
  S = 1000 * 1000, SITES = 9, HOUR = 3600, DAY = (IS_SANITIZED ? 6 : 24) * HOUR,
  TEXTS_EVERY_S = 600, FAULT_EVERY_S = 200, FAULT_LASTS_S = 90,
  SETTLED_S = 5 * HOUR,             /* the history has come round */
  GROWTH_MAX_BYTES = 64 * 1024,
};
#define WALL_US (G_GINT64_CONSTANT(1796000000) * S)

typedef struct {
  FigureHistory *history;
  FigureMarks   *marks;
  AlarmDesk     *desk;
  SiteLife       lives[SITES];
  SiteVerdict    verdicts[SITES];
  RandomStream   random;
  guint          n_alarms, n_causes;
} Day;

static void
on_alarm(const Alarm *alarm, AlarmChange change, gpointer user)
{
  Day *day = user;
  if (change == ALARM_CHANGE_RAISED)
    day->n_alarms++;
  figure_marks_add(day->marks, alarm->since_us, "alarm", alarm->site, alarm_change_name(change));
}

/* Someone is always in trouble. */
static void
change_faults(Day *day, guint second)
{
  SiteLife *life = &day->lives[second / FAULT_EVERY_S % SITES];
  if (second % FAULT_EVERY_S == 0)
    site_life_set_fault(life, (Fault)(1 + random_stream_below(&day->random, FAULTS - 1)));
  else if (second % FAULT_EVERY_S == FAULT_LASTS_S)
    site_life_set_fault(life, FAULT_NONE);
}

static void
live_a_second(Day *day, guint second) ON_CONTROL
{
  gint64 now_us = (gint64)(second + 1) * S;
  SiteFigures sites[SITES];
  BoxFigures box;
  box_figures_clear(&box);
  box.cpu_encode = 0.5;
  box.disk_hours_left = 200;
  float *row = figure_history_append(day->history, second);
  g_assert_nonnull(row);
  change_faults(day, second);
  for (guint i = 0; i < SITES; i++) {
    site_life_step(&day->lives[i]);
    sites[i] = day->lives[i].figures;
    for (guint k = 0; k < N_SITE_SERIES; k++)
      row[i * N_SITE_SERIES + k] = (float)figure_series_get(&SITE_SERIES[k], &sites[i]);
    if (site_verdict_update(&day->verdicts[i], &sites[i], &box, now_us)) {
      g_autofree char *site = g_strdup_printf("site-%u", i);
      figure_marks_add(day->marks, WALL_US + now_us, "verdict", site, site_grade_name(day->verdicts[i].grade));
      day->n_causes++;
    }
    if (second % SITES == i)
      json_decref(site_verdict_json(&day->verdicts[i], now_us, WALL_US + now_us));
  }
  alarm_desk_update(day->desk, sites, &box, now_us, WALL_US + now_us);
  if (second % TEXTS_EVERY_S == 0) {
    json_decref(alarm_desk_json(day->desk));
    json_decref(figure_marks_json(day->marks, 0));
  }
}

static gsize
bytes_in_use(void)
{
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static void
test_memory_is_bounded(void)
{
  assert_on_control();
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(NULL, &errors);
  g_assert_nonnull(config);
  g_assert_cmpuint(config->rooms[0].n_sites, ==, SITES);
  Day *day = g_new0(Day, 1);
  const AlarmDeskEvents events = { on_alarm };
  day->random = random_stream(24);
  day->history = figure_history_new(SITES * N_SITE_SERIES, FIGURE_HISTORY_BYTES_MAX);
  day->marks = figure_marks_new();
  day->desk = alarm_desk_new(&config->rooms[0], &config->alarms, 2, &events, day);
  for (guint i = 0; i < SITES; i++)
    site_life_begin(&day->lives[i], 100 + i);
  gsize settled = 0, most = 0;
  for (guint second = 0; second < DAY; second++) {
    live_a_second(day, second);
    if (second == SETTLED_S)
      settled = bytes_in_use();
    if (second > SETTLED_S && second % TEXTS_EVERY_S == 0)
      most = MAX(most, bytes_in_use());
  }
  g_test_message("after 5 h %.1f MB, most in the 19 h after it %.1f MB; %u alarms, %u verdicts, %u marks kept", (double)settled / 1e6,
                 (double)most / 1e6, day->n_alarms, day->n_causes, figure_marks_count(day->marks));
  if (!IS_SANITIZED) {  /* more than is kept: it was bounded, not idle */
    g_assert_cmpuint(day->n_alarms, >, ALARM_PAST_MAX);
    g_assert_cmpuint(figure_marks_count(day->marks), ==, FIGURE_MARKS_MAX);
    g_assert_cmpuint(most, <=, settled + GROWTH_MAX_BYTES);
  }
  g_assert_cmpint(figure_history_newest(day->history) - figure_history_oldest(day->history) + 1, ==,
                  figure_history_capacity(day->history));
  alarm_desk_free(day->desk);
  figure_marks_free(day->marks);
  figure_history_free(day->history);
  g_free(day);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/desk_day/memory_is_bounded", test_memory_is_bounded);
  return g_test_run();
}
