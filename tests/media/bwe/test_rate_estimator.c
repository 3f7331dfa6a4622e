/* tests/media/bwe/test_rate_estimator.c - unit tests of media/bwe/rate_estimator. */
#include "media/bwe/rate_estimator.h"

#define MS(n) ((gint64)(n) * 1000)

enum { START_MS = 5000, PACKETS_MAX = 64 };

typedef struct {
  RateEstimator *estimator;
  guint   received[PACKETS_MAX], lost[PACKETS_MAX];  /* fates by cookie */
  TwccFeedback feedback;
} Rig;

static void
on_fate(guint32 cookie, bool received, gpointer user)
{
  Rig *rig = user;
  if (cookie < PACKETS_MAX && received)
    rig->received[cookie]++;
  else if (cookie < PACKETS_MAX)
    rig->lost[cookie]++;
}

static const RateEstimatorConfig CONFIG = {
  .start_bps = 1000 * 1000, .min_bps = 50 * 1000, .max_bps = 4000 * 1000, .has_feedback = true,
};

static void
rig_init(Rig *rig, const RateEstimatorConfig *config)
{
  static const RateEstimatorEvents EVENTS = { on_fate };
  *rig = (Rig) { 0 };
  rig->estimator = rate_estimator_new(config, &EVENTS, rig);
}

static void
rig_clear(Rig *rig)
{
  rate_estimator_free(rig->estimator);
}

/* Reports on packets from @base on: a letter each, 'r' received (5 ms after the one before),
 * '-' missing. */
static void
report(Rig *rig, guint16 base, guint32 reference, const char *fates, gint64 now_us) ON_NET
{
  rig->feedback.base_seq = base;
  rig->feedback.n_statuses = (guint16)strlen(fates);
  rig->feedback.reference = reference & 0xFFFFFF;
  for (guint i = 0; fates[i] != '\0'; i++)
    rig->feedback.delta_ticks[i] = fates[i] == 'r' ? 20 : TWCC_NOT_RECEIVED;
  rate_estimator_on_feedback(rig->estimator, &rig->feedback, now_us);
}

static RateLimit
limit_of(const Rig *rig) ON_NET
{
  RateEstimatorStats stats;
  rate_estimator_stats(rig->estimator, &stats);
  return stats.limit;
}

static void
send(Rig *rig, guint16 first_seq, guint n) ON_NET
{
  for (guint i = 0; i < n; i++)
    rate_estimator_on_sent(rig->estimator, (guint16)(first_seq + i), 1000, i, 0, MS(START_MS + 5 * i));
}

static void
test_each_packet_has_its_fate_once(void)
{
  assert_on_net();
  Rig rig;
  RateEstimatorStats stats;
  rig_init(&rig, &CONFIG);
  send(&rig, 65533, 8);  /* the numbers wrap */
  report(&rig, 65533, 100, "rr-r", MS(START_MS + 100));
  report(&rig, 65533, 100, "rr-r", MS(START_MS + 110));  /* again */
  report(&rig, 1, 101, "r-", MS(START_MS + 120));        /* nothing came after cookie 5: it is not lost yet */
  g_assert_cmpuint(rig.received[0] + rig.received[1] + rig.received[3] + rig.received[4], ==, 4);
  g_assert_cmpuint(rig.lost[2], ==, 1);
  g_assert_cmpuint(rig.lost[5], ==, 0);
  report(&rig, 65535, 100, "r", MS(START_MS + 130));     /* late, after all */
  report(&rig, 2, 101, "-r", MS(START_MS + 140));
  g_assert_cmpuint(rig.received[2], ==, 1);
  g_assert_cmpuint(rig.lost[5], ==, 1);
  report(&rig, 65535, 100, "r", MS(START_MS + 150));
  for (guint i = 0; i < PACKETS_MAX; i++) {
    g_assert_cmpuint(rig.received[i], ==, i < 7 && i != 5 ? 1 : 0);
    g_assert_cmpuint(rig.lost[i], ==, i == 2 || i == 5 ? 1 : 0);
  }
  rate_estimator_stats(rig.estimator, &stats);
  g_assert_cmpuint(stats.feedbacks, ==, 4);
  g_assert_cmpuint(stats.feedbacks_ignored, ==, 2);
  rig_clear(&rig);
}

static void
test_reports_on_what_was_never_sent_are_ignored(void)
{
  assert_on_net();
  Rig rig;
  RateEstimatorStats stats;
  rig_init(&rig, &CONFIG);
  report(&rig, 10, 100, "rrr", MS(START_MS));  /* before anything was sent */
  send(&rig, 10, 3);
  report(&rig, 13, 100, "rrr", MS(START_MS + 100));
  report(&rig, 10 + 0x8000, 100, "rrr", MS(START_MS + 100));
  rate_estimator_stats(rig.estimator, &stats);
  g_assert_cmpuint(stats.feedbacks, ==, 0);
  g_assert_cmpuint(stats.feedbacks_ignored, ==, 3);
  g_assert_cmpuint(rig.received[0], ==, 0);
  rig_clear(&rig);
}

static void
test_packets_long_gone_are_forgotten(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &CONFIG);
  send(&rig, 0, 1);
  for (guint i = 1; i <= 9000; i++)
    rate_estimator_on_sent(rig.estimator, (guint16)i, 1000, PACKETS_MAX, 0, MS(START_MS + i));
  report(&rig, 0, 100, "r", MS(START_MS + 9100));
  g_assert_cmpuint(rig.received[0], ==, 0);
  rig_clear(&rig);
}

static void
test_caps_hold_at_once(void)
{
  assert_on_net();
  static const RateEstimatorConfig NO_MORE = {
    .start_bps = 600 * 1000, .min_bps = 50 * 1000, .max_bps = 600 * 1000, .has_feedback = true,
  };
  Rig rig;
  rig_init(&rig, &NO_MORE);
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), ==, 600 * 1000);
  rate_estimator_poll(rig.estimator, MS(START_MS));
  g_assert_cmpint(limit_of(&rig), ==, RATE_LIMIT_MAX);
  rate_estimator_on_remb(rig.estimator, 400 * 1000, MS(START_MS));
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), ==, 400 * 1000);
  g_assert_cmpint(limit_of(&rig), ==, RATE_LIMIT_PEER);
  rate_estimator_on_remb(rig.estimator, G_MAXUINT64, MS(START_MS + 100));
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), ==, 600 * 1000);
  rate_estimator_on_remb(rig.estimator, 1, MS(START_MS + 200));  /* absurd: the floor holds */
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), ==, 50 * 1000);
  rate_estimator_poll(rig.estimator, MS(START_MS + 60000));  /* not repeated: not valid any more */
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), ==, 600 * 1000);
  rig_clear(&rig);
}

static void
test_silence_of_the_peer_lowers_the_rate_while_we_send(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &CONFIG);
  for (gint64 ms = START_MS; ms < START_MS + 10000; ms += 5)
    rate_estimator_poll(rig.estimator, MS(ms));
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), ==, 1000 * 1000);  /* nothing was sent */
  guint16 seq = 0;
  for (gint64 ms = START_MS + 10000; ms < START_MS + 20000; ms += 5) {
    if (ms % 20 == 0)
      rate_estimator_on_sent(rig.estimator, seq++, 130, 0, 0, MS(ms));
    rate_estimator_poll(rig.estimator, MS(ms));
  }
  g_assert_cmpint(limit_of(&rig), ==, RATE_LIMIT_FEEDBACK_LOST);
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), <, 1000 * 1000 * 0.8 * 0.8 * 0.8 * 0.8);
  g_assert_cmpuint(rate_estimator_target_bps(rig.estimator), >, 50 * 1000);
  rig_clear(&rig);
}

/* Sends a packet each 10 ms and reports it, the way taking @delay_us(i), until @to_ms. */
static void
run(Rig *rig, gint64 from_ms, gint64 to_ms, gint64 slope_us_per_s) ON_NET
{
  static guint16 seq;
  gint64 next_report_ms = from_ms + 50, previous_ticks = 0;
  guint first = seq, n = 0;
  if (from_ms == START_MS)
    first = seq = 0;
  for (gint64 ms = from_ms; ms < to_ms; ms += 10) {
    gint64 arrival_us = MS(ms) + 20000 + slope_us_per_s * (ms - from_ms) / 1000;
    rate_estimator_on_sent(rig->estimator, seq++, 1200, PACKETS_MAX, 0, MS(ms));
    gint64 ticks = arrival_us / TWCC_TICK_US;
    if (n == 0) {
      rig->feedback.base_seq = (guint16)first;
      rig->feedback.reference = (guint32)(ticks / TWCC_TICKS_PER_REFERENCE) & 0xFFFFFF;
      previous_ticks = ticks / TWCC_TICKS_PER_REFERENCE * TWCC_TICKS_PER_REFERENCE;
    }
    rig->feedback.delta_ticks[n++] = (gint32)(ticks - previous_ticks);
    previous_ticks = ticks;
    rate_estimator_poll(rig->estimator, MS(ms));
    if (ms < next_report_ms)
      continue;
    rig->feedback.n_statuses = (guint16)n;
    rate_estimator_on_feedback(rig->estimator, &rig->feedback, arrival_us + 20000);
    next_report_ms += 50;
    first = seq;
    n = 0;
  }
}

static void
test_a_growing_delay_lowers_the_rate_below_what_arrives(void)
{
  assert_on_net();
  Rig rig;
  RateEstimatorStats stats;
  rig_init(&rig, &CONFIG);
  run(&rig, START_MS, START_MS + 3000, 0);
  rate_estimator_stats(rig.estimator, &stats);
  g_assert_cmpuint(stats.overuses, ==, 0);
  g_assert_cmpuint(stats.acked_bps, >, 900 * 1000);  /* 960 kbit/s */
  g_assert_cmpuint(stats.acked_bps, <, 1020 * 1000);
  g_assert_cmpint(stats.rtt_us, >, MS(35));
  g_assert_cmpint(stats.rtt_us, <, MS(55));
  run(&rig, START_MS + 3000, START_MS + 3500, 150 * 1000);  /* 150 ms a second */
  rate_estimator_stats(rig.estimator, &stats);
  g_assert_cmpuint(stats.overuses, >=, 1);
  g_assert_cmpint(limit_of(&rig), ==, RATE_LIMIT_DELAY);
  g_assert_cmpuint(stats.target_bps, <, stats.acked_bps);
  rig_clear(&rig);
}

static void
test_the_rate_grows_no_further_than_what_arrives_allows(void)
{
  assert_on_net();
  Rig rig;
  RateEstimatorStats stats;
  rig_init(&rig, &CONFIG);
  run(&rig, START_MS, START_MS + 20000, 0);  /* 960 kbit/s arrive, always */
  rate_estimator_stats(rig.estimator, &stats);
  g_assert_cmpuint(stats.target_bps, >, 1300 * 1000);
  g_assert_cmpuint(stats.target_bps, <, 1560 * 1000);
  rig_clear(&rig);
}

static void
test_probes_take_the_token_and_give_it_back(void)
{
  assert_on_net();
  static const char OTHER = 'o';
  RateEstimatorConfig config = CONFIG;
  g_autoptr(ProbeToken) token = probe_token_new();
  RateProbe probe;
  Rig rig;
  config.token = token;
  rig_init(&rig, &config);
  g_assert_false(rate_estimator_take_probe(rig.estimator, MS(START_MS), &probe));
  g_assert_true(probe_token_acquire(token, &OTHER, MS(START_MS)));
  run(&rig, START_MS, START_MS + 300, 0);
  g_assert_false(rate_estimator_take_probe(rig.estimator, MS(START_MS + 300), &probe));  /* another probes */
  probe_token_release(token, &OTHER);
  g_assert_true(rate_estimator_take_probe(rig.estimator, MS(START_MS + 300), &probe));
  g_assert_cmpuint(probe.rate_bps, ==, 3000 * 1000);
  g_assert_cmpint(probe.cluster, >, 0);
  g_assert_cmpuint(probe.bytes, >, 5000);
  g_assert_false(rate_estimator_take_probe(rig.estimator, MS(START_MS + 310), &probe));  /* one at a time */
  g_assert_false(probe_token_acquire(token, &OTHER, MS(START_MS + 310)));
  run(&rig, START_MS + 300, START_MS + 1400, 0);  /* nothing of the probe arrives */
  g_assert_true(probe_token_acquire(token, &OTHER, MS(START_MS + 1400)));
  rig_clear(&rig);
}

static void
test_no_probe_goes_beyond_what_is_wanted(void)
{
  assert_on_net();
  RateProbe probe;
  Rig rig;
  rig_init(&rig, &CONFIG);
  rate_estimator_set_wanted(rig.estimator, 1500 * 1000);
  run(&rig, START_MS, START_MS + 300, 0);
  g_assert_true(rate_estimator_take_probe(rig.estimator, MS(START_MS + 300), &probe));
  g_assert_cmpuint(probe.rate_bps, <=, 1950 * 1000);
  rig_clear(&rig);
}

static void
test_more_under_way_than_explained_is_congestion(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &CONFIG);
  run(&rig, START_MS, START_MS + 1000, 0);
  g_assert_false(rate_estimator_is_congested(rig.estimator));
  for (guint i = 0; i < 100; i++)  /* 100 kB: 0.8 s at the target */
    rate_estimator_on_sent(rig.estimator, (guint16)(100 + i), 1000, PACKETS_MAX, 0, MS(START_MS + 1000 + i));
  g_assert_true(rate_estimator_is_congested(rig.estimator));
  rig_clear(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/rate_estimator/" #name, test_##name)
  ADD(each_packet_has_its_fate_once);
  ADD(reports_on_what_was_never_sent_are_ignored);
  ADD(packets_long_gone_are_forgotten);
  ADD(caps_hold_at_once);
  ADD(silence_of_the_peer_lowers_the_rate_while_we_send);
  ADD(a_growing_delay_lowers_the_rate_below_what_arrives);
  ADD(the_rate_grows_no_further_than_what_arrives_allows);
  ADD(probes_take_the_token_and_give_it_back);
  ADD(no_probe_goes_beyond_what_is_wanted);
  ADD(more_under_way_than_explained_is_congestion);
#undef ADD
  return g_test_run();
}
