/* tests/mcu/test_tier_choice.c */
#include "mcu/tier_choice.h"

enum { REPORT_US = 100 * 1000 };

typedef struct {
  TierLadder ladder;
  TierChoice choice;
  guint  needed_bps[RUNGS_MAX];
  gint64 now_us;
  guint  changes;
} Rig;

static void
rig_init(Rig *rig, guint available_bps)
{
  *rig = (Rig) { .now_us = G_USEC_PER_SEC };
  tier_ladder_init(&rig->ladder, 1920, 1080, 4000000);
  for (guint i = 0; i < rig->ladder.n_rungs; i++)
    rig->needed_bps[i] = rig->ladder.rungs[i].bitrate_bps;
  TierEvidence evidence = { .available_bps = available_bps };
  tier_choice_update(&rig->choice, &evidence, &rig->ladder, rig->needed_bps, rig->now_us);
}

static void
run(Rig *rig, guint available_bps, bool is_congested, guint ms)
{
  TierEvidence evidence = { .available_bps = available_bps, .is_congested = is_congested };
  for (guint t = 0; t < ms; t += REPORT_US / 1000) {
    rig->now_us += REPORT_US;
    if (tier_choice_update(&rig->choice, &evidence, &rig->ladder, rig->needed_bps, rig->now_us))
      rig->changes++;
  }
}

static void
test_ladder_is_of_four_sizes(void)
{
  TierLadder ladder;
  tier_ladder_init(&ladder, 1920, 1080, 4000000);
  g_assert_cmpuint(ladder.n_tiers, ==, 4);
  g_assert_cmpuint(ladder.tiers[1].width, ==, 1280);
  g_assert_cmpuint(ladder.tiers[2].height, ==, 360);
  g_assert_cmpuint(ladder.tiers[3].height, ==, 240);
  g_assert_cmpuint(ladder.n_rungs, ==, 7);
  for (guint i = 1; i < ladder.n_rungs; i++)
    g_assert_cmpuint(ladder.rungs[i].bitrate_bps, >, ladder.rungs[i - 1].bitrate_bps);
  g_assert_cmpint(tier_ladder_rung(&ladder, 0), ==, 6);
  g_assert_cmpint(tier_ladder_rung(&ladder, 1), ==, 5);
  g_assert_cmpint(tier_ladder_rung(&ladder, 2), ==, 3);
  tier_ladder_init(&ladder, 320, 180, 200000);
  g_assert_cmpuint(ladder.n_tiers, ==, 1);
  g_assert_cmpuint(ladder.n_rungs, ==, 2);
  g_assert_cmpint(tier_ladder_rung(&ladder, 2), ==, 1);
}

static void
test_good_line_rises_within_a_second(void)
{
  Rig rig;
  rig_init(&rig, 1000000);
  g_assert_cmpint(rig.choice.rung, ==, 3);
  run(&rig, 6000000, false, 700);
  g_assert_cmpint(rig.choice.rung, ==, 6);
}

static void
test_lowers_at_once_when_congested_else_after_three(void)
{
  Rig rig;
  rig_init(&rig, 6000000);
  run(&rig, 450000, true, 100);
  g_assert_cmpint(rig.choice.rung, ==, 1);
  rig_init(&rig, 6000000);
  run(&rig, 450000, false, 200);
  g_assert_cmpint(rig.choice.rung, ==, 6);
  run(&rig, 450000, false, 100);
  g_assert_cmpint(rig.choice.rung, ==, 1);
}

static void
test_congestion_alone_lowers_nothing_that_the_estimate_carries(void)
{
  Rig rig;
  rig_init(&rig, 6000000);
  run(&rig, 6000000, true, 1000);
  g_assert_cmpint(rig.choice.rung, ==, 6);
}

static void
test_too_poor_for_any_picture_keeps_sound(void)
{
  Rig rig;
  rig_init(&rig, 400000);
  run(&rig, 100000, false, 10000);
  g_assert_cmpint(rig.choice.rung, ==, 0);  /* a poor picture is better than none */
  run(&rig, 50000, false, 1900);
  g_assert_cmpint(rig.choice.rung, ==, 0);
  run(&rig, 50000, false, 200);
  g_assert_cmpint(rig.choice.rung, ==, RUNG_SOUND_ONLY);
  run(&rig, 130000, false, 2200);
  g_assert_cmpint(rig.choice.rung, >=, 0);
}

static void
test_a_cut_line_gives_all_back_at_once(void)
{
  Rig rig;
  rig_init(&rig, 8000000);
  TierEvidence evidence = { .available_bps = 50000, .is_unheard = true };
  for (guint i = 0; i < 30; i++) {
    rig.now_us += REPORT_US;
    tier_choice_update(&rig.choice, &evidence, &rig.ladder, rig.needed_bps, rig.now_us);
  }
  g_assert_cmpint(rig.choice.rung, ==, RUNG_SOUND_ONLY);
  run(&rig, 8000000, false, 700);
  g_assert_cmpint(rig.choice.rung, ==, 6);
}

/* The line carries rung 3 and not rung 4, and tells so only when rung 4 is tried. */
static void
test_failed_rises_come_ever_more_rarely(void)
{
  Rig rig;
  rig_init(&rig, 1000000);
  rig.needed_bps[4] = 900000;
  run(&rig, 500000, true, 100);
  rig.changes = 0;
  for (guint s = 0; s < 120 * 10; s++)
    run(&rig, rig.choice.rung >= 4 ? 800000 : 1200000, rig.choice.rung >= 4, 100);
  /* 5, 10, 20, 40, 60 s apart: at most five tries, up and down */
  g_assert_cmpuint(rig.changes, <=, 10);
  g_assert_cmpuint(rig.changes, >=, 4);
}

static void
test_wobbling_estimate_changes_nothing(void)
{
  Rig rig;
  rig_init(&rig, 900000);
  rig.changes = 0;
  for (guint i = 0; i < 600; i++)
    run(&rig, i % 7 == 0 ? 700000 : 950000, false, 100);
  g_assert_cmpuint(rig.changes, ==, 0);
}

/* Ten keyframe requests, a second apart. */
static void
ask_often(Rig *rig, bool is_tier_shared)
{
  for (guint s = 0; s < 10; s++) {
    TierEvidence evidence = { .available_bps = 8000000, .keyframe_requests = 1, .is_tier_shared = is_tier_shared };
    rig->now_us += G_USEC_PER_SEC;
    tier_choice_update(&rig->choice, &evidence, &rig->ladder, rig->needed_bps, rig->now_us);
  }
}

static void
test_who_asks_for_keyframes_all_the_time_leaves_the_others_alone(void)
{
  Rig rig;
  rig_init(&rig, 8000000);
  ask_often(&rig, false);
  g_assert_cmpint(rig.choice.rung, ==, 6);
  ask_often(&rig, true);
  g_assert_cmpuint(rig.ladder.rungs[rig.choice.rung].tier, >=, 1);
  int rung = rig.choice.rung;
  run(&rig, 8000000, false, 10000);
  g_assert_cmpint(rig.choice.rung, ==, rung);
  run(&rig, 8000000, false, 15000);
  g_assert_cmpint(rig.choice.rung, ==, 6);
}

static void
test_a_request_now_and_then_is_forgiven(void)
{
  Rig rig;
  rig_init(&rig, 8000000);
  for (guint i = 0; i < 30; i++) {
    TierEvidence evidence = { .available_bps = 8000000, .keyframe_requests = 1, .is_tier_shared = true };
    rig.now_us += 5 * G_USEC_PER_SEC;
    tier_choice_update(&rig.choice, &evidence, &rig.ladder, rig.needed_bps, rig.now_us);
  }
  g_assert_cmpint(rig.choice.rung, ==, 6);
}

static void
test_copies_are_worth_a_smaller_size_but_not_the_smallest(void)
{
  Rig rig;
  rig_init(&rig, 8000000);
  const TierLadder *ladder = &rig.ladder;
  guint needed_bps[RUNGS_MAX];
  tier_ladder_needed(ladder, rig.needed_bps, 0, 0, needed_bps);
  for (guint i = 0; i < ladder->n_rungs; i++)
    g_assert_cmpuint(needed_bps[i], ==, rig.needed_bps[i]);
  tier_ladder_needed(ladder, rig.needed_bps, 0.25, 0.6, needed_bps);
  for (guint i = 0; i < ladder->n_rungs; i++) {
    double factor = ladder->rungs[i].tier == ladder->n_tiers - 1 ? 1.25 : 1.6;
    g_assert_cmpfloat_with_epsilon(needed_bps[i], rig.needed_bps[i] * factor, 1);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/tier_choice/" #name, test_##name)
  ADD(ladder_is_of_four_sizes);
  ADD(good_line_rises_within_a_second);
  ADD(lowers_at_once_when_congested_else_after_three);
  ADD(congestion_alone_lowers_nothing_that_the_estimate_carries);
  ADD(too_poor_for_any_picture_keeps_sound);
  ADD(a_cut_line_gives_all_back_at_once);
  ADD(failed_rises_come_ever_more_rarely);
  ADD(wobbling_estimate_changes_nothing);
  ADD(who_asks_for_keyframes_all_the_time_leaves_the_others_alone);
  ADD(a_request_now_and_then_is_forgiven);
  ADD(copies_are_worth_a_smaller_size_but_not_the_smallest);
#undef ADD
  return g_test_run();
}
