/* tests/mcu/test_figure_series.c - the table of figures is whole, and config/metrics.md says what it says.
 *
 * DIEMCAU_UPDATE=1 test_figure_series writes config/metrics.md. */
#include "mcu/figure_series.h"
#include "mcu/metrics_text.h"
#include "mcu/process_figures.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

static int
by_offset(gconstpointer a, gconstpointer b)
{
  gsize left = ((const FigureSeries *)a)->offset, right = ((const FigureSeries *)b)->offset;
  return left < right ? -1 : left > right;
}

/* Each double of the struct, from @first to its end, is a row, once. */
static void
assert_covers(const FigureSeries *table, guint n, gsize first, gsize end)
{
  g_autofree FigureSeries *sorted = g_memdup2(table, n * sizeof *table);
  qsort(sorted, n, sizeof *sorted, by_offset);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint(sorted[i].offset, ==, first + i * sizeof(double));
  g_assert_cmpuint(first + n * sizeof(double), ==, end);
}

static void
test_every_figure_is_a_series(void)
{
  assert_covers(SITE_SERIES, N_SITE_SERIES, offsetof(SiteFigures, silent_s), sizeof(SiteFigures));
  assert_covers(BOX_SERIES, N_BOX_SERIES, 0, sizeof(BoxFigures));
}

static bool
is_name(const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '_')
      return false;
  return g_ascii_islower(text[0]);
}

static void
check_rows(const FigureSeries *table, guint n, int (*find)(const char *name))
{
  for (guint i = 0; i < n; i++) {
    const FigureSeries *row = &table[i];
    g_test_message("%s", row->name);
    g_assert_true(is_name(row->name) && is_name(row->metric));
    g_assert_cmpint(find(row->name), ==, (int)i);
    g_assert_cmpint(g_str_has_suffix(row->metric, "_total"), ==, row->is_summed);
    g_assert_true(row->help[0] != '\0' && !g_str_has_suffix(row->help, "."));
  }
  g_assert_cmpint(find("no_such"), ==, -1);
}

static void
test_names_are_unique_and_those_of_prometheus(void)
{
  check_rows(SITE_SERIES, N_SITE_SERIES, site_series_find);
  check_rows(BOX_SERIES, N_BOX_SERIES, box_series_find);
  for (guint i = 0; i < N_SITE_SERIES; i++)
    g_assert_cmpint(box_series_find(SITE_SERIES[i].name), ==, -1);
  g_autoptr(GArray) rows = metrics_rows();
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < rows->len; i++)
    g_assert_true(g_hash_table_add(seen, g_array_index(rows, MetricRow, i).name));
}

static void
test_cleared_figures_are_not_known(void)
{
  SiteFigures site;
  BoxFigures box;
  site_figures_clear(&site);
  box_figures_clear(&box);
  for (guint i = 0; i < N_SITE_SERIES; i++)
    g_assert_true(isnan(figure_series_get(&SITE_SERIES[i], &site)));
  for (guint i = 0; i < N_BOX_SERIES; i++)
    g_assert_true(isnan(figure_series_get(&BOX_SERIES[i], &box)));
  site.up_loss = 0.25;
  g_assert_cmpfloat(figure_series_get(&SITE_SERIES[site_series_find("up_loss")], &site), ==, 0.25);
}

/* ---- the documentation ---- */

static void
write_series(GString *out, const char *title, const FigureSeries *table, guint n)
{
  g_string_append_printf(out, "\n## %s\n\n| name | unit | metric | what it is |\n|---|---|---|---|\n", title);
  for (guint i = 0; i < n; i++)
    g_string_append_printf(out, "| `%s` | %s | `diemcau_%s`%s%s%s | %s |\n", table[i].name, table[i].unit, table[i].metric,
                           table[i].label != NULL ? " `{" : "", table[i].label != NULL ? table[i].label : "",
                           table[i].label != NULL ? "}`" : "", table[i].help);
}

static char *
write_document(void)
{
  GString *out = g_string_new("# Figures and metrics\n\n"
    "Made from the bridge's own table by `DIEMCAU_UPDATE=1 build/tests/mcu/test_figure_series`; a test compares them.\n\n"
    "`GET /metrics` (Prometheus text format, role technician) has all of these, with base units: seconds, bytes, shares of 1.\n"
    "The API's `figures` and `figures/history`, and the CSV, have the series below them. A figure that is not known is left\n"
    "out of `/metrics`, and null in the API.\n\n## Metrics\n\n| metric | type | labels | what it is |\n|---|---|---|---|\n");
  g_autoptr(GArray) rows = metrics_rows();
  for (guint i = 0; i < rows->len; i++) {
    const MetricRow *row = &g_array_index(rows, MetricRow, i);
    g_string_append_printf(out, "| `%s` | %s | %s | %s |\n", row->name, row->type, row->labels, row->help);
  }
  write_series(out, "Series of a site", SITE_SERIES, N_SITE_SERIES);
  write_series(out, "Series of the box", BOX_SERIES, N_BOX_SERIES);
  return g_string_free(out, FALSE);
}

static void
test_the_document_says_what_the_table_says(void)
{
  g_autofree char *expected = write_document(), *found = NULL;
  const char *path = DIEMCAU_METRICS_MD;
  if (g_getenv("DIEMCAU_UPDATE") != NULL)
    g_assert_true(g_file_set_contents(path, expected, -1, NULL));
  g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
  g_assert_cmpstr(found, ==, expected);
}

/* ---- /proc ---- */

static void
test_a_stat_line_is_read_whatever_the_name_holds(void)
{
  char name[16];
  guint64 ticks;
  g_assert_true(process_stat_parse("12 (a) b) S 1 12 12 0 -1 4194304 150 0 0 0 700 42 0 0 20 0 1 0 5", name, &ticks));
  g_assert_cmpstr(name, ==, "a) b");
  g_assert_cmpuint(ticks, ==, 742);
  g_assert_false(process_stat_parse("", name, &ticks));
  g_assert_false(process_stat_parse("12 (a", name, &ticks));
  g_assert_false(process_stat_parse("12 (audio-tick) S 1 2", name, &ticks));
  g_assert_true(process_stat_parse("12 (a name of more than fifteen) S 1 12 12 0 -1 4194304 150 0 0 0 1 2 0 0", name, &ticks));
  g_assert_cmpstr(name, ==, "a name of more ");
}

static void
test_this_process_has_memory_and_its_work_is_counted(void)
{
  g_autoptr(ProcessFigures) process = process_figures_new();
  BoxFigures box;
  box_figures_clear(&box);
  process_figures_read(process, NULL, 0, 1 * G_USEC_PER_SEC, &box);
  g_assert_true(isnan(box.cpu_control));
  g_assert_cmpfloat(box.memory_bytes, >, 100000);
  double descriptors = box.descriptors;
  int held = dup(0);
  struct timespec now;
  do
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < 400);
  process_figures_read(process, NULL, 0, 2 * G_USEC_PER_SEC, &box);
  close(held);
  g_assert_cmpfloat(box.descriptors, ==, descriptors + 1);
  g_assert_cmpfloat(box.cpu_control, >, 0.2);  /* of 0.4 s, in the second that we said had passed */
  g_assert_cmpfloat(box.cpu_net, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/figure_series/every_figure_is_a_series", test_every_figure_is_a_series);
  g_test_add_func("/mcu/figure_series/names_are_unique_and_those_of_prometheus", test_names_are_unique_and_those_of_prometheus);
  g_test_add_func("/mcu/figure_series/cleared_figures_are_not_known", test_cleared_figures_are_not_known);
  g_test_add_func("/mcu/figure_series/the_document_says_what_the_table_says", test_the_document_says_what_the_table_says);
  g_test_add_func("/mcu/process_figures/a_stat_line_is_read_whatever_the_name_holds", test_a_stat_line_is_read_whatever_the_name_holds);
  g_test_add_func("/mcu/process_figures/this_process_has_memory_and_its_work_is_counted", test_this_process_has_memory_and_its_work_is_counted);
  return g_test_run();
}
