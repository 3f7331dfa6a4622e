/* recorder/record_protocol.c - what the bridge and one session's recorder say to each other. */
#include "recorder/record_protocol.h"

enum { FLAG_KEYFRAME = 1, STREAM_MAX = G_MAXUINT16 };

static void
write_le(guint8 *at, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    at[i] = (guint8)(value >> (8 * i));
}

static guint64
read_le(const guint8 *at, guint bytes)
{
  guint64 value = 0;
  for (guint i = 0; i < bytes; i++)
    value |= (guint64)at[i] << (8 * i);
  return value;
}

static bool
is_type(guint8 type)
{
  switch ((RecordMessageType)type) {
    case RECORD_MESSAGE_OPEN:
    case RECORD_MESSAGE_TRACK:
    case RECORD_MESSAGE_FRAME:
    case RECORD_MESSAGE_EVENT:
    case RECORD_MESSAGE_CASE:
    case RECORD_MESSAGE_CLOSE:
    case RECORD_MESSAGE_STATUS:
    case RECORD_MESSAGE_KEYFRAME:
    case RECORD_MESSAGE_CLOSED:
      return true;
    case RECORD_MESSAGE_NONE:
      break;
  }
  return false;
}

void
record_header_write(const RecordHeader *header, guint8 out[RECORD_HEADER_BYTES])
{
  g_return_if_fail(header->payload_bytes <= RECORD_PAYLOAD_MAX && header->stream <= STREAM_MAX);
  write_le(out, header->payload_bytes, 4);
  out[4] = (guint8)header->type;
  out[5] = header->is_keyframe ? FLAG_KEYFRAME : 0;
  write_le(out + 6, header->stream, 2);
  write_le(out + 8, (guint64)header->time_us, 8);
  write_le(out + 16, header->sequence, 8);
}

bool
record_header_parse(const guint8 in[RECORD_HEADER_BYTES], RecordHeader *out)
{
  *out = (RecordHeader) {
    .type = RECORD_MESSAGE_NONE,
    .is_keyframe = (in[5] & FLAG_KEYFRAME) != 0,
    .stream = (guint)read_le(in + 6, 2),
    .time_us = (gint64)read_le(in + 8, 8),
    .sequence = read_le(in + 16, 8),
    .payload_bytes = (gsize)read_le(in, 4),
  };
  if (!is_type(in[4]) || (in[5] & ~FLAG_KEYFRAME) != 0 || out->payload_bytes > RECORD_PAYLOAD_MAX)
    return false;
  out->type = (RecordMessageType)in[4];
  return true;
}
