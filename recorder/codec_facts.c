/* recorder/codec_facts.c - the few facts of an encoded frame that its container must be told. */
#include "recorder/codec_facts.h"

enum { VP8_KEYFRAME_HEADER_BYTES = 10, OPUS_DURATION_MAX_US = 120000 };

bool
vp8_facts_read(Vp8Facts *out, const guint8 *data, gsize length)
{
  *out = (Vp8Facts) { 0 };
  if (length < 3)
    return false;
  out->is_keyframe = (data[0] & 1) == 0;
  if (!out->is_keyframe)
    return true;
  if (length < VP8_KEYFRAME_HEADER_BYTES || data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a)
    return false;
  out->width = (guint)(data[6] | data[7] << 8) & 0x3fff;
  out->height = (guint)(data[8] | data[9] << 8) & 0x3fff;
  return out->width > 0 && out->height > 0;
}

static gint64
opus_frame_us(guint config)
{
  static const gint64 SILK[] = { 10000, 20000, 40000, 60000 }, CELT[] = { 2500, 5000, 10000, 20000 };
  if (config < 12)
    return SILK[config & 3];
  if (config < 16)
    return (config & 1) != 0 ? 20000 : 10000;
  return CELT[config & 3];
}

bool
opus_facts_read(OpusFacts *out, const guint8 *data, gsize length)
{
  *out = (OpusFacts) { 0 };
  if (length < 1 || ((data[0] & 3) == 3 && length < 2))
    return false;
  guint code = data[0] & 3;
  guint frames = code == 0 ? 1 : code < 3 ? 2 : data[1] & 0x3f;
  out->channels = (data[0] & 4) != 0 ? 2 : 1;
  out->duration_us = frames * opus_frame_us(data[0] >> 3);
  return out->duration_us > 0 && out->duration_us <= OPUS_DURATION_MAX_US;
}
