/* tests/media/bwe/sim_flow.h - sound and video towards one receiver, in virtual time.
 *
 *   encoder (30/s, two temporal layers) -> Pacer --+-> line -> twcc_recv
 *   sound (50/s) ----------------------------------+              | feedback bytes
 *        target <- RateEstimator <- twcc_feedback_parse <- line <-+
 *
 * Everything between is the bridge's own code. */
#pragma once
#include "media/bwe/pacer.h"
#include "media/bwe/rate_estimator.h"
#include "tests/media/bwe/sim_link.h"

typedef enum {
  SIM_FEEDBACK_NONE = 0,
  SIM_FEEDBACK_PASSES,
  SIM_FEEDBACK_LOST,
  SIM_FEEDBACK_HELD,      /* kept, for sim_flow_release_feedback() */
} SimFeedback;

typedef struct {
  SimClock *clock;
  SimLink  *forward, *back;
  gint64    extra_us;        /* delay each way beyond the lines'                  */
  guint     start_bps, min_bps, max_bps;
  guint     video_max_bps;   /* the encoder's own limit; 0: none                  */
  guint     video_min_bps;   /* it makes no less, whatever the target             */
  double    start_s, stop_s; /* stop_s 0: never                                   */
  guint64   seed;
  guint16   first_transport_seq;
  gint64    receiver_clock_us;  /* its clock minus ours                           */
  ProbeToken *token;
  LineBucket *line;
  LinePriority priority;
  bool      without_feedback;   /* receiver reports only                          */
  bool      may_wait;           /* pacer_set_congested() is used                  */
} SimFlowConfig;

typedef struct SimFlow SimFlow;

SimFlow *sim_flow_new(const SimFlowConfig *config);
void     sim_flow_free(SimFlow *self);
void     sim_flow_set_video(SimFlow *self, bool is_on);
void     sim_flow_set_feedback(SimFlow *self, SimFeedback what);
void     sim_flow_release_feedback(SimFlow *self);
RateEstimator *sim_flow_estimator(SimFlow *self);
Pacer         *sim_flow_pacer(SimFlow *self);

/* Received wire bits a second in the time, in seconds from SIM_START_US. */
double sim_flow_received_bps(const SimFlow *self, double from_s, double to_s);
/* The mean, the least and the largest target in the time. */
double sim_flow_target_bps(const SimFlow *self, double from_s, double to_s);
double sim_flow_target_least_bps(const SimFlow *self, double from_s, double to_s);
double sim_flow_target_most_bps(const SimFlow *self, double from_s, double to_s);
/* When the target was below, or above, @bps for the first time from @from_s on; -1: never. */
double sim_flow_first_below_s(const SimFlow *self, double from_s, double bps);
double sim_flow_first_above_s(const SimFlow *self, double from_s, double bps);
/* How often the target fell by more than @bps within @within_s, in the time. */
guint  sim_flow_dips(const SimFlow *self, double from_s, double to_s, double bps, double within_s);
/* Of the sound sent in the time: packets lost, and the longest run of them in ms. */
guint  sim_flow_sound_lost(const SimFlow *self, double from_s, double to_s);
guint  sim_flow_sound_gap_ms(const SimFlow *self, double from_s, double to_s);
/* Longest time between two arrivals of sound. */
guint  sim_flow_sound_wait_ms(const SimFlow *self, double from_s, double to_s);
