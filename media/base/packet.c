/* media/base/packet.c - one datagram, decrypted in place and shared by reference. */
#include "media/base/packet.h"

Packet *
packet_new(void)
{
  Packet *self = g_malloc(sizeof *self);
  self->data = self->buffer + PACKET_HEADROOM;
  self->length = 0;
  self->arrival_us = 0;
  g_atomic_ref_count_init(&self->ref_count);
  return self;
}

Packet *
packet_ref(Packet *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
packet_unref(Packet *self)
{
  if (self != NULL && g_atomic_ref_count_dec(&self->ref_count))
    g_free(self);
}
