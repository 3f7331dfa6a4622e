/* media/bwe/loss_control.c - limits the rate by the losses, and tells a bad line from a full one. */
#include "media/bwe/loss_control.h"
#include <math.h>

enum {
  WINDOW_US = 1000 * 1000,
  WINDOW_PACKETS = 20,
  TRIAL_US = 2000 * 1000,
  TRIAL_PACKETS = 80,
  SETTLE_US = 100 * 1000,          /* beyond a round trip, until a lower rate shows   */
  TRIAL_AGAIN_US = 5 * 1000 * 1000,
  DECREASE_US = 300 * 1000,        /* and a round trip between two decreases          */
  REPORT_PACKETS = 50,             /* that a receiver report is taken to stand for    */
};
static const double LOSS_LOW = 0.02, LOSS_HIGH = 0.10;
static const double GROWTH = 1.08, GROWTH_BPS = 1000;
static const double TRIAL_FACTOR = 0.85;
static const double TRIAL_PERSISTS = 0.6;   /* of the losses, after which they are the line's own  */
static const double TRIAL_DELIVERS = 0.95;  /* of what was delivered before: the line was full     */
static const double INHERENT_MAX = 0.35;
static const double CHANCE_DEVIATIONS = 2;
static const double AVERAGE_WEIGHT = 0.1, AVERAGE_ROOM = 1.15;
static const double FREE_FACTOR = 1.2;     /* so far above the other limits it is none */

void
loss_control_init(LossControl *self)
{
  *self = (LossControl) { .bps = G_MAXDOUBLE, .phase = LOSS_PHASE_WATCH };
}

void
loss_control_add(LossControl *self, gint64 sent_us, gsize bytes, bool is_lost, bool is_late)
{
  if (sent_us < self->count_from_us)
    return;
  if (is_late)
    self->n_lost -= self->n_lost > 0 ? 1 : 0;
  else
    self->n_packets++;
  self->n_lost += is_lost ? 1 : 0;
  self->delivered_bits += is_lost ? 0 : (double)bytes * 8;
  self->sent_bits += is_late ? 0 : (double)bytes * 8;
}

static void
begin_window(LossControl *self, gint64 now_us)
{
  self->window_us = now_us;
  self->n_packets = self->n_lost = 0;
  self->sent_bits = self->delivered_bits = 0;
}

/* Returns: the losses beyond the inherent ones and their chance fluctuation in @n packets. */
static double
excess(const LossControl *self, double loss, guint n)
{
  double p = self->inherent;
  if (p <= 0)
    return loss;
  return MAX(loss - p - CHANCE_DEVIATIONS * sqrt(p * (1 - p) / n), 0) / (1 - p);
}

static void
lower(LossControl *self, double to_bps, const LossInput *input, gint64 now_us)
{
  self->bps = MAX(MIN(self->bps, to_bps), input->min_bps);
  self->decreased_us = now_us;
}

static void
begin_trial(LossControl *self, double loss, const LossInput *input, gint64 now_us)
{
  self->phase = LOSS_PHASE_TRIAL;
  self->loss_before_trial = loss;
  self->bps_before_trial = self->bps;
  self->delivered_before_trial = self->delivered_bps;
  self->sent_before_trial = self->sent_bps;
  lower(self, input->target_bps * TRIAL_FACTOR, input, now_us);
  self->count_from_us = now_us;
}

static bool
was_full(const LossControl *self, double loss, const LossInput *input)
{
  /* A picture has few rates to choose from: if no less was sent, the trial tells nothing, and
   * the delay must: there is no queue. */
  if (self->sent_bps > TRIAL_DELIVERS * self->sent_before_trial && !input->is_queueing)
    return loss > INHERENT_MAX;
  return input->is_queueing || loss < TRIAL_PERSISTS * self->loss_before_trial
         || self->delivered_bps > TRIAL_DELIVERS * self->delivered_before_trial
         || loss < self->inherent + LOSS_LOW || loss > INHERENT_MAX + LOSS_LOW;
}

static void
end_trial(LossControl *self, double loss, const LossInput *input, gint64 now_us)
{
  self->phase = LOSS_PHASE_WATCH;
  if (was_full(self, loss, input)) {
    self->trial_allowed_us = now_us + TRIAL_AGAIN_US;  /* the line was full */
    return;
  }
  self->inherent = MIN(loss, INHERENT_MAX);
  self->average = self->inherent;
  self->bps = self->bps_before_trial;
}

static void
grow(LossControl *self, double seconds, const LossInput *input)
{
  if (self->bps >= G_MAXDOUBLE)
    return;
  self->bps = self->bps * pow(GROWTH, seconds) + GROWTH_BPS;
  if (self->bps > FREE_FACTOR * input->others_bps)
    self->bps = G_MAXDOUBLE;
}

static void
judge(LossControl *self, double loss, guint n, double seconds, const LossInput *input, gint64 now_us)
{
  self->loss = loss;
  self->average += AVERAGE_WEIGHT * (loss - self->average);
  /* What is lost of the little that is sent, without a queue, is not lost for our rate. */
  if (input->is_application_limited && !input->is_queueing && self->average < INHERENT_MAX) {
    self->inherent = MAX(self->inherent, self->average);
    self->phase = LOSS_PHASE_WATCH;
    self->bps = G_MAXDOUBLE;
    return;
  }
  self->inherent = MIN(self->inherent, self->average * AVERAGE_ROOM);
  if (self->phase == LOSS_PHASE_TRIAL) {
    end_trial(self, loss, input, now_us);
    return;
  }
  double beyond = excess(self, loss, n);
  if (beyond < LOSS_LOW) {
    grow(self, seconds, input);
  } else if (!input->is_queueing && !input->is_application_limited && now_us >= self->trial_allowed_us) {
    begin_trial(self, loss, input, now_us);
  } else if (beyond <= LOSS_HIGH) {
    self->bps = MIN(self->bps, input->target_bps);
  } else if (now_us - self->decreased_us >= DECREASE_US + input->rtt_us) {
    lower(self, input->target_bps * (1 - beyond / 2), input, now_us);
  }
}

void
loss_control_update(LossControl *self, const LossInput *input, gint64 now_us)
{
  bool is_trial = self->phase == LOSS_PHASE_TRIAL;
  if (self->window_us == 0)
    begin_window(self, now_us);
  if (is_trial && self->window_us < self->count_from_us + input->rtt_us + SETTLE_US) {
    gint64 settled_us = self->count_from_us + input->rtt_us + SETTLE_US;
    if (now_us < settled_us)
      return;
    begin_window(self, now_us);
  }
  gint64 elapsed_us = now_us - self->window_us;
  if (elapsed_us < (is_trial ? TRIAL_US : WINDOW_US) || self->n_packets < (is_trial ? TRIAL_PACKETS : WINDOW_PACKETS))
    return;
  guint n = self->n_packets;
  double loss = (double)self->n_lost / n;
  self->delivered_bps = self->delivered_bits * 1e6 / (double)elapsed_us;
  self->sent_bps = self->sent_bits * 1e6 / (double)elapsed_us;
  begin_window(self, now_us);
  judge(self, loss, n, MIN((double)elapsed_us / 1e6, 2), input, now_us);
}

void
loss_control_on_decrease(LossControl *self, gint64 now_us)
{
  if (self->phase == LOSS_PHASE_TRIAL) {
    self->phase = LOSS_PHASE_WATCH;
    self->bps = self->bps_before_trial;
  }
  self->count_from_us = now_us;
  begin_window(self, now_us);
}

void
loss_control_on_return(LossControl *self, gint64 now_us)
{
  loss_control_on_decrease(self, now_us);
  self->bps = G_MAXDOUBLE;
}

void
loss_control_on_report(LossControl *self, double loss, double delivered_bps, const LossInput *input, gint64 now_us)
{
  double seconds = self->window_us > 0 ? CLAMP((double)(now_us - self->window_us) / 1e6, 0, 2) : 0;
  /* A report that covers packets from before the trial says nothing about it. */
  if (self->phase == LOSS_PHASE_TRIAL && self->window_us < self->count_from_us + input->rtt_us) {
    begin_window(self, now_us);
    return;
  }
  begin_window(self, now_us);
  self->delivered_bps = delivered_bps;
  self->sent_bps = loss < 1 ? delivered_bps / (1 - loss) : 0;
  judge(self, loss, REPORT_PACKETS, seconds, input, now_us);
}
