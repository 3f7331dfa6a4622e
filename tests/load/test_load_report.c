/* tests/load/test_load_report.c - unit tests of tests/load/load_report: the fields of DESIGN.md 7. */
#include "tests/load/load_report.h"
#include <string.h>

static LoadReport *
example(void)
{
  LoadReport *report = g_new0(LoadReport, 1);
  report->sites_wanted = report->n_sites = 2;
  report->sites[0] = (SiteReport) { .site = "hub", .is_connected = true, .join_ms = 100, .shared_percent = 100,
                                    .flow = { .fps = 30, .picture = { .over_200_ms = 1, .longest_ms = 40 }, .audio_gaps = 2 },
                                    .kbps_up = 700, .kbps_down = 4000 };
  report->sites[1] = (SiteReport) { .site = "a", .is_connected = true, .join_ms = -1, .shared_percent = 99,
                                    .flow = { .fps = 29, .picture = { .over_200_ms = 3, .longest_ms = 90 } },
                                    .kbps_up = 600, .kbps_down = 4100 };
  g_strlcpy(report->watching, "hub", sizeof report->watching);
  report->watched.n_tiles = 2;
  report->watched.tiles[0].is_alive = true;
  report->video_ms = (Percentiles) { 30, 45, 50, 60, 1000 };
  report->server = (ServerReport) { .is_known = true, .cpu_percent = 61.23456, .rss_mb_max = 140, .threads = 7 };
  return report;
}

static void
test_every_field_of_the_contract_is_there(void)
{
  static const char *const FIELDS[] = {
    "sites_connected", "tiles_alive", "fps_out", "video_latency_ms", "audio_latency_ms", "join_ms", "kbps_up",
    "kbps_down", "server_cpu_percent", "server_rss_mb", "server_threads", "freezes", "audio_gaps", "fps_out_min_others",
    "av_skew_ms", "load_cpu_percent", "window_s", "server_rss_mb_20s", "server_rss_mb_60s", "sites", "tiles", "faults",
  };
  g_autofree LoadReport *report = example();
  json_t *json = load_report_json(report);
  for (gsize i = 0; i < G_N_ELEMENTS(FIELDS); i++)
    g_assert_nonnull(json_object_get(json, FIELDS[i]));
  for (const char *const *p = (const char *const[]) { "p50", "p95", "p99", NULL }; *p != NULL; p++) {
    g_assert_true(json_is_number(json_object_get(json_object_get(json, "video_latency_ms"), *p)));
    g_assert_true(json_is_number(json_object_get(json_object_get(json, "audio_latency_ms"), *p)));
  }
  g_assert_true(json_is_number(json_object_get(json_object_get(json, "join_ms"), "max")));
  json_decref(json);
}

static void
test_sums_are_over_all_sites_and_the_worst_counts(void)
{
  g_autofree LoadReport *report = example();
  json_t *json = load_report_json(report);
  g_assert_cmpint(json_integer_value(json_object_get(json, "sites_connected")), ==, 1);  /* one saw no picture */
  g_assert_cmpint(json_integer_value(json_object_get(json, "tiles_alive")), ==, 1);
  g_assert_cmpint(json_integer_value(json_object_get(json, "freezes")), ==, 4);
  g_assert_cmpint(json_integer_value(json_object_get(json, "audio_gaps")), ==, 2);
  g_assert_cmpfloat(json_number_value(json_object_get(json, "kbps_down")), ==, 8100);
  g_assert_cmpfloat(json_number_value(json_object_get(json, "fps_out")), ==, 30);
  g_assert_cmpfloat(json_number_value(json_object_get(json, "fps_out_min_others")), ==, 29);
  g_assert_cmpfloat(json_number_value(json_object_get(json, "frame_gap_max_ms")), ==, 90);
  g_assert_cmpfloat(json_number_value(json_object_get(json, "server_cpu_percent")), ==, 61.235);
  json_decref(json);
}

/* Of what was not decoded nothing is said about what was in it. */
static void
test_what_a_decoding_site_saw_and_heard_is_told(void)
{
  g_autofree LoadReport *report = example();
  report->sites[1].has_latencies = true;
  report->sites[1].sound_peak = 1;
  report->sites[1].picture_change = 2;
  json_t *json = load_report_json(report), *sites = json_object_get(json, "sites");
  g_assert_null(json_object_get(json_array_get(sites, 0), "seen"));
  const json_t *seen = json_object_get(json_array_get(sites, 1), "seen");
  g_assert_cmpint(json_integer_value(json_object_get(seen, "sound_peak")), ==, 1);
  g_assert_cmpfloat(json_number_value(json_object_get(seen, "picture_change")), ==, 2);
  g_assert_cmpint(json_integer_value(json_object_get(seen, "tiles_alive")), ==, 0);
  json_decref(json);
}

static void
test_what_is_not_known_is_null(void)
{
  g_autofree LoadReport *report = example();
  report->server = (ServerReport) { 0 };
  json_t *json = load_report_json(report);
  g_assert_true(json_is_null(json_object_get(json, "server_cpu_percent")));
  g_assert_true(json_is_null(json_object_get(json, "server_threads")));
  json_decref(json);
  g_autofree char *text = load_report_text(report);
  g_assert_null(strstr(text, "bridge "));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/load_report/every_field_of_the_contract_is_there", test_every_field_of_the_contract_is_there);
  g_test_add_func("/load/load_report/sums_are_over_all_sites_and_the_worst_counts", test_sums_are_over_all_sites_and_the_worst_counts);
  g_test_add_func("/load/load_report/what_a_decoding_site_saw_and_heard_is_told", test_what_a_decoding_site_saw_and_heard_is_told);
  g_test_add_func("/load/load_report/what_is_not_known_is_null", test_what_is_not_known_is_null);
  return g_test_run();
}
