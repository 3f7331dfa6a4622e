/* tests/mcu/test_preflight.c - what the test before a session says of sites that are good, bad, silent or absent; in
 * simulated seconds. */
#include "mcu/figure_series.h"
#include "mcu/preflight.h"
#include <math.h>
#include <string.h>

enum { RUN_S = 20 };
#define DOWN_NEEDED_KBPS 3900.0

/* A site whose client reports every 1.5 seconds. */
static SiteFigures
good(double elapsed_s)
{
  SiteFigures figures;
  site_figures_clear(&figures);
  figures.is_connected = true;
  figures.up_kbps = 1750;
  figures.up_cap_kbps = 1800;
  figures.up_loss = 0.001;
  figures.up_jitter_ms = 4;
  figures.up_fps = 29.6;
  figures.up_asked_fps = 30;
  figures.up_audio_level_dbov = -33;
  figures.up_av_skew_ms = 12;
  figures.down_estimate_kbps = 6200;
  figures.down_loss = 0.002;
  figures.down_rtt_ms = 30;
  figures.down_fps = 5;
  figures.client_age_s = fmod(elapsed_s + 0.3, 1.5);
  figures.client_decode_fps = 4.9;
  figures.client_audio_level_dbov = -21;
  figures.client_outgoing_kbps = 2600;
  figures.client_av_skew_ms = -18;
  return figures;
}

/* A bridge with time enough, unless a test says otherwise. */
static BoxFigures box;

static void
rest(void)
{
  box_figures_clear(&box);
  box.fps_divisor = 1;
  box.audio_tick_lateness_ms = 3;
  box.ticks_missed = 0;
}

typedef void (*Change)(SiteFigures *figures, double elapsed_s);

static PreflightSite
run(Change change, double seconds)
{
  PreflightSite site = { 0 };
  for (double at = 0.4; at < seconds; at += 1) {
    SiteFigures figures = good(at);
    if (change != NULL)
      change(&figures, at);
    preflight_site_add(&site, &figures, &box, at, DOWN_NEEDED_KBPS);
  }
  return site;
}

static PreflightFinding
finding_of(Change change, PreflightTest test)
{
  PreflightSite site = run(change, RUN_S);
  PreflightFinding findings[PREFLIGHT_TESTS];
  preflight_site_judge(&site, findings);
  return findings[test];
}

static PreflightResult
result_of(Change change, double seconds, bool is_over)
{
  PreflightSite site = run(change, seconds);
  PreflightFinding findings[PREFLIGHT_TESTS];
  preflight_site_judge(&site, findings);
  return preflight_site_result(&site, findings, is_over);
}

static void
assert_near(double value, double expected)
{
  g_assert_cmpfloat_with_epsilon(value, expected, 1e-6);
}

static void
test_a_good_site_passes_every_test(void)
{
  PreflightSite site = run(NULL, RUN_S);
  PreflightFinding findings[PREFLIGHT_TESTS];
  preflight_site_judge(&site, findings);
  for (guint i = 0; i < PREFLIGHT_TESTS; i++) {
    g_test_message("%s: %s, %g %s", preflight_test_name(i), preflight_result_name(findings[i].result), findings[i].value, preflight_test_unit(i));
    g_assert_cmpint(findings[i].result, ==, PREFLIGHT_PASS);
  }
  assert_near(findings[PREFLIGHT_MICROPHONE].value, -33);
  assert_near(findings[PREFLIGHT_TONE].value, -21);
  g_assert_true(isnan(findings[PREFLIGHT_ECHO].value));
  assert_near(findings[PREFLIGHT_CAMERA].value, 100 * 29.6 / 30);
  assert_near(findings[PREFLIGHT_PICTURE].value, 98);
  assert_near(findings[PREFLIGHT_LIP_SYNC_UP].value, 12);
  assert_near(findings[PREFLIGHT_LIP_SYNC_UP].limit, 45);
  assert_near(findings[PREFLIGHT_LIP_SYNC_DOWN].limit, -125);
  assert_near(findings[PREFLIGHT_CAPACITY_UP].value, 2600);
  assert_near(findings[PREFLIGHT_CAPACITY_UP].limit, 1800);
  assert_near(findings[PREFLIGHT_CAPACITY_DOWN].limit, DOWN_NEEDED_KBPS);
  assert_near(findings[PREFLIGHT_LOSS_UP].value, 0.1);
  g_assert_cmpint(preflight_site_result(&site, findings, true), ==, PREFLIGHT_PASS);
}

/* ---- the limits, one by one ---- */

typedef struct {
  PreflightTest test;
  gsize  field;
  double value, told;        /* of the field; as the sheet has it */
  PreflightResult result;
} Limit;
#define F(name) offsetof(SiteFigures, name)

static const Limit LIMITS[] = {
  { PREFLIGHT_MICROPHONE, F(up_audio_level_dbov), -59, -59, PREFLIGHT_PASS },
  { PREFLIGHT_MICROPHONE, F(up_audio_level_dbov), -70, -70, PREFLIGHT_WARN },
  { PREFLIGHT_MICROPHONE, F(up_audio_level_dbov), -127, -127, PREFLIGHT_FAIL },
  { PREFLIGHT_TONE, F(client_audio_level_dbov), -44, -44, PREFLIGHT_PASS },
  { PREFLIGHT_TONE, F(client_audio_level_dbov), -60, -60, PREFLIGHT_WARN },
  { PREFLIGHT_TONE, F(client_audio_level_dbov), -127, -127, PREFLIGHT_FAIL },
  { PREFLIGHT_TONE, F(client_audio_level_dbov), NAN, NAN, PREFLIGHT_UNKNOWN },
  { PREFLIGHT_ECHO, F(up_echo_db), 33, 33, PREFLIGHT_PASS },
  { PREFLIGHT_ECHO, F(up_echo_db), 25, 25, PREFLIGHT_WARN },
  { PREFLIGHT_ECHO, F(up_echo_db), 19, 19, PREFLIGHT_FAIL },
  { PREFLIGHT_CAMERA, F(up_fps), 24, 80, PREFLIGHT_PASS },
  { PREFLIGHT_CAMERA, F(up_fps), 15, 50, PREFLIGHT_WARN },
  { PREFLIGHT_CAMERA, F(up_fps), 5, 500 / 30.0, PREFLIGHT_FAIL },
  { PREFLIGHT_CAMERA, F(up_fps), 30.4, 100, PREFLIGHT_PASS },
  { PREFLIGHT_CAMERA, F(up_asked_fps), 0, NAN, PREFLIGHT_UNKNOWN },
  { PREFLIGHT_PICTURE, F(client_decode_fps), 3, 60, PREFLIGHT_WARN },
  { PREFLIGHT_PICTURE, F(client_decode_fps), 1, 20, PREFLIGHT_FAIL },
  { PREFLIGHT_PICTURE, F(client_decode_fps), NAN, NAN, PREFLIGHT_UNKNOWN },
  { PREFLIGHT_LIP_SYNC_UP, F(up_av_skew_ms), 80, 80, PREFLIGHT_WARN },
  { PREFLIGHT_LIP_SYNC_UP, F(up_av_skew_ms), 91, 91, PREFLIGHT_FAIL },
  { PREFLIGHT_LIP_SYNC_UP, F(up_av_skew_ms), -120, -120, PREFLIGHT_PASS },
  { PREFLIGHT_LIP_SYNC_UP, F(up_av_skew_ms), -180, -180, PREFLIGHT_WARN },
  { PREFLIGHT_LIP_SYNC_UP, F(up_av_skew_ms), -186, -186, PREFLIGHT_FAIL },
  { PREFLIGHT_LIP_SYNC_UP, F(up_av_skew_ms), NAN, NAN, PREFLIGHT_UNKNOWN },
  { PREFLIGHT_LIP_SYNC_DOWN, F(client_av_skew_ms), 120, 120, PREFLIGHT_FAIL },
  { PREFLIGHT_LIP_SYNC_DOWN, F(client_av_skew_ms), NAN, NAN, PREFLIGHT_UNKNOWN },
  { PREFLIGHT_CAPACITY_UP, F(client_outgoing_kbps), 900, 900, PREFLIGHT_WARN },
  { PREFLIGHT_CAPACITY_UP, F(client_outgoing_kbps), 400, 400, PREFLIGHT_FAIL },
  { PREFLIGHT_CAPACITY_UP, F(client_outgoing_kbps), NAN, 1750, PREFLIGHT_UNKNOWN },
  { PREFLIGHT_CAPACITY_DOWN, F(down_estimate_kbps), 2000, 2000, PREFLIGHT_WARN },
  { PREFLIGHT_CAPACITY_DOWN, F(down_estimate_kbps), 700, 700, PREFLIGHT_FAIL },
  { PREFLIGHT_LOSS_UP, F(up_loss), 0.04, 4, PREFLIGHT_WARN },
  { PREFLIGHT_LOSS_UP, F(up_loss), 0.1, 10, PREFLIGHT_FAIL },
  { PREFLIGHT_LOSS_DOWN, F(down_loss), 0.04, 4, PREFLIGHT_WARN },
  { PREFLIGHT_LOSS_DOWN, F(down_loss), 0.1, 10, PREFLIGHT_FAIL },
  { PREFLIGHT_RTT, F(down_rtt_ms), 400, 400, PREFLIGHT_WARN },
  { PREFLIGHT_RTT, F(down_rtt_ms), 600, 600, PREFLIGHT_FAIL },
  { PREFLIGHT_JITTER, F(up_jitter_ms), 100, 100, PREFLIGHT_WARN },
  { PREFLIGHT_JITTER, F(up_jitter_ms), 200, 200, PREFLIGHT_FAIL },
};

static const Limit *limit_now;

static void
set_field(SiteFigures *figures, G_GNUC_UNUSED double elapsed_s)
{
  memcpy((char *)figures + limit_now->field, &limit_now->value, sizeof limit_now->value);
}

static void
test_every_limit_is_that_of_the_table(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(LIMITS); i++) {
    limit_now = &LIMITS[i];
    PreflightFinding finding = finding_of(set_field, limit_now->test);
    g_test_message("%s at %g: %s", preflight_test_name(limit_now->test), limit_now->value, preflight_result_name(finding.result));
    g_assert_cmpint(finding.result, ==, limit_now->result);
    g_assert_true(isnan(limit_now->told) == isnan(finding.value));
    if (!isnan(finding.value))
      assert_near(finding.value, limit_now->told);
    PreflightResult of_site = limit_now->result == PREFLIGHT_UNKNOWN ? PREFLIGHT_PASS : limit_now->result;
    g_assert_cmpint(result_of(set_field, RUN_S, true), ==, of_site);  /* the worst; what is unknown is left aside */
  }
}

/* ---- what is none of a limit ---- */

static void
mute(SiteFigures *figures, G_GNUC_UNUSED double elapsed_s)
{
  figures->is_muted = true;
}

static void
silence(SiteFigures *figures, G_GNUC_UNUSED double elapsed_s)
{
  figures->up_audio_level_dbov = -127;
}

static void
test_of_a_microphone_that_is_off_nothing_is_known(void)
{
  g_assert_cmpint(finding_of(mute, PREFLIGHT_MICROPHONE).result, ==, PREFLIGHT_UNKNOWN);
  g_assert_cmpint(finding_of(mute, PREFLIGHT_ECHO).result, ==, PREFLIGHT_UNKNOWN);
  g_assert_cmpint(finding_of(silence, PREFLIGHT_ECHO).result, ==, PREFLIGHT_UNKNOWN);
  g_assert_cmpint(result_of(mute, RUN_S, true), ==, PREFLIGHT_PASS);
}

static void
switch_camera_off(SiteFigures *figures, double elapsed_s)
{
  figures->is_camera_off = elapsed_s > 4;
  figures->up_fps = elapsed_s > 4 ? 0 : 30;
}

static void
test_a_camera_that_is_off_fails(void)
{
  PreflightFinding finding = finding_of(switch_camera_off, PREFLIGHT_CAMERA);
  g_assert_cmpint(finding.result, ==, PREFLIGHT_FAIL);
  g_assert_true(isnan(finding.value));
  assert_near(finding.limit, 80);
}

/* A keyframe, a probe that queued, a word too loud for the echo to be seen. */
static void
hiccup(SiteFigures *figures, double elapsed_s)
{
  bool is_bad = elapsed_s > 7 && elapsed_s < 9;
  figures->up_fps = is_bad ? 3 : 30;
  figures->up_jitter_ms = is_bad ? 400 : 4;
  figures->down_rtt_ms = is_bad ? 900 : 30;
  figures->up_av_skew_ms = is_bad ? 300 : 10;
}

static void
test_one_bad_moment_is_no_fault(void)
{
  g_assert_cmpint(result_of(hiccup, RUN_S, true), ==, PREFLIGHT_PASS);
}

static void
echo_for_a_second(SiteFigures *figures, double elapsed_s)
{
  figures->up_echo_db = elapsed_s > 7 && elapsed_s < 8 ? 12 : NAN;
}

static void
echo_from_the_sixth_second_on(SiteFigures *figures, double elapsed_s)
{
  figures->up_echo_db = elapsed_s > 6 ? 18 : NAN;
}

/* Everything that is measured by the bridge's clock is bad. */
static void
be_late(SiteFigures *figures, G_GNUC_UNUSED double elapsed_s)
{
  figures->up_fps = 2;
  figures->up_jitter_ms = figures->up_av_skew_ms = figures->down_rtt_ms = 900;
  figures->down_estimate_kbps = figures->client_outgoing_kbps = 100;
  figures->client_decode_fps = 1;
}

static void
test_a_bridge_without_time_blames_nobody(void)
{
  g_assert_cmpint(result_of(be_late, RUN_S, true), ==, PREFLIGHT_FAIL);
  box.audio_tick_lateness_ms = 300;
  g_assert_cmpint(result_of(be_late, RUN_S, true), ==, PREFLIGHT_PASS);
  g_assert_cmpint(finding_of(be_late, PREFLIGHT_RTT).result, ==, PREFLIGHT_UNKNOWN);
  g_assert_cmpint(finding_of(silence, PREFLIGHT_MICROPHONE).result, ==, PREFLIGHT_FAIL);
  rest();
}

static void
test_an_echo_counts_from_its_second_second_on(void)
{
  g_assert_cmpint(finding_of(echo_for_a_second, PREFLIGHT_ECHO).result, ==, PREFLIGHT_PASS);
  g_assert_cmpint(finding_of(echo_from_the_sixth_second_on, PREFLIGHT_ECHO).result, ==, PREFLIGHT_FAIL);
}

/* A capacity is what it came to be, and what the hub's line grants is no fault of the site. */
static void
rise_slowly(SiteFigures *figures, double elapsed_s)
{
  figures->down_estimate_kbps = 300 + 300 * elapsed_s;
  figures->client_outgoing_kbps = 300 + 100 * elapsed_s;
  figures->up_cap_kbps = elapsed_s < 3 ? 400 : 1800;
}

static void
test_capacities_are_those_of_the_runs_end(void)
{
  PreflightFinding down = finding_of(rise_slowly, PREFLIGHT_CAPACITY_DOWN), up = finding_of(rise_slowly, PREFLIGHT_CAPACITY_UP);
  g_assert_cmpint(down.result, ==, PREFLIGHT_PASS);
  assert_near(down.value, 300 + 300 * 19.4);
  g_assert_cmpint(up.result, ==, PREFLIGHT_PASS);
  assert_near(up.limit, 1800);
}

static void
send_without_estimate(SiteFigures *figures, double elapsed_s)
{
  figures->client_outgoing_kbps = NAN;
  figures->up_kbps = elapsed_s > 9 && elapsed_s < 10 ? 1850 : 500;
}

static void
test_what_came_shows_that_it_is_enough_and_nothing_else(void)
{
  PreflightFinding finding = finding_of(send_without_estimate, PREFLIGHT_CAPACITY_UP);
  g_assert_cmpint(finding.result, ==, PREFLIGHT_PASS);
  assert_near(finding.value, 1850);
}

/* ---- when ---- */

/* Its last report before the run tells of silence; the ones after, of the signal. */
static void
report_of_before(SiteFigures *figures, double elapsed_s)
{
  if (elapsed_s - figures->client_age_s < 2.5)
    figures->client_audio_level_dbov = -1;
  else
    figures->client_audio_level_dbov = -127;
}

static void
test_a_report_that_tells_of_before_the_run_is_not_taken(void)
{
  PreflightFinding finding = finding_of(report_of_before, PREFLIGHT_TONE);
  g_assert_cmpint(finding.result, ==, PREFLIGHT_FAIL);
  assert_near(finding.value, -127);
}

static void
test_nothing_is_judged_in_the_first_seconds(void)
{
  for (double seconds = 1; seconds < 6; seconds++) {
    g_assert_cmpint(result_of(silence, seconds, false), ==, PREFLIGHT_UNKNOWN);
    g_assert_cmpint(result_of(silence, seconds, true), ==, PREFLIGHT_WARN);
  }
  g_assert_cmpint(result_of(silence, 7, false), ==, PREFLIGHT_FAIL);
}

static void
be_absent(SiteFigures *figures, G_GNUC_UNUSED double elapsed_s)
{
  site_figures_clear(figures);
}

static void
come_late(SiteFigures *figures, double elapsed_s)
{
  if (elapsed_s < 10)
    site_figures_clear(figures);
}

static void
test_who_is_not_there_is_absent_and_who_comes_late_is_tested(void)
{
  g_assert_cmpint(result_of(be_absent, RUN_S, true), ==, PREFLIGHT_ABSENT);
  g_assert_cmpint(result_of(be_absent, RUN_S, false), ==, PREFLIGHT_ABSENT);
  g_assert_cmpint(result_of(come_late, RUN_S, true), ==, PREFLIGHT_PASS);
}

/* A peer that only connects: no track, no report. */
static void
know_nothing(SiteFigures *figures, G_GNUC_UNUSED double elapsed_s)
{
  site_figures_clear(figures);
  figures->is_connected = true;
}

static void
test_a_site_of_which_nothing_is_known_is_to_be_looked_at(void)
{
  g_assert_cmpint(result_of(know_nothing, RUN_S, false), ==, PREFLIGHT_UNKNOWN);
  g_assert_cmpint(result_of(know_nothing, RUN_S, true), ==, PREFLIGHT_WARN);
}

static void
test_more_seconds_than_there_is_room_for_are_left_out(void)
{
  g_assert_cmpint(result_of(NULL, 10 * PREFLIGHT_SECONDS_MAX, true), ==, PREFLIGHT_PASS);
}

static void
test_names_are_those_of_the_contract(void)
{
  static const char *const TESTS[] = { "microphone", "tone", "echo", "camera", "picture", "lip-sync-up", "lip-sync-down", "capacity-up",
                                       "capacity-down", "loss-up", "loss-down", "rtt", "jitter" };
  g_assert_cmpuint(G_N_ELEMENTS(TESTS), ==, PREFLIGHT_TESTS);
  for (guint i = 0; i < PREFLIGHT_TESTS; i++)
    g_assert_cmpstr(preflight_test_name(i), ==, TESTS[i]);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  rest();
#define ADD(name) g_test_add_func("/mcu/preflight/" #name, test_##name)
  ADD(a_good_site_passes_every_test);
  ADD(every_limit_is_that_of_the_table);
  ADD(of_a_microphone_that_is_off_nothing_is_known);
  ADD(a_camera_that_is_off_fails);
  ADD(one_bad_moment_is_no_fault);
  ADD(a_bridge_without_time_blames_nobody);
  ADD(an_echo_counts_from_its_second_second_on);
  ADD(capacities_are_those_of_the_runs_end);
  ADD(what_came_shows_that_it_is_enough_and_nothing_else);
  ADD(a_report_that_tells_of_before_the_run_is_not_taken);
  ADD(nothing_is_judged_in_the_first_seconds);
  ADD(who_is_not_there_is_absent_and_who_comes_late_is_tested);
  ADD(a_site_of_which_nothing_is_known_is_to_be_looked_at);
  ADD(more_seconds_than_there_is_room_for_are_left_out);
  ADD(names_are_those_of_the_contract);
  return g_test_run();
}
