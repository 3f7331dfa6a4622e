/* media/base/encoded_frame.h - one encoded picture, immutable once handed over. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { ENCODED_FRAME_BYTES_MAX = 4 * 1024 * 1024 };

typedef enum { VIDEO_CODEC_NONE = 0, VIDEO_CODEC_VP8, VIDEO_CODEC_VP9 } VideoCodec;

typedef struct {
  VideoCodec codec;
  guint8    *data;          /* owned; @length bytes */
  gsize      length;
  guint      width, height; /* pixels; 0 if not known (a delta frame as received)         */
  bool       is_keyframe;
  bool       is_droppable;  /* no other frame refers to it (upper temporal layer)          */
  guint8     temporal_id;   /* 0: base layer                                               */
  bool       is_layer_sync; /* RFC 7741 Y: refers to the base layer only                   */
  guint8     quarter_turns; /* clockwise rotation to apply for display, 0 to 3             */
  guint16    playout_min_ms; /* received: its sender wants it held back as long, at least  */
  gint64     capture_us;    /* sent: the tick that composed it. received: first packet in  */
  guint32    rtp_timestamp; /* received: 90 kHz, the sender's. sent: filled by the track   */
  guint      scene_serial;  /* sent: of the scene that it shows                            */
  guint64    index;         /* position in its encoder's output, from 0                    */
  /*< private >*/
  gatomicrefcount ref_count;
} EncodedFrame;

/* Copies @length bytes. Returns: (transfer full): other fields zero. */
EncodedFrame *encoded_frame_new(VideoCodec codec, const guint8 *data, gsize length);
/* As above, but takes ownership of @data (from g_malloc). */
EncodedFrame *encoded_frame_new_take(VideoCodec codec, guint8 *data, gsize length);
EncodedFrame *encoded_frame_ref(EncodedFrame *self);
void          encoded_frame_unref(EncodedFrame *self);  /* NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EncodedFrame, encoded_frame_unref)
