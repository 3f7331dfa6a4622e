/* media/codec/vp8_pay.h - cuts a VP8 frame into RTP payloads (RFC 7741).
 *
 * Pure logic. The frame's bytes are not copied: a payload is a descriptor of a few bytes
 * and a slice of the frame. All slices of one frame are of nearly equal size. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { VP8_DESCRIPTOR_BYTES_MAX = 6 };

typedef struct {
  guint16 picture_id;   /* 15 bit */
  guint8  tl0_pic_idx;
  guint8  temporal_id;
  bool    is_layer_sync;
  bool    is_non_reference;
  guint8  key_index;    /* 5 bit */
} Vp8PictureInfo;

typedef struct {
  gsize offset, length;  /* in the frame */
  bool  is_first, is_last;
} Vp8Slice;

/* Returns: how many payloads of at most @payload_max bytes (descriptor included) the frame
 * needs; 0 if @frame_bytes is 0 or @payload_max leaves no room. */
guint vp8_pay_count(gsize frame_bytes, gsize payload_max);
/* The @i-th slice, 0 <= i < count. */
Vp8Slice vp8_pay_slice(gsize frame_bytes, guint count, guint i);
/* Writes the descriptor of one payload. Returns: its length. */
gsize vp8_pay_descriptor(guint8 out[VP8_DESCRIPTOR_BYTES_MAX], const Vp8PictureInfo *info,
                         bool is_first);
