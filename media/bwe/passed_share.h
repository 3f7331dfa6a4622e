/* media/bwe/passed_share.h - which part of what is sent arrives as fast as it was sent.
 *
 * 1 on a free way; 0.7 where 1 Mbit/s goes in and 700 kbit/s come out, whether the rest still waits
 * or was dropped. Measured over windows of 250 ms of arrivals. Part of RateEstimator. Net thread. */
#pragma once
#include "media/bwe/sent_log.h"

typedef struct {
  /* the packet that the window began with */
  gint64  sent_us, arrival_us;
  guint64 total_bytes;
  guint64 received_bytes;  /* since then */
  bool    has_begun;
  double  share;           /* of the last full window; 1: not known */
  double  received_bps;    /* in it; 0: not known                   */
} PassedShare;

void passed_share_reset(PassedShare *self);
/* A report was lost: the window begins anew. */
void passed_share_skip(PassedShare *self);
/* @news: at least one packet received. */
void passed_share_add(PassedShare *self, const SentNews *news);
