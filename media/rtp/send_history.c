/* media/rtp/send_history.c - what was sent lately, in case it is asked for again. */
#include "media/rtp/send_history.h"
#include <string.h>

struct SendHistory {
  guint      n_slots;
  guint      n_kept;   /* the n_kept numbers up to newest may be in their slots */
  guint16    newest;
  SentPacket slots[];
};

SendHistory *
send_history_new(guint n_packets)
{
  g_return_val_if_fail(n_packets > 0 && n_packets <= 32768 && (n_packets & (n_packets - 1)) == 0, NULL);
  SendHistory *self = g_malloc0(sizeof *self + n_packets * sizeof self->slots[0]);
  self->n_slots = n_packets;
  return self;
}

static SentPacket *
slot_of(SendHistory *self, guint16 seq)
{
  return &self->slots[seq & (self->n_slots - 1)];
}

static void
empty_slot(SentPacket *slot)
{
  encoded_frame_unref(slot->frame);
  audio_packet_unref(slot->audio);
  memset(slot, 0, sizeof *slot);
}

void
send_history_free(SendHistory *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_slots; i++)
    empty_slot(&self->slots[i]);
  g_free(self);
}

SentPacket *
send_history_add(SendHistory *self, guint16 seq)
{
  SentPacket *slot = slot_of(self, seq);
  empty_slot(slot);
  slot->seq = seq;
  self->newest = seq;
  self->n_kept = MIN(self->n_kept + 1, self->n_slots);
  return slot;
}

SentPacket *
send_history_find(SendHistory *self, guint16 seq)
{
  SentPacket *slot = slot_of(self, seq);
  bool is_filled = slot->frame != NULL || slot->audio != NULL;
  return is_filled && slot->seq == seq ? slot : NULL;
}

bool
send_history_may_resend(const SentPacket *packet, gint64 now_us, gint64 rtt_us)
{
  /* A little less than the smoothed round trip: an honest second request that found a
   * quicker way must not be refused. */
  return packet->resent_us == 0 || now_us - packet->resent_us >= rtt_us - rtt_us / 8;
}

void
send_history_expire(SendHistory *self, gint64 oldest_us)
{
  while (self->n_kept > 1) {
    SentPacket *slot = slot_of(self, (guint16)(self->newest - self->n_kept + 1));
    if (slot->sent_us >= oldest_us)
      return;
    empty_slot(slot);
    self->n_kept--;
  }
}
