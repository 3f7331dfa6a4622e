/* media/bwe/aimd_control.c - raises and lowers the rate by what the delay says. */
#include "media/bwe/aimd_control.h"
#include <math.h>

static const double BACK_OFF = 0.85;
static const double BACK_OFF_OTHERS = 0.95, BACK_OFF_UNKNOWN = 0.5;
static const double BACK_OFF_EXTRA_BPS = 5000;
static const double CAUSE_SHARE = 0.2, HELD_UP_SHARE = 0.05, DECREASE_FLOOR = 0.4;
static const double GROWTH_PER_SECOND = 1.08, GROWTH_MIN_BPS = 1000;
static const double ADDITIVE_MIN_BPS = 4000;
static const double ACKED_FACTOR = 1.5, ACKED_EXTRA_BPS = 10000;
static const double FALLEN_SHARE = 0.75; /* of the rate: what comes out of a queue and is less is the new one */
static const double PROVEN_SHARE = 0.7;  /* of what passes without a queue: less is not believed */
/* Growth after a probe that filled the line: over what it found, or over what arrives. */
static const double FULL_ROOM = 1.1, FULL_ACKED_FACTOR = 1.3;
static const double PACKET_BITS = 1200 * 8;
static const double FRAMES_PER_SECOND = 30;
enum {
  RTT_DEFAULT_US = 200 * 1000,
  CAREFUL_US = 5 * 1000 * 1000,  /* after a decrease, until the rate may grow by percents */
  RESPONSE_US = 110 * 1000,
  REDUCE_MIN_US = 200 * 1000,
  REDUCE_MAX_US = 300 * 1000,
};

void
aimd_control_init(AimdControl *self, double start_bps, double min_bps, double max_bps)
{
  *self = (AimdControl) {
    .min_bps = min_bps, .max_bps = max_bps, .bps = start_bps, .state = AIMD_HOLD, .rtt_us = RTT_DEFAULT_US,
  };
  link_capacity_reset(&self->capacity);
}

void
aimd_control_set(AimdControl *self, double bps, gint64 now_us)
{
  self->bps = CLAMP(bps, self->min_bps, self->max_bps);
  self->is_started = true;
  self->changed_us = now_us;
}

/* Bits per second in a second: about a packet in two response times. */
static double
additive_bps(const AimdControl *self)
{
  double frame_bits = self->bps / FRAMES_PER_SECOND;
  double packet_bits = frame_bits / ceil(MAX(frame_bits / PACKET_BITS, 1e-9));
  return MAX(packet_bits * G_USEC_PER_SEC / (2 * (double)RESPONSE_US), ADDITIVE_MIN_BPS);
}

static void
increase(AimdControl *self, const AimdInput *input, gint64 now_us)
{
  double acked_bps = input->acked_bps;
  if (acked_bps > link_capacity_upper_bps(&self->capacity))
    link_capacity_reset(&self->capacity);
  double seconds = self->changed_us > 0 ? CLAMP((double)(now_us - self->changed_us) / 1e6, 0, 1) : 0;
  self->changed_us = now_us;
  double limit = acked_bps > 0 ? ACKED_FACTOR * acked_bps + ACKED_EXTRA_BPS : self->max_bps;
  if (input->full_bps > 0)
    limit = MIN(limit, MAX(FULL_ROOM * input->full_bps, FULL_ACKED_FACTOR * acked_bps));
  if (input->is_application_limited || self->bps >= limit)
    return;
  bool is_near_limit = self->capacity.kbps > 0
                       || (self->decreased_us > 0 && now_us - self->decreased_us < CAREFUL_US);
  double step = is_near_limit ? additive_bps(self) * seconds
              : MAX(self->bps * (pow(GROWTH_PER_SECOND, seconds) - 1), GROWTH_MIN_BPS * seconds);
  self->bps = MIN(self->bps + step, limit);
}

static bool
decrease(AimdControl *self, double acked_bps, gint64 now_us)
{
  double before = self->bps, to = BACK_OFF * acked_bps;
  if (to > BACK_OFF_EXTRA_BPS)
    to -= BACK_OFF_EXTRA_BPS;
  if (to > self->bps && self->capacity.kbps > 0)
    to = BACK_OFF * self->capacity.kbps * 1000;
  self->bps = MIN(to, self->bps);
  if (acked_bps < link_capacity_lower_bps(&self->capacity))
    link_capacity_reset(&self->capacity);
  link_capacity_on_overuse(&self->capacity, acked_bps);
  self->state = AIMD_HOLD;
  self->changed_us = self->decreased_us = now_us;
  self->before_decrease_bps = before;
  return self->bps < before;
}

static bool
may_reduce(const AimdControl *self, double acked_bps, gint64 now_us)
{
  if (now_us - self->changed_us >= CLAMP(self->rtt_us, REDUCE_MIN_US, REDUCE_MAX_US))
    return true;
  return acked_bps > 0 && acked_bps < self->bps / 2;
}

/* What arrives says nothing of the network's limit while little is sent, unless enough of it
 * queues up to be the cause. */
static bool
on_overuse(AimdControl *self, const AimdInput *input, gint64 now_us)
{
  bool is_limit_seen = !input->is_application_limited
                       || (!input->is_short_queue && input->acked_bps > (input->is_held_up ? HELD_UP_SHARE : CAUSE_SHARE) * self->bps);
  if (!may_reduce(self, is_limit_seen ? input->acked_bps : 0, now_us))
    return false;
  self->is_started = true;
  if (input->acked_bps > 0 && is_limit_seen) {
    /* A burst after little was sent, a probe even, is more than its average tells: it falls by steps. */
    return decrease(self, MAX(input->acked_bps, DECREASE_FLOOR * self->bps / BACK_OFF), now_us);
  }
  double before = self->bps;
  self->bps *= is_limit_seen ? BACK_OFF_UNKNOWN : BACK_OFF_OTHERS;
  self->changed_us = self->decreased_us = now_us;
  self->before_decrease_bps = before;
  return true;
}

bool
aimd_control_update(AimdControl *self, const AimdInput *input, gint64 now_us)
{
  bool is_lowered = false;
  if (input->acked_bps > 0)
    self->is_started = true;
  if (input->busy_bps > 0 && input->busy_bps < FALLEN_SHARE * self->bps) {
    is_lowered = decrease(self, input->busy_bps, now_us);
    self->bps = CLAMP(self->bps, self->min_bps, self->max_bps);
    return is_lowered;
  }
  switch (input->use) {
  case BANDWIDTH_OVERUSED:
    is_lowered = on_overuse(self, input, now_us);
    break;
  case BANDWIDTH_UNDERUSED:
    self->state = AIMD_HOLD;
    break;
  case BANDWIDTH_NORMAL:
  case BANDWIDTH_NONE:
  default:
    if (self->state == AIMD_HOLD) {
      self->state = AIMD_INCREASE;
      self->changed_us = now_us;
    }
    if (self->is_started)
      increase(self, input, now_us);
    if (input->is_short_queue && !input->is_held_up)
      self->bps = MAX(self->bps, PROVEN_SHARE * input->acked_bps);
    break;
  }
  self->bps = CLAMP(self->bps, self->min_bps, self->max_bps);
  return is_lowered;
}
