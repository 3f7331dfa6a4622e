/* media/bwe/delay_control.h - the rate that the delay of packets allows.
 *
 *   packets -> arrival groups -> trendline --------\
 *           -> acknowledged rate -------------------> AIMD -> bps
 *           -> queueing delay -> leap, standing ---/
 *           -> passed share: is the queue ours? ---/
 *           -> busy rate: what comes out of it ----/
 *
 * Part of RateEstimator: all that watches the queue on the way. Net thread. */
#pragma once
#include "media/bwe/acked_rate.h"
#include "media/bwe/aimd_control.h"
#include "media/bwe/busy_rate.h"
#include "media/bwe/passed_share.h"
#include "media/bwe/queue_delay.h"
#include "media/bwe/queue_watch.h"
#include "media/bwe/sent_log.h"

typedef struct {
  ArrivalGroups groups;
  Trendline     trendline;
  AckedRate     acked;
  PassedShare   passed;
  BusyRate      busy;
  AimdControl   aimd;
  QueueDelay    queue;
  QueueWatch    watch;
  QueueLeap     newest_leap;
  bool          is_leaping;   /* the newest packet was late by more than noise: a queue fills */
  double  full_probe_bps;     /* what the last probe found, if it filled the line; else 0     */
  gint64  probed_us;          /* when; 0: never                                              */
  gint64  rtt_us, rtt_least_us;  /* 0: not known                                              */
  guint64 n_decreases;
} DelayControl;

void delay_control_init(DelayControl *self, double start_bps, double min_bps, double max_bps);
void delay_control_on_rtt(DelayControl *self, gint64 rtt_us);
/* After a silence: old arrivals are not compared with new ones. */
void delay_control_restart(DelayControl *self);
/* What arrived meanwhile is not known: no rate is measured over it. */
void delay_control_on_report_lost(DelayControl *self);
/* The packets that one feedback reported received, by arrival; at least one.
 * @target_bps: at which they were sent. */
void delay_control_on_packets(DelayControl *self, const SentNews *news, double target_bps, gint64 now_us);
/* @acked_bps: what arrived. */
void delay_control_on_report(DelayControl *self, double acked_bps, gint64 rtt_us);
typedef struct {
  bool   is_application_limited;
  bool   is_seen;          /* something new was                       */
  bool   is_probing;       /* a short queue is our own doing          */
  double inherent_loss;    /* 0..1: what the network loses at any rate; what arrives is so much less than it carries */
} DelaySeen;

/* Moves the rate by what was seen last. Returns: true if it was lowered. */
bool delay_control_update(DelayControl *self, const DelaySeen *seen, gint64 now_us);
/* A probe's result; below 0: none. Two that agree may also lower the rate, to a little more than what arrives.
 * Returns: true if it raised the rate. */
bool delay_control_on_probe(DelayControl *self, double bps, bool was_full, double inherent_loss, gint64 now_us);

/* The part of the queue that is ours. */
gint64 delay_control_own_queue_us(const DelayControl *self);
/* 1 without a queue of ours, else 0.8 to 0.3: at which part of the rate pictures should leave. They wait here
 * rather than in front of the sound. */
double delay_control_pace_share(const DelayControl *self);
/* 0.7 to 1: less than what passes, so that a queue of ours drains in a second or so. */
double delay_control_drain_factor(const DelayControl *self);
