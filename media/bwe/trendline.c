/* media/bwe/trendline.c - tells from the slope of the one-way delay whether a queue builds up. */
#include "media/bwe/trendline.h"
#include <math.h>

static const double SMOOTHING = 0.9;
static const double GAIN = 4;
static const double DELTAS_COUNTED_MAX = 60;
static const double THRESHOLD_START_MS = 12.5, THRESHOLD_MIN_MS = 6, THRESHOLD_MAX_MS = 600;
static const double THRESHOLD_UP = 0.0087, THRESHOLD_DOWN = 0.039;  /* per ms */
static const double THRESHOLD_OUTLIER_MS = 15;
static const double THRESHOLD_STEP_MAX_MS = 100;
static const double OVERUSE_MS = 10;
enum { DELTAS_MAX = 1000 };

void
trendline_reset(Trendline *self)
{
  *self = (Trendline) {
    .threshold_ms = THRESHOLD_START_MS, .overused_ms = -1, .use = BANDWIDTH_NORMAL,
  };
}

/* Least squares. Returns: the slope; @otherwise if all came at one time. */
static double
fit(const Trendline *self, double otherwise)
{
  double sum_x = 0, sum_y = 0, numerator = 0, denominator = 0;
  for (guint i = 0; i < TRENDLINE_GROUPS; i++) {
    sum_x += self->points[i].at_ms;
    sum_y += self->points[i].delay_ms;
  }
  double mean_x = sum_x / TRENDLINE_GROUPS, mean_y = sum_y / TRENDLINE_GROUPS;
  for (guint i = 0; i < TRENDLINE_GROUPS; i++) {
    double x = self->points[i].at_ms - mean_x;
    numerator += x * (self->points[i].delay_ms - mean_y);
    denominator += x * x;
  }
  return denominator > 0 ? numerator / denominator : otherwise;
}

static void
adapt_threshold(Trendline *self, double trend_ms, gint64 now_us)
{
  double distance = fabs(trend_ms), elapsed_ms = (double)(now_us - self->threshold_us) / 1000;
  bool is_first = self->threshold_us == 0;
  self->threshold_us = now_us;
  if (is_first || distance > self->threshold_ms + THRESHOLD_OUTLIER_MS)
    return;  /* a jump, as of a route, must not deafen us */
  double rate = distance < self->threshold_ms ? THRESHOLD_DOWN : THRESHOLD_UP;
  self->threshold_ms += rate * (distance - self->threshold_ms) * CLAMP(elapsed_ms, 0, THRESHOLD_STEP_MAX_MS);
  self->threshold_ms = CLAMP(self->threshold_ms, THRESHOLD_MIN_MS, THRESHOLD_MAX_MS);
}

static void
note_overuse(Trendline *self, double sent_delta_ms)
{
  self->overused_ms = self->overused_ms < 0 ? sent_delta_ms / 2 : self->overused_ms + sent_delta_ms;
  self->n_overused++;
  if (self->overused_ms > OVERUSE_MS && self->n_overused > 1 && self->slope >= self->previous_slope) {
    self->overused_ms = 0;
    self->n_overused = 0;
    self->use = BANDWIDTH_OVERUSED;
  }
}

static void
judge(Trendline *self, double sent_delta_ms, gint64 now_us)
{
  double trend_ms = MIN(self->n_deltas, DELTAS_COUNTED_MAX) * self->slope * GAIN;
  if (self->n_deltas < 2) {
    self->use = BANDWIDTH_NORMAL;
    return;
  }
  if (trend_ms > self->threshold_ms) {
    note_overuse(self, sent_delta_ms);
  } else {
    self->overused_ms = -1;
    self->n_overused = 0;
    self->use = trend_ms < -self->threshold_ms ? BANDWIDTH_UNDERUSED : BANDWIDTH_NORMAL;
  }
  self->previous_slope = self->slope;
  adapt_threshold(self, trend_ms, now_us);
}

void
trendline_add(Trendline *self, const ArrivalDelta *delta, gint64 arrival_us)
{
  if (self->origin_us == 0)
    self->origin_us = arrival_us;
  self->n_deltas = MIN(self->n_deltas + 1, DELTAS_MAX);
  self->accumulated_ms += (double)(delta->arrival_delta_us - delta->sent_delta_us) / 1000;
  self->smoothed_ms = SMOOTHING * self->smoothed_ms + (1 - SMOOTHING) * self->accumulated_ms;
  guint at = self->n_points++ % TRENDLINE_GROUPS;
  self->points[at].at_ms = (double)(arrival_us - self->origin_us) / 1000;
  self->points[at].delay_ms = self->smoothed_ms;
  if (self->n_points >= TRENDLINE_GROUPS)
    self->slope = fit(self, self->slope);
  judge(self, (double)delta->sent_delta_us / 1000, arrival_us);
}
