/* media/bwe/acked_rate.h - the rate that arrives, by the receiver's clock.
 *
 * Part of RateEstimator. Samples of 150 ms (the first: 500 ms) weighed by how far they are from the
 * estimate: a sample that is far off counts little until others confirm it (TRANSPORT C6).
 * Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  double bps;         /* 0: not known yet */
  double variance;    /* (kbit/s)^2       */
  double window_bits;
  gint64 window_us;   /* how much of the window has passed */
  gint64 last_us;     /* 0: nothing yet   */
  bool   is_change_expected;
  double sample_bps;  /* the last full window's, unweighed; 0: none yet */
} AckedRate;

void acked_rate_reset(AckedRate *self);
/* What a late report tells of counts for the present window, so that none is missing on
 * average; a step back by seconds is another clock, and starts over. */
void acked_rate_add(AckedRate *self, gsize bytes, gint64 arrival_us);
/* A report was lost: what it told of arrived, but nobody knows when. The window begins anew. */
void acked_rate_skip(AckedRate *self);
/* For when much has changed: not more than the last window's rate. */
double acked_rate_recent_bps(const AckedRate *self);
/* The application sends more again: the next higher sample is the estimate, which would take
 * seconds to follow. */
void acked_rate_expect_change(AckedRate *self);
