/* media/rtp/rtx.c - retransmissions in a stream of their own (RFC 4588). */
#include "media/rtp/rtx.h"

bool
rtx_unwrap(RtpPacket *packet, const guint8 *data, guint8 payload_type, guint32 ssrc)
{
  if (packet->payload_length < RTX_OSN_BYTES)
    return false;
  const guint8 *osn = data + packet->payload_offset;
  packet->header.seq = (guint16)(osn[0] << 8 | osn[1]);
  packet->header.payload_type = payload_type;
  packet->header.ssrc = ssrc;
  packet->payload_offset += RTX_OSN_BYTES;
  packet->payload_length -= RTX_OSN_BYTES;
  packet->padding_length = 0;
  return true;
}

void
rtx_write_osn(ByteWriter *writer, guint16 original_seq)
{
  byte_writer_u16(writer, original_seq);
}
