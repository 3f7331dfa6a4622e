/* media/codec/vp8_depay.c - reads VP8 payload descriptors and frame headers. */
#include "media/codec/vp8_depay.h"
#include "media/base/bytes.h"

enum {
  DESCRIPTOR_X = 0x80, DESCRIPTOR_N = 0x20, DESCRIPTOR_S = 0x10, DESCRIPTOR_PID = 0x07,
  EXTENSION_I = 0x80, EXTENSION_L = 0x40, EXTENSION_T = 0x20, EXTENSION_K = 0x10,
  PICTURE_ID_M = 0x80,
  FRAME_TAG_BYTES = 3, KEYFRAME_HEADER_BYTES = 10,
};

static void
read_picture_id(Vp8Descriptor *out, ByteReader *reader)
{
  guint8 high = byte_reader_u8(reader);
  out->has_picture_id = true;
  out->picture_id = high & 0x7f;
  out->picture_id_bits = 7;
  if (high & PICTURE_ID_M) {
    out->picture_id = (guint16)(out->picture_id << 8 | byte_reader_u8(reader));
    out->picture_id_bits = 15;
  }
}

/* RFC 7741 section 4.2. */
bool
vp8_descriptor_parse(Vp8Descriptor *out, const guint8 *payload, gsize length)
{
  ByteReader reader = byte_reader(payload, length);
  *out = (Vp8Descriptor) { 0 };

  guint8 first = byte_reader_u8(&reader);
  guint8 extension = first & DESCRIPTOR_X ? byte_reader_u8(&reader) : 0;
  out->is_non_reference = (first & DESCRIPTOR_N) != 0;
  out->starts_partition = (first & DESCRIPTOR_S) != 0;
  out->partition = first & DESCRIPTOR_PID;
  if (extension & EXTENSION_I)
    read_picture_id(out, &reader);
  if (extension & EXTENSION_L) {
    out->has_tl0_pic_idx = true;
    out->tl0_pic_idx = byte_reader_u8(&reader);
  }
  if (extension & (EXTENSION_T | EXTENSION_K)) {
    guint8 layer = byte_reader_u8(&reader);
    if (extension & EXTENSION_T) {
      out->has_temporal_id = true;
      out->temporal_id = layer >> 6;
      out->is_layer_sync = (layer & 0x20) != 0;
    }
    if (extension & EXTENSION_K) {
      out->has_key_index = true;
      out->key_index = layer & 0x1f;
    }
  }
  out->header_bytes = reader.offset;
  return byte_reader_remaining(&reader) > 0;
}

bool
vp8_frame_peek(const guint8 *frame, gsize length, bool *is_keyframe, guint *width, guint *height)
{
  *is_keyframe = false;
  *width = *height = 0;
  if (length < FRAME_TAG_BYTES)
    return false;
  if (frame[0] & 1)
    return true;
  if (length < KEYFRAME_HEADER_BYTES || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a)
    return false;
  /* The two upper bits of each are a hint for scaling, which nobody follows. */
  *width = (frame[6] | (guint)frame[7] << 8) & 0x3fff;
  *height = (frame[8] | (guint)frame[9] << 8) & 0x3fff;
  *is_keyframe = true;
  return *width > 0 && *height > 0;
}
