/* tests/media/bwe/test_bwe_rfc8867.c - the estimator in the scenarios of RFC 8867, section 5. */
#include "tests/media/bwe/sim_scene.h"

enum { SEEDS = 6 };
#define M(x) ((guint64)((x) * 1000000))

/* 5.1: one flow, the capacity changes. */
static void
run_5_1(guint64 seed)
{
  static const SimStep STEPS[] = { { 0, M(1.0) }, { 40, M(2.5) }, { 60, M(0.6) }, { 80, M(1.0) } };
  SimScene scene;
  LinkConfig path = sim_scene_path(M(1.0));
  sim_scene_init(&scene, seed, &path, NULL);
  sim_link_schedule(scene.forward, STEPS, G_N_ELEMENTS(STEPS));
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  SimFlow *flow = sim_scene_add(&scene, &config);
  sim_scene_run(&scene, 100);
  sim_at_least("share of 1.0 M 10 s after the start", sim_flow_received_bps(flow, 10, 40) / 1e6, 0.8);
  sim_at_least("share of 2.5 M 15 s after the rise", sim_flow_received_bps(flow, 55, 60) / 2.5e6, 0.8);
  sim_at_least("share of 1.0 M 10 s after the rise", sim_flow_received_bps(flow, 90, 100) / 1e6, 0.8);
  sim_at_most("queue p95 from 2 s after the fall, ms", (double)sim_link_queue_quantile_us(scene.forward, 62, 80, 0.95) / 1000, 150);
  sim_at_most("last drop after the fall, s", sim_link_last_drop_s(scene.forward, 60, 80), 61);
  sim_at_most("queue p95 of all, ms", (double)sim_link_queue_quantile_us(scene.forward, 10, 100, 0.95) / 1000, 150);
  sim_scene_clear(&scene);
}

static void
test_capacity_of_one_flow_changes(void)
{
  sim_scene_each_seed("5.1", SEEDS, run_5_1);
}

/* 5.2: two flows, the capacity changes. */
static void
run_5_2(guint64 seed)
{
  static const SimStep STEPS[] = { { 0, M(4) }, { 25, M(2) }, { 50, M(3.5) }, { 75, M(1) }, { 100, M(2) } };
  SimScene scene;
  LinkConfig path = sim_scene_path(M(4));
  sim_scene_init(&scene, seed, &path, NULL);
  sim_link_schedule(scene.forward, STEPS, G_N_ELEMENTS(STEPS));
  for (guint i = 0; i < 2; i++) {
    SimFlowConfig config = sim_scene_flow(&scene, 0.1 * i);
    sim_scene_add(&scene, &config);
  }
  sim_scene_run(&scene, 125);
  for (guint i = 0; i < G_N_ELEMENTS(STEPS); i++) {
    double from_s = STEPS[i].at_s + 10, to_s = STEPS[i].at_s + 25;
    sim_at_least("share of the capacity 10 s after a change", sim_scene_sum_bps(&scene, 2, from_s, to_s) / (double)STEPS[i].rate_bps, 0.75);
  }
  sim_at_least("Jain's index, 10 to 125 s", sim_scene_jain(&scene, 2, 10, 125), 0.85);
  sim_at_most("queue p95, ms", (double)sim_link_queue_quantile_us(scene.forward, 10, 125, 0.95) / 1000, 200);
  sim_scene_clear(&scene);
}

static void
test_capacity_of_two_flows_changes(void)
{
  sim_scene_each_seed("5.2", SEEDS, run_5_2);
}

/* 5.3: a flow each way; the feedback of one shares the line of the other. */
static void
run_5_3(guint64 seed)
{
  static const SimStep FORWARD[] = { { 0, M(4) }, { 20, M(2) }, { 40, M(1) }, { 60, M(4) } };
  static const SimStep BACK[] = { { 0, M(4) }, { 35, M(1.6) }, { 70, M(4) } };
  SimScene scene;
  LinkConfig there = sim_scene_path(M(4)), here = sim_scene_path(M(4));
  sim_scene_init(&scene, seed, &there, &here);
  sim_link_schedule(scene.forward, FORWARD, G_N_ELEMENTS(FORWARD));
  sim_link_schedule(scene.back, BACK, G_N_ELEMENTS(BACK));
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  sim_scene_add(&scene, &config);
  config = sim_scene_flow(&scene, 0);
  config.forward = scene.back;
  config.back = scene.forward;
  sim_scene_add(&scene, &config);
  sim_scene_run(&scene, 100);
  sim_at_least("forward share 30..40 s of 2 M, way back full from 35 s on", sim_flow_received_bps(scene.flows[0], 30, 40) / 2e6, 0.7);
  sim_at_least("forward share 50..60 s of 1 M", sim_flow_received_bps(scene.flows[0], 50, 60) / 1e6, 0.7);
  sim_at_least("forward share 75..100 s of 4 M", sim_flow_received_bps(scene.flows[0], 75, 100) / 4e6, 0.7);
  sim_at_least("other way's share 45..70 s of 1.6 M", sim_flow_received_bps(scene.flows[1], 45, 70) / 1.6e6, 0.7);
  sim_at_least("forward target never below, of 1 M", sim_flow_target_least_bps(scene.flows[0], 10, 100) / 1e6, 0.3);
  sim_scene_clear(&scene);
}

static void
test_congested_feedback_does_not_collapse(void)
{
  sim_scene_each_seed("5.3", SEEDS, run_5_3);
}

/* 5.4: flows that come later get their share. */
static void
run_5_4(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(3.5));
  sim_scene_init(&scene, seed, &path, NULL);
  for (guint i = 0; i < 3; i++) {
    SimFlowConfig config = sim_scene_flow(&scene, 20 * i);
    sim_scene_add(&scene, &config);
  }
  sim_scene_run(&scene, 120);
  sim_at_least("Jain's index from 30 s after the last came", sim_scene_jain(&scene, 3, 70, 120), 0.8);
  sim_at_least("share of the capacity", sim_scene_sum_bps(&scene, 3, 70, 120) / 3.5e6, 0.75);
  sim_at_most("queue p95, ms", (double)sim_link_queue_quantile_us(scene.forward, 70, 120, 0.95) / 1000, 200);
  sim_scene_clear(&scene);
}

static void
test_late_comers_get_their_share(void)
{
  sim_scene_each_seed("5.4", SEEDS, run_5_4);
}

/* 5.5: flows of different round trips. */
static void
run_5_5(guint64 seed)
{
  static const gint64 DELAY_MS[] = { 10, 25, 50, 100, 150 };
  SimScene scene;
  LinkConfig path = sim_scene_path(M(4));
  path.delay_us = 5 * 1000;
  sim_scene_init(&scene, seed, &path, NULL);
  for (guint i = 0; i < 5; i++) {
    SimFlowConfig config = sim_scene_flow(&scene, 10 * i);
    config.extra_us = (DELAY_MS[i] - 5) * 1000;
    sim_scene_add(&scene, &config);
  }
  sim_scene_run(&scene, 300);
  for (guint i = 0; i < 5; i++)
    sim_at_least("share of the fair share", sim_flow_received_bps(scene.flows[i], 100, 300) / 0.8e6, 0.5);
  sim_at_least("share of the capacity", sim_scene_sum_bps(&scene, 5, 100, 300) / 4e6, 0.75);
  sim_say("  Jain's index %.3f", sim_scene_jain(&scene, 5, 100, 300));
  sim_scene_clear(&scene);
}

static void
test_round_trips_differ(void)
{
  sim_scene_each_seed("5.5", SEEDS, run_5_5);
}

/* 5.6: beside one long TCP transfer. */
static void
run_5_6(guint64 seed)
{
  static const gint64 QUEUE_MS[] = { 300, 1000 };
  for (guint i = 0; i < G_N_ELEMENTS(QUEUE_MS); i++) {
    SimScene scene;
    LinkConfig path = sim_scene_path(M(2));
    path.queue_us = QUEUE_MS[i] * 1000;
    sim_scene_init(&scene, seed, &path, NULL);
    SimFlowConfig config = sim_scene_flow(&scene, 0);
    SimFlow *flow = sim_scene_add(&scene, &config);
    SimTcp *tcp = sim_scene_add_tcp(&scene, 5, 90, 0, 0);
    sim_scene_run(&scene, 120);
    sim_say("  queue of %d ms, TCP %.0f kbit/s", (int)QUEUE_MS[i], (double)sim_tcp_acked_bytes(tcp) * 8 / 85000);
    sim_at_least("kbit/s beside TCP", sim_flow_received_bps(flow, 20, 90) / 1000, 150);
    sim_at_least("share of 2 M afterwards", sim_flow_received_bps(flow, 105, 120) / 2e6, 0.7);
    sim_scene_clear(&scene);
  }
}

static void
test_long_tcp_does_not_starve_us(void)
{
  sim_scene_each_seed("5.6", SEEDS, run_5_6);
}

/* 5.7: beside short TCP transfers. */
static void
run_5_7(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  SimFlow *flow = sim_scene_add(&scene, &config);
  for (guint i = 0; i < 10; i++)
    sim_scene_add_tcp(&scene, 5 + i, 0, 30000, 10);
  sim_scene_run(&scene, 120);
  sim_at_least("kbit/s beside short TCPs", sim_flow_received_bps(flow, 20, 120) / 1000, 150);
  sim_scene_clear(&scene);
}

static void
test_short_tcps_do_not_starve_us(void)
{
  sim_scene_each_seed("5.7", SEEDS, run_5_7);
}

/* 5.8: one of three flows pauses and comes back. */
static void
run_5_8(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(3.5));
  sim_scene_init(&scene, seed, &path, NULL);
  for (guint i = 0; i < 3; i++) {
    SimFlowConfig config = sim_scene_flow(&scene, 0.5 * i);
    sim_scene_add(&scene, &config);
  }
  sim_scene_run(&scene, 40);
  sim_flow_set_video(scene.flows[1], false);
  sim_scene_run(&scene, 60);
  sim_flow_set_video(scene.flows[1], true);
  sim_scene_run(&scene, 110);
  double before = MIN(sim_flow_received_bps(scene.flows[1], 20, 40), 0.9 * 3.5e6 / 3);  /* the fair one at most */
  double after = sim_flow_received_bps(scene.flows[1], 80, 110);
  sim_at_least("of its old share, from 20 s after its return", after / before, 0.75);
  sim_at_least("Jain's index: nor does it take the others' (no limit of TRANSPORT's)", sim_scene_jain(&scene, 3, 80, 110), 0.7);
  sim_scene_clear(&scene);
}

static void
test_a_pause_costs_no_share(void)
{
  sim_scene_each_seed("5.8", SEEDS, run_5_8);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/bwe/rfc8867/5_1_capacity_of_one_flow_changes", test_capacity_of_one_flow_changes);
  g_test_add_func("/media/bwe/rfc8867/5_2_capacity_of_two_flows_changes", test_capacity_of_two_flows_changes);
  g_test_add_func("/media/bwe/rfc8867/5_3_congested_feedback_does_not_collapse", test_congested_feedback_does_not_collapse);
  g_test_add_func("/media/bwe/rfc8867/5_4_late_comers_get_their_share", test_late_comers_get_their_share);
  g_test_add_func("/media/bwe/rfc8867/5_5_round_trips_differ", test_round_trips_differ);
  g_test_add_func("/media/bwe/rfc8867/5_6_long_tcp_does_not_starve_us", test_long_tcp_does_not_starve_us);
  g_test_add_func("/media/bwe/rfc8867/5_7_short_tcps_do_not_starve_us", test_short_tcps_do_not_starve_us);
  g_test_add_func("/media/bwe/rfc8867/5_8_a_pause_costs_no_share", test_a_pause_costs_no_share);
  return g_test_run();
}
