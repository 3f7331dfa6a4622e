/* tests/mcu/test_site_verdict.c - what is wrong with which site: faults are named in time, clean running names nobody.
 * Virtual time. */
#include "mcu/site_verdict.h"
#include "tests/mcu/site_life.h"
#include <math.h>
#include <string.h>

enum { SITES = 9, S = 1000 * 1000, WARM_UP_S = 40, ROUNDS = 40, LATE_S = 10 };

typedef struct {
  SiteLife    lives[SITES];
  SiteVerdict verdicts[SITES];
  guint       changes[SITES];
  gint64      now_us;
} Room;

static const BoxFigures BOX = { .fps_divisor = 1 };

static void
room_begin(Room *room, guint64 seed)
{
  *room = (Room) { .now_us = 1000 * S };
  for (guint i = 0; i < SITES; i++)
    site_life_begin(&room->lives[i], seed * 100 + i);
}

static void
judge(Room *room, guint i)
{
  room->changes[i] += site_verdict_update(&room->verdicts[i], &room->lives[i].figures, &BOX, room->now_us);
}

static void
room_step(Room *room)
{
  room->now_us += S;
  for (guint i = 0; i < SITES; i++) {
    site_life_step(&room->lives[i]);
    judge(room, i);
  }
}

/* Returns: the causes named, "a b"; "": none. (transfer full) */
static char *
named(const SiteVerdict *verdict)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (SiteCause cause = 1; cause < SITE_CAUSES; cause++)
    if (verdict->causes[cause].is_named)
      g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", site_cause_name(cause));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
assert_named(const Room *room, guint site, const char *wanted, guint64 seed, guint second)
{
  g_autofree char *text = named(&room->verdicts[site]);
  if (strcmp(text, wanted) != 0)
    g_error("seed %" G_GUINT64_FORMAT ", second %u: site %u: \"%s\", not \"%s\"", seed, second, site, text, wanted);
}

static void
assert_others_are_clean(const Room *room, guint site, guint64 seed, guint second)
{
  for (guint i = 0; i < SITES; i++)
    if (i != site)
      assert_named(room, i, "", seed, second);
}

/* --- the faults --- */

typedef struct {
  Fault       fault;
  const char *cause;
  guint       within_s, lasts_s, gone_s;
} Case;

static const Case CASES[] = {
  { FAULT_UP_LOSS, "uplink-loss", 5, 60, 20 },
  { FAULT_UP_JITTER, "uplink-jitter", 5, 60, 20 },
  { FAULT_UP_JITTER_WILD, "uplink-jitter", 5, 60, 20 },
  { FAULT_UP_CAP, "uplink-capped", 5, 60, 20 },
  { FAULT_UP_CAP_DEAF, "uplink-capped", 5, 60, 20 },
  { FAULT_CAMERA_5_FPS, "camera-slow", 5, 60, 20 },
  { FAULT_CAMERA_DEAD, "camera-off", 5, 60, 20 },
  { FAULT_SILENT_MICROPHONE, "no-sound", 35, 90, 20 },
  { FAULT_SLOW_RECEIVER, "receiver-slow", 5, 60, 20 },
  { FAULT_ECHO, "echo", 5, 60, 20 },
  { FAULT_DOWN_LOSS, "downlink-loss", 5, 60, 20 },
  { FAULT_DOWN_CAP, "downlink-capped", 5, 60, 20 },
  { FAULT_CUT, "silent-network", 5, 60, 20 },
};

/* From the moment it is named until its end it stays so, and nothing else is, nobody else.
 * Returns: whether it was named in time; else it was at most LATE_S after that. */
static bool
run_fault(const Case *c, guint64 seed)
{
  Room room;
  room_begin(&room, seed);
  RandomStream random = random_stream(seed);
  guint site = random_stream_below(&random, SITES);
  SiteLife *life = &room.lives[site];
  for (guint i = 0; i < SITES; i++)
    room.lives[i].is_settled_life = true;
  life->asked_kbps = 1500;
  for (guint t = 0; t < WARM_UP_S; t++) {
    life->motion = MAX(life->motion, 0.7);  /* a picture that needs what it may have */
    room_step(&room);
  }
  assert_others_are_clean(&room, SITES, seed, 0);
  guint changes_before = room.changes[site];
  site_life_set_fault(life, c->fault);
  bool is_named = false, is_in_time = false;
  for (guint t = 1; t <= c->lasts_s; t++) {
    life->motion = MAX(life->motion, 0.7);
    room_step(&room);
    is_named = is_named || room.verdicts[site].grade != SITE_GRADE_GOOD;
    assert_named(&room, site, is_named || t >= c->within_s + LATE_S ? c->cause : "", seed, t);
    is_in_time = is_in_time || (is_named && t <= c->within_s);
    assert_others_are_clean(&room, site, seed, t);
  }
  site_life_set_fault(life, FAULT_NONE);
  for (guint t = 1; t <= 60; t++) {
    room_step(&room);
    assert_named(&room, site, t < c->gone_s && room.verdicts[site].grade != SITE_GRADE_GOOD ? c->cause : "", seed, 1000 + t);
  }
  g_assert_cmpuint(room.changes[site] - changes_before, <=, 4);  /* named, taken back, and its grade */
  return is_in_time;
}

static void
test_each_fault_is_named_within_five_seconds_and_nothing_else(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].cause);
    guint in_time = 0;
    for (guint64 seed = 1; seed <= ROUNDS; seed++)
      in_time += run_fault(&CASES[i], seed);
    /* Where something else is suspected in the same moment, it is waited for. */
    g_assert_cmpuint(in_time, >=, ROUNDS - ROUNDS / 20);
  }
}

/* --- clean running --- */

static void
come_and_go(Room *room, guint i, RandomStream *random)
{
  SiteLife *life = &room->lives[i];
  if (random_stream_below(random, 900) != 0)
    return;
  bool is_takeover = random_stream_below(random, 2) == 0;  /* its page is loaded anew */
  life->figures.is_connected = false;
  life->figures.is_expected = is_takeover;
  for (guint t = 0; t < (is_takeover ? 2 : 30); t++)
    judge(room, i);
  site_life_begin(life, random_stream_next(random));
}

static void
test_an_hour_of_clean_running_names_nobody(void)
{
  for (guint64 seed = 1; seed <= 10; seed++) {
    Room room;
    RandomStream random = random_stream(seed);
    room_begin(&room, 7000 + seed);
    for (guint t = 1; t <= 3600; t++) {
      room_step(&room);
      for (guint i = 0; i < SITES; i++)
        come_and_go(&room, i, &random);
      assert_others_are_clean(&room, SITES, seed, t);
    }
  }
}

/* --- single rules --- */

static SiteFigures
fine(void)
{
  return (SiteFigures) {
    .is_expected = true, .is_connected = true, .up_kbps = 700, .up_cap_kbps = 1000, .up_fps = 30, .up_asked_fps = 30,
    .up_jitter_ms = 5, .up_audio_depth_ms = 60, .up_audio_level_dbov = -30, .up_echo_db = NAN, .up_echo_ms = NAN,
    .down_kbps = 2000, .down_estimate_kbps = 3000, .down_cap_kbps = 4000, .down_rtt_ms = 30, .down_fps = 30,
    .down_reason = LINE_REASON_FULL, .client_age_s = NAN, .client_decode_fps = NAN,
  };
}

typedef struct {
  SiteVerdict verdict;
  SiteFigures figures;
  BoxFigures  box;
  gint64      now_us;
  guint       changes;
} Rig;

static Rig
rig_new(void)
{
  return (Rig) { .figures = fine(), .box = BOX, .now_us = 1000 * S };
}

static void
run(Rig *rig, guint seconds)
{
  for (guint t = 0; t < seconds; t++) {
    rig->now_us += S;
    rig->changes += site_verdict_update(&rig->verdict, &rig->figures, &rig->box, rig->now_us);
  }
}

static void
assert_is(const Rig *rig, const char *grade, const char *causes)
{
  g_autofree char *text = named(&rig->verdict);
  g_assert_cmpstr(text, ==, causes);
  g_assert_cmpstr(site_grade_name(rig->verdict.grade), ==, grade);
}

static void
test_who_is_expected_and_missing_is_absent_and_who_is_not_expected_lacks_nothing(void)
{
  Rig rig = rig_new();
  run(&rig, 10);
  assert_is(&rig, "good", "");
  rig.figures.is_connected = false;
  run(&rig, 1);
  assert_is(&rig, "absent", "");
  run(&rig, 4);
  assert_is(&rig, "absent", "absent");
  rig.figures.is_expected = false;
  run(&rig, 1);
  assert_is(&rig, "absent", "");
  rig.figures = fine();
  run(&rig, 1);
  assert_is(&rig, "good", "");
}

static void
test_what_people_switch_off_is_no_fault(void)
{
  Rig rig = rig_new();
  run(&rig, 10);
  rig.figures.is_muted = rig.figures.is_camera_off = true;
  rig.figures.up_audio_level_dbov = -127;
  rig.figures.up_fps = 0;
  rig.figures.up_kbps = 3;
  run(&rig, 120);
  assert_is(&rig, "good", "");
  rig.figures.is_muted = rig.figures.is_camera_off = false;  /* on again: 30 s and 3 s begin now */
  run(&rig, 2);
  assert_is(&rig, "good", "");
  run(&rig, 3);
  assert_is(&rig, "bad", "camera-off");
  run(&rig, 26);
  assert_is(&rig, "bad", "camera-off no-sound");
}

static void
test_a_still_picture_and_a_slate_are_no_fault(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.figures.up_kbps = 90;  /* of 1000 asked for: nothing moves */
  run(&rig, 60);
  assert_is(&rig, "good", "");
  rig.figures.down_fps = 5;
  rig.figures.client_age_s = 0.5;
  rig.figures.client_decode_fps = 1;
  rig.figures.down_reason = LINE_REASON_NONE;
  run(&rig, 60);
  assert_is(&rig, "good", "");
}

static void
test_a_report_that_stands_for_seconds_is_one_report(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.figures.down_loss = 0.08;
  run(&rig, 5);
  assert_is(&rig, "good", "");
}

static void
test_the_bridges_own_shortage_is_told_as_such(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.figures.down_reason = LINE_REASON_LINE;
  rig.figures.down_rungs_below = 2;
  run(&rig, 10);
  assert_is(&rig, "good", "");
  rig.figures.down_rungs_below = 3;
  run(&rig, 5);
  assert_is(&rig, "poor", "line-short");
  rig.figures.down_reason = LINE_REASON_CPU;
  rig.figures.down_rungs_below = 5;
  run(&rig, 12);
  assert_is(&rig, "bad", "cpu-short");
}

/* All sites are late at once, because the bridge is. */
static void
test_a_bridge_without_time_blames_no_site(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.box.audio_tick_lateness_ms = 300;
  rig.figures.up_jitter_ms = 150;
  rig.figures.down_rtt_ms = 4000;
  rig.figures.up_fps = 6;
  run(&rig, 20);
  assert_is(&rig, "good", "");
  rig.box.fps_divisor = 3;
  run(&rig, 6);
  assert_is(&rig, "poor", "cpu-short");
  rig.box = BOX;
  run(&rig, 20);
  assert_is(&rig, "bad", "uplink-jitter");  /* it was not the bridge alone */
}

static void
test_a_long_way_is_told_unless_jitter_explains_it(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.figures.down_rtt_ms = 350;
  run(&rig, 7);
  assert_is(&rig, "poor", "rtt-high");
  rig.figures.up_jitter_ms = 150;
  run(&rig, 4);
  assert_is(&rig, "bad", "uplink-jitter");
}

static void
test_a_slow_decoder_is_not_blamed_for_losses_or_for_one_report(void)
{
  Rig rig = rig_new();
  rig.figures.client_decode_fps = 30;
  for (guint t = 0; t < 60; t++) {
    rig.figures.client_age_s = t % 2 == 0 ? 0.2 : 1.2;
    rig.figures.client_decode_fps = t == 40 || t == 41 ? 8 : 29;
    run(&rig, 1);
    assert_is(&rig, "good", "");
  }
  rig.figures.client_decode_fps = 12;
  for (guint t = 0; t < 20; t++) {
    rig.figures.client_age_s = t % 2 == 0 ? 0.2 : 1.2;
    rig.figures.down_loss = 0.06 + 0.001 * t;
    run(&rig, 1);
  }
  assert_is(&rig, "poor", "downlink-loss");
}

/* A fault that comes and goes: named, and then left named. */
static void
test_what_comes_and_goes_does_not_flap(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.changes = 0;
  for (guint round = 0; round < 30; round++) {
    for (guint t = 0; t < 6; t++) {
      rig.figures.up_loss = 0.06 + 0.001 * t;
      run(&rig, 1);
    }
    rig.figures.up_loss = 0;
    run(&rig, 18);
  }
  g_assert_cmpuint(rig.changes, <=, 8);
  run(&rig, 80);
  assert_is(&rig, "good", "");
}

static void
test_a_moment_without_figures_changes_nothing(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.figures.silent_s = 2;
  rig.figures.up_fps = rig.figures.up_kbps = 0;
  rig.figures.up_loss = 1;
  run(&rig, 2);
  assert_is(&rig, "good", "");
  rig.figures.silent_s = 3.2;
  run(&rig, 1);
  assert_is(&rig, "bad", "silent-network");
}

static void
test_the_json_gives_cause_value_and_since(void)
{
  Rig rig = rig_new();
  run(&rig, 20);
  rig.figures.up_fps = 5;
  run(&rig, 5);
  json_t *json = site_verdict_json(&rig.verdict, rig.now_us, G_GINT64_CONSTANT(1796000000) * S);
  const char *verdict, *cause, *since;
  double value;
  g_assert_cmpint(json_unpack(json, "{s:s, s:[{s:s, s:F, s:s}!]}", "verdict", &verdict, "causes", "cause", &cause,
                              "value", &value, "since", &since), ==, 0);
  g_assert_cmpstr(verdict, ==, "poor");
  g_assert_cmpstr(cause, ==, "camera-slow");
  g_assert_cmpfloat(value, ==, 5);
  g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(since, NULL);
  g_assert_cmpint(g_date_time_to_unix(at), ==, 1796000000 - 4);
  json_decref(json);
  for (SiteCause i = 1; i < SITE_CAUSES; i++)
    g_assert_nonnull(site_cause_name(i));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/site_verdict/" #name, test_##name)
  ADD(each_fault_is_named_within_five_seconds_and_nothing_else);
  ADD(an_hour_of_clean_running_names_nobody);
  ADD(who_is_expected_and_missing_is_absent_and_who_is_not_expected_lacks_nothing);
  ADD(what_people_switch_off_is_no_fault);
  ADD(a_still_picture_and_a_slate_are_no_fault);
  ADD(a_report_that_stands_for_seconds_is_one_report);
  ADD(the_bridges_own_shortage_is_told_as_such);
  ADD(a_bridge_without_time_blames_no_site);
  ADD(a_long_way_is_told_unless_jitter_explains_it);
  ADD(a_slow_decoder_is_not_blamed_for_losses_or_for_one_report);
  ADD(what_comes_and_goes_does_not_flap);
  ADD(a_moment_without_figures_changes_nothing);
  ADD(the_json_gives_cause_value_and_since);
  return g_test_run();
}
