/* media/bwe/sent_log.h - what was sent under which transport-wide number, and what became of it.
 *
 *   on_sent -> [ ring of SENT_LOG_PACKETS by number ] <- feedback
 *
 * Part of RateEstimator. Numbers, the feedback's reference time and its order may wrap, repeat
 * and be wrong: a packet becomes received once, and lost once before that at most. Net thread. */
#pragma once
#include "media/bwe/twcc_feedback.h"

enum { SENT_LOG_PACKETS = 4096 };  /* power of two: at 5 Mbit/s some 8 s */

typedef enum { SENT_STATE_NONE = 0, SENT_STATE_IN_FLIGHT, SENT_STATE_LOST, SENT_STATE_RECEIVED } SentState;

typedef struct {
  gint64    seq;            /* unwrapped                                      */
  gint64    sent_us;        /* our clock                                      */
  gint64    arrival_us;     /* the receiver's clock, of any origin            */
  guint64   total_bytes;    /* all that was sent up to and with this packet   */
  guint32   bytes, cookie;
  int       probe_cluster;  /* 0: none                                        */
  SentState state;
  bool      was_lost;       /* it was reported lost before it was received    */
} SentPacket;

typedef struct SentLog SentLog;

/* What one feedback told that was not known before. */
typedef struct {
  guint n_received, n_lost;
  SentPacket *received[TWCC_STATUSES_MAX];  /* borrowed from the log, by arrival */
  SentPacket *lost[TWCC_STATUSES_MAX];      /* by number                         */
} SentNews;

SentLog *sent_log_new(void);
void     sent_log_free(SentLog *self);

void sent_log_add(SentLog *self, guint16 transport_seq, gsize bytes, guint32 cookie, int probe_cluster,
                  gint64 now_us);
/* Returns: false if there was no news at all. @out is valid until the next call. */
bool sent_log_apply(SentLog *self, const TwccFeedback *feedback, SentNews *out);
/* Bytes sent after the newest packet that is known to be received. */
guint64 sent_log_outstanding_bytes(const SentLog *self);
/* When the oldest packet left that was sent after the newest one received; 0: none was. */
gint64 sent_log_waiting_since_us(const SentLog *self);
