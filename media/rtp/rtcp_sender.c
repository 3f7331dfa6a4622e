/* media/rtp/rtcp_sender.c - gathers RTCP packets into datagrams and sends them. */
#include "media/rtp/rtcp_sender.h"
#include "media/rtp/rtcp_builder.h"

void
rtcp_sender_clear(RtcpSender *self)
{
  g_clear_pointer(&self->packet, packet_unref);
}

void
rtcp_sender_flush(RtcpSender *self)
{
  if (self->packet == NULL)
    return;
  Packet *packet = g_steal_pointer(&self->packet);
  packet->length = self->writer.length;
  /* Everybody asks for room first: a writer that failed is a fault of ours. */
  if (self->writer.failed || packet->length == 0) {
    g_warn_if_fail(!self->writer.failed);
    packet_unref(packet);
    return;
  }
  self->send(packet, self->user);
}

ByteWriter *
rtcp_sender_begin_report(RtcpSender *self)
{
  rtcp_sender_flush(self);
  self->packet = packet_new();
  self->writer = byte_writer(self->packet->data, RTCP_DATAGRAM_BYTES_MAX);
  return &self->writer;
}

ByteWriter *
rtcp_sender_room(RtcpSender *self, gsize bytes)
{
  if (self->packet != NULL && self->writer.capacity - self->writer.length >= bytes)
    return &self->writer;
  rtcp_sender_begin_report(self);
  if (!self->is_reduced_size) {
    rtcp_write_rr(&self->writer, self->ssrc, NULL, 0);
    rtcp_write_sdes(&self->writer, &self->ssrc, 1, self->cname);
  }
  return &self->writer;
}
