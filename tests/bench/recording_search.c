/* tests/bench/recording_search.c - how long a search among many recorded cases takes.
 *
 *   diemcau-recording-search [CASES]      (10000)
 *
 * Makes bags of 70 cases in a temporary folder, indexes them, and prints one JSON object: the time to
 * index, and of each search the slowest of 20, in ms. */
#include "recorder/recording_index.h"
#include "tests/recorder/sample_bag.h"
#include <stdio.h>
#include <stdlib.h>

enum { CASES_OF_SESSION = 70, RUNS = 20 };

static double
ms_since(gint64 start_us)
{
  return (double)(g_get_monotonic_time() - start_us) / 1000;
}

static void
write_bags(const char *root, guint n_cases)
{
  for (guint i = 0; i * CASES_OF_SESSION < n_cases; i++) {
    g_autofree char *id = g_strdup_printf("%08x-1111-4111-8111-111111111111", i);
    g_autofree char *opened = g_strdup_printf("%04u-%02u-10T07:30:00.000+07:00", 2014 + i / 12, i % 12 + 1);
    SampleBag bag = { id, opened, "tiep-dan", "Phòng tiếp công dân", MIN(CASES_OF_SESSION, n_cases - i * CASES_OF_SESSION), 1, 0 };
    g_free(sample_bag_write(root, &bag));
  }
}

static double
slowest(RecordingIndex *index, const RecordingQuery *query, int *total)
{
  double worst = 0;
  for (guint i = 0; i < RUNS; i++) {
    gint64 start_us = g_get_monotonic_time();
    if (!recording_index_sync(index, NULL))  /* as the bridge does, at most every 2 s */
      exit(1);
    json_t *found = recording_index_search(index, query, NULL);
    worst = MAX(worst, ms_since(start_us));
    *total = (int)json_integer_value(json_object_get(found, "total"));
    json_decref(found);
  }
  return worst;
}

int
main(int argc, char **argv)
{
  static const struct { const char *name; RecordingQuery query; } SEARCHES[] = {
    { "browse", { .limit = 50 } }, { "dat", { .text = "dat", .limit = 50 } }, { "khieu nai", { .text = "khieu nai", .limit = 50 } },
    { "every case", { .text = "tiep cong dan", .limit = 50 } }, { "d*", { .text = "d", .limit = 50 } },
    { "site", { .site = "gia-binh", .limit = 50 } }, { "ticket", { .ticket = "A069", .limit = 50 } },
    { "all at once", { .text = "dat", .from = "2018-01-01", .to = "2024-12-31", .site = "hub", .ticket = "06", .limit = 50 } } };
  guint n_cases = argc > 1 ? (guint)atoi(argv[1]) : 10000;
  g_autofree char *top = g_dir_make_tmp("diemcau-search-XXXXXX", NULL), *root = g_build_filename(top, "recordings", NULL);
  g_autofree char *database = g_build_filename(top, "index.sqlite", NULL);
  write_bags(root, n_cases);
  gint64 start_us = g_get_monotonic_time();
  g_autoptr(RecordingIndex) index = recording_index_open(database, (const char *const[]) { root, NULL }, NULL);
  if (index == NULL || !recording_index_rebuild(index, NULL))
    return 1;
  printf("{\"cases\": %u, \"index_ms\": %.0f, \"search_ms\": {", n_cases, ms_since(start_us));
  for (guint i = 0; i < G_N_ELEMENTS(SEARCHES); i++) {
    int total = 0;
    double ms = slowest(index, &SEARCHES[i].query, &total);
    printf("%s\"%s (%d)\": %.1f", i > 0 ? ", " : "", SEARCHES[i].name, total, ms);
  }
  printf("}}\n");
  sample_bag_remove(top);
  return 0;
}
