/* media/bwe/twcc_feedback.h - one transport-wide feedback packet
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
 *
 *   [ RTCP header | SSRCs | base seq, status count | reference time, feedback count |
 *     packet chunks: run lengths and status vectors | receive deltas, 1 or 2 bytes ]
 *
 * Pure functions, any thread. */
#pragma once
#include "media/base/bytes.h"

enum {
  TWCC_STATUSES_MAX = 1024,
  TWCC_TICK_US = 250,               /* unit of a delta                    */
  TWCC_TICKS_PER_REFERENCE = 256,   /* unit of the reference time: 64 ms  */
  TWCC_NOT_RECEIVED = G_MAXINT32,
};

typedef struct {
  guint16 base_seq;
  guint16 n_statuses;
  guint32 reference;         /* 24 bit, in 64 ms                                          */
  guint8  feedback_count;
  gint32  delta_ticks[TWCC_STATUSES_MAX];  /* since the packet received before (the first:
                                            * since the reference), or TWCC_NOT_RECEIVED;
                                            * received ones fit 16 bits signed            */
} TwccFeedback;

/* Appends the RTCP packet. writer->failed if it does not fit. */
void twcc_feedback_write(ByteWriter *writer, const TwccFeedback *feedback, guint32 sender_ssrc,
                         guint32 media_ssrc);

/* @body: what follows the two SSRCs, without RTCP padding. Returns: false if it is not well
 * formed, or reports on more packets than TWCC_STATUSES_MAX. */
bool twcc_feedback_parse(TwccFeedback *out, ByteReader body);
