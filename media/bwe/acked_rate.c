/* media/bwe/acked_rate.c - the rate that arrives, by the receiver's clock. */
#include "media/bwe/acked_rate.h"
#include <math.h>

enum {
  FIRST_WINDOW_US = 500 * 1000,
  WINDOW_US = 150 * 1000,
  CLOCK_JUMP_US = 3000 * 1000,
};
static const double VARIANCE_START = 50, VARIANCE_STEP = 5;
static const double UNCERTAINTY = 10;

void
acked_rate_reset(AckedRate *self)
{
  *self = (AckedRate) { .variance = VARIANCE_START };
}

/* Moves the window on to @arrival_us. Returns: kbit/s of the window that ended; < 0: none did. */
static double
end_window(AckedRate *self, gint64 window_us, gint64 arrival_us)
{
  gint64 elapsed_us = MAX(arrival_us - self->last_us, 0);
  if (self->last_us != 0) {
    self->window_us += elapsed_us;
    if (elapsed_us > window_us) {  /* a pause says nothing about the network */
      self->window_bits = 0;
      self->window_us %= window_us;
    }
  }
  self->last_us = MAX(self->last_us, arrival_us);
  if (self->window_us < window_us)
    return -1;
  double kbps = self->window_bits * 1000 / (double)window_us;
  self->window_us -= window_us;
  self->window_bits = 0;
  return kbps;
}

void
acked_rate_add(AckedRate *self, gsize bytes, gint64 arrival_us)
{
  if (arrival_us < self->last_us - CLOCK_JUMP_US) {
    self->last_us = arrival_us;
    self->window_us = 0;
    self->window_bits = 0;
  }
  double sample = end_window(self, self->bps > 0 ? WINDOW_US : FIRST_WINDOW_US, arrival_us);
  self->window_bits += (double)bytes * 8;
  if (sample < 0)
    return;
  self->sample_bps = sample * 1000;
  double kbps = self->bps / 1000;
  if (kbps <= 0 || (self->is_change_expected && sample > kbps)) {
    self->bps = sample * 1000;
    self->variance = VARIANCE_START;
    self->is_change_expected = false;
    return;
  }
  double uncertainty = UNCERTAINTY * fabs(kbps - sample) / kbps;
  double sample_variance = uncertainty * uncertainty;
  double variance = self->variance + VARIANCE_STEP;
  self->bps = 1000 * (sample_variance * kbps + variance * sample) / (sample_variance + variance);
  self->variance = sample_variance * variance / (sample_variance + variance);
}

double
acked_rate_recent_bps(const AckedRate *self)
{
  return self->bps > 0 && self->sample_bps > 0 ? MIN(self->bps, self->sample_bps) : self->bps;
}

void
acked_rate_skip(AckedRate *self)
{
  self->last_us = self->window_us = 0;
  self->window_bits = 0;
}

void
acked_rate_expect_change(AckedRate *self)
{
  self->is_change_expected = true;
}
