/* tests/mcu/test_site_quality.c - unit tests of mcu/site_quality, in virtual time. */
#include "mcu/site_quality.h"

enum { STEP_US = 500 * 1000, SECOND_US = 1000 * 1000 };

typedef struct {
  SiteQuality  quality;
  SiteEvidence evidence;
  gint64 now_us;
  guint  changes;
  bool   is_picture_coming, is_sound_coming;
  double mended;             /* 0..1 of the sound */
} Rig;

static Rig
good(void)
{
  return (Rig) {
    .now_us = SECOND_US, .is_picture_coming = true, .is_sound_coming = true,
    .evidence = { .is_connected = true, .connection = 1, .has_report = true, .receives_picture = true, .rung = 6, .n_rungs = 7,
                  .reason = LINE_REASON_FULL, .rtt_us = 20 * 1000, .sends_picture = true, .sends_sound = true },
  };
}

static void
run(Rig *rig, guint ms)
{
  for (guint t = 0; t < ms; t += STEP_US / 1000) {
    rig->now_us += STEP_US;
    if (rig->is_picture_coming)
      rig->evidence.last_picture_us = rig->now_us - 30 * 1000;
    if (rig->is_sound_coming) {
      rig->evidence.sound_packets += 25;
      rig->evidence.pulls_heard += 100;
      rig->evidence.pulls_mended += (guint64)(100 * rig->mended);
    }
    if (site_quality_update(&rig->quality, &rig->evidence, rig->now_us))
      rig->changes++;
  }
}

static void
assert_shown(const Rig *rig, const char *receives, const char *sends, const char *cause)
{
  g_assert_cmpstr(quality_grade_name(rig->quality.shown.receives), ==, receives);
  g_assert_cmpstr(quality_grade_name(rig->quality.shown.sends), ==, sends);
  g_assert_cmpstr(quality_cause_name(rig->quality.shown.cause), ==, cause);
}

static void
test_a_good_site_is_good_at_once_and_stays_so(void)
{
  Rig rig = good();
  run(&rig, 500);
  assert_shown(&rig, "good", "good", NULL);
  run(&rig, 60000);
  g_assert_cmpuint(rig.changes, ==, 1);
}

static void
test_a_site_that_is_gone_or_unheard_has_nothing(void)
{
  Rig rig = good();
  run(&rig, 2000);
  rig.evidence.is_connected = false;
  run(&rig, 500);
  assert_shown(&rig, "none", "none", NULL);
  rig = good();
  run(&rig, 2000);
  rig.evidence.is_unheard = true;
  run(&rig, 1500);
  assert_shown(&rig, "none", "none", "loss");
}

/* Each of these alone, for long enough. */
static void
test_each_flaw_has_its_grade_and_its_cause(void)
{
  static const struct { SiteEvidence flaw; double mended; const char *receives, *sends, *cause; } CASES[] = {
    { { .rung = 6, .reason = LINE_REASON_FULL, .loss = 0.029 }, 0, "good", "good", NULL },
    { { .rung = 6, .reason = LINE_REASON_FULL, .loss = 0.05 }, 0, "fair", "good", "loss" },
    { { .rung = 6, .reason = LINE_REASON_FULL, .loss = 0.10 }, 0, "poor", "good", "loss" },
    { { .rung = 6, .reason = LINE_REASON_FULL, .queue_us = 200 * 1000 }, 0, "fair", "good", "delay" },
    { { .rung = 6, .reason = LINE_REASON_FULL, .rtt_us = 700 * 1000 }, 0, "poor", "good", "delay" },
    { { .rung = 4, .reason = LINE_REASON_NETWORK }, 0, "good", "good", NULL },
    { { .rung = 3, .reason = LINE_REASON_NETWORK }, 0, "fair", "good", "rate" },
    { { .rung = 2, .reason = LINE_REASON_LINE }, 0, "fair", "good", "line" },
    { { .rung = 1, .reason = LINE_REASON_LINE }, 0, "poor", "good", "line" },
    { { .rung = 2, .reason = LINE_REASON_CPU }, 0, "fair", "good", "cpu" },
    { { .rung = RUNG_SOUND_ONLY, .reason = LINE_REASON_NETWORK }, 0, "poor", "good", "rate" },
    { { .rung = 6, .reason = LINE_REASON_FULL }, 0.05, "good", "fair", "loss" },
    { { .rung = 6, .reason = LINE_REASON_FULL }, 0.20, "good", "poor", "loss" },
    /* two at once: the worse one is told */
    { { .rung = 3, .reason = LINE_REASON_NETWORK, .loss = 0.2 }, 0, "poor", "good", "loss" },
    { { .rung = 3, .reason = LINE_REASON_NETWORK }, 0.20, "fair", "poor", "loss" },
    { { .rung = 0, .reason = LINE_REASON_LINE }, 0.05, "poor", "fair", "line" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    Rig rig = good();
    run(&rig, 2000);
    rig.evidence.rung = CASES[i].flaw.rung;
    rig.evidence.reason = CASES[i].flaw.reason;
    rig.evidence.loss = CASES[i].flaw.loss;
    rig.evidence.queue_us = CASES[i].flaw.queue_us;
    rig.evidence.rtt_us = CASES[i].flaw.rtt_us;
    rig.mended = CASES[i].mended;
    run(&rig, 5000);
    g_test_message("case %u", i);
    assert_shown(&rig, CASES[i].receives, CASES[i].sends, CASES[i].cause);
  }
}

static void
test_a_receiver_of_sound_alone_lacks_no_picture(void)
{
  Rig rig = good();
  rig.evidence.receives_picture = false;
  rig.evidence.rung = RUNG_SOUND_ONLY;
  rig.evidence.reason = LINE_REASON_NETWORK;
  run(&rig, 5000);
  assert_shown(&rig, "good", "good", NULL);
}

static void
test_a_camera_or_a_microphone_that_fails_is_told_within_five_seconds(void)
{
  Rig rig = good();
  run(&rig, 5000);
  rig.is_picture_coming = false;
  run(&rig, 2500);
  assert_shown(&rig, "good", "good", NULL);  /* a keyframe may be under way */
  run(&rig, 2500);
  assert_shown(&rig, "good", "poor", "no-picture");
  rig.is_picture_coming = true;
  rig.is_sound_coming = false;
  run(&rig, 5000);
  assert_shown(&rig, "good", "poor", "no-sound");
  rig.is_picture_coming = false;
  run(&rig, 5000);
  assert_shown(&rig, "good", "none", "no-picture");
}

static void
test_a_camera_that_was_never_seen_is_told_too(void)
{
  Rig rig = good();
  rig.is_picture_coming = false;
  run(&rig, 1000);
  assert_shown(&rig, "good", "good", NULL);
  run(&rig, 4500);
  assert_shown(&rig, "good", "poor", "no-picture");
}

static void
test_who_is_muted_or_switched_off_lacks_nothing(void)
{
  Rig rig = good();
  rig.is_picture_coming = rig.is_sound_coming = false;
  rig.evidence.sends_picture = rig.evidence.sends_sound = false;
  run(&rig, 30000);
  assert_shown(&rig, "good", "good", NULL);
  rig.evidence.sends_picture = rig.evidence.sends_sound = true;
  run(&rig, 2500);  /* switched on now: it has its time to begin */
  assert_shown(&rig, "good", "good", NULL);
  rig.is_picture_coming = rig.is_sound_coming = true;
  run(&rig, 10000);
  g_assert_cmpuint(rig.changes, ==, 1);
}

static void
test_what_flickers_is_not_shown_as_good_again_and_again(void)
{
  Rig rig = good();
  run(&rig, 2000);
  for (guint i = 0; i < 20; i++) {
    rig.evidence.loss = 0.2;
    run(&rig, 2000);
    rig.evidence.loss = 0;
    run(&rig, 2000);
  }
  assert_shown(&rig, "poor", "good", "loss");
  g_assert_cmpuint(rig.changes, ==, 2);
  run(&rig, 4000);
  assert_shown(&rig, "good", "good", NULL);
}

static void
test_a_short_flaw_is_not_shown(void)
{
  Rig rig = good();
  run(&rig, 2000);
  for (guint i = 0; i < 20; i++) {
    rig.evidence.loss = 0.2;
    run(&rig, 1000);
    rig.evidence.loss = 0;
    run(&rig, 1000);
  }
  g_assert_cmpuint(rig.changes, ==, 1);
}

/* Worse in turn by loss and by delay is worse all the time. */
static void
test_a_change_of_cause_does_not_hide_that_it_is_worse(void)
{
  Rig rig = good();
  run(&rig, 2000);
  for (guint i = 0; i < 4; i++) {
    rig.evidence.loss = i % 2 == 0 ? 0.2 : 0;
    rig.evidence.rtt_us = i % 2 == 0 ? 0 : 700 * 1000;
    run(&rig, 500);
  }
  g_assert_cmpstr(quality_grade_name(rig.quality.shown.receives), ==, "poor");
}

static void
test_another_connection_begins_with_a_clean_sheet(void)
{
  Rig rig = good();
  rig.mended = 0.3;
  run(&rig, 6000);
  assert_shown(&rig, "good", "poor", "loss");
  rig.evidence.connection = 2;
  rig.evidence.sound_packets = rig.evidence.pulls_heard = rig.evidence.pulls_mended = 0;
  rig.evidence.last_picture_us = 0;
  rig.mended = 0;
  run(&rig, 6000);
  assert_shown(&rig, "good", "good", NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/site_quality/" #name, test_##name)
  ADD(a_good_site_is_good_at_once_and_stays_so);
  ADD(a_site_that_is_gone_or_unheard_has_nothing);
  ADD(each_flaw_has_its_grade_and_its_cause);
  ADD(a_receiver_of_sound_alone_lacks_no_picture);
  ADD(a_camera_or_a_microphone_that_fails_is_told_within_five_seconds);
  ADD(a_camera_that_was_never_seen_is_told_too);
  ADD(who_is_muted_or_switched_off_lacks_nothing);
  ADD(what_flickers_is_not_shown_as_good_again_and_again);
  ADD(a_short_flaw_is_not_shown);
  ADD(a_change_of_cause_does_not_hide_that_it_is_worse);
  ADD(another_connection_begins_with_a_clean_sheet);
  return g_test_run();
}
