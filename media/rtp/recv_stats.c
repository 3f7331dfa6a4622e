/* media/rtp/recv_stats.c - loss and jitter of one received SSRC (RFC 3550 A.1, A.3, A.8). */
#include "media/rtp/recv_stats.h"
#include "media/base/seq.h"
#include <string.h>

enum {
  MAX_DROPOUT = 3000,    /* RFC 3550 A.1                                            */
  MAX_MISORDER = 1000,   /* A.1 says 100; a retransmission may be further behind    */
  UNWRAPPED_START = 0x10000,  /* so that a packet from before the first is not negative */
  JITTER_JUMP_S = 5,     /* a timestamp that moves further is a new clock, no jitter */
};

void
recv_stats_init(RecvStats *self)
{
  memset(self, 0, sizeof *self);
}

static gint64
expected(const RecvStats *self)
{
  return self->started ? self->newest - self->base + 1 : 0;
}

static gint64
lost_so_far(const RecvStats *self)
{
  return self->lost_before_restart + expected(self) - (gint64)self->received;
}

gint64
recv_stats_lost(const RecvStats *self)
{
  return lost_so_far(self);
}

static void
start_at(RecvStats *self, gint64 seq)
{
  if (self->started)
    self->lost_before_restart = lost_so_far(self);
  self->started = TRUE;
  self->base = self->newest = seq;
  self->received = 0;
  self->received_prior = self->expected_prior = 0;
  self->has_transit = FALSE;
  self->has_bad_next = FALSE;
}

static RecvSeq
classify(RecvStats *self, guint16 seq, bool is_resent, gint64 *unwrapped)
{
  if (!self->started) {
    if (is_resent)
      return RECV_SEQ_BAD;  /* nothing to compare it with */
    *unwrapped = UNWRAPPED_START + seq;
    start_at(self, *unwrapped);
    return RECV_SEQ_NEWEST;
  }
  *unwrapped = seq_unwrap(self->newest, seq);
  gint64 ahead = *unwrapped - self->newest;
  if (ahead > -MAX_MISORDER && ahead <= 0)
    return RECV_SEQ_LATE;
  if (ahead > 0 && ahead < MAX_DROPOUT) {
    self->newest = *unwrapped;
    self->has_bad_next = FALSE;
    return RECV_SEQ_NEWEST;
  }
  if (is_resent)
    return RECV_SEQ_BAD;
  if (self->has_bad_next && seq == self->bad_next) {
    /* The sender started over. Go on counting upwards, so that those who keep state by
     * unwrapped number need no special case but a gap. */
    if (ahead <= 0)
      *unwrapped += 0x10000;
    start_at(self, *unwrapped);
    return RECV_SEQ_RESTART;
  }
  self->has_bad_next = TRUE;
  self->bad_next = (guint16)(seq + 1);
  return RECV_SEQ_BAD;
}

/* A video frame's packets share a timestamp but not a departure: only the first counts,
 * or the sender's pacing would look like jitter. */
static void
update_jitter(RecvStats *self, guint32 rtp_timestamp, guint clock_hz, gint64 arrival_us)
{
  if (self->has_transit) {
    if (rtp_timestamp == self->last_timestamp)
      return;
    double arrived = (double)(arrival_us - self->last_arrival_us) * clock_hz / 1e6;
    double sent = (gint32)(rtp_timestamp - self->last_timestamp);
    double d = ABS(arrived - sent);
    if (d < (double)JITTER_JUMP_S * clock_hz)
      self->jitter_units += (d - self->jitter_units) / 16;
  }
  self->has_transit = TRUE;
  self->last_arrival_us = arrival_us;
  self->last_timestamp = rtp_timestamp;
}

RecvSeq
recv_stats_on_packet(RecvStats *self, guint16 seq, guint32 rtp_timestamp, guint clock_hz,
                     gint64 arrival_us, bool is_resent, gint64 *unwrapped)
{
  RecvSeq result = classify(self, seq, is_resent, unwrapped);
  if (result == RECV_SEQ_BAD || is_resent)
    return result;
  self->received++;
  if (result != RECV_SEQ_LATE)
    update_jitter(self, rtp_timestamp, clock_hz, arrival_us);
  return result;
}

void
recv_stats_report(RecvStats *self, RtcpReportBlock *out)
{
  gint64 expected_now = expected(self);
  gint64 in_interval = expected_now - self->expected_prior;
  gint64 lost = in_interval - ((gint64)self->received - self->received_prior);
  self->expected_prior = expected_now;
  self->received_prior = (gint64)self->received;
  self->fraction_lost = in_interval > 0 && lost > 0 ? (double)lost / (double)in_interval : 0;

  out->fraction_lost = (guint8)MIN(self->fraction_lost * 256, 255.0);
  out->cumulative_lost = (gint32)CLAMP(recv_stats_lost(self), -0x800000, 0x7FFFFF);
  out->highest_seq = (guint32)(self->newest - UNWRAPPED_START);
  out->jitter = (guint32)self->jitter_units;
}
