/* media/rtp/rtt_estimator.h - the round trip from the echoes in RTCP reports (RFC 3550 A.8
 * figure 2, section 6.4.1). Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum { RTT_DEFAULT_US = 100 * 1000 };  /* before it is known (TRANSPORT C1) */

typedef struct {
  gint64 smoothed_us;  /* 0: not known */
  gint64 last_us;
} RttEstimator;

/* @arrival_ntp: when the report came; @lsr, @dlsr: from its block (or LRR, DLRR), 16.16 s.
 * Returns: false if the echo is empty or absurd, and was not used. */
bool rtt_estimator_on_echo(RttEstimator *self, guint64 arrival_ntp, guint32 lsr, guint32 dlsr) ON_NET;

/* Returns: the smoothed round trip, or @if_unknown_us. */
gint64 rtt_estimator_get(const RttEstimator *self, gint64 if_unknown_us) ON_NET;

/* The middle 32 bits of an NTP timestamp, as LSR and LRR have them. */
static inline guint32
ntp_middle(guint64 ntp)
{
  return (guint32)(ntp >> 16);
}
