/* media/codec/vp8_depay.h - VP8 RTP payloads into whole frames (RFC 7741).
 *
 * Pure logic; used by track_in. One reader of descriptors here; assembly and release
 * order stand in video_jitter.h. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  bool    starts_partition;     /* S                                          */
  guint8  partition;            /* PID                                        */
  bool    is_non_reference;     /* N                                          */
  bool    has_picture_id;
  guint16 picture_id;           /* 7 or 15 bit                                */
  guint8  picture_id_bits;      /* 7 or 15                                    */
  bool    has_tl0_pic_idx;
  guint8  tl0_pic_idx;
  bool    has_temporal_id;
  guint8  temporal_id;
  bool    is_layer_sync;        /* Y                                          */
  bool    has_key_index;
  guint8  key_index;
  gsize   header_bytes;         /* the descriptor's length in the payload     */
} Vp8Descriptor;

/* Returns: false if @payload is not a valid VP8 payload with at least one byte of data. */
bool vp8_descriptor_parse(Vp8Descriptor *out, const guint8 *payload, gsize length);

/* RFC 6386 section 9.1: looks at the first bytes of a frame.
 * Returns: false if they are no VP8 frame. @width, @height: 0 unless a keyframe. */
bool vp8_frame_peek(const guint8 *frame, gsize length, bool *is_keyframe, guint *width,
                    guint *height);
