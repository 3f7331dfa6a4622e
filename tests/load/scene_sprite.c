/* tests/load/scene_sprite.c - a small picture with transparency, laid over I420 frames. */
#include "tests/load/scene_sprite.h"
#include <libyuv.h>

struct SceneSprite {
  int     width, height;  /* even */
  guint8 *y, *u, *v, *alpha;  /* owned; strides are width and width / 2 */
};

/* Cairo's colours are multiplied by their opacity; the blend wants them as they are. */
static guint8 *
plain_argb(cairo_surface_t *surface, int width, int height, guint8 *alpha)
{
  cairo_surface_flush(surface);
  const guint8 *data = cairo_image_surface_get_data(surface);
  int stride = cairo_image_surface_get_stride(surface);
  int have_width = cairo_image_surface_get_width(surface), have_height = cairo_image_surface_get_height(surface);
  guint8 *argb = g_malloc0((gsize)width * (gsize)height * 4);
  for (int y = 0; y < have_height; y++) {
    const guint8 *row = data + (gsize)y * (gsize)stride;
    for (int x = 0; x < have_width; x++) {
      guint8 *out = argb + ((gsize)y * (gsize)width + (gsize)x) * 4, a = row[4 * x + 3];
      alpha[(gsize)y * (gsize)width + (gsize)x] = a;
      for (int c = 0; c < 3 && a > 0; c++)
        out[c] = (guint8)MIN(row[4 * x + c] * 255 / a, 255);
    }
  }
  return argb;
}

SceneSprite *
scene_sprite_new(cairo_surface_t *surface)
{
  SceneSprite *self = g_new0(SceneSprite, 1);
  int width = self->width = (cairo_image_surface_get_width(surface) + 1) & ~1;
  int height = self->height = (cairo_image_surface_get_height(surface) + 1) & ~1;
  gsize pixels = (gsize)width * (gsize)height;
  self->alpha = g_malloc0(pixels);
  self->y = g_malloc0(pixels);
  self->u = g_malloc0(pixels / 4);
  self->v = g_malloc0(pixels / 4);
  g_autofree guint8 *argb = plain_argb(surface, width, height, self->alpha);
  ARGBToI420(argb, width * 4, self->y, width, self->u, width / 2, self->v, width / 2, width, height);
  return self;
}

void
scene_sprite_free(SceneSprite *self)
{
  if (self == NULL)
    return;
  g_free(self->y);
  g_free(self->u);
  g_free(self->v);
  g_free(self->alpha);
  g_free(self);
}

void
scene_sprite_blend(const SceneSprite *self, VideoFrame *frame, int x, int y)
{
  x &= ~1;
  y &= ~1;
  int left = MAX(-x, 0), top = MAX(-y, 0);
  int width = MIN(self->width, (int)frame->width - x) - left;
  int height = MIN(self->height, (int)frame->height - y) - top;
  if (width <= 0 || height <= 0)
    return;
  guint8 *to_y = frame->plane[0] + (y + top) * frame->stride[0] + x + left;
  guint8 *to_u = frame->plane[1] + (y + top) / 2 * frame->stride[1] + (x + left) / 2;
  guint8 *to_v = frame->plane[2] + (y + top) / 2 * frame->stride[2] + (x + left) / 2;
  int at = top * self->width + left, at_uv = top / 2 * (self->width / 2) + left / 2;
  I420Blend(self->y + at, self->width, self->u + at_uv, self->width / 2, self->v + at_uv, self->width / 2,
            to_y, frame->stride[0], to_u, frame->stride[1], to_v, frame->stride[2],
            self->alpha + at, self->width,
            to_y, frame->stride[0], to_u, frame->stride[1], to_v, frame->stride[2], width, height);
}

void
scene_sprite_fill(cairo_surface_t *surface, VideoFrame *frame)
{
  cairo_surface_flush(surface);
  ARGBToI420(cairo_image_surface_get_data(surface), cairo_image_surface_get_stride(surface),
             frame->plane[0], frame->stride[0], frame->plane[1], frame->stride[1], frame->plane[2],
             frame->stride[2], (int)frame->width, (int)frame->height);
}
