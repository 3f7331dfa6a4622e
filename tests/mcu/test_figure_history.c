/* tests/mcu/test_figure_history.c - unit tests of mcu/figure_history and mcu/figure_marks, in simulated time. */
#include "mcu/figure_history.h"
#include "mcu/figure_marks.h"
#include "mcu/figure_series.h"
#include <malloc.h>
#include <math.h>
#include <string.h>

enum { NINE = 9, DAY = 24 * 3600 };

static void
fill(FigureHistory *history, gint64 second, float value)
{
  float *row = figure_history_append(history, second);
  g_assert_nonnull(row);
  for (guint i = 0; i < figure_history_columns(history); i++)
    row[i] = value + (float)i;
}

/* One column. */
static void
read_column(const FigureHistory *history, guint column, gint64 from, guint step, guint n, float *out)
{
  figure_history_read(history, &column, 1, from, step, n, out);
}

static void
test_nine_sites_are_kept_four_hours_within_the_bound(void)
{
  guint n_columns = N_BOX_SERIES + NINE * N_SITE_SERIES;
  g_autoptr(FigureHistory) history = figure_history_new(n_columns, FIGURE_HISTORY_BYTES_MAX);
  g_assert_cmpuint(figure_history_capacity(history), ==, FIGURE_HISTORY_SECONDS);
  g_assert_cmpuint((gsize)figure_history_capacity(history) * n_columns * sizeof(float), <=, FIGURE_HISTORY_BYTES_MAX / 2);
}

static void
test_many_sites_are_kept_less_long_not_in_more_memory(void)
{
  guint n_columns = N_BOX_SERIES + 64 * N_SITE_SERIES;
  g_autoptr(FigureHistory) history = figure_history_new(n_columns, FIGURE_HISTORY_BYTES_MAX);
  g_assert_cmpuint(figure_history_capacity(history), <, FIGURE_HISTORY_SECONDS);
  g_assert_cmpuint(figure_history_capacity(history), >, 3600);
  g_assert_cmpuint((gsize)figure_history_capacity(history) * n_columns * sizeof(float), <=, FIGURE_HISTORY_BYTES_MAX);
}

static void
test_a_day_takes_no_more_memory_than_its_first_minute(void)
{
  guint n_columns = N_BOX_SERIES + NINE * N_SITE_SERIES;
  g_autoptr(FigureHistory) history = figure_history_new(n_columns, FIGURE_HISTORY_BYTES_MAX);
  g_autoptr(FigureMarks) marks = figure_marks_new();
  gsize after_a_minute = 0;
  for (gint64 second = 1; second <= DAY; second++) {
    fill(history, second, (float)(second % 1000));
    figure_marks_add(marks, second * G_USEC_PER_SEC, "tier", "h-yen-phong", "1280x720 network");
    if (second == 60)
      after_a_minute = mallinfo2().uordblks + mallinfo2().hblkhd;
  }
  g_assert_cmpuint(mallinfo2().uordblks + mallinfo2().hblkhd, ==, after_a_minute);
  g_assert_cmpuint(figure_marks_count(marks), ==, FIGURE_MARKS_MAX);
  g_assert_cmpint(figure_history_newest(history), ==, DAY);
  g_assert_cmpint(figure_history_oldest(history), ==, DAY - FIGURE_HISTORY_SECONDS + 1);
  float value;
  read_column(history, 2, DAY, 1, 1, &value);
  g_assert_cmpfloat(value, ==, DAY % 1000 + 2);
}

static void
test_means_are_of_what_is_known(void)
{
  g_autoptr(FigureHistory) history = figure_history_new(2, FIGURE_HISTORY_BYTES_MAX);
  for (gint64 second = 100; second < 110; second++)
    fill(history, second, (float)second);
  figure_history_append(history, 110)[0] = 7;
  float out[4];
  read_column(history, 0, 100, 5, 3, out);
  g_assert_cmpfloat(out[0], ==, 102);
  g_assert_cmpfloat(out[1], ==, 107);
  g_assert_cmpfloat(out[2], ==, 7);
  read_column(history, 1, 110, 1, 1, out);
  g_assert_true(isnan(out[0]));
  read_column(history, 0, 90, 5, 2, out);  /* before there was anything */
  g_assert_true(isnan(out[0]) && isnan(out[1]));
  read_column(history, 0, 95, 10, 1, out);
  g_assert_cmpfloat(out[0], ==, 102);
  const guint both[] = { 1, 0 };
  figure_history_read(history, both, 2, 100, 5, 2, out);  /* column by column */
  g_assert_cmpfloat(out[0], ==, 103);
  g_assert_cmpfloat(out[1], ==, 108);
  g_assert_cmpfloat(out[2], ==, 102);
  g_assert_cmpfloat(out[3], ==, 107);
}

static void
test_seconds_left_out_are_not_known(void)
{
  g_autoptr(FigureHistory) history = figure_history_new(1, 10 * sizeof(float));
  g_assert_cmpuint(figure_history_capacity(history), ==, 10);
  for (gint64 second = 0; second < 10; second++)
    fill(history, second, 1);
  fill(history, 13, 5);
  float out[4];
  read_column(history, 0, 10, 1, 4, out);
  g_assert_true(isnan(out[0]) && isnan(out[1]) && isnan(out[2]));
  g_assert_cmpfloat(out[3], ==, 5);
  fill(history, 1000000, 9);  /* the machine slept */
  g_assert_cmpint(figure_history_oldest(history), ==, 1000000 - 9);
  read_column(history, 0, 1000000 - 9, 1, 4, out);
  g_assert_true(isnan(out[0]) && isnan(out[3]));
}

static void
test_a_second_is_written_once(void)
{
  g_autoptr(FigureHistory) history = figure_history_new(1, 10 * sizeof(float));
  g_assert_cmpint(figure_history_newest(history), ==, -1);
  g_assert_cmpint(figure_history_oldest(history), ==, -1);
  fill(history, 5, 1);
  g_assert_null(figure_history_append(history, 5));
  g_assert_null(figure_history_append(history, 4));
  g_assert_null(figure_history_append(history, -1));
}

static void
test_marks_are_told_from_a_time_on(void)
{
  g_autoptr(FigureMarks) marks = figure_marks_new();
  figure_marks_add(marks, 1000, "join", "a", "");
  figure_marks_add(marks, 2000, "session", NULL, "open");
  json_t *json = figure_marks_json(marks, 1500), *list = json_object_get(json, "marks");
  g_assert_cmpuint(json_array_size(list), ==, 1);
  g_assert_cmpstr(json_string_value(json_object_get(json_array_get(list, 0), "kind")), ==, "session");
  g_assert_true(json_is_null(json_object_get(json_array_get(list, 0), "site")));
  json_decref(json);
}

static void
test_long_texts_are_cut_at_a_character(void)
{
  g_autoptr(FigureMarks) marks = figure_marks_new();
  g_autoptr(GString) text = g_string_new("a");
  while (text->len < 300)
    g_string_append(text, "ế");
  figure_marks_add(marks, 1000, "alarm", text->str, text->str);
  const FigureMark *mark = figure_marks_get(marks, 0);
  g_assert_true(g_utf8_validate(mark->text, -1, NULL) && g_utf8_validate(mark->site, -1, NULL));
  g_assert_cmpuint(strlen(mark->text), >, sizeof mark->text - 5);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/figure_history/nine_sites_are_kept_four_hours_within_the_bound", test_nine_sites_are_kept_four_hours_within_the_bound);
  g_test_add_func("/mcu/figure_history/many_sites_are_kept_less_long_not_in_more_memory", test_many_sites_are_kept_less_long_not_in_more_memory);
  g_test_add_func("/mcu/figure_history/a_day_takes_no_more_memory_than_its_first_minute", test_a_day_takes_no_more_memory_than_its_first_minute);
  g_test_add_func("/mcu/figure_history/means_are_of_what_is_known", test_means_are_of_what_is_known);
  g_test_add_func("/mcu/figure_history/seconds_left_out_are_not_known", test_seconds_left_out_are_not_known);
  g_test_add_func("/mcu/figure_history/a_second_is_written_once", test_a_second_is_written_once);
  g_test_add_func("/mcu/figure_marks/marks_are_told_from_a_time_on", test_marks_are_told_from_a_time_on);
  g_test_add_func("/mcu/figure_marks/long_texts_are_cut_at_a_character", test_long_texts_are_cut_at_a_character);
  return g_test_run();
}
