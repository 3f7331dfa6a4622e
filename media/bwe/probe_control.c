/* media/bwe/probe_control.c - when to try a higher rate, and which. */
#include "media/bwe/probe_control.h"

static const double START_FACTOR = 3, SERIES_FACTOR = 2, LIMITED_FACTOR = 2, SETTLED_FACTOR = 1.5;
static const double PASSED = 0.7;       /* of the rate tried: the next may follow            */
static const double WORTH_TRYING = 1.1; /* of the target: less would tell nothing            */
static const double PACKET_BYTES = 1200;
enum {
  PAUSE_US = 5 * 1000 * 1000,
  PAUSE_MAX_US = 10 * 1000 * 1000,
  PAUSE_STARVING_US = 2 * 1000 * 1000,
  TIMEOUT_US = 1000 * 1000,
  RECOVER_US = 5 * 1000 * 1000,
  DURATION_US = 20 * 1000,
  PACKETS = 6,
};

void
probe_control_start(ProbeControl *self)
{
  if (self->phase == PROBE_PHASE_NONE)
    self->phase = PROBE_PHASE_IDLE;
}

void
probe_control_recover(ProbeControl *self, double bps, gint64 now_us)
{
  self->recover_bps = bps;
  self->recover_until_us = now_us + RECOVER_US;
}

static void
want(ProbeControl *self, double rate_bps, bool is_series, const ProbeInput *input)
{
  rate_bps = MIN(rate_bps, input->limit_bps);
  if (rate_bps < WORTH_TRYING * input->target_bps)
    return;
  self->phase = PROBE_PHASE_WANTED;
  self->rate_bps = rate_bps;
  self->is_series = is_series;
}

static void
poll_idle(ProbeControl *self, const ProbeInput *input, gint64 now_us)
{
  gint64 pause_us = input->is_starving ? PAUSE_STARVING_US : MIN((gint64)PAUSE_US << MIN(self->n_failed, 3), PAUSE_MAX_US);
  if (!input->is_quiet)
    return;
  if (!self->is_started) {
    self->is_started = true;
    want(self, START_FACTOR * input->target_bps, true, input);
  } else if (self->recover_bps > 0) {
    double bps = self->recover_bps;
    self->recover_bps = 0;
    if (now_us < self->recover_until_us)
      want(self, bps, false, input);
  } else if ((input->is_application_limited || input->is_settled) && now_us - self->begun_us >= pause_us) {
    self->begun_us = now_us;
    double factor = input->is_application_limited ? LIMITED_FACTOR : SETTLED_FACTOR;
    want(self, factor * input->target_bps, input->is_application_limited, input);
  }
}

void
probe_control_poll(ProbeControl *self, const ProbeInput *input, gint64 now_us)
{
  switch (self->phase) {
  case PROBE_PHASE_IDLE:
    poll_idle(self, input, now_us);
    break;
  case PROBE_PHASE_WANTED:
    if (!input->is_quiet || self->rate_bps < WORTH_TRYING * input->target_bps)
      self->phase = PROBE_PHASE_IDLE;
    break;
  case PROBE_PHASE_UNDER_WAY:
    if (now_us - self->begun_us >= TIMEOUT_US)
      probe_control_on_result(self, 0, input);
    break;
  case PROBE_PHASE_NONE:
  default:
    break;
  }
}

void
probe_control_take(ProbeControl *self, RateProbe *out, gint64 now_us)
{
  self->phase = PROBE_PHASE_UNDER_WAY;
  self->begun_us = now_us;
  self->cluster++;
  double bytes = MAX(self->rate_bps * DURATION_US / 8e6, PACKETS * PACKET_BYTES);
  *out = (RateProbe) {
    .cluster = self->cluster, .rate_bps = (guint)self->rate_bps, .bytes = (gsize)bytes, .packets = PACKETS,
  };
}

void
probe_control_on_result(ProbeControl *self, double result_bps, const ProbeInput *input)
{
  double tried_bps = self->rate_bps;
  self->phase = PROBE_PHASE_IDLE;
  if (result_bps < PASSED * tried_bps) {
    self->n_failed++;
    return;
  }
  self->n_failed = 0;
  if (self->is_series && input->is_quiet)
    want(self, SERIES_FACTOR * result_bps, true, input);
}
