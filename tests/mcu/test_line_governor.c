/* tests/mcu/test_line_governor.c */
#include "mcu/line_governor.h"

enum { N = 9, HUB = 0, FLOOR = 4 };

static const guint UPLINKS[] = { 254000, 390000, 720000, 1323000, 2036000 };

typedef struct {
  LineTerms terms;
  LineSite  sites[N];
  LineGrant grants[N];
  LinePlan  plan;
} Rig;

/* Nine sites over the line, on good networks of their own, in tiles of 640x360. */
static void
rig_init(Rig *rig)
{
  *rig = (Rig) { .terms = { .n_uplinks = G_N_ELEMENTS(UPLINKS), .sound_bps = 32000 } };
  tier_ladder_init(&rig->terms.ladder, 1920, 1080, 4000000);
  for (guint i = 0; i < G_N_ELEMENTS(UPLINKS); i++)
    rig->terms.uplink_bps[i] = UPLINKS[i];
  for (guint i = 0; i < N; i++)
    rig->sites[i] = (LineSite) {
      .priority = i == HUB || i == FLOOR ? LINE_PRIORITY_FLOOR : LINE_PRIORITY_REST,
      .is_via_line = true, .sends_sound = true, .receives_sound = true,
      .rung_max = (int)rig->terms.ladder.n_rungs - 1, .uplink_max = 2,
    };
}

static void
decide(Rig *rig, LineGovernor *governor)
{
  line_governor_decide(governor, &rig->terms, rig->sites, N, rig->grants, &rig->plan);
}

static void
decide_at(Rig *rig, guint64 shared_bps)
{
  LineLimits limits = { .shared_bps = shared_bps };
  g_autoptr(LineGovernor) governor = line_governor_new(&limits);
  decide(rig, governor);
  guint64 committed = rig->plan.committed_up_bps + rig->plan.committed_down_bps;
  g_assert_cmpuint(committed, <=, shared_bps * 85 / 100);
}

/* What the grants cost, counted apart from the governor. */
static double
cost_mbps(const Rig *rig)
{
  double bps = 0;
  for (guint i = 0; i < N; i++) {
    if (!rig->sites[i].is_via_line)
      continue;
    int rung = rig->grants[i].rung;
    if (rung >= 0) {
      const Rung *r = &rig->terms.ladder.rungs[rung];
      bps += 1.06 * rig->plan.tier_bps[r->tier] * (r->is_base_only ? 0.6 : 1);
    }
    bps += 1.06 * rig->grants[i].uplink_bps + 2 * 58400;
  }
  return bps / 1e6;
}

static guint
tier_of(const Rig *rig, guint site)
{
  int rung = rig->grants[site].rung;
  return rung < 0 ? G_MAXUINT : rig->terms.ladder.rungs[rung].tier;
}

static void
test_fifty_carries_nearly_everything(void)
{
  Rig rig;
  rig_init(&rig);
  decide_at(&rig, 50000000);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpint(rig.grants[i].rung, ==, 6);
    g_assert_cmpint(rig.grants[i].reason, ==, LINE_REASON_FULL);
    g_assert_cmpint(rig.grants[i].uplink, ==, 2);
  }
  g_assert_cmpfloat(cost_mbps(&rig), <, 42.5);
  g_assert_cmpuint(rig.plan.tier_bps[0], >=, 3200000);
}

static void
test_twenty_keeps_720p_for_the_floor(void)
{
  Rig rig;
  rig_init(&rig);
  rig.sites[FLOOR].uplink_max = 4;  /* it stands large in the picture */
  decide_at(&rig, 20000000);
  g_assert_cmpuint(tier_of(&rig, FLOOR), <=, 1);
  g_assert_cmpuint(tier_of(&rig, HUB), <=, 1);
  g_assert_cmpint(rig.grants[FLOOR].uplink, ==, 4);
  for (guint i = 0; i < N; i++)
    g_assert_cmpuint(tier_of(&rig, i), <=, 2);
  g_assert_cmpfloat(cost_mbps(&rig), <, 17);
}

static void
test_equals_get_the_same(void)
{
  for (guint mbps = 5; mbps <= 60; mbps++) {
    Rig rig;
    rig_init(&rig);
    decide_at(&rig, (guint64)mbps * 1000000);
    for (guint i = 0; i < N; i++)
      if (i != HUB && i != FLOOR)
        g_assert_cmpint(rig.grants[i].rung, ==, rig.grants[1].rung);
    g_assert_cmpint(rig.grants[FLOOR].rung, >=, rig.grants[1].rung);
  }
}

/* One rung may go where a camera's next size, or a step of the floor, begins to fit. */
static void
test_more_line_is_never_worse(void)
{
  int floor_best = RUNG_SOUND_ONLY, rest_best = RUNG_SOUND_ONLY;
  for (guint kbps = 1000; kbps <= 60000; kbps += 250) {
    Rig rig;
    rig_init(&rig);
    LineLimits limits = { .shared_bps = (guint64)kbps * 1000 };
    g_autoptr(LineGovernor) governor = line_governor_new(&limits);
    decide(&rig, governor);
    g_assert_cmpint(rig.grants[HUB].rung, >=, floor_best - 1);
    g_assert_cmpint(rig.grants[1].rung, >=, rest_best - 1);
    floor_best = MAX(floor_best, rig.grants[HUB].rung);
    rest_best = MAX(rest_best, rig.grants[1].rung);
  }
  g_assert_cmpint(rest_best, ==, 6);
  g_assert_cmpint(floor_best, ==, 6);
}

static void
test_five_has_a_picture_for_everybody(void)
{
  Rig rig;
  rig_init(&rig);
  decide_at(&rig, 5000000);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpint(rig.grants[i].rung, >=, 0);
    g_assert_cmpint(rig.grants[i].uplink, >=, 0);
  }
  g_assert_cmpfloat(cost_mbps(&rig), <, 4.25);
}

static void
test_sound_alone_when_the_line_has_no_more(void)
{
  Rig rig;
  rig_init(&rig);
  LineLimits limits = { .shared_bps = 1100000 };
  g_autoptr(LineGovernor) governor = line_governor_new(&limits);
  decide(&rig, governor);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpint(rig.grants[i].rung, ==, RUNG_SOUND_ONLY);
    g_assert_cmpuint(rig.grants[i].uplink_bps, ==, 0);
  }
}

static void
test_lan_takes_nothing_of_the_line(void)
{
  Rig rig;
  rig_init(&rig);
  rig.sites[HUB].is_via_line = false;
  decide_at(&rig, 5000000);
  g_assert_cmpint(rig.grants[HUB].rung, ==, 6);
  g_assert_cmpuint(rig.grants[HUB].uplink_bps, >=, UPLINKS[2] / 100 * 100);
}

static void
test_own_network_is_the_reason_where_it_is(void)
{
  Rig rig;
  rig_init(&rig);
  rig.sites[2].rung_max = 2;
  rig.sites[3].rung_max = RUNG_SOUND_ONLY;
  decide_at(&rig, 50000000);
  g_assert_cmpint(rig.grants[2].rung, ==, 2);
  g_assert_cmpint(rig.grants[2].reason, ==, LINE_REASON_NETWORK);
  g_assert_cmpint(rig.grants[3].rung, ==, RUNG_SOUND_ONLY);
  g_assert_cmpint(rig.grants[3].reason, ==, LINE_REASON_NETWORK);
  g_assert_cmpint(rig.grants[1].rung, ==, 6);
  decide_at(&rig, 10000000);
  g_assert_cmpint(rig.grants[1].reason, ==, LINE_REASON_LINE);
}

static void
test_closed_tier_is_given_to_nobody(void)
{
  Rig rig;
  rig_init(&rig);
  rig.terms.tiers_closed = 1;
  decide_at(&rig, 50000000);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpuint(tier_of(&rig, i), ==, 1);
    g_assert_cmpint(rig.grants[i].reason, ==, LINE_REASON_CPU);
  }
}

static void
test_directions_apart_do_not_borrow(void)
{
  Rig rig;
  rig_init(&rig);
  LineLimits limits = { .up_bps = 40000000, .down_bps = 4000000 };
  g_autoptr(LineGovernor) governor = line_governor_new(&limits);
  decide(&rig, governor);
  g_assert_cmpuint(rig.plan.committed_down_bps, <=, 3400000);
  g_assert_cmpint(rig.grants[1].rung, ==, 6);
  g_assert_cmpint(rig.grants[8].uplink, <, 2);
}

static void
test_camera_that_ignores_its_cap_is_paid_for(void)
{
  Rig rig;
  rig_init(&rig);
  LineLimits limits = { .shared_bps = 20000000 };
  g_autoptr(LineGovernor) governor = line_governor_new(&limits);
  decide(&rig, governor);
  guint64 expected = rig.plan.committed_down_bps, up = rig.plan.committed_up_bps;
  for (guint i = 0; i < 50; i++) {
    line_governor_on_used(governor, expected + 4000000);
    decide(&rig, governor);
  }
  g_assert_cmpuint(rig.plan.committed_up_bps, <=, up - 1000000);
}

static void
test_same_inputs_same_outcome(void)
{
  Rig rig;
  rig_init(&rig);
  LineLimits whole = { .shared_bps = 20000000 }, half = { .shared_bps = 10000000 };
  g_autoptr(LineGovernor) governor = line_governor_new(&whole);
  decide(&rig, governor);
  LineGrant first[N];
  memcpy(first, rig.grants, sizeof first);
  line_governor_set_limits(governor, &half);
  decide(&rig, governor);
  g_assert_cmpint(rig.grants[1].rung, <, first[1].rung);
  line_governor_set_limits(governor, &whole);
  decide(&rig, governor);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpint(rig.grants[i].rung, ==, first[i].rung);
    g_assert_cmpint(rig.grants[i].uplink, ==, first[i].uplink);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/line_governor/" #name, test_##name)
  ADD(fifty_carries_nearly_everything);
  ADD(twenty_keeps_720p_for_the_floor);
  ADD(equals_get_the_same);
  ADD(more_line_is_never_worse);
  ADD(five_has_a_picture_for_everybody);
  ADD(sound_alone_when_the_line_has_no_more);
  ADD(lan_takes_nothing_of_the_line);
  ADD(own_network_is_the_reason_where_it_is);
  ADD(closed_tier_is_given_to_nobody);
  ADD(directions_apart_do_not_borrow);
  ADD(camera_that_ignores_its_cap_is_paid_for);
  ADD(same_inputs_same_outcome);
#undef ADD
  return g_test_run();
}
