/* media/bwe/app_limit.h - tells when less is sent than the target would allow.
 *
 * Part of RateEstimator. A rate that was never sent is not known to pass; an estimate must not
 * grow by it, and probes take the place of growth. A budget of half a second at 65 % of the target:
 * it fills while less is sent (TRANSPORT C6). Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  double target_bps;
  double spare_bits;  /* what might have been sent, at most half a second's worth either way */
  gint64 last_us;     /* 0: nothing yet */
  bool   is_limited;
  gint64 ended_us;    /* when it last ended; 0: never */
} AppLimit;

void app_limit_on_sent(AppLimit *self, gsize bytes, gint64 now_us);
void app_limit_update(AppLimit *self, double target_bps, gint64 now_us);
