/* media/rtp/red.c - redundant audio payloads (RFC 2198). */
#include "media/rtp/red.h"

bool
red_parse(RedPayload *out, const guint8 *payload, gsize length)
{
  ByteReader reader = byte_reader(payload, length);
  *out = (RedPayload) { 0 };
  for (;;) {
    guint8 first = byte_reader_u8(&reader);
    if (reader.failed)
      return false;
    if ((first & 0x80) == 0) {
      out->primary.payload_type = first;
      break;
    }
    if (out->n_older == RED_OLDER_MAX)
      return false;
    guint32 rest = byte_reader_u24(&reader);
    out->older[out->n_older++] = (RedBlock) {
      .payload_type = first & 0x7F,
      .timestamp_offset = (guint16)(rest >> 10),
      .length = rest & RED_BLOCK_BYTES_MAX,
    };
  }
  for (guint i = 0; i < out->n_older; i++) {
    out->older[i].offset = reader.offset;
    byte_reader_take(&reader, out->older[i].length);
  }
  if (reader.failed)
    return false;
  out->primary.offset = reader.offset;
  out->primary.length = byte_reader_remaining(&reader);
  return true;
}

void
red_write(ByteWriter *writer, guint8 payload_type, const RedOlder *older, guint n_older,
          const guint8 *primary, gsize primary_length)
{
  for (guint i = 0; i < n_older; i++) {
    g_return_if_fail(older[i].timestamp_offset <= RED_TIMESTAMP_OFFSET_MAX
                     && older[i].length <= RED_BLOCK_BYTES_MAX);
    byte_writer_u8(writer, 0x80 | payload_type);
    byte_writer_u24(writer, (guint32)older[i].timestamp_offset << 10 | (guint32)older[i].length);
  }
  byte_writer_u8(writer, payload_type);
  for (guint i = 0; i < n_older; i++)
    byte_writer_bytes(writer, older[i].data, older[i].length);
  byte_writer_bytes(writer, primary, primary_length);
}
