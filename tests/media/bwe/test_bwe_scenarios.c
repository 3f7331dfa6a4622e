/* tests/media/bwe/test_bwe_scenarios.c - the estimator on lines that lose, jitter, collapse and
 * fall silent, and nine receivers on one line. */
#include "tests/media/bwe/sim_scene.h"

enum { SEEDS = 6 };
#define M(x) ((guint64)((x) * 1000000))
#define K(x) ((guint64)((x) * 1000))

static SimFlow *
add_flow(SimScene *scene)
{
  SimFlowConfig config = sim_scene_flow(scene, 0);
  return sim_scene_add(scene, &config);
}

/* G1: a slow line, a faster one, a very slow one. */
static void
run_g1(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(K(500));
  path.delay_us = 100 * 1000;
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  config.min_bps = 30 * 1000;
  SimFlow *flow = sim_scene_add(&scene, &config);
  sim_scene_run(&scene, 25);
  double bps = sim_flow_target_bps(flow, 20, 25);
  sim_at_least("target on 500 kbit/s", bps / 1000, 350);
  sim_at_most("target on 500 kbit/s", bps / 1000, 550);
  path.rate_bps = K(800);
  sim_link_configure(scene.forward, &path);
  sim_scene_run(&scene, 45);
  bps = sim_flow_target_bps(flow, 40, 45);
  sim_at_least("target on 800 kbit/s", bps / 1000, 600);
  sim_at_most("target on 800 kbit/s", bps / 1000, 900);
  path.rate_bps = K(100);
  path.delay_us = 200 * 1000;
  sim_link_configure(scene.forward, &path);
  sim_scene_run(&scene, 95);
  bps = sim_flow_target_bps(flow, 85, 95);
  sim_at_least("target on 100 kbit/s", bps / 1000, 65);
  sim_at_most("target on 100 kbit/s", bps / 1000, 115);
  sim_scene_clear(&scene);
}

static void
test_target_follows_the_line(void)
{
  sim_scene_each_seed("G1", SEEDS, run_g1);
}

/* G2: a long line that loses a tenth of everything. */
static void
run_g2(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  path.delay_us = 100 * 1000;
  path.loss = 0.1;
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  sim_scene_run(&scene, 120);
  sim_at_least("target, kbit/s, after 20 s", sim_flow_target_least_bps(flow, 20, 120) / 1000, 300);
  sim_at_least("target, kbit/s, mean", sim_flow_target_bps(flow, 20, 120) / 1000, 600);
  sim_scene_clear(&scene);
}

static void
test_random_losses_do_not_starve_us(void)
{
  sim_scene_each_seed("G2", SEEDS, run_g2);
}

/* G3: a short line that loses a fifth. */
static void
run_g3(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  path.delay_us = 10 * 1000;
  path.loss = 0.2;
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  sim_scene_run(&scene, 60);
  sim_at_most("dips of 100 kbit/s in 2 s", sim_flow_dips(flow, 0, 2, 100000, 0.5), 1);
  sim_at_least("target, kbit/s, after 20 s", sim_flow_target_bps(flow, 20, 60) / 1000, 300);
  sim_scene_clear(&scene);
}

static void
test_heavy_losses_are_not_answered_twice(void)
{
  sim_scene_each_seed("G3", SEEDS, run_g3);
}

/* Losses that come from a full line, whose queue is too short to show in the delay, are answered all
 * the same. */
static void
run_policer(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(1));
  path.queue_us = 40 * 1000;
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  sim_scene_run(&scene, 60);
  sim_at_most("target on 1 Mbit/s, kbit/s", sim_flow_target_bps(flow, 20, 60) / 1000, 1100);
  sim_at_least("received, kbit/s", sim_flow_received_bps(flow, 20, 60) / 1000, 600);
  sim_at_most("sound lost, of 2000", sim_flow_sound_lost(flow, 20, 60), 160);
  sim_scene_clear(&scene);
}

static void
test_a_line_without_a_queue_is_not_taken_for_a_bad_one(void)
{
  sim_scene_each_seed("policer", SEEDS, run_policer);
}

/* G4: reports that stay away. */
static void
run_g4_lost(guint64 seed)
{
  assert_on_net();
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  sim_scene_run(&scene, 30);
  double before = sim_flow_target_bps(flow, 25, 30);
  sim_flow_set_feedback(flow, SIM_FEEDBACK_LOST);
  sim_scene_run(&scene, 35);
  sim_at_most("share left after 5 s of silence", sim_flow_target_least_bps(flow, 34.9, 35) / before, 0.70);
  sim_at_least("share left after 5 s of silence", sim_flow_target_least_bps(flow, 34.9, 35) / before, 0.30);
  RateEstimatorStats stats;
  rate_estimator_stats(sim_flow_estimator(flow), &stats);
  g_assert_cmpint(stats.limit, ==, RATE_LIMIT_FEEDBACK_LOST);
  sim_flow_set_feedback(flow, SIM_FEEDBACK_PASSES);
  sim_scene_run(&scene, 60);
  sim_at_most("seconds to recover", sim_flow_first_above_s(flow, 35, 0.8 * before) - 35, 5);
  sim_scene_clear(&scene);
}

static void
test_lost_reports_lower_the_rate_for_as_long(void)
{
  sim_scene_each_seed("G4 lost", SEEDS, run_g4_lost);
}

/* G4: reports 300 s late. */
static void
run_g4_late(guint64 seed)
{
  assert_on_net();
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  RateEstimatorStats before, after;
  sim_scene_run(&scene, 10);
  sim_flow_set_feedback(flow, SIM_FEEDBACK_HELD);
  sim_scene_run(&scene, 11);
  sim_flow_set_feedback(flow, SIM_FEEDBACK_PASSES);
  sim_scene_run(&scene, 310);
  rate_estimator_stats(sim_flow_estimator(flow), &before);
  sim_flow_release_feedback(flow);
  sim_scene_run(&scene, 320);
  rate_estimator_stats(sim_flow_estimator(flow), &after);
  sim_at_least("late reports ignored", (double)(after.feedbacks_ignored - before.feedbacks_ignored), 18);
  sim_at_least("share of 2 M", sim_flow_received_bps(flow, 310, 320) / 2e6, 0.7);
  sim_scene_clear(&scene);
}

static void
test_reports_five_minutes_late_are_ignored(void)
{
  sim_scene_each_seed("G4 late", 2, run_g4_late);
}

/* G4: the way back doubles and reorders; the 24-bit reference time and all counters wrap. */
static void
run_g4_wrap(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  LinkConfig back = { .delay_us = 50 * 1000, .duplicate = 0.2, .reorder = 0.2, .reorder_us = 120 * 1000, .loss = 0.1 };
  sim_scene_init(&scene, seed, &path, &back);
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  config.receiver_clock_us = ((gint64)1 << 24) * 64000 - SIM_START_US - 20 * 1000 * 1000;
  config.first_transport_seq = 65500;
  SimFlow *flow = sim_scene_add(&scene, &config);
  sim_scene_run(&scene, 60);
  sim_at_least("share of 2 M", sim_flow_received_bps(flow, 10, 60) / 2e6, 0.7);
  sim_at_least("least target around the wrap, kbit/s", sim_flow_target_least_bps(flow, 18, 24) / 1000, 900);
  sim_at_most("queue p95, ms", (double)sim_link_queue_quantile_us(scene.forward, 10, 60, 0.95) / 1000, 150);
  sim_scene_clear(&scene);
}

static void
test_doubled_reordered_and_wrapped_reports(void)
{
  sim_scene_each_seed("G4 wrap", SEEDS, run_g4_wrap);
}

/* G5: the camera is off for a while. */
static void
run_g5(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  sim_scene_run(&scene, 30);
  sim_flow_set_video(flow, false);
  sim_scene_run(&scene, 34);
  sim_flow_set_video(flow, true);
  sim_scene_run(&scene, 50);
  sim_at_least("least target in the pause, kbit/s", sim_flow_target_least_bps(flow, 30, 34) / 1000, 1000);
  sim_at_least("least target afterwards, kbit/s", sim_flow_target_least_bps(flow, 34, 50) / 1000, 1000);
  sim_scene_clear(&scene);
}

static void
test_a_pause_of_the_picture_keeps_the_estimate(void)
{
  sim_scene_each_seed("G5", SEEDS, run_g5);
}

/* G6: five sixths of the line are gone. What is sent before the first report can tell of it
 * (a round trip and the reports' interval: 165 to 215 ms) fills the queue of 300 ms, and sound that
 * meets a full queue is lost with the rest, two of three at 1.5 Mbit/s: no sender can help that.
 * So the longest run is held below 200 ms always and 60 ms mostly. */
static guint short_gaps;

static void
run_g6(guint64 seed)
{
  static const guint MAX_BPS[] = { 1500 * 1000, 4000 * 1000 };
  for (guint i = 0; i < G_N_ELEMENTS(MAX_BPS); i++) {
    SimScene scene;
    LinkConfig path = sim_scene_path(M(3));
    sim_scene_init(&scene, seed, &path, NULL);
    SimFlowConfig config = sim_scene_flow(&scene, 0);
    config.max_bps = MAX_BPS[i];
    SimFlow *flow = sim_scene_add(&scene, &config);
    sim_scene_run(&scene, 20);
    sim_say("  target before: %.0f kbit/s", sim_flow_target_bps(flow, 18, 20) / 1000);
    path.rate_bps = K(500);
    sim_link_configure(scene.forward, &path);
    sim_scene_run(&scene, 60);
    sim_at_most("seconds until the target is below 550 kbit/s", sim_flow_first_below_s(flow, 20, 550000) - 20, 1.5);
    sim_at_most("largest target from 2 s on, kbit/s: tier M", sim_flow_target_most_bps(flow, 22, 40) / 1000, 700);
    sim_at_most("p50 of the queue after 3 s, ms", (double)sim_link_queue_quantile_us(scene.forward, 23, 24, 0.5) / 1000, 75);
    sim_at_most("p10 of the queue until then, ms: it drained", (double)sim_link_queue_quantile_us(scene.forward, 20.5, 23, 0.1) / 1000, 45);
    guint gap_ms = sim_flow_sound_gap_ms(flow, 15, 60);
    sim_at_most("longest run of lost sound, ms", gap_ms, 200);
    sim_say("  longest wait for sound %u ms, lost %u", sim_flow_sound_wait_ms(flow, 19, 30), sim_flow_sound_lost(flow, 15, 60));
    sim_at_least("share of 500 kbit/s later", sim_flow_received_bps(flow, 30, 60) / 5e5, 0.7);
    short_gaps += gap_ms <= 60 ? 1 : 0;
    sim_scene_clear(&scene);
  }
}

static void
test_a_collapse_of_the_line(void)
{
  short_gaps = 0;
  sim_scene_each_seed("G6", SEEDS, run_g6);
  sim_at_least("share of the runs without a gap above 60 ms", (double)short_gaps / (2 * SEEDS), 0.6);
}

/* The same with a picture that took a fifth of what was known to be free: that it queues is its own doing. */
static void
run_g6_little(guint64 seed)
{
  static const guint VIDEO_BPS[] = { 400 * 1000, 650 * 1000, 1000 * 1000 };
  static const guint LEFT_BPS[] = { 250 * 1000, 500 * 1000, 500 * 1000 };
  for (guint i = 0; i < G_N_ELEMENTS(VIDEO_BPS); i++) {
    SimScene scene;
    LinkConfig path = sim_scene_path(M(4));
    sim_scene_init(&scene, seed, &path, NULL);
    SimFlowConfig config = sim_scene_flow(&scene, 0);
    config.max_bps = M(4);
    config.video_max_bps = VIDEO_BPS[i];
    SimFlow *flow = sim_scene_add(&scene, &config);
    sim_scene_run(&scene, 20);
    sim_say("  target before: %.0f kbit/s", sim_flow_target_bps(flow, 18, 20) / 1000);
    path.rate_bps = LEFT_BPS[i];
    sim_link_configure(scene.forward, &path);
    sim_scene_run(&scene, 40);
    sim_at_most("seconds until the target fits", sim_flow_first_below_s(flow, 20, 1.1 * LEFT_BPS[i]) - 20, 1.5);
    sim_at_most("longest run of lost sound, ms", sim_flow_sound_gap_ms(flow, 15, 40), 200);
    sim_scene_clear(&scene);
  }
}

static void
test_a_collapse_under_a_small_picture(void)
{
  sim_scene_each_seed("G6 little", SEEDS, run_g6_little);
}

/* A fifth is lost at random, and 3 become 0.5 Mbit/s: the smallest picture, which needs 270 kbit/s, goes on. As in
 * mcu/tier_choice it is given up after 2 s with less than half of its need, and tried again after 2 s with enough. */
typedef struct {
  SimFlow *flow;
  SimClock *clock;
  bool    is_on;
  guint   short_steps, enough_steps, off_steps, n_falls;
} SmallPicture;

enum { STEP_US = 100 * 1000, PATIENCE_STEPS = 20 };

static void
on_step(gpointer user, gpointer data)
{
  assert_on_net();
  (void)data;
  SmallPicture *self = user;
  gint64 now_us = sim_clock_now_us(self->clock);
  sim_clock_at(self->clock, now_us + STEP_US, on_step, self, NULL);
  const double needed = 270e3, sound = 60e3;
  RateEstimator *estimator = sim_flow_estimator(self->flow);
  double usable = rate_estimator_target_bps(estimator) * 0.85 - sound - (self->is_on ? needed * 0.2 : 0);
  self->short_steps = self->is_on && usable < needed / 2 ? self->short_steps + 1 : 0;
  self->enough_steps = !self->is_on && usable >= needed ? self->enough_steps + 1 : 0;
  if (now_us > SIM_START_US + 20 * G_USEC_PER_SEC)
    self->off_steps += !self->is_on;
  if (self->short_steps < PATIENCE_STEPS && self->enough_steps < PATIENCE_STEPS)
    return;
  self->n_falls += self->is_on;
  self->is_on = !self->is_on;
  self->short_steps = self->enough_steps = 0;
  sim_flow_set_video(self->flow, self->is_on);
  rate_estimator_set_starving(estimator, !self->is_on);
}

static void
run_g6_lossy(guint64 seed)
{
  assert_on_net();
  SimScene scene;
  LinkConfig path = sim_scene_path(M(3));
  path.loss = 0.2;
  LinkConfig back = { .delay_us = path.delay_us, .loss = 0.2 };
  sim_scene_init(&scene, seed, &path, &back);
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  config.start_bps = 1200 * 1000;
  config.video_max_bps = config.video_min_bps = 270 * 1000;
  SmallPicture picture = { .flow = sim_scene_add(&scene, &config), .clock = scene.clock, .is_on = true };
  const SimStep steps[] = { { 20, M(0.5) } };
  sim_link_schedule(scene.forward, steps, G_N_ELEMENTS(steps));
  sim_clock_at(scene.clock, SIM_START_US + STEP_US, on_step, &picture, NULL);
  sim_scene_run(&scene, 80);
  sim_at_most("largest target from 60 s on, kbit/s: probes know better", sim_flow_target_most_bps(picture.flow, 60, 80) / 1000, 900);
  sim_at_most("without a picture, s of 60", picture.off_steps * STEP_US / 1e6, 3);
  sim_at_most("queue p95, ms", (double)sim_link_queue_quantile_us(scene.forward, 22, 80, 0.95) / 1000, 150);
  sim_scene_clear(&scene);
}

static void
test_a_lossy_collapse_keeps_a_small_picture(void)
{
  sim_scene_each_seed("G6 lossy", SEEDS, run_g6_lossy);
}

/* G7: nine receivers join on one line. */
static void
run_g7(guint64 seed)
{
  assert_on_net();
  SimScene scene;
  LinkConfig path = sim_scene_path(M(50));
  path.delay_us = 15 * 1000;
  LineConfig cap = { .up_bps = M(50) };
  LineStats stats;
  g_autoptr(LineBucket) line = line_bucket_new(&cap);
  g_autoptr(ProbeToken) token = probe_token_new();
  sim_scene_init(&scene, seed, &path, NULL);
  line_bucket_set_reserve(line, 9 * 60 * 1000, 0);
  for (guint i = 0; i < 9; i++) {
    SimFlowConfig config = sim_scene_flow(&scene, 0.2 * i);
    config.max_bps = M(40) / 9;
    config.line = line;
    config.priority = i == 0 ? LINE_PRIORITY_FLOOR : LINE_PRIORITY_REST;
    config.token = token;
    sim_scene_add(&scene, &config);
  }
  sim_scene_run(&scene, 30);
  double sum = 0;
  guint lost = 0;
  for (guint i = 0; i < 9; i++) {
    sum += sim_flow_target_most_bps(scene.flows[i], 0, 30);
    lost += sim_flow_sound_lost(scene.flows[i], 0, 29.5);
    sim_at_least("target of each after 10 s, Mbit/s", sim_flow_target_least_bps(scene.flows[i], 10, 30) / 1e6, 2);
  }
  line_bucket_stats(line, sim_clock_now_us(scene.clock), &stats);
  sim_at_most("sum of the largest targets, Mbit/s", sum / 1e6, 40);
  sim_at_most("sound lost", lost, 0);
  sim_at_most("most in 100 ms, of the cap", (double)stats.peak_window_bytes / (double)stats.cap_window_bytes, 1);
  sim_at_most("longest queue, ms", (double)sim_link_queue_quantile_us(scene.forward, 0, 30, 1) / 1000, 20);
  sim_scene_clear(&scene);
}

static void
test_nine_receivers_join(void)
{
  sim_scene_each_seed("G7", 3, run_g7);
}

/* The line's own cap is below what nine receivers could take: sound comes first. */
static void
run_tight(guint64 seed)
{
  assert_on_net();
  SimScene scene;
  LinkConfig path = sim_scene_path(M(5));
  path.delay_us = 15 * 1000;
  LineConfig cap = { .up_bps = M(5) };
  LineStats stats;
  g_autoptr(LineBucket) line = line_bucket_new(&cap);
  g_autoptr(ProbeToken) token = probe_token_new();
  sim_scene_init(&scene, seed, &path, NULL);
  line_bucket_set_reserve(line, 9 * 60 * 1000, 0);
  for (guint i = 0; i < 9; i++) {
    SimFlowConfig config = sim_scene_flow(&scene, 0.2 * i);
    config.max_bps = M(2);
    config.line = line;
    config.priority = i == 0 ? LINE_PRIORITY_FLOOR : LINE_PRIORITY_REST;
    config.token = token;
    sim_scene_add(&scene, &config);
  }
  sim_scene_run(&scene, 30);
  line_bucket_stats(line, sim_clock_now_us(scene.clock), &stats);
  guint gap_ms = 0;
  for (guint i = 0; i < 9; i++)
    gap_ms = MAX(gap_ms, sim_flow_sound_gap_ms(scene.flows[i], 0, 29.5));
  sim_at_most("longest run of lost sound, ms", gap_ms, 0);
  sim_at_most("most in 100 ms, of the cap", (double)stats.peak_window_bytes / (double)stats.cap_window_bytes, 1);
  sim_at_least("used of the cap", sim_scene_sum_bps(&scene, 9, 10, 30) / 5e6, 0.7);
  sim_at_least("the floor's share, Mbit/s", sim_flow_received_bps(scene.flows[0], 10, 30) / 1e6, 1.35);
  sim_scene_clear(&scene);
}

static void
test_a_tight_line_keeps_its_cap_and_the_sound(void)
{
  sim_scene_each_seed("tight", 3, run_tight);
}

/* A peer without transport-wide feedback: reports once a second. */
static void
run_reports(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(1));
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlowConfig config = sim_scene_flow(&scene, 0);
  config.without_feedback = true;
  SimFlow *flow = sim_scene_add(&scene, &config);
  sim_scene_run(&scene, 60);
  path.rate_bps = K(400);
  sim_link_configure(scene.forward, &path);
  sim_scene_run(&scene, 120);
  sim_at_least("share of 1 M", sim_flow_received_bps(flow, 30, 60) / 1e6, 0.6);
  sim_at_most("target on 400 kbit/s", sim_flow_target_bps(flow, 80, 120) / 1000, 450);
  sim_at_least("target on 400 kbit/s", sim_flow_target_bps(flow, 80, 120) / 1000, 200);
  sim_scene_clear(&scene);
}

static void
test_receiver_reports_alone_will_do(void)
{
  sim_scene_each_seed("reports", SEEDS, run_reports);
}

/* RFC 8867's largest jitter. */
static void
run_jitter(guint64 seed)
{
  SimScene scene;
  LinkConfig path = sim_scene_path(M(2));
  path.jitter_us = 7500;
  sim_scene_init(&scene, seed, &path, NULL);
  SimFlow *flow = add_flow(&scene);
  sim_scene_run(&scene, 60);
  sim_at_least("share of 2 M", sim_flow_received_bps(flow, 15, 60) / 2e6, 0.5);
  sim_at_most("queue p95, ms", (double)sim_link_queue_quantile_us(scene.forward, 15, 60, 0.95) / 1000, 150);
  sim_scene_clear(&scene);
}

static void
test_jitter_of_30_ms(void)
{
  sim_scene_each_seed("jitter", SEEDS, run_jitter);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func("/media/bwe/scenarios/" name, test)
  ADD("g1_target_follows_the_line", test_target_follows_the_line);
  ADD("g2_random_losses_do_not_starve_us", test_random_losses_do_not_starve_us);
  ADD("g3_heavy_losses_are_not_answered_twice", test_heavy_losses_are_not_answered_twice);
  ADD("a_line_without_a_queue_is_not_taken_for_a_bad_one", test_a_line_without_a_queue_is_not_taken_for_a_bad_one);
  ADD("g4_lost_reports_lower_the_rate_for_as_long", test_lost_reports_lower_the_rate_for_as_long);
  ADD("g4_reports_five_minutes_late_are_ignored", test_reports_five_minutes_late_are_ignored);
  ADD("g4_doubled_reordered_and_wrapped_reports", test_doubled_reordered_and_wrapped_reports);
  ADD("g5_a_pause_of_the_picture_keeps_the_estimate", test_a_pause_of_the_picture_keeps_the_estimate);
  ADD("g6_a_collapse_of_the_line", test_a_collapse_of_the_line);
  ADD("g6_a_collapse_under_a_small_picture", test_a_collapse_under_a_small_picture);
  ADD("g6_a_lossy_collapse_keeps_a_small_picture", test_a_lossy_collapse_keeps_a_small_picture);
  ADD("g7_nine_receivers_join", test_nine_receivers_join);
  ADD("a_tight_line_keeps_its_cap_and_the_sound", test_a_tight_line_keeps_its_cap_and_the_sound);
  ADD("receiver_reports_alone_will_do", test_receiver_reports_alone_will_do);
  ADD("jitter_of_30_ms", test_jitter_of_30_ms);
#undef ADD
  return g_test_run();
}
