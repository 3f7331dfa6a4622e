/* media/bwe/busy_rate.h - what a way carries while a queue stands in it.
 *
 * Packets that all waited come out one behind the other: their bytes over the time between the first
 * and the last of them is the way's rate, known within 0.12 s and while little or nothing is sent. A way that
 * only became longer delivers as fast as it is fed, one shared with others little slower: that measures nothing. Part of RateEstimator. Net thread. */
#pragma once
#include "media/bwe/sent_log.h"

typedef struct {
  /* the first packet of those that waited, one after the other; n: 0: none did */
  gint64  sent_us, arrival_us;
  gint64  last_us;       /* the newest arrival, after it */
  guint64 bytes;         /* after it                     */
  guint   n;
  double  bps;           /* 0: not known */
} BusyRate;

/* Not all that arrived is known: begins anew. */
void busy_rate_reset(BusyRate *self);
/* The next packet by arrival. @queue_us: how long it waited. */
void busy_rate_add(BusyRate *self, const SentPacket *packet, gint64 queue_us);
