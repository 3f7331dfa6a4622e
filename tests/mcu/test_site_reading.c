/* tests/mcu/test_site_reading.c - unit tests of mcu/site_reading and mcu/client_report, in virtual time. */
#include "mcu/figure_series.h"
#include "mcu/site_reading.h"
#include <math.h>

enum { SECOND_US = 1000 * 1000 };

/* A good site, one second after @before. */
static SiteReading
next(const SiteReading *before)
{
  SiteReading now = *before;
  now.taken_us += SECOND_US;
  now.transport.bytes_in += 100000;
  now.transport.packets_in += 100;
  now.transport.bytes_out += 250000;
  now.transport.packets_out += 250;
  now.transport.last_valid_us = now.taken_us - 20000;
  now.camera_in.packets += 50;
  now.camera_in.frames += 30;
  now.sound_in.packets += 50;
  now.sound_in.last_packet_us = now.taken_us;
  now.sound.pulls_normal += 50;
  now.picture_out.frames += 30;
  now.picture_out.bytes += 200000;
  now.camera.frames_decoded += 30;
  now.camera.decode_cpu_us += 60000;
  return now;
}

static SiteReading
good(void)
{
  return (SiteReading) {
    .taken_us = 10 * SECOND_US, .state = "connected", .is_connected = true, .connection = 3, .has_media = true,
    .transport.pair = "192.0.2.1:40000 -> 192.0.2.9:5000 host", .rtt_ms = 40,
    .has_sound_in = true, .has_camera_in = true, .has_sound_out = true, .has_picture_out = true,
    .sound_in.jitter_ms = 3, .camera_in.jitter_ms = 9, .sound_out = { .packets = 1, .jitter_ms = 4 },
    .camera = { .width = 640, .height = 360 }, .loudest = 30, .echo_db = NAN, .echo_ms = NAN,
    .has_asked = true, .asked = { .max_bitrate_bps = 700000, .max_framerate = 30, .max_width = 1280, .max_height = 720, .is_active = true },
    .has_send = true, .reason = LINE_REASON_LINE, .rungs_below = 2, .width = 1280, .height = 720, .granted_kbps = 2000, .tick_ms = 1000.0 / 30, .composed_ms = 25,
  };
}

static void
assert_near(double value, double expected)
{
  g_assert_cmpfloat_with_epsilon(value, expected, fabs(expected) * 1e-6 + 1e-9);
}

static void
test_rates_are_those_of_the_second_with_headers(void)
{
  SiteReading before = good(), now = next(&before);
  SiteFigures figures;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.up_kbps, (100000 + 100 * 28) * 8 / 1000.0);
  assert_near(figures.down_kbps, (250000 + 250 * 28) * 8 / 1000.0);
  assert_near(figures.up_fps, 30);
  assert_near(figures.down_fps, 30);
  assert_near(figures.up_loss, 0);
  assert_near(figures.up_jitter_ms, 3);
  assert_near(figures.silent_s, 0.02);
  assert_near(figures.up_cap_kbps, 700);
  assert_near(figures.up_audio_level_dbov, -30);
  assert_near(figures.up_audio_concealed, 0);
  assert_near(figures.up_width, 640);
  assert_near(figures.down_width, 1280);
  assert_near(figures.up_asked_width, 1280);
  assert_near(figures.down_rungs_below, 2);
  g_assert_cmpint(figures.down_reason, ==, LINE_REASON_LINE);
  assert_near(figures.up_delay_ms, 20 + 2 + 1000.0 / 60);
  assert_near(figures.down_delay_ms, 25 + 20);
  g_assert_true(isnan(figures.up_echo_db) && isnan(figures.client_age_s));
}

static void
test_two_seconds_between_readings_double_no_rate(void)
{
  SiteReading before = good(), middle = next(&before), now = next(&middle);
  SiteFigures figures;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.up_fps, 30);
  assert_near(figures.up_kbps, (100000 + 100 * 28) * 8 / 1000.0);
}

static void
test_loss_is_of_picture_and_sound_together(void)
{
  SiteReading before = good(), now = next(&before);
  now.camera_in.lost += 5;
  now.camera_in.packets -= 5;
  SiteFigures figures;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.up_loss, 0.05);
  SiteReading healed = next(&now);
  healed.camera_in.lost -= 3;  /* they came after all */
  site_figures_between(&now, &healed, &figures);
  assert_near(figures.up_loss, 0);
}

static void
test_another_client_on_the_seat_begins_anew(void)
{
  SiteReading before = good(), now = next(&before);
  SiteFigures figures;
  now.connection = 4;
  now.transport.bytes_in = 50;
  site_figures_between(&before, &now, &figures);
  g_assert_true(isnan(figures.up_kbps) && isnan(figures.up_loss));
  assert_near(figures.down_rtt_ms, 40);
  site_figures_between(NULL, &now, &figures);
  g_assert_true(isnan(figures.up_fps));
}

static void
test_an_absent_site_has_no_figures(void)
{
  SiteReading now = { .taken_us = SECOND_US, .state = "absent", .connection = G_MAXUINT, .is_expected = true };
  SiteFigures figures;
  site_figures_between(NULL, &now, &figures);
  g_assert_true(figures.is_expected && !figures.is_connected);
  for (guint i = 0; i < N_SITE_SERIES; i++)
    g_assert_true(isnan(figure_series_get(&SITE_SERIES[i], &figures)));
}

static void
test_who_is_loud_in_a_confidential_case_is_not_told(void)
{
  SiteReading before = good(), now = next(&before);
  SiteFigures figures;
  now.is_level_secret = true;
  site_figures_between(&before, &now, &figures);
  g_assert_true(isnan(figures.up_audio_level_dbov));
}

static void
test_a_camera_that_is_off_does_not_freeze(void)
{
  SiteReading before = good(), now = next(&before);
  SiteFigures figures;
  now.camera.freezes++;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.up_freezes, 1);
  before.is_camera_off = true;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.up_freezes, 0);
}

static void
test_headers_of_ipv6_are_longer(void)
{
  assert_near(wire_kilobits(0, 1000, "192.0.2.1:40000 -> 192.0.2.9:5000 host"), 28 * 8);
  assert_near(wire_kilobits(0, 1000, "2001:db8::1:40000 -> 2001:db8::2:5000 prflx"), 48 * 8);
  assert_near(wire_kilobits(0, 1000, ""), 28 * 8);
}

/* ---- the client's report ---- */

static ClientReport
read_ok(const char *text)
{
  json_t *body = json_loads(text, 0, NULL);
  ClientReport report;
  g_assert_true(client_report_read(body, &report));
  json_decref(body);
  return report;
}

static void
test_a_report_is_read_and_what_is_missing_is_not_known(void)
{
  ClientReport report = read_ok("{\"decodeFps\": 29.5, \"freezes\": 3, \"cpuLimited\": true, \"rttMs\": null}");
  assert_near(report.decode_fps, 29.5);
  assert_near(report.freezes, 3);
  g_assert_true(report.is_cpu_limited && isnan(report.rtt_ms) && isnan(report.width));
}

static void
test_impossible_values_are_refused(void)
{
  static const char *const BAD[] = {
    "{\"decodeFps\": -1}", "{\"decodeFps\": 1e9}", "{\"width\": \"640\"}", "{\"freezes\": true}", "{\"cpuLimited\": 1}",
    "{\"jitterBufferMs\": 60001}", "{\"audioConcealedMs\": []}",
  };
  for (guint i = 0; i < G_N_ELEMENTS(BAD); i++) {
    json_t *body = json_loads(BAD[i], 0, NULL);
    ClientReport report;
    g_test_message("%s", BAD[i]);
    g_assert_false(client_report_read(body, &report));
    json_decref(body);
  }
}

static void
test_totals_become_rates(void)
{
  ClientReports reports = { 0 };
  ClientReport report = read_ok("{\"freezes\": 4, \"framesDropped\": 10, \"audioConcealedMs\": 1000, \"jitterBufferMs\": 50}");
  gint64 now_us = 100 * SECOND_US;
  g_assert_false(client_reports_are_valid(&reports, now_us));
  g_assert_true(client_reports_add(&reports, &report, now_us));
  g_assert_true(isnan(reports.freezes_a_second));
  g_assert_false(client_reports_add(&reports, &report, now_us + CLIENT_REPORT_APART_US - 1));
  report.freezes = 5;
  report.dropped = 14;
  report.audio_concealed_ms = 1500;
  now_us += 2 * SECOND_US;
  g_assert_true(client_reports_add(&reports, &report, now_us));
  assert_near(reports.freezes_a_second, 0.5);
  assert_near(reports.dropped_a_second, 2);
  assert_near(reports.audio_concealed, 0.25);
  report.freezes = 1;  /* another connection of the same client */
  now_us += 2 * SECOND_US;
  client_reports_add(&reports, &report, now_us);
  assert_near(reports.freezes_a_second, 0.5);
  g_assert_true(client_reports_are_valid(&reports, now_us + CLIENT_REPORT_VALID_S * (gint64)SECOND_US));
  g_assert_false(client_reports_are_valid(&reports, now_us + CLIENT_REPORT_VALID_S * (gint64)SECOND_US + 1));
}

static void
test_an_old_report_says_only_how_old_it_is(void)
{
  SiteReading before = good(), now = next(&before);
  SiteFigures figures;
  ClientReport report = read_ok("{\"decodeFps\": 12, \"jitterBufferMs\": 80}");
  client_reports_add(&now.client, &report, now.taken_us - 2 * SECOND_US);
  site_figures_between(&before, &now, &figures);
  assert_near(figures.client_age_s, 2);
  assert_near(figures.client_decode_fps, 12);
  assert_near(figures.down_delay_ms, 25 + 20 + 80);
  now.client.taken_us = now.taken_us - 60 * (gint64)SECOND_US;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.client_age_s, 60);
  g_assert_true(isnan(figures.client_decode_fps));
}

static void
test_sound_of_which_all_comes_too_late_is_concealed(void)
{
  SiteReading before = good(), now = next(&before), none = next(&before);
  SiteFigures figures;
  now.sound.pulls_normal -= 40;
  now.sound.pulls_concealed += 10;
  now.sound.pulls_silence += 30;
  site_figures_between(&before, &now, &figures);
  assert_near(figures.up_audio_concealed, 0.8);
  none.sound_in.packets = before.sound_in.packets;  /* its microphone is off */
  none.sound.pulls_normal -= 50;
  none.sound.pulls_silence += 50;
  site_figures_between(&before, &none, &figures);
  assert_near(figures.up_audio_concealed, 0);
}

static void
test_totals_count_what_is_overtaken_once(void)
{
  SiteTotals totals = { 0 };
  SiteReading none = { .connection = G_MAXUINT }, first = good();
  site_totals_add(&totals, &none, &first);
  assert_near(totals.up_packets, 0);
  /* Three are overtaken in each second and come in the next; five are lost in the fourth. */
  static const guint LOST[] = { 3, 0, 3, 8, 5, 5, 6 };
  SiteReading before = first;
  for (gsize i = 0; i < G_N_ELEMENTS(LOST); i++) {
    SiteReading now = next(&before);
    now.camera_in.lost = LOST[i];
    site_totals_add(&totals, &before, &now);
    before = now;
  }
  assert_near(totals.up_packets, 700);
  assert_near(totals.up_bytes, 700000);
  assert_near(totals.up_media_packets, 700);
  assert_near(totals.up_lost_packets, 8);  /* the most that was missing at once: no counter takes back */
  SiteReading other = before;
  other.connection = 4;
  other.camera_in.lost = 2;
  site_totals_add(&totals, &before, &other);
  assert_near(totals.up_lost_packets, 10);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/site_reading/rates_are_those_of_the_second_with_headers", test_rates_are_those_of_the_second_with_headers);
  g_test_add_func("/mcu/site_reading/two_seconds_between_readings_double_no_rate", test_two_seconds_between_readings_double_no_rate);
  g_test_add_func("/mcu/site_reading/loss_is_of_picture_and_sound_together", test_loss_is_of_picture_and_sound_together);
  g_test_add_func("/mcu/site_reading/another_client_on_the_seat_begins_anew", test_another_client_on_the_seat_begins_anew);
  g_test_add_func("/mcu/site_reading/an_absent_site_has_no_figures", test_an_absent_site_has_no_figures);
  g_test_add_func("/mcu/site_reading/who_is_loud_in_a_confidential_case_is_not_told", test_who_is_loud_in_a_confidential_case_is_not_told);
  g_test_add_func("/mcu/site_reading/a_camera_that_is_off_does_not_freeze", test_a_camera_that_is_off_does_not_freeze);
  g_test_add_func("/mcu/site_reading/headers_of_ipv6_are_longer", test_headers_of_ipv6_are_longer);
  g_test_add_func("/mcu/site_reading/sound_of_which_all_comes_too_late_is_concealed", test_sound_of_which_all_comes_too_late_is_concealed);
  g_test_add_func("/mcu/site_reading/totals_count_what_is_overtaken_once", test_totals_count_what_is_overtaken_once);
  g_test_add_func("/mcu/client_report/a_report_is_read_and_what_is_missing_is_not_known", test_a_report_is_read_and_what_is_missing_is_not_known);
  g_test_add_func("/mcu/client_report/impossible_values_are_refused", test_impossible_values_are_refused);
  g_test_add_func("/mcu/client_report/totals_become_rates", test_totals_become_rates);
  g_test_add_func("/mcu/client_report/an_old_report_says_only_how_old_it_is", test_an_old_report_says_only_how_old_it_is);
  return g_test_run();
}
