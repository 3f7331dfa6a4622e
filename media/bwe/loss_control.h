/* media/bwe/loss_control.h - limits the rate by the losses, and tells a bad line from a full one.
 *
 *   < 2 % grow    2..10 % hold    > 10 % rate x (1 - loss / 2)       of the losses beyond
 *                                                                     the inherent ones
 * A radio line loses its 10 % at any rate, and a control that answers each loss starves on it
 * (TRANSPORT C6). So when losses come without a queue the rate is lowered once, to try: had the
 * line been full (a policer, a small buffer) a rate 15 % lower would lose much less and deliver
 * as much. If it does not, those losses are inherent: they no longer count, and the rate is
 * restored.
 * Part of RateEstimator. Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef enum {
  LOSS_PHASE_NONE = 0,
  LOSS_PHASE_WATCH,
  LOSS_PHASE_TRIAL,     /* the rate is lowered to see whether the losses fall */
} LossPhase;

typedef struct {
  double bps;           /* G_MAXDOUBLE: no limit                                       */
  double loss;          /* of the last full window, 0..1                               */
  double inherent;      /* 0..1                                                        */
  LossPhase phase;
  gint64 count_from_us; /* only packets sent from then on are counted                  */
  gint64 window_us;     /* when the window began; 0: not yet                           */
  guint  n_packets, n_lost;
  double sent_bits, delivered_bits;
  double average;       /* of the windows, slow                                        */
  double sent_bps, delivered_bps;  /* of the last full window                          */
  double loss_before_trial, bps_before_trial, sent_before_trial, delivered_before_trial;
  gint64 trial_allowed_us;
  gint64 decreased_us;
} LossControl;

typedef struct {
  double target_bps;    /* what is sent at now                       */
  double min_bps;
  double others_bps;    /* what the delay, the peer and the cap allow */
  bool   is_queueing;   /* the losses come with a queue              */
  bool   is_application_limited;  /* a lower target would not show   */
  gint64 rtt_us;
} LossInput;

void loss_control_init(LossControl *self);
/* The fate of a packet; @is_late: it was counted as lost before and came after all. */
void loss_control_add(LossControl *self, gint64 sent_us, gsize bytes, bool is_lost, bool is_late);
/* Judges the window if it is full. */
void loss_control_update(LossControl *self, const LossInput *input, gint64 now_us);
/* The rate fell for another reason: what was lost before is answered by that. */
void loss_control_on_decrease(LossControl *self, gint64 now_us);
/* The network was silent and is back: what was lost meanwhile is no sign of its rate. */
void loss_control_on_return(LossControl *self, gint64 now_us);
/* Judges a receiver report instead. */
void loss_control_on_report(LossControl *self, double loss, double delivered_bps, const LossInput *input, gint64 now_us);
