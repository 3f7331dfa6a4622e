/* mixer/overlay.h - a small picture with alpha, blended over a canvas.
 *
 * Drawn once (by Cairo, then converted), blended at every tick: straight alpha, I420, the
 * alpha at both resolutions so that libyuv's blend does all the work. Immutable, shared by
 * reference between the control thread that draws and the tick that blends. */
#pragma once
#include "media/base/video_frame.h"
#include <stdbool.h>

typedef struct {
  guint   width, height;   /* pixels; even                                            */
  guint8 *plane[3];        /* Y, U, V, not multiplied by alpha; strides width, width/2 */
  guint8 *alpha[2];        /* of luma and of chroma, same strides                      */
  /*< private >*/
  gatomicrefcount ref_count;
  guint8  memory[];
} Overlay;

/* Converts from Cairo's CAIRO_FORMAT_ARGB32 (premultiplied, native endian) to BT.601 limited
 * range, which every VP8 receiver assumes. @stride: bytes. Sizes are rounded down to even.
 * Returns: (transfer full). */
Overlay *overlay_new(const guint8 *argb, guint width, guint height, gsize stride);
Overlay *overlay_ref(Overlay *self);
void     overlay_unref(Overlay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Overlay, overlay_unref)

gsize overlay_bytes(const Overlay *self);

/* Blends with its upper left corner at (@x, @y), both even. The overlay must lie inside the
 * canvas. Any thread. */
void overlay_blend(const Overlay *self, VideoFrame *canvas, guint x, guint y);

/* An opaque colour of I420. */
typedef struct { guint8 y, u, v; } YuvColor;

/* @rgb: 0xRRGGBB. */
YuvColor yuv_color(guint32 rgb);
