/* tests/mcu/test_health.c - unit tests of mcu/health and mcu/readiness: who is stuck, what is missing. */
#include "mcu/health.h"
#include "mcu/readiness.h"
#include <string.h>

enum { NOW_S = 100 };
#define NOW_US ((gint64)NOW_S * G_USEC_PER_SEC)

/* The four that must move, and whoever else. */
typedef struct {
  Heartbeat beats[8];
  guint     n;
} Beats;

static Beats
all_well(void)
{
  return (Beats) { { { THREAD_ROLE_CONTROL, NOW_US - 100000 }, { THREAD_ROLE_NET, NOW_US - 5000 },
                     { THREAD_ROLE_VIDEO_TICK, NOW_US - 33000 }, { THREAD_ROLE_AUDIO_TICK, NOW_US - 20000 } }, 4 };
}

static Health
judge(const Beats *beats)
{
  Health health;
  health_judge(beats->beats, beats->n, NOW_US, &health);
  return health;
}

static void
test_all_is_well_when_all_move(void)
{
  Beats beats = all_well();
  beats.beats[beats.n++] = (Heartbeat) { THREAD_ROLE_DECODE, 0 };
  beats.beats[beats.n++] = (Heartbeat) { THREAD_ROLE_ENCODE, NOW_US + 10 };  /* after the clock was read */
  Health health = judge(&beats);
  g_assert_true(health.is_well && health_may_feed(&health));
  json_t *json = health_json(&health);
  g_assert_cmpstr(json_string_value(json_object_get(json, "status")), ==, "ok");
  g_assert_cmpuint(json_array_size(json_object_get(json, "threads")), ==, 6);
  g_assert_cmpuint(json_array_size(json_object_get(json, "reasons")), ==, 0);
  json_decref(json);
}

static void
test_who_is_silent_for_more_than_a_second_is_named(void)
{
  for (guint i = 0; i < 4; i++) {
    Beats beats = all_well();
    beats.beats[i].beat_us = NOW_US - HEALTH_SILENCE_US;
    g_assert_true(judge(&beats).is_well);
    beats.beats[i].beat_us--;
    Health health = judge(&beats);
    g_assert_false(health.is_well);
    g_assert_false(health_may_feed(&health));
    json_t *json = health_json(&health), *reason = json_array_get(json_object_get(json, "reasons"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(json, "status")), ==, "failing");
    g_assert_cmpstr(json_string_value(json_object_get(reason, "thread")), ==, thread_role_name(beats.beats[i].role));
    g_assert_cmpstr(json_string_value(json_object_get(reason, "code")), ==, "thread-stuck");
    g_assert_cmpint(json_integer_value(json_object_get(reason, "ageMs")), ==, 1000);
    json_decref(json);
  }
}

static void
test_who_is_missing_is_named(void)
{
  for (guint i = 0; i < 4; i++) {
    Beats beats = all_well();
    ThreadRoleId role = beats.beats[i].role;
    beats.beats[i] = beats.beats[--beats.n];
    Health health = judge(&beats);
    g_assert_false(health.is_well);
    g_assert_false(health_may_feed(&health));
    g_autofree char *fault = health_fault(&health, role);
    g_assert_true(g_str_has_suffix(fault, "is missing"));
  }
}

static void
test_one_of_many_workers_that_hangs_is_noticed_but_feeds_on(void)
{
  Beats beats = all_well();
  beats.beats[beats.n++] = (Heartbeat) { THREAD_ROLE_ENCODE, NOW_US - 1000 };
  beats.beats[beats.n++] = (Heartbeat) { THREAD_ROLE_ENCODE, NOW_US - 3 * G_USEC_PER_SEC };
  beats.beats[beats.n++] = (Heartbeat) { THREAD_ROLE_ENCODE, 0 };
  Health health = judge(&beats);
  g_assert_false(health.is_well);
  g_assert_true(health_may_feed(&health));
  g_assert_cmpuint(health.roles[THREAD_ROLE_ENCODE].count, ==, 3);
  g_assert_cmpuint(health.roles[THREAD_ROLE_ENCODE].busy, ==, 2);
  g_autofree char *fault = health_fault(&health, THREAD_ROLE_ENCODE);
  g_assert_cmpstr(fault, ==, "encode has not moved for 3.0 s");
}

/* --- readiness --- */

static const gint64 WALL_S = 1800000000;

static ReadyFacts
all_there(void)
{
  return (ReadyFacts) {
    .told_us = NOW_US - 500000, .certificate_ends_s = WALL_S + 100 * 86400, .looked_us = NOW_US - 2 * G_USEC_PER_SEC,
    .ports_free = 100, .ports_needed = 2, .is_recording_enabled = true, .has_recorder = true,
    .disk = { .is_known = true, .free_bytes = 1000, .total_bytes = 2000, .free_percent = 50 },
  };
}

/* @code: (nullable): the only reason, or NULL: it is ready. */
static void
assert_ready(const ReadyFacts *facts, const char *code, const char *warning)
{
  bool is_ready;
  json_t *json = ready_json(facts, NOW_US, WALL_S, &is_ready);
  const json_t *reasons = json_object_get(json, "reasons"), *warnings = json_object_get(json, "warnings");
  g_assert_true(is_ready == (code == NULL));
  g_assert_cmpuint(json_array_size(reasons), ==, code != NULL ? 1 : 0);
  g_assert_cmpstr(json_string_value(json_object_get(json_array_get(reasons, 0), "code")), ==, code);
  g_assert_cmpstr(json_string_value(json_object_get(json_array_get(warnings, 0), "code")), ==, warning);
  json_decref(json);
}

static void
test_each_lack_is_a_reason_of_its_own(void)
{
  ReadyFacts facts = all_there();
  assert_ready(&facts, NULL, NULL);
  facts.ports_free = 1;
  assert_ready(&facts, "no-media-port", NULL);
  facts = all_there();
  facts.disk.free_percent = 4;
  assert_ready(&facts, "disk-full", NULL);
  facts.disk.free_percent = 15;
  assert_ready(&facts, NULL, "disk-low");
  facts.disk = (DiskSpace) { 0 };
  assert_ready(&facts, "disk-full", NULL);
  facts = all_there();
  facts.looked_us = NOW_US - 31 * G_USEC_PER_SEC;
  assert_ready(&facts, "disk-silent", NULL);
  facts = all_there();
  facts.certificate_ends_s = WALL_S - 1;
  assert_ready(&facts, "certificate-ended", NULL);
  facts.certificate_ends_s = WALL_S + 86400;
  assert_ready(&facts, NULL, "certificate-ends");
  facts = all_there();
  facts.has_recorder = false;
  assert_ready(&facts, "recorder-absent", NULL);
  facts.is_recording_enabled = false;
  facts.disk.free_percent = 1;
  assert_ready(&facts, NULL, NULL);
  facts = all_there();
  facts.sessions_open = facts.recorders_failed = 1;
  assert_ready(&facts, "recorder-failed", NULL);
  facts = all_there();
  facts.told_us = NOW_US - 4 * G_USEC_PER_SEC;
  assert_ready(&facts, "control-silent", NULL);
  facts = all_there();
  facts.is_draining = true;
  assert_ready(&facts, "draining", NULL);
}

static void
test_ports_are_counted_once_and_only_in_the_range(void)
{
  static const char TABLE[] =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"
    "  12: 0100007F:9C40 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0\n"
    "  13: 00000000:9C41 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0\n"
    "  14: 0100007F:9C41 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0\n"
    "  15: 0100007F:9C4A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0\n"
    "  nonsense\n"
    "  16: 00000000000000000000000000000000:9C3F";
  guint8 taken[10] = { 0 };
  g_assert_cmpuint(ready_count_ports(TABLE, 40000, 40009, taken), ==, 2);
  g_assert_cmpuint(ready_count_ports(TABLE, 40000, 40009, taken), ==, 0);  /* of the other table */
  g_assert_cmpuint(ready_count_ports("", 40000, 40009, taken), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/health/all_is_well_when_all_move", test_all_is_well_when_all_move);
  g_test_add_func("/mcu/health/who_is_silent_for_more_than_a_second_is_named", test_who_is_silent_for_more_than_a_second_is_named);
  g_test_add_func("/mcu/health/who_is_missing_is_named", test_who_is_missing_is_named);
  g_test_add_func("/mcu/health/one_of_many_workers_that_hangs_is_noticed_but_feeds_on",
                  test_one_of_many_workers_that_hangs_is_noticed_but_feeds_on);
  g_test_add_func("/mcu/readiness/each_lack_is_a_reason_of_its_own", test_each_lack_is_a_reason_of_its_own);
  g_test_add_func("/mcu/readiness/ports_are_counted_once_and_only_in_the_range", test_ports_are_counted_once_and_only_in_the_range);
  return g_test_run();
}
