/* media/rtp/rtp_extensions.c - the RTP header extensions we know (RFC 8285). */
#include "media/rtp/rtp_extensions.h"

enum { ONE_BYTE_STOP_ID = 15, ONE_BYTE_ID_MAX = 14, PLAYOUT_STEP_MS = 10 };

static void
read_element(RtpExtensions *out, const MediaExtensionIds *ids, guint8 id, const guint8 *at,
             gsize length)
{
  ByteReader reader = byte_reader(at, length);
  if (id == ids->transport_cc && length >= 2) {
    out->has_transport_seq = true;
    out->transport_seq = byte_reader_u16(&reader);
  } else if (id == ids->mid && length > 0) {
    out->mid = (const char *)at;
    out->mid_length = (guint8)length;
  } else if (id == ids->audio_level && length >= 1) {
    out->has_audio_level = true;
    out->audio_level = at[0] & 0x7F;
    out->is_voice = (at[0] & 0x80) != 0;
  } else if (id == ids->abs_send_time && length >= 3) {
    out->has_abs_send_time = true;
    out->abs_send_time = byte_reader_u24(&reader);
  } else if (id == ids->video_orientation && length >= 1) {
    out->has_orientation = true;
    out->quarter_turns = at[0] & 3;
  } else if (id == ids->playout_delay && length >= 3) {
    guint32 both = byte_reader_u24(&reader);
    out->has_playout_delay = true;
    out->playout_min_ms = (guint16)((both >> 12) * PLAYOUT_STEP_MS);
    out->playout_max_ms = (guint16)((both & 0xFFF) * PLAYOUT_STEP_MS);
  }
}

void
rtp_extensions_read(RtpExtensions *out, const guint8 *data, const RtpPacket *packet,
                    const MediaExtensionIds *ids)
{
  memset(out, 0, sizeof *out);
  bool is_one_byte = packet->extension_profile == RTP_EXTENSION_ONE_BYTE;
  if (!is_one_byte && (packet->extension_profile & 0xFFF0) != RTP_EXTENSION_TWO_BYTE)
    return;

  ByteReader reader = byte_reader(data + packet->extension_offset, packet->extension_length);
  while (byte_reader_remaining(&reader) > 0) {
    guint8 first = byte_reader_u8(&reader);
    if (first == 0)
      continue;  /* padding between elements; in the two-byte form id 0 has no length */
    guint8 id = is_one_byte ? first >> 4 : first;
    if (is_one_byte && id == ONE_BYTE_STOP_ID)
      return;
    gsize length = is_one_byte ? (first & 0x0Fu) + 1u : byte_reader_u8(&reader);
    const guint8 *at = byte_reader_take(&reader, length);
    if (at == NULL)
      return;
    if (id != 0)  /* 0x0n with n > 0 is padding that lies about itself */
      read_element(out, ids, id, at, length);
  }
}

/* The elements of @values in wire form, each with the id it goes by. */
typedef struct {
  guint8 id, length;
  const void *bytes;
} Element;

typedef struct {
  Element element[8];
  guint   n;
  guint8  storage[16];
  guint   used;
} Elements;

static void
add(Elements *all, guint8 id, guint32 value, guint8 length)
{
  if (id == 0)
    return;
  guint8 *at = all->storage + all->used;
  for (guint i = 0; i < length; i++)
    at[i] = (guint8)(value >> (8 * (length - 1 - i)));
  all->used += length;
  all->element[all->n++] = (Element) { id, length, at };
}

static void
collect(Elements *all, const RtpExtensions *values, const MediaExtensionIds *ids)
{
  all->n = all->used = 0;
  if (values->mid != NULL && ids->mid != 0 && values->mid_length > 0
      && values->mid_length <= RTP_MID_BYTES_MAX)
    all->element[all->n++] = (Element) { ids->mid, values->mid_length, values->mid };
  if (values->has_transport_seq)
    add(all, ids->transport_cc, values->transport_seq, 2);
  if (values->has_audio_level)
    add(all, ids->audio_level, (values->is_voice ? 0x80u : 0) | (values->audio_level & 0x7F), 1);
  if (values->has_abs_send_time)
    add(all, ids->abs_send_time, values->abs_send_time, 3);
  if (values->has_orientation)
    add(all, ids->video_orientation, values->quarter_turns & 3, 1);
  if (values->has_playout_delay) {
    guint32 low = MIN(values->playout_min_ms / PLAYOUT_STEP_MS, 0xFFF);
    guint32 high = MIN(values->playout_max_ms / PLAYOUT_STEP_MS, 0xFFF);
    add(all, ids->playout_delay, low << 12 | high, 3);
  }
}

bool
rtp_extensions_any(const RtpExtensions *values, const MediaExtensionIds *ids)
{
  Elements all;
  collect(&all, values, ids);
  return all.n > 0;
}

void
rtp_extensions_write(ByteWriter *writer, const RtpExtensions *values, const MediaExtensionIds *ids)
{
  Elements all;
  collect(&all, values, ids);
  bool is_one_byte = true;
  gsize bytes = 0;
  for (guint i = 0; i < all.n; i++) {
    is_one_byte = is_one_byte && all.element[i].id <= ONE_BYTE_ID_MAX;
    bytes += all.element[i].length;
  }
  bytes += all.n * (is_one_byte ? 1 : 2);
  gsize words = (bytes + 3) / 4;

  byte_writer_u16(writer, is_one_byte ? RTP_EXTENSION_ONE_BYTE : RTP_EXTENSION_TWO_BYTE);
  byte_writer_u16(writer, (guint16)words);
  for (guint i = 0; i < all.n; i++) {
    const Element *e = &all.element[i];
    if (is_one_byte) {
      byte_writer_u8(writer, (guint8)(e->id << 4 | (e->length - 1)));
    } else {
      byte_writer_u8(writer, e->id);
      byte_writer_u8(writer, e->length);
    }
    byte_writer_bytes(writer, e->bytes, e->length);
  }
  byte_writer_be(writer, 0, words * 4 - bytes);
}

guint32
rtp_abs_send_time(gint64 now_us)
{
  return (guint32)((((guint64)now_us << 18) / G_USEC_PER_SEC) & 0xFFFFFF);
}
