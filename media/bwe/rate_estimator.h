/* media/bwe/rate_estimator.h - how much one receiver's network carries, from what it reports.
 *
 *   on_sent ------> sent_log --+
 *   on_feedback ---------------+--> arrival groups -> trendline -> AIMD ------> \
 *                              +--> acknowledged rate ------^                    min -> target
 *                              +--> losses -> loss control ------------------> /
 *   on_remb ------------------------------------------------------------------/
 *   poll -----> feedback timeout, probes (take_probe -> pacer -> on_sent with its cluster)
 *
 * Google congestion control (draft-ietf-rmcat-gcc-02; constants of TRANSPORT C6) with two
 * deviations: losses that do not fall when the rate falls are taken for the line's own (radio),
 * and do not lower the rate further; the target is never below `min_bps`. A peer without
 * transport-wide feedback is judged by its receiver reports alone.
 * Pure logic, virtual time; net thread. */
#pragma once
#include "media/base/thread_role.h"
#include "media/bwe/probe_token.h"
#include "media/bwe/twcc_feedback.h"

typedef struct RateEstimator RateEstimator;

typedef struct {
  guint start_bps, min_bps, max_bps;
  bool  has_feedback;   /* transport-wide feedback was agreed; false: receiver reports only */
  ProbeToken *token;    /* borrowed, nullable: probes need none                             */
} RateEstimatorConfig;

/* What holds the target where it is. */
typedef enum {
  RATE_LIMIT_NONE = 0,       /* it grows                                                  */
  RATE_LIMIT_DELAY,          /* a queue builds up on the way                              */
  RATE_LIMIT_LOSS,
  RATE_LIMIT_PEER,           /* the receiver asked for no more (REMB)                     */
  RATE_LIMIT_FEEDBACK_LOST,  /* the reports stay away, or came seconds late               */
  RATE_LIMIT_APPLICATION,    /* less is sent than might be, so that nothing more is known */
  RATE_LIMIT_MAX,            /* there is no need of more: max_bps                         */
} RateLimit;

typedef struct {
  /* The fate of one packet: received, or reported lost (known as soon as a packet sent later
   * was received). One reported lost may be reported received afterwards; never twice the same.
   * Packets whose reports are lost have no fate. May be NULL. Must not call the estimator. */
  void (*packet_fate)(guint32 cookie, bool received, gpointer user);
} RateEstimatorEvents;

/* A short burst at a higher rate, to learn whether the network would carry it. */
typedef struct {
  int   cluster;         /* > 0, for rate_estimator_on_sent()       */
  guint rate_bps;
  gsize bytes;           /* at least so many, in wire bytes         */
  guint packets;         /* and at least so many packets            */
} RateProbe;

typedef struct {
  guint  target_bps;
  guint  acked_bps;         /* 0: not known yet                                           */
  guint  delay_bps, loss_bps;  /* what either control alone would allow                   */
  guint  peer_bps;          /* REMB; 0: none                                              */
  RateLimit limit;
  double loss;              /* 0..1, of the last second or so                             */
  double inherent_loss;     /* 0..1, the part that does not depend on our rate            */
  gint64 rtt_us;            /* 0: not known yet                                           */
  gint64 queue_us;          /* one-way delay above the least of the last half minute      */
  bool   is_application_limited;
  bool   is_probing;
  guint64 feedbacks;
  guint64 feedbacks_ignored;   /* duplicates, too old, or about packets never sent        */
  guint64 overuses;            /* times the rate was lowered for delay                    */
  guint64 probes, probes_successful;
} RateEstimatorStats;

/* @events, @user: NULL allowed. Returns: (transfer full). */
RateEstimator *rate_estimator_new(const RateEstimatorConfig *config, const RateEstimatorEvents *events,
                                  gpointer user);
void           rate_estimator_free(RateEstimator *self);  /* gives the token back */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RateEstimator, rate_estimator_free)

/* Every packet that carries a transport-wide number: sound, video, RTX, padding.
 * @wire_bytes: IP and UDP headers included. @cookie: comes back with packet_fate.
 * @probe_cluster: pacer_probe_cluster(); 0: not part of a probe. */
void rate_estimator_on_sent(RateEstimator *self, guint16 transport_seq, gsize wire_bytes, guint32 cookie,
                            int probe_cluster, gint64 now_us) ON_NET;
/* @feedback may be late, repeated, out of order or forged. */
void rate_estimator_on_feedback(RateEstimator *self, const TwccFeedback *feedback, gint64 now_us) ON_NET;
/* A receiver report about the main stream. @rtt_us: 0 if not known. */
void rate_estimator_on_report(RateEstimator *self, double loss_fraction, gint64 rtt_us, gint64 now_us) ON_NET;
/* Valid for some seconds: the peer repeats it. */
void rate_estimator_on_remb(RateEstimator *self, guint64 bps, gint64 now_us) ON_NET;
/* What the owner would send if it could (the next higher tier with its sound): no probe goes
 * beyond that with some room. 0: as much as the maximum. */
void rate_estimator_set_wanted(RateEstimator *self, guint bps) ON_NET;
/* No picture fits into the target: what little is sent says nothing of the network, so it is probed more often. */
void rate_estimator_set_starving(RateEstimator *self, bool is_starving) ON_NET;
/* Call every 5 to 25 ms. */
void rate_estimator_poll(RateEstimator *self, gint64 now_us) ON_NET;
/* Hands out the next burst to send, at most one at a time: give it to pacer_start_probe(). */
bool rate_estimator_take_probe(RateEstimator *self, gint64 now_us, RateProbe *out) ON_NET;

guint     rate_estimator_target_bps(const RateEstimator *self) ON_NET;  /* wire bits, all streams */
/* More is under way than the round trip explains: a queue has built up of which the reports do not
 * tell yet. Video should wait (pacer_set_congested()); sound goes on. */
bool      rate_estimator_is_congested(const RateEstimator *self) ON_NET;
/* 0..1: the part of the target at which pictures should leave while a queue of ours drains; 1: there is none. */
double    rate_estimator_pace_share(const RateEstimator *self) ON_NET;
double    rate_estimator_loss(const RateEstimator *self) ON_NET;
/* How much longer than the least the last packets were under way. */
gint64    rate_estimator_queue_us(const RateEstimator *self) ON_NET;
void      rate_estimator_stats(const RateEstimator *self, RateEstimatorStats *out) ON_NET;
