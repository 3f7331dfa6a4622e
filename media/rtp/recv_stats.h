/* media/rtp/recv_stats.h - loss and jitter of one received SSRC (RFC 3550 A.1, A.3, A.8).
 *
 * Extends 16-bit sequence numbers to 64 bits and notices when a sender starts over. Pure
 * logic; net thread. */
#pragma once
#include "media/base/thread_role.h"
#include "media/rtp/rtcp_types.h"
#include <stdbool.h>

typedef enum {
  RECV_SEQ_NONE = 0,
  RECV_SEQ_NEWEST,    /* the first packet, or newer than all before             */
  RECV_SEQ_LATE,      /* older than the newest: reordered, repeated or resent   */
  RECV_SEQ_RESTART,   /* two packets in a row far from the rest: count from here */
  RECV_SEQ_BAD,       /* far from the rest and alone so far: to be dropped      */
} RecvSeq;

typedef struct {
  /* state; all public to read */
  gboolean started;
  gint64   base, newest;         /* unwrapped                                   */
  guint16  bad_next;             /* would confirm a restart                     */
  gboolean has_bad_next;
  guint64  received;             /* since base                                  */
  gint64   received_prior, expected_prior;
  gint64   lost_before_restart;
  double   fraction_lost;        /* 0..1, over the last report interval         */
  double   jitter_units;
  gboolean has_transit;
  gint64   last_arrival_us;
  guint32  last_timestamp;
} RecvStats;

void recv_stats_init(RecvStats *self) ON_NET;

/* @is_resent: came by RTX, so it tells nothing about loss or jitter.
 * @unwrapped: set unless the result is RECV_SEQ_BAD. */
RecvSeq recv_stats_on_packet(RecvStats *self, guint16 seq, guint32 rtp_timestamp, guint clock_hz,
                             gint64 arrival_us, bool is_resent, gint64 *unwrapped) ON_NET;

/* Cumulative number of packets lost; negative if more came than were sent. */
gint64 recv_stats_lost(const RecvStats *self) ON_NET;
/* Fills all of @out but ssrc, lsr and dlsr, and starts the next interval. */
void recv_stats_report(RecvStats *self, RtcpReportBlock *out) ON_NET;
