/* media/bwe/rate_estimator.c - how much one receiver's network carries, from what it reports. */
#include "media/bwe/rate_estimator.h"
#include "media/bwe/app_limit.h"
#include "media/bwe/delay_control.h"
#include "media/bwe/loss_control.h"
#include "media/bwe/probe_control.h"
#include "media/bwe/probe_meter.h"

enum {
  SILENCE_RESET_US = 2000 * 1000,    /* after which old arrivals are not compared with new ones */
  UNHEARD_US = 2000 * 1000,          /* without reports, until the rate falls                   */
  UNHEARD_STEP_US = 1000 * 1000,
  SENDING_US = 1000 * 1000,          /* nothing sent for longer: no reports are expected        */
  REMB_VALID_US = 10 * 1000 * 1000,
  QUEUE_FULL_US = 60 * 1000,         /* losses with so much delay are a full queue's            */
  QUEUE_QUIET_US = 50 * 1000,
  ACKED_LAG_US = 1000 * 1000,        /* after a pause, until the acknowledged rate means something */
  SETTLED_US = 5 * 1000 * 1000,
  DELAY_SHOWN_US = 5 * 1000 * 1000,  /* a fall for delay is given as the reason for so long     */
  WINDOW_EXTRA_US = 50 * 1000,
  INTERVAL_MAX_US = 500 * 1000,
  PROBE_ECHO_US = 200 * 1000,        /* its queue is seen for so long after its result          */
  WINDOW_MIN_BYTES = 12 * 1000,
};
static const double UNHEARD_FACTOR = 0.8;
static const double RECOVER_FACTOR = 0.85;
static const double WANTED_ROOM = 1.3;
static const double WINDOW_FACTOR = 1.5;

struct RateEstimator {
  RateEstimatorConfig config;
  RateEstimatorEvents events;
  gpointer    user;
  /* owned */
  SentLog    *log;
  /* state */
  SentNews      news;
  DelayControl  delay;
  LossControl   losses;
  AppLimit      app;
  ProbeMeter    meter;
  ProbeControl  probes;
  guint   wanted_bps;
  bool    is_starving;
  double  peer_bps;          /* 0: none */
  gint64  peer_until_us;
  gint64  last_sent_us, last_news_us;  /* 0: never */
  gint64  interval_us;       /* between reports; 0: not known */
  bool    is_unheard;
  gint64  unheard_step_us;
  double  before_unheard_bps;
  bool    was_app_limited;
  guint8  feedback_count;    /* of the newest feedback */
  guint64 report_bytes;      /* sent since the last receiver report */
  gint64  report_us;
  gint64  probed_us;         /* when the last probe's result came; 0: never */
  double  target_bps;
  RateLimit limit;
  RateEstimatorStats stats;
};

RateEstimator *
rate_estimator_new(const RateEstimatorConfig *config, const RateEstimatorEvents *events, gpointer user)
{
  g_return_val_if_fail(config->min_bps > 0 && config->min_bps <= config->start_bps
                       && config->start_bps <= config->max_bps, NULL);
  RateEstimator *self = g_new0(RateEstimator, 1);
  self->config = *config;
  if (events != NULL)
    self->events = *events;
  self->user = user;
  self->log = sent_log_new();
  self->target_bps = config->start_bps;
  delay_control_init(&self->delay, config->start_bps, config->min_bps, config->max_bps);
  loss_control_init(&self->losses);
  app_limit_update(&self->app, self->target_bps, 0);
  return self;
}

static void
release_token(RateEstimator *self)
{
  if (self->config.token != NULL)
    probe_token_release(self->config.token, self);
}

void
rate_estimator_free(RateEstimator *self)
{
  if (self == NULL)
    return;
  release_token(self);
  sent_log_free(self->log);
  g_free(self);
}

/* --- the target ---------------------------------------------------------------------- */

static double
others_bps(const RateEstimator *self)
{
  double bps = MIN(self->delay.aimd.bps, (double)self->config.max_bps);
  return self->peer_bps > 0 ? MIN(bps, self->peer_bps) : bps;
}

/* @bps: the target, before it is lowered to drain a queue. */
static RateLimit
reason(const RateEstimator *self, double bps, gint64 now_us)
{
  bool was_lowered = self->delay.aimd.decreased_us > 0 && now_us - self->delay.aimd.decreased_us < DELAY_SHOWN_US;
  if (self->is_unheard)
    return RATE_LIMIT_FEEDBACK_LOST;
  if (delay_control_drain_factor(&self->delay) < 1)
    return RATE_LIMIT_DELAY;
  if (bps >= self->config.max_bps)
    return RATE_LIMIT_MAX;
  if (self->peer_bps > 0 && bps >= self->peer_bps)
    return RATE_LIMIT_PEER;
  if (bps >= self->losses.bps)
    return RATE_LIMIT_LOSS;
  if (was_lowered || self->delay.trendline.use == BANDWIDTH_OVERUSED)
    return RATE_LIMIT_DELAY;
  return self->app.is_limited ? RATE_LIMIT_APPLICATION : RATE_LIMIT_NONE;
}

static void
update_target(RateEstimator *self, gint64 now_us)
{
  if (self->peer_bps > 0 && now_us >= self->peer_until_us)
    self->peer_bps = 0;
  double bps = MIN(others_bps(self), self->losses.bps);
  self->target_bps = MIN(MAX(bps * delay_control_drain_factor(&self->delay), self->config.min_bps), self->config.max_bps);
  self->limit = reason(self, bps, now_us);
  app_limit_update(&self->app, self->target_bps, now_us);
  if (self->was_app_limited && !self->app.is_limited)
    acked_rate_expect_change(&self->delay.acked);
  self->was_app_limited = self->app.is_limited;
}

static ProbeInput
probe_input(const RateEstimator *self, gint64 now_us)
{
  double limit = self->config.max_bps;
  if (self->wanted_bps > 0)
    limit = MIN(limit, self->wanted_bps * WANTED_ROOM);
  if (self->peer_bps > 0)
    limit = MIN(limit, self->peer_bps);
  return (ProbeInput) {
    .target_bps = self->target_bps,
    .limit_bps = limit,
    .is_quiet = !self->is_unheard && self->delay.trendline.use == BANDWIDTH_NORMAL && self->losses.bps >= G_MAXDOUBLE
                && self->delay.queue.queue_us < QUEUE_QUIET_US,
    .is_application_limited = self->app.is_limited,
    .is_starving = self->is_starving,
    .is_settled = now_us - self->delay.aimd.decreased_us > SETTLED_US,
  };
}

static LossInput
loss_input(const RateEstimator *self)
{
  return (LossInput) {
    .target_bps = MIN(others_bps(self), self->losses.bps),
    .min_bps = self->config.min_bps,
    .others_bps = others_bps(self),
    .is_queueing = self->delay.queue.queue_us > QUEUE_FULL_US || self->delay.trendline.use == BANDWIDTH_OVERUSED,
    .is_application_limited = self->app.is_limited,
    .rtt_us = self->delay.rtt_us,
  };
}

/* --- probes -------------------------------------------------------------------------- */

static void
on_probe_packets(RateEstimator *self, gint64 now_us)
{
  bool was_full = false;
  if (self->probes.phase != PROBE_PHASE_UNDER_WAY)
    return;
  double bps = probe_meter_result(&self->meter, self->losses.inherent, &was_full);
  if (bps == 0)
    return;
  if (delay_control_on_probe(&self->delay, bps, was_full, self->losses.inherent, now_us))
    self->stats.probes_successful++;
  update_target(self, now_us);
  ProbeInput input = probe_input(self, now_us);
  self->meter.cluster = 0;
  self->probed_us = now_us;
  probe_control_on_result(&self->probes, bps, &input);
  release_token(self);
}

bool
rate_estimator_take_probe(RateEstimator *self, gint64 now_us, RateProbe *out)
{
  if (self->probes.phase != PROBE_PHASE_WANTED)
    return false;
  if (self->config.token != NULL && !probe_token_acquire(self->config.token, self, now_us))
    return false;
  probe_control_take(&self->probes, out, now_us);
  probe_meter_begin(&self->meter, out->cluster, out->rate_bps, out->bytes, out->packets);
  self->stats.probes++;
  return true;
}

static void
poll_probes(RateEstimator *self, gint64 now_us)
{
  ProbePhase before = self->probes.phase;
  ProbeInput input = probe_input(self, now_us);
  probe_control_poll(&self->probes, &input, now_us);
  if (before > PROBE_PHASE_IDLE && self->probes.phase == PROBE_PHASE_IDLE) {
    self->meter.cluster = 0;  /* timed out, or not wanted any more */
    release_token(self);
  }
}

/* --- feedback ------------------------------------------------------------------------ */

void
rate_estimator_on_sent(RateEstimator *self, guint16 transport_seq, gsize wire_bytes, guint32 cookie,
                       int probe_cluster, gint64 now_us)
{
  if (self->config.has_feedback)
    sent_log_add(self->log, transport_seq, wire_bytes, cookie, probe_cluster, now_us);
  self->report_bytes += wire_bytes;
  self->last_sent_us = now_us;
  app_limit_on_sent(&self->app, wire_bytes, now_us);
}

static void
tell_fate(RateEstimator *self, const SentPacket *packet, bool received)
{
  if (self->events.packet_fate != NULL)
    self->events.packet_fate(packet->cookie, received, self->user);
}

/* The first sign of life after a silence: what was known before may be tried at once. */
static void
on_heard(RateEstimator *self, gint64 now_us)
{
  if (self->last_news_us > 0 && now_us - self->last_news_us > SILENCE_RESET_US)
    delay_control_restart(&self->delay);
  if (self->last_news_us > 0)
    self->interval_us += (MIN(now_us - self->last_news_us, INTERVAL_MAX_US) - self->interval_us) / 8;
  self->last_news_us = now_us;
  if (self->is_unheard) {
    loss_control_on_return(&self->losses, now_us);
    probe_control_recover(&self->probes, RECOVER_FACTOR * self->before_unheard_bps, now_us);
  }
  self->is_unheard = false;
}

static void
tell_fates(RateEstimator *self)
{
  const SentNews *news = &self->news;
  for (guint i = 0; i < news->n_lost; i++) {
    const SentPacket *packet = news->lost[i];
    tell_fate(self, packet, false);
    loss_control_add(&self->losses, packet->sent_us, packet->bytes, true, false);
  }
  for (guint i = 0; i < news->n_received; i++) {
    const SentPacket *packet = news->received[i];
    tell_fate(self, packet, true);
    loss_control_add(&self->losses, packet->sent_us, packet->bytes, false, packet->was_lost);
    probe_meter_add(&self->meter, packet->probe_cluster, packet->bytes, packet->sent_us, packet->arrival_us);
  }
}

static void
control_rate(RateEstimator *self, bool is_seen, gint64 now_us)
{
  bool is_limited = self->app.is_limited
                    || (self->app.ended_us > 0 && now_us - self->app.ended_us < ACKED_LAG_US);
  /* A probe is meant to queue: the short queue that it makes is no sign. */
  bool is_probing = self->meter.cluster != 0 || (self->probed_us > 0 && now_us - self->probed_us < PROBE_ECHO_US);
  DelaySeen seen = { is_limited, is_seen, is_probing, self->losses.inherent };
  if (delay_control_update(&self->delay, &seen, now_us))
    loss_control_on_decrease(&self->losses, now_us);
}

/* Feedbacks are counted by their sender: one that is missing leaves a hole in what is known to have arrived. */
static void
note_lost_reports(RateEstimator *self, guint8 feedback_count)
{
  guint8 step = (guint8)(feedback_count - self->feedback_count);
  if (self->stats.feedbacks > 0 && step > G_MAXINT8)  /* came late */
    return;
  self->feedback_count = feedback_count;
  if (self->stats.feedbacks > 0 && step > 1)
    delay_control_on_report_lost(&self->delay);
}

void
rate_estimator_on_feedback(RateEstimator *self, const TwccFeedback *feedback, gint64 now_us)
{
  if (!self->config.has_feedback || !sent_log_apply(self->log, feedback, &self->news)) {
    self->stats.feedbacks_ignored++;
    return;
  }
  note_lost_reports(self, feedback->feedback_count);
  self->stats.feedbacks++;
  tell_fates(self);
  if (self->news.n_received > 0) {
    on_heard(self, now_us);
    delay_control_on_packets(&self->delay, &self->news, self->target_bps, now_us);
  }
  probe_control_start(&self->probes);
  control_rate(self, self->news.n_received > 0, now_us);
  LossInput input = loss_input(self);
  loss_control_update(&self->losses, &input, now_us);
  update_target(self, now_us);
  on_probe_packets(self, now_us);
}

/* Without feedback a queue shows in the round trip, and what was sent less the losses is
 * what arrived. */
static void
judge_by_report(RateEstimator *self, double loss_fraction, gint64 rtt_us, gint64 now_us)
{
  gint64 elapsed_us = self->report_us > 0 ? now_us - self->report_us : 0;
  double acked = elapsed_us > 0 ? (double)self->report_bytes * 8e6 / (double)elapsed_us * (1 - loss_fraction) : 0;
  self->report_us = now_us;
  self->report_bytes = 0;
  on_heard(self, now_us);
  delay_control_on_report(&self->delay, acked, rtt_us);
  if (acked > 0)
    control_rate(self, false, now_us);
  LossInput input = loss_input(self);
  loss_control_on_report(&self->losses, loss_fraction, acked, &input, now_us);
  update_target(self, now_us);
}

void
rate_estimator_on_report(RateEstimator *self, double loss_fraction, gint64 rtt_us, gint64 now_us)
{
  if (!self->config.has_feedback)  /* feedback tells the same, sooner and of all streams */
    judge_by_report(self, CLAMP(loss_fraction, 0, 1), rtt_us, now_us);
}

void
rate_estimator_on_remb(RateEstimator *self, guint64 bps, gint64 now_us)
{
  self->peer_bps = MAX((double)bps, 1);
  self->peer_until_us = now_us + REMB_VALID_US;
  update_target(self, now_us);
}

void
rate_estimator_set_wanted(RateEstimator *self, guint bps)
{
  self->wanted_bps = bps;
}

void
rate_estimator_set_starving(RateEstimator *self, bool is_starving)
{
  self->is_starving = is_starving;
}

/* --- the clock ----------------------------------------------------------------------- */

/* Since when reports are missing; 0: none are. */
static gint64
missing_since_us(const RateEstimator *self, gint64 now_us)
{
  if (self->last_sent_us == 0 || now_us - self->last_sent_us > SENDING_US)
    return 0;
  if (self->config.has_feedback)
    return sent_log_waiting_since_us(self->log);
  return self->last_news_us;
}

static void
poll_unheard(RateEstimator *self, gint64 now_us)
{
  gint64 since_us = missing_since_us(self, now_us);
  gint64 patience_us = self->config.has_feedback ? UNHEARD_US : 5 * UNHEARD_US;
  if (since_us == 0 || now_us - since_us < patience_us
      || (self->is_unheard && now_us - self->unheard_step_us < UNHEARD_STEP_US))
    return;
  if (!self->is_unheard)
    self->before_unheard_bps = self->target_bps;
  self->is_unheard = true;
  self->unheard_step_us = now_us;
  link_capacity_reset(&self->delay.aimd.capacity);
  aimd_control_set(&self->delay.aimd, MIN(self->delay.aimd.bps, self->target_bps) * UNHEARD_FACTOR, now_us);
}

void
rate_estimator_poll(RateEstimator *self, gint64 now_us)
{
  poll_unheard(self, now_us);
  update_target(self, now_us);
  poll_probes(self, now_us);
}

/* --- figures ------------------------------------------------------------------------- */

guint
rate_estimator_target_bps(const RateEstimator *self)
{
  return (guint)self->target_bps;
}

bool
rate_estimator_is_congested(const RateEstimator *self)
{
  if (!self->config.has_feedback || self->delay.rtt_us == 0 || self->is_unheard)
    return false;
  if (self->delay.is_leaping)
    return true;
  gint64 way_us = MAX(self->delay.rtt_us - delay_control_own_queue_us(&self->delay), self->delay.rtt_least_us)
                  + self->interval_us + WINDOW_EXTRA_US;
  double window = self->target_bps * (double)way_us / 8e6 * WINDOW_FACTOR;
  /* A probe is meant to be more than the target allows. */
  double probe = self->meter.cluster != 0 ? (double)self->meter.bytes_expected : 0;
  return (double)sent_log_outstanding_bytes(self->log) > MAX(window, WINDOW_MIN_BYTES) + probe;
}

gint64
rate_estimator_queue_us(const RateEstimator *self)
{
  return self->delay.queue.queue_us;
}

double
rate_estimator_pace_share(const RateEstimator *self)
{
  return delay_control_pace_share(&self->delay);
}

double
rate_estimator_loss(const RateEstimator *self)
{
  return self->losses.loss;
}

void
rate_estimator_stats(const RateEstimator *self, RateEstimatorStats *out)
{
  *out = self->stats;
  out->overuses = self->delay.n_decreases;
  out->target_bps = (guint)self->target_bps;
  out->acked_bps = (guint)self->delay.acked.bps;
  out->delay_bps = (guint)self->delay.aimd.bps;
  out->loss_bps = (guint)MIN(self->losses.bps, (double)self->config.max_bps);
  out->peer_bps = (guint)MIN(self->peer_bps, (double)G_MAXUINT);
  out->limit = self->limit;
  out->loss = self->losses.loss;
  out->inherent_loss = self->losses.inherent;
  out->rtt_us = self->delay.rtt_us;
  out->queue_us = self->delay.queue.queue_us;
  out->is_application_limited = self->app.is_limited;
  out->is_probing = self->probes.phase == PROBE_PHASE_UNDER_WAY;
}
