/* media/bwe/sent_log.c - what was sent under which transport-wide number, and what became of it. */
#include "media/bwe/sent_log.h"
#include "media/base/seq.h"

enum { UNWRAPPED_START = 0x20000 };  /* so that numbers from before the first are not negative */

struct SentLog {
  gint64  newest;           /* 0: nothing sent yet */
  gint64  newest_received;  /* 0: nothing yet      */
  bool    has_reference;
  gint64  reference;        /* of the last feedback with news, unwrapped */
  guint64 total_bytes;
  SentPacket packets[SENT_LOG_PACKETS];
};

SentLog *
sent_log_new(void)
{
  return g_new0(SentLog, 1);
}

void
sent_log_free(SentLog *self)
{
  g_free(self);
}

static SentPacket *
slot_of(SentLog *self, gint64 seq)
{
  return &self->packets[seq & (SENT_LOG_PACKETS - 1)];
}

/* Returns: NULL if @seq was never sent or is forgotten. */
static SentPacket *
find(SentLog *self, gint64 seq)
{
  SentPacket *packet = slot_of(self, seq);
  return seq <= self->newest && packet->seq == seq && packet->state != SENT_STATE_NONE ? packet : NULL;
}

void
sent_log_add(SentLog *self, guint16 transport_seq, gsize bytes, guint32 cookie, int probe_cluster,
             gint64 now_us)
{
  gint64 seq = self->newest == 0 ? UNWRAPPED_START + transport_seq : seq_unwrap(self->newest, transport_seq);
  if (seq <= self->newest)
    seq += 0x10000;  /* the sender's own numbers only rise */
  self->newest = seq;
  self->total_bytes += bytes;
  *slot_of(self, seq) = (SentPacket) {
    .seq = seq, .sent_us = now_us, .total_bytes = self->total_bytes, .bytes = (guint32)bytes,
    .cookie = cookie, .probe_cluster = probe_cluster, .state = SENT_STATE_IN_FLIGHT,
  };
}

static gint64
unwrap_reference(const SentLog *self, guint32 reference)
{
  if (!self->has_reference)
    return reference;
  gint32 step = (gint32)((reference - (guint32)self->reference) << 8) >> 8;  /* 24 bit, signed */
  return self->reference + step;
}

/* Insertion: they come nearly in order. */
static void
add_received(SentNews *out, SentPacket *packet)
{
  guint i = out->n_received++;
  for (; i > 0 && out->received[i - 1]->arrival_us > packet->arrival_us; i--)
    out->received[i] = out->received[i - 1];
  out->received[i] = packet;
}

static void
read_arrivals(SentLog *self, const TwccFeedback *feedback, gint64 base, gint64 reference, SentNews *out)
{
  gint64 ticks = reference * TWCC_TICKS_PER_REFERENCE;
  for (guint i = 0; i < feedback->n_statuses; i++) {
    if (feedback->delta_ticks[i] == TWCC_NOT_RECEIVED)
      continue;
    ticks += feedback->delta_ticks[i];
    SentPacket *packet = find(self, base + i);
    if (packet == NULL || packet->state == SENT_STATE_RECEIVED)
      continue;
    packet->was_lost = packet->state == SENT_STATE_LOST;
    packet->state = SENT_STATE_RECEIVED;
    packet->arrival_us = ticks * TWCC_TICK_US;
    self->newest_received = MAX(self->newest_received, packet->seq);
    add_received(out, packet);
  }
}

/* What is missing before a packet that came is lost, until it comes after all. */
static void
read_losses(SentLog *self, const TwccFeedback *feedback, gint64 base, SentNews *out)
{
  for (guint i = 0; i < feedback->n_statuses && base + i < self->newest_received; i++) {
    SentPacket *packet = find(self, base + i);
    if (feedback->delta_ticks[i] != TWCC_NOT_RECEIVED || packet == NULL
        || packet->state != SENT_STATE_IN_FLIGHT)
      continue;
    packet->state = SENT_STATE_LOST;
    out->lost[out->n_lost++] = packet;
  }
}

bool
sent_log_apply(SentLog *self, const TwccFeedback *feedback, SentNews *out)
{
  out->n_received = out->n_lost = 0;
  if (self->newest == 0)
    return false;
  gint64 base = seq_unwrap(self->newest, feedback->base_seq);
  gint64 reference = unwrap_reference(self, feedback->reference);
  read_arrivals(self, feedback, base, reference, out);
  read_losses(self, feedback, base, out);
  if (out->n_received > 0) {
    self->has_reference = true;
    self->reference = reference;
  }
  return out->n_received > 0 || out->n_lost > 0;
}

guint64
sent_log_outstanding_bytes(const SentLog *self)
{
  const SentPacket *packet = &self->packets[self->newest_received & (SENT_LOG_PACKETS - 1)];
  if (self->newest_received == 0)
    return self->total_bytes;
  return packet->seq == self->newest_received ? self->total_bytes - packet->total_bytes : self->total_bytes;
}

gint64
sent_log_waiting_since_us(const SentLog *self)
{
  if (self->newest == self->newest_received)
    return 0;
  gint64 oldest = MAX(self->newest_received + 1, self->newest - SENT_LOG_PACKETS + 1);
  for (gint64 seq = oldest; seq <= self->newest; seq++) {
    const SentPacket *packet = &self->packets[seq & (SENT_LOG_PACKETS - 1)];
    if (packet->seq == seq)
      return packet->sent_us;
  }
  return 0;
}
