/* media/bwe/probe_control.h - when to try a higher rate, and which.
 *
 *   at the start: x3, then x2 as long as the last one passed
 *   while the application sends less than the target: x2 every 5 s; every 2 s while no picture fits into it
 *   while the rate grows undisturbed: x1.5 every 5 s
 *   after reports were lost, or a deep fall in such a time: what was known before
 *
 * Part of RateEstimator. Never while the network is full or lossy (TRANSPORT C6). Net thread. */
#pragma once
#include "media/bwe/rate_estimator.h"

typedef enum {
  PROBE_PHASE_NONE = 0,   /* nothing was received yet    */
  PROBE_PHASE_IDLE,
  PROBE_PHASE_WANTED,     /* waits for the token         */
  PROBE_PHASE_UNDER_WAY,  /* until a result or a timeout */
} ProbePhase;

typedef struct {
  ProbePhase phase;
  bool   is_started;      /* the first probe was asked for                 */
  double rate_bps;        /* wanted or under way                           */
  bool   is_series;       /* a good result asks for the next               */
  double recover_bps;     /* > 0: try this as soon as the network is quiet */
  gint64 recover_until_us;
  int    cluster;         /* the last one's number                         */
  gint64 begun_us;        /* the last one; 0: never                        */
  guint  n_failed;        /* in a row: the pauses grow                     */
} ProbeControl;

typedef struct {
  double target_bps, limit_bps;   /* @limit_bps: no probe beyond           */
  bool   is_quiet;                /* neither delay nor loss holds the rate */
  bool   is_application_limited;
  bool   is_settled;              /* it has grown for some seconds         */
  bool   is_starving;             /* no picture fits into the target       */
} ProbeInput;

/* Something was received: the first probe may begin. */
void probe_control_start(ProbeControl *self);
void probe_control_recover(ProbeControl *self, double bps, gint64 now_us);
void probe_control_poll(ProbeControl *self, const ProbeInput *input, gint64 now_us);
/* Phase WANTED -> UNDER_WAY. */
void probe_control_take(ProbeControl *self, RateProbe *out, gint64 now_us);
/* @result_bps: <= 0: it failed. */
void probe_control_on_result(ProbeControl *self, double result_bps, const ProbeInput *input);
