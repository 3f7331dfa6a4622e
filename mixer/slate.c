/* mixer/slate.c - what fills a rectangle of the canvas where there is no picture. */
#include "mixer/slate.h"
#include "mixer/palette.h"
#include <libyuv.h>
#include <string.h>

enum {
  DIM_WEIGHT = 128,  /* of 256: how much of a stale picture is taken away */
  ROW_MAX = 8192,
};

typedef struct { guint8 *data; int stride, width, height; } Plane;

static Plane
plane_of(VideoFrame *canvas, const VideoRect *rect, guint i)
{
  int shift = i == 0 ? 0 : 1;
  return (Plane) {
    .data = canvas->plane[i] + (gsize)(rect->y >> shift) * (gsize)canvas->stride[i]
            + (rect->x >> shift),
    .stride = canvas->stride[i],
    .width = (int)rect->width >> shift,
    .height = (int)rect->height >> shift,
  };
}

static guint8
component(YuvColor color, guint i)
{
  return i == 0 ? color.y : i == 1 ? color.u : color.v;
}

void
slate_fill(VideoFrame *canvas, const VideoRect *rect, YuvColor color)
{
  for (guint i = 0; i < 3; i++) {
    Plane plane = plane_of(canvas, rect, i);
    for (int row = 0; row < plane.height; row++)
      memset(plane.data + row * plane.stride, component(color, i), (gsize)plane.width);
  }
}

void
slate_fill_gradient(VideoFrame *canvas, const VideoRect *rect)
{
  YuvColor top = yuv_color(PALETTE_SLATE_TOP), bottom = yuv_color(PALETTE_SLATE_BOTTOM);
  for (guint i = 0; i < 3; i++) {
    Plane plane = plane_of(canvas, rect, i);
    int from = component(top, i), to = component(bottom, i), rows = MAX(plane.height, 1);
    for (int row = 0; row < plane.height; row++) {
      int value = from + ((to - from) * row * 2 + (to > from ? rows : -rows)) / (2 * rows);
      memset(plane.data + row * plane.stride, value, (gsize)plane.width);
    }
  }
}

void
slate_dim(VideoFrame *canvas, const VideoRect *rect)
{
  static const guint8 GREY_ROW_VALUE[] = { 24, 128, 128 };
  guint8 row[ROW_MAX];
  g_return_if_fail(rect->width <= ROW_MAX);
  for (guint i = 0; i < 3; i++) {
    Plane plane = plane_of(canvas, rect, i);
    memset(row, GREY_ROW_VALUE[i], (gsize)plane.width);
    for (int y = 0; y < plane.height; y++) {
      guint8 *at = plane.data + y * plane.stride;
      InterpolatePlane(at, plane.stride, row, 0, at, plane.stride, plane.width, 1, DIM_WEIGHT);
    }
  }
}

void
slate_border(VideoFrame *canvas, const VideoRect *rect, guint thickness, YuvColor color)
{
  thickness = MIN(thickness, MIN(rect->width, rect->height) / 2 & ~1u);
  guint inner = rect->height - 2 * thickness;
  VideoRect sides[] = {
    { rect->x, rect->y, rect->width, thickness },
    { rect->x, rect->y + rect->height - thickness, rect->width, thickness },
    { rect->x, rect->y + thickness, thickness, inner },
    { rect->x + rect->width - thickness, rect->y + thickness, thickness, inner },
  };
  for (guint i = 0; i < G_N_ELEMENTS(sides); i++)
    slate_fill(canvas, &sides[i], color);
}
