/* media/bwe/passed_share.c - which part of what is sent arrives as fast as it was sent. */
#include "media/bwe/passed_share.h"

enum { WINDOW_US = 250 * 1000, WINDOW_MAX_US = 1500 * 1000, WINDOW_BYTES = 3000 };

void
passed_share_reset(PassedShare *self)
{
  *self = (PassedShare) { .share = 1 };
}

static void
begin(PassedShare *self, const SentPacket *packet)
{
  self->sent_us = packet->sent_us;
  self->arrival_us = packet->arrival_us;
  self->total_bytes = packet->total_bytes;
  self->received_bytes = 0;
  self->has_begun = true;
}

void
passed_share_skip(PassedShare *self)
{
  self->has_begun = false;
}

void
passed_share_add(PassedShare *self, const SentNews *news)
{
  const SentPacket *newest = news->received[0];
  for (guint i = 0; i < news->n_received; i++) {
    const SentPacket *packet = news->received[i];
    if (packet->seq > newest->seq)
      newest = packet;
    if (self->has_begun && packet->total_bytes > self->total_bytes)
      self->received_bytes += packet->bytes;
  }
  gint64 arrival_us = newest->arrival_us - self->arrival_us, sent_us = newest->sent_us - self->sent_us;
  if (!self->has_begun || arrival_us < 0 || sent_us < 0 || arrival_us > WINDOW_MAX_US) {
    begin(self, newest);
    return;
  }
  if (arrival_us < WINDOW_US || sent_us == 0)
    return;
  double sent = (double)(newest->total_bytes - self->total_bytes) / (double)sent_us;
  double received = (double)self->received_bytes / (double)arrival_us;
  bool is_enough = newest->total_bytes - self->total_bytes >= WINDOW_BYTES;
  self->share = is_enough ? received / sent : 1;
  self->received_bps = is_enough ? received * 8e6 : 0;
  begin(self, newest);
}
