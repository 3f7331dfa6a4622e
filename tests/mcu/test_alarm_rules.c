/* tests/mcu/test_alarm_rules.c - alarms are raised and cleared by limit and time, and acknowledged by name. Virtual time. */
#include "mcu/alarm_desk.h"
#include <math.h>
#include <string.h>

enum { S = 1000 * 1000 };
#define WALL_US (G_GINT64_CONSTANT(1796000000) * S)

static const ConfigAlarm TEN_SECONDS = { .is_enabled = true, .limit = 5, .raise_s = 10, .clear_s = 5 };

/* Returns: the step that came within @seconds, NONE if there was none; @after: when. */
static AlarmStep
run(AlarmState *state, AlarmRule rule, const ConfigAlarm *config, double value, guint seconds, gint64 *now_us, guint *after)
{
  AlarmStep found = ALARM_STEP_NONE;
  for (guint t = 1; t <= seconds; t++) {
    *now_us += S;
    AlarmStep step = alarm_state_step(state, rule, config, value, *now_us);
    if (step == ALARM_STEP_NONE)
      continue;
    g_assert_cmpint(found, ==, ALARM_STEP_NONE);
    found = step;
    *after = t;
  }
  return found;
}

static void
test_a_limit_must_be_passed_for_its_time(void)
{
  AlarmState state = { 0 };
  gint64 now_us = S;
  guint after = 0;
  g_assert_cmpint(run(&state, ALARM_RULE_RECORDER, &TEN_SECONDS, 4.9, 100, &now_us, &after), ==, ALARM_STEP_NONE);
  g_assert_cmpint(run(&state, ALARM_RULE_RECORDER, &TEN_SECONDS, 5, 9, &now_us, &after), ==, ALARM_STEP_NONE);
  g_assert_cmpint(run(&state, ALARM_RULE_RECORDER, &TEN_SECONDS, 4.9, 1, &now_us, &after), ==, ALARM_STEP_NONE);
  g_assert_cmpint(run(&state, ALARM_RULE_RECORDER, &TEN_SECONDS, 6, 30, &now_us, &after), ==, ALARM_STEP_RAISED);
  g_assert_cmpuint(after, ==, 11);  /* ten seconds after it was first seen */
  g_assert_cmpint(run(&state, ALARM_RULE_RECORDER, &TEN_SECONDS, 4.5, 100, &now_us, &after), ==, ALARM_STEP_NONE);  /* too near */
  g_assert_cmpint(run(&state, ALARM_RULE_RECORDER, &TEN_SECONDS, 3.9, 30, &now_us, &after), ==, ALARM_STEP_CLEARED);
  g_assert_cmpuint(after, ==, 6);
}

static void
test_what_jumps_is_smoothed_and_what_is_about_the_limit_is_one_alarm(void)
{
  AlarmState state = { 0 };
  gint64 now_us = S;
  guint raised = 0, cleared = 0;
  for (guint t = 0; t < 600; t++) {
    now_us += S;
    AlarmStep step = alarm_state_step(&state, ALARM_RULE_LOSS, &TEN_SECONDS, t % 3 == 0 ? 0.01 : 0.09, now_us);  /* mean 6.3 % */
    raised += step == ALARM_STEP_RAISED;
    cleared += step == ALARM_STEP_CLEARED;
  }
  g_assert_cmpuint(raised, ==, 1);
  g_assert_cmpuint(cleared, ==, 0);
  g_assert_cmpfloat(fabs(state.value - 0.063), <, 0.03);
}

static void
test_a_lower_bound_and_what_is_not_known(void)
{
  AlarmState state = { 0 };
  gint64 now_us = S;
  guint after = 0;
  g_assert_cmpint(run(&state, ALARM_RULE_DISK, &TEN_SECONDS, NAN, 100, &now_us, &after), ==, ALARM_STEP_NONE);
  g_assert_cmpint(run(&state, ALARM_RULE_DISK, &TEN_SECONDS, 4, 30, &now_us, &after), ==, ALARM_STEP_RAISED);
  g_assert_cmpint(run(&state, ALARM_RULE_DISK, &TEN_SECONDS, 5.9, 30, &now_us, &after), ==, ALARM_STEP_NONE);
  g_assert_cmpint(run(&state, ALARM_RULE_DISK, &TEN_SECONDS, 7, 30, &now_us, &after), ==, ALARM_STEP_CLEARED);
  g_assert_cmpint(run(&state, ALARM_RULE_DISK, &TEN_SECONDS, 4, 30, &now_us, &after), ==, ALARM_STEP_RAISED);
  g_assert_cmpint(run(&state, ALARM_RULE_DISK, &TEN_SECONDS, NAN, 30, &now_us, &after), ==, ALARM_STEP_CLEARED);
}

static void
test_a_rule_that_is_switched_off_clears_at_once(void)
{
  AlarmState state = { 0 };
  gint64 now_us = S;
  guint after = 0;
  ConfigAlarm off = TEN_SECONDS;
  off.is_enabled = false;
  g_assert_cmpint(run(&state, ALARM_RULE_RTT, &TEN_SECONDS, 400, 30, &now_us, &after), ==, ALARM_STEP_RAISED);
  g_assert_cmpint(run(&state, ALARM_RULE_RTT, &off, 400, 30, &now_us, &after), ==, ALARM_STEP_CLEARED);
  g_assert_cmpuint(after, ==, 1);
}

static void
test_each_rule_reads_its_figure(void)
{
  SiteFigures site = { .is_expected = true, .is_connected = true, .up_loss = 0.02, .down_loss = 0.07, .down_rtt_ms = 90 };
  BoxFigures box = { .cpu_decode = 0.5, .cpu_encode = 1, .cpu_recorder = NAN, .cpu_net = 0.3, .disk_hours_left = 3, .recorder_lag_s = 2,
                     .certificate_days_left = 9, .line_committed_kbps = 40000, .line_up_kbps = 30000, .line_cap_kbps = 50000 };
  g_assert_cmpfloat(alarm_rule_of_site(ALARM_RULE_ABSENT, &site), ==, 0);
  g_assert_cmpfloat(alarm_rule_of_site(ALARM_RULE_LOSS, &site), ==, 0.07);
  g_assert_cmpfloat(alarm_rule_of_site(ALARM_RULE_RTT, &site), ==, 90);
  site.down_loss = NAN;
  g_assert_cmpfloat(alarm_rule_of_site(ALARM_RULE_LOSS, &site), ==, 0.02);
  site.is_connected = false;
  g_assert_cmpfloat(alarm_rule_of_site(ALARM_RULE_ABSENT, &site), ==, 1);
  g_assert_true(isnan(alarm_rule_of_site(ALARM_RULE_LOSS, &site)));
  g_assert_cmpfloat(fabs(alarm_rule_of_box(ALARM_RULE_CPU, &box, 2) - 0.9), <, 1e-9);
  g_assert_cmpfloat(alarm_rule_of_box(ALARM_RULE_DISK, &box, 2), ==, 3);
  g_assert_cmpfloat(alarm_rule_of_box(ALARM_RULE_RECORDER, &box, 2), ==, 2);
  g_assert_cmpfloat(alarm_rule_of_box(ALARM_RULE_CERTIFICATE, &box, 2), ==, 9);
  g_assert_cmpfloat(alarm_rule_of_box(ALARM_RULE_LINE, &box, 2), ==, 0.8);
  box.line_cap_kbps = NAN;
  g_assert_true(isnan(alarm_rule_of_box(ALARM_RULE_LINE, &box, 2)));
}

/* --- the desk --- */

typedef struct {
  AlarmDesk  *desk;
  ConfigRoom  room;
  SiteFigures sites[2];
  BoxFigures  box;
  gint64      now_us, wall_us;
  GString    *told;
} Rig;

static void
on_changed(const Alarm *alarm, AlarmChange change, gpointer user)
{
  Rig *rig = user;
  g_string_append_printf(rig->told, "a%u %s %s %s%s%s; ", alarm->number, alarm_rule_name(alarm->rule),
                         alarm->site != NULL ? alarm->site : "box", alarm_change_name(change), alarm->by != NULL ? " by " : "",
                         alarm->by != NULL ? alarm->by : "");
}

static void
rig_begin(Rig *rig)
{
  static const AlarmDeskEvents EVENTS = { on_changed };
  const ConfigAlarm rule = { .is_enabled = true, .limit = 5, .raise_s = 2, .clear_s = 2 };
  ConfigAlarms alarms = { .absent = rule, .loss = rule, .rtt = rule, .cpu = rule, .disk = rule, .recorder = rule };
  const SiteFigures fine = { .is_expected = true, .is_connected = true };
  assert_on_control();
  *rig = (Rig) { .room = { .n_sites = 2, .sites = { { .id = (char *)"hub" }, { .id = (char *)"xa" } } }, .sites = { fine, fine },
                 .box = { .disk_hours_left = 100 }, .now_us = 500 * S, .wall_us = WALL_US, .told = g_string_new(NULL) };
  rig->desk = alarm_desk_new(&rig->room, &alarms, 2, &EVENTS, rig);
}

static void
rig_end(Rig *rig)
{
  alarm_desk_free(rig->desk);
  g_string_free(rig->told, TRUE);
}

static void
pass(Rig *rig, guint seconds)
{
  assert_on_control();
  for (guint t = 0; t < seconds; t++) {
    rig->now_us += S;
    rig->wall_us += S;
    alarm_desk_update(rig->desk, rig->sites, &rig->box, rig->now_us, rig->wall_us);
  }
}

static void
assert_told(Rig *rig, const char *text)
{
  g_assert_cmpstr(rig->told->str, ==, text);
  g_string_truncate(rig->told, 0);
}

static void
test_the_desk_tells_what_is_raised_acknowledged_and_over(void)
{
  Rig rig;
  rig_begin(&rig);
  assert_on_control();
  pass(&rig, 20);
  assert_told(&rig, "");
  rig.sites[1].is_connected = false;
  rig.box.disk_hours_left = 2;
  pass(&rig, 10);
  assert_told(&rig, "a1 absent xa raised; a2 disk box raised; ");
  g_assert_cmpint(alarm_desk_acknowledge(rig.desk, "a1", "Nguyễn Văn An", rig.wall_us), ==, ALARM_ACKNOWLEDGED);
  g_assert_cmpint(alarm_desk_acknowledge(rig.desk, "a1", "Lê Thị Bình", rig.wall_us), ==, ALARM_ACKNOWLEDGED_BEFORE);
  assert_told(&rig, "a1 absent xa acknowledged by Nguyễn Văn An; ");
  static const char *const UNKNOWN[] = { "", "a", "a0", "a3", "1", "b1", "a1x", "a-1", "a99999999999999999999", "a+1" };
  for (guint i = 0; i < G_N_ELEMENTS(UNKNOWN); i++)
    g_assert_cmpint(alarm_desk_acknowledge(rig.desk, UNKNOWN[i], "x", rig.wall_us), ==, ALARM_UNKNOWN);
  json_t *list = alarm_desk_json(rig.desk);
  const char *id, *rule, *site, *by;
  double value;
  json_t *cleared;
  g_assert_cmpuint(json_array_size(list), ==, 2);
  g_assert_cmpint(json_unpack(json_array_get(list, 1), "{s:s, s:s, s:s, s:F, s:s, s:o}", "id", &id, "rule", &rule, "site", &site,
                              "value", &value, "acknowledgedBy", &by, "clearedAt", &cleared), ==, 0);
  g_assert_cmpstr(id, ==, "a1");
  g_assert_cmpstr(site, ==, "xa");
  g_assert_cmpstr(by, ==, "Nguyễn Văn An");
  g_assert_cmpfloat(value, ==, 9);  /* seconds that it is missing */
  g_assert_true(json_is_null(cleared));
  json_decref(list);
  rig.sites[1].is_connected = true;
  pass(&rig, 10);
  assert_told(&rig, "a1 absent xa cleared by Nguyễn Văn An; ");
  rig.sites[1].is_connected = false;
  pass(&rig, 10);
  assert_told(&rig, "a3 absent xa raised; ");  /* anew, and nobody knows of it */
  rig_end(&rig);
}

/* A thousand alarms: those that last and the last that are over are there, no more. */
static void
test_the_list_is_bounded_and_forgets_what_was_acknowledged_first(void)
{
  Rig rig;
  rig_begin(&rig);
  assert_on_control();
  rig.box.recorder_lag_s = 60;
  pass(&rig, 4);
  for (guint i = 0; i < 500; i++) {
    rig.sites[i % 2].down_rtt_ms = 900;
    pass(&rig, 4);
    rig.sites[i % 2].down_rtt_ms = 0;
    pass(&rig, 15);
    if (i < 50) {
      g_autofree char *id = g_strdup_printf("a%u", i + 2);
      g_assert_cmpint(alarm_desk_acknowledge(rig.desk, id, "An", rig.wall_us), ==, ALARM_ACKNOWLEDGED);
    }
  }
  json_t *list = alarm_desk_json(rig.desk);
  g_assert_cmpuint(json_array_size(list), ==, ALARM_PAST_MAX + 1);
  json_decref(list);
  g_assert_null(alarm_desk_find(rig.desk, "a2"));
  g_assert_nonnull(alarm_desk_find(rig.desk, "a1"));  /* it lasts */
  g_assert_nonnull(alarm_desk_find(rig.desk, "a501"));
  rig_end(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/alarm_rules/" #name, test_##name)
  ADD(a_limit_must_be_passed_for_its_time);
  ADD(what_jumps_is_smoothed_and_what_is_about_the_limit_is_one_alarm);
  ADD(a_lower_bound_and_what_is_not_known);
  ADD(a_rule_that_is_switched_off_clears_at_once);
  ADD(each_rule_reads_its_figure);
  ADD(the_desk_tells_what_is_raised_acknowledged_and_over);
  ADD(the_list_is_bounded_and_forgets_what_was_acknowledged_first);
  return g_test_run();
}
