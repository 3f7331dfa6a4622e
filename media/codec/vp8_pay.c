/* media/codec/vp8_pay.c - cuts a VP8 frame into RTP payloads. */
#include "media/codec/vp8_pay.h"

guint
vp8_pay_count(gsize frame_bytes, gsize payload_max)
{
  if (payload_max <= VP8_DESCRIPTOR_BYTES_MAX)
    return 0;
  gsize room = payload_max - VP8_DESCRIPTOR_BYTES_MAX;
  gsize count = frame_bytes / room + (frame_bytes % room != 0 ? 1 : 0);
  return count > G_MAXUINT16 ? 0 : (guint)count;
}

Vp8Slice
vp8_pay_slice(gsize frame_bytes, guint count, guint i)
{
  g_return_val_if_fail(i < count, ((Vp8Slice) { 0 }));
  gsize offset = frame_bytes * i / count;
  return (Vp8Slice) {
    .offset = offset,
    .length = frame_bytes * (i + 1) / count - offset,
    .is_first = i == 0,
    .is_last = i + 1 == count,
  };
}

/* RFC 7741 section 4.2. Partitions are not told apart (PID 0 throughout): a receiver needs
 * whole frames anyway, and libwebrtc does the same. */
gsize
vp8_pay_descriptor(guint8 out[VP8_DESCRIPTOR_BYTES_MAX], const Vp8PictureInfo *info, bool is_first)
{
  out[0] = (guint8)(0x80 | (info->is_non_reference ? 0x20 : 0) | (is_first ? 0x10 : 0));
  out[1] = 0xf0; /* PictureID, TL0PICIDX, TID and KEYIDX follow */
  out[2] = (guint8)(0x80 | (info->picture_id >> 8 & 0x7f));
  out[3] = (guint8)info->picture_id;
  out[4] = info->tl0_pic_idx;
  out[5] = (guint8)((info->temporal_id & 3) << 6 | (info->is_layer_sync ? 0x20 : 0)
                    | (info->key_index & 0x1f));
  return VP8_DESCRIPTOR_BYTES_MAX;
}
