/* media/rtp/rtp_packet.c - one RTP packet as offsets into its bytes. */
#include "media/rtp/rtp_packet.h"

static bool
parse_extension(RtpPacket *out, ByteReader *reader)
{
  out->extension_profile = byte_reader_u16(reader);
  gsize length = 4u * byte_reader_u16(reader);
  out->extension_offset = (guint16)reader->offset;
  if (byte_reader_take(reader, length) == NULL)
    return false;
  out->extension_length = (guint16)length;
  return true;
}

bool
rtp_packet_parse(RtpPacket *out, const guint8 *data, gsize length)
{
  if (length < RTP_HEADER_BYTES || length > G_MAXUINT16)
    return false;
  ByteReader reader = byte_reader(data, length);
  guint8 first = byte_reader_u8(&reader);
  guint8 second = byte_reader_u8(&reader);
  if (first >> 6 != RTP_VERSION)
    return false;

  memset(out, 0, sizeof *out);
  out->header.marker = (second & 0x80) != 0;
  out->header.payload_type = second & 0x7F;
  out->header.seq = byte_reader_u16(&reader);
  out->header.timestamp = byte_reader_u32(&reader);
  out->header.ssrc = byte_reader_u32(&reader);
  out->n_csrc = first & 0x0F;
  byte_reader_take(&reader, 4u * out->n_csrc);
  if (first & 0x10 && !parse_extension(out, &reader))
    return false;
  if (reader.failed)
    return false;

  gsize rest = byte_reader_remaining(&reader);
  if (first & 0x20) {
    /* The last byte counts itself: zero is as wrong as more than there is. */
    guint8 padding = data[length - 1];
    if (rest == 0 || padding == 0 || padding > rest)
      return false;
    out->padding_length = padding;
    rest -= padding;
  }
  out->payload_offset = (guint16)reader.offset;
  out->payload_length = (guint16)rest;
  return true;
}

void
rtp_packet_write_header(ByteWriter *writer, const RtpHeader *header, bool has_extension)
{
  byte_writer_u8(writer, (guint8)(RTP_VERSION << 6 | (has_extension ? 0x10 : 0)));
  byte_writer_u8(writer, (guint8)((header->marker ? 0x80 : 0) | (header->payload_type & 0x7F)));
  byte_writer_u16(writer, header->seq);
  byte_writer_u32(writer, header->timestamp);
  byte_writer_u32(writer, header->ssrc);
}
