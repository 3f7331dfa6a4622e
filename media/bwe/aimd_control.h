/* media/bwe/aimd_control.h - raises and lowers the rate by what the delay says.
 *
 *   overused -> 0.85 of what arrives, then hold    underused -> hold (the queue drains)
 *   normal   -> +8 % a second, near a known limit about a packet per round trip
 *
 * Part of RateEstimator (draft-ietf-rmcat-gcc-02, section 5.5; TRANSPORT C6). Net thread. */
#pragma once
#include "media/bwe/link_capacity.h"
#include "media/bwe/trendline.h"

typedef enum { AIMD_NONE = 0, AIMD_HOLD, AIMD_INCREASE, AIMD_DECREASE } AimdState;

typedef struct {
  double min_bps, max_bps;
  double bps;
  bool   is_started;     /* something was received, or a limit was met */
  AimdState state;
  LinkCapacity capacity;
  gint64 rtt_us;
  gint64 changed_us;     /* 0: never */
  gint64 decreased_us;   /* 0: never */
  double before_decrease_bps;
} AimdControl;

typedef struct {
  BandwidthUse use;
  double acked_bps;             /* 0: not known                                             */
  bool   is_application_limited;   /* no more than before is known to pass                  */
  bool   is_short_queue;        /* what overuse there is may be others'                     */
  double busy_bps;              /* what comes out of a queue that stands; 0: not known      */
  double full_bps;              /* what a probe found that filled the line: no growth far beyond it; 0: not known */
  bool   is_held_up;            /* less arrives than is sent: the queue is of our own doing */
} AimdInput;

void aimd_control_init(AimdControl *self, double start_bps, double min_bps, double max_bps);
/* Returns: true if the rate was lowered. */
bool aimd_control_update(AimdControl *self, const AimdInput *input, gint64 now_us);
/* A probe or a timeout says otherwise. */
void aimd_control_set(AimdControl *self, double bps, gint64 now_us);
