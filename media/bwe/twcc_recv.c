/* media/bwe/twcc_recv.c - notes arrivals by transport-wide number and reports them back. */
#include "media/bwe/twcc_recv.h"
#include "media/base/seq.h"

enum {
  WINDOW = 1024,            /* packets that are remembered; power of two            */
  LATE_MAX = 500,           /* later ones are not reported again                    */
  UNWRAPPED_START = 0x10000,  /* so that a packet from before the first is not negative */
  DELTA_BYTES_MAX = 600,    /* of one report: with 1024 statuses' chunks still below 950 */
};

typedef struct {
  gint64 seq;               /* whose slot this is at the moment */
  gint64 arrival_ticks;
} Arrival;

struct TwccRecv {
  bool    is_started;
  gint64  next_report;      /* all below were reported */
  gint64  newest;
  guint16 old_next;         /* a number that would confirm that the sender started over */
  bool    has_old_next;
  guint8  feedback_count;
  gint64  due_us;
  Arrival arrivals[WINDOW];
};

TwccRecv *
twcc_recv_new(void)
{
  TwccRecv *self = g_new0(TwccRecv, 1);
  for (guint i = 0; i < WINDOW; i++)
    self->arrivals[i].seq = -1;
  return self;
}

void
twcc_recv_free(TwccRecv *self)
{
  g_free(self);
}

static Arrival *
slot_of(TwccRecv *self, gint64 seq)
{
  return &self->arrivals[(guint64)seq % WINDOW];
}

static void
restart_at(TwccRecv *self, gint64 seq)
{
  self->is_started = true;
  self->next_report = self->newest = seq;
  self->has_old_next = false;
}

/* Returns: the unwrapped number to file the packet under, or -1 to ignore it. */
static gint64
accept(TwccRecv *self, guint16 transport_seq)
{
  if (!self->is_started) {
    restart_at(self, UNWRAPPED_START + transport_seq);
    return self->newest;
  }
  gint64 seq = seq_unwrap(self->newest, transport_seq);
  if (seq > self->newest) {
    if (seq - self->newest >= WINDOW)
      restart_at(self, seq);  /* a jump: what lies between was hardly ever sent */
    self->newest = seq;
    if (seq - self->next_report >= WINDOW)
      self->next_report = seq - WINDOW + 1;
    return seq;
  }
  if (seq > self->newest - LATE_MAX)
    return seq;
  if (self->has_old_next && transport_seq == self->old_next) {
    restart_at(self, seq + 0x10000);
    return self->newest;
  }
  self->has_old_next = true;
  self->old_next = (guint16)(transport_seq + 1);
  return -1;
}

void
twcc_recv_on_packet(TwccRecv *self, guint16 transport_seq, gint64 arrival_us)
{
  gint64 seq = accept(self, transport_seq);
  if (seq < 0)
    return;
  Arrival *slot = slot_of(self, seq);
  if (slot->seq == seq)
    return;  /* the first arrival counts */
  *slot = (Arrival) { .seq = seq, .arrival_ticks = arrival_us / TWCC_TICK_US };
  if (seq < self->next_report)
    self->next_report = seq;
}

bool
twcc_recv_is_due(TwccRecv *self, gint64 now_us)
{
  if (!self->is_started || self->next_report > self->newest || now_us < self->due_us)
    return false;
  self->due_us += TWCC_INTERVAL_US;
  if (self->due_us <= now_us)
    self->due_us = now_us + TWCC_INTERVAL_US;
  return true;
}

bool
twcc_recv_next(TwccRecv *self, TwccFeedback *out)
{
  if (!self->is_started || self->next_report > self->newest)
    return false;
  bool has_reference = false;
  gint64 previous_ticks = 0;
  guint n = 0, delta_bytes = 0;
  out->base_seq = (guint16)self->next_report;
  for (; self->next_report <= self->newest; self->next_report++) {
    const Arrival *arrival = slot_of(self, self->next_report);
    if (n == TWCC_STATUSES_MAX || delta_bytes >= DELTA_BYTES_MAX)
      break;
    if (arrival->seq != self->next_report) {
      out->delta_ticks[n++] = TWCC_NOT_RECEIVED;
      continue;
    }
    if (!has_reference) {
      has_reference = true;
      gint64 reference = arrival->arrival_ticks / TWCC_TICKS_PER_REFERENCE;
      out->reference = (guint32)reference & 0xFFFFFF;
      previous_ticks = reference * TWCC_TICKS_PER_REFERENCE;
    }
    gint64 delta = arrival->arrival_ticks - previous_ticks;
    if (delta < G_MININT16 || delta > G_MAXINT16)
      break;  /* more than 8 s: the next report has a reference of its own */
    out->delta_ticks[n++] = (gint32)delta;
    delta_bytes += delta >= 0 && delta <= 0xFF ? 1 : 2;
    previous_ticks = arrival->arrival_ticks;
  }
  out->n_statuses = (guint16)n;
  out->feedback_count = self->feedback_count++;
  return n > 0 && has_reference;
}
