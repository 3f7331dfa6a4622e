/* media/rtp/sr_clock.c - which moment of the sender's clock an RTP timestamp means. */
#include "media/rtp/sr_clock.h"
#include "media/base/seq.h"
#include <string.h>

enum { STEP_US = 100 * 1000 };  /* more than a report can be late in its own writing */
static const double SLOPE_TOLERANCE = 0.001;

void
sr_clock_init(SrClock *self, guint rate_hz)
{
  *self = (SrClock) { .rate_hz = rate_hz };
}

void
sr_clock_forget(SrClock *self)
{
  self->n = 0;
}

static gint64
ntp_to_us(guint64 ntp)
{
  return (gint64)(ntp >> 32) * G_USEC_PER_SEC
         + (gint64)(((ntp & G_MAXUINT32) * G_USEC_PER_SEC) >> 32);
}

/* Least squares around the centre of the reports, whose error is their average. */
static void
fit(SrClock *self)
{
  guint last = self->n - 1;
  double mean_x = 0, mean_y = 0, xy = 0, xx = 0;
  for (guint i = 0; i < self->n; i++) {
    mean_x += (double)(self->timestamp[i] - self->timestamp[last]) / self->n;
    mean_y += (double)(self->ntp_us[i] - self->ntp_us[last]) / self->n;
  }
  for (guint i = 0; i < self->n; i++) {
    double x = (double)(self->timestamp[i] - self->timestamp[last]) - mean_x;
    xy += x * ((double)(self->ntp_us[i] - self->ntp_us[last]) - mean_y);
    xx += x * x;
  }
  double nominal = (double)G_USEC_PER_SEC / self->rate_hz;
  double slope = xx > 0 ? xy / xx : nominal;
  self->us_per_tick = CLAMP(slope, nominal * (1 - SLOPE_TOLERANCE), nominal * (1 + SLOPE_TOLERANCE));
  self->offset_us = mean_y - self->us_per_tick * mean_x;
}

static void
append(SrClock *self, gint64 ntp_us, gint64 timestamp)
{
  if (self->n == SR_CLOCK_REPORTS) {
    self->n--;
    memmove(self->ntp_us, self->ntp_us + 1, self->n * sizeof self->ntp_us[0]);
    memmove(self->timestamp, self->timestamp + 1, self->n * sizeof self->timestamp[0]);
  }
  self->ntp_us[self->n] = ntp_us;
  self->timestamp[self->n++] = timestamp;
  if (self->n >= 2)
    fit(self);
}

SrClockResult
sr_clock_on_report(SrClock *self, guint64 ntp, guint32 rtp_timestamp)
{
  if (ntp == 0)
    return SR_CLOCK_IGNORED;  /* the sender has no clock */
  gint64 ntp_us = ntp_to_us(ntp);
  if (self->n == 0) {
    append(self, ntp_us, rtp_timestamp);
    return SR_CLOCK_TAKEN;
  }
  guint last = self->n - 1;
  gint64 timestamp = ts_unwrap(self->timestamp[last], rtp_timestamp);
  gint64 by_ntp_us = ntp_us - self->ntp_us[last];
  gint64 by_timestamp_us = (timestamp - self->timestamp[last]) * G_USEC_PER_SEC / self->rate_hz;
  if (by_ntp_us == 0 && by_timestamp_us == 0)
    return SR_CLOCK_IGNORED;
  if (by_ntp_us > 0 && by_timestamp_us > 0 && ABS(by_ntp_us - by_timestamp_us) <= STEP_US) {
    append(self, ntp_us, timestamp);
    return SR_CLOCK_TAKEN;
  }
  self->n = 0;
  append(self, ntp_us, rtp_timestamp);
  return SR_CLOCK_STEPPED;
}

bool
sr_clock_capture_us(const SrClock *self, guint32 rtp_timestamp, gint64 *out)
{
  if (self->n < 2)
    return false;
  guint last = self->n - 1;
  gint64 since = ts_unwrap(self->timestamp[last], rtp_timestamp) - self->timestamp[last];
  *out = self->ntp_us[last] + (gint64)(self->offset_us + self->us_per_tick * (double)since);
  return true;
}
