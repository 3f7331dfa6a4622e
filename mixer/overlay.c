/* mixer/overlay.c - a small picture with alpha, blended over a canvas. */
#include "mixer/overlay.h"
#include <libyuv.h>

typedef struct { int r, g, b, a; } Rgba;  /* 0 to 255; sums of them: more */

/* BT.601, limited range, 8 bit fixed point with rounding. */
static guint8
luma(int r, int g, int b)
{
  return (guint8)((66 * r + 129 * g + 25 * b + 128) / 256 + 16);
}

static guint8
chroma_u(int r, int g, int b)
{
  return (guint8)((-38 * r - 74 * g + 112 * b + 128 + 128 * 256) / 256);
}

static guint8
chroma_v(int r, int g, int b)
{
  return (guint8)((112 * r - 94 * g - 18 * b + 128 + 128 * 256) / 256);
}

YuvColor
yuv_color(guint32 rgb)
{
  int r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;
  return (YuvColor) { luma(r, g, b), chroma_u(r, g, b), chroma_v(r, g, b) };
}

static Rgba
pixel_at(const guint8 *argb, gsize stride, guint x, guint y)
{
  guint32 p = *(const guint32 *)(gconstpointer)(argb + y * stride + x * 4);
  return (Rgba) { .r = p >> 16 & 255, .g = p >> 8 & 255, .b = p & 255, .a = p >> 24 };
}

static int
straight(int premultiplied, int alpha)
{
  return alpha == 0 ? 0 : MIN((premultiplied * 255 + alpha / 2) / alpha, 255);
}

static void
convert_luma(Overlay *self, const guint8 *argb, gsize stride)
{
  for (guint y = 0; y < self->height; y++)
    for (guint x = 0; x < self->width; x++) {
      Rgba p = pixel_at(argb, stride, x, y);
      gsize at = (gsize)y * self->width + x;
      self->alpha[0][at] = (guint8)p.a;
      self->plane[0][at] = luma(straight(p.r, p.a), straight(p.g, p.a), straight(p.b, p.a));
    }
}

/* The sums of premultiplied values weigh each of the four pixels by its own alpha. */
static void
convert_chroma(Overlay *self, const guint8 *argb, gsize stride)
{
  for (guint y = 0; y < self->height / 2; y++)
    for (guint x = 0; x < self->width / 2; x++) {
      Rgba sum = { 0 };
      for (guint i = 0; i < 4; i++) {
        Rgba p = pixel_at(argb, stride, 2 * x + i % 2, 2 * y + i / 2);
        sum = (Rgba) { sum.r + p.r, sum.g + p.g, sum.b + p.b, sum.a + p.a };
      }
      int r = straight(sum.r, sum.a), g = straight(sum.g, sum.a), b = straight(sum.b, sum.a);
      gsize at = (gsize)y * (self->width / 2) + x;
      self->alpha[1][at] = (guint8)((sum.a + 2) / 4);
      self->plane[1][at] = chroma_u(r, g, b);
      self->plane[2][at] = chroma_v(r, g, b);
    }
}

Overlay *
overlay_new(const guint8 *argb, guint width, guint height, gsize stride)
{
  g_return_val_if_fail(width >= 2 && height >= 2 && width <= 8192 && height <= 8192, NULL);
  width &= ~1u;
  height &= ~1u;
  gsize pixels = (gsize)width * height, quarter = pixels / 4;
  Overlay *self = g_malloc(sizeof *self + 2 * pixels + 3 * quarter);
  g_atomic_ref_count_init(&self->ref_count);
  self->width = width;
  self->height = height;
  self->plane[0] = self->memory;
  self->alpha[0] = self->plane[0] + pixels;
  self->plane[1] = self->alpha[0] + pixels;
  self->plane[2] = self->plane[1] + quarter;
  self->alpha[1] = self->plane[2] + quarter;
  convert_luma(self, argb, stride);
  convert_chroma(self, argb, stride);
  return self;
}

Overlay *
overlay_ref(Overlay *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
overlay_unref(Overlay *self)
{
  if (self != NULL && g_atomic_ref_count_dec(&self->ref_count))
    g_free(self);
}

gsize
overlay_bytes(const Overlay *self)
{
  gsize pixels = (gsize)self->width * self->height;
  return sizeof *self + 2 * pixels + 3 * (pixels / 4);
}

void
overlay_blend(const Overlay *self, VideoFrame *canvas, guint x, guint y)
{
  g_return_if_fail(x % 2 == 0 && y % 2 == 0);
  g_return_if_fail(x + self->width <= canvas->width && y + self->height <= canvas->height);
  for (guint i = 0; i < 3; i++) {
    int shift = i == 0 ? 0 : 1;
    int width = (int)self->width >> shift, height = (int)self->height >> shift;
    guint8 *at = canvas->plane[i] + (gsize)(y >> shift) * (gsize)canvas->stride[i] + (x >> shift);
    BlendPlane(self->plane[i], width, at, canvas->stride[i], self->alpha[shift], width, at,
               canvas->stride[i], width, height);
  }
}
