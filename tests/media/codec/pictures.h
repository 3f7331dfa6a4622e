/* tests/media/codec/pictures.h - generated pictures for codec tests. */
#pragma once
#include "media/base/video_frame.h"
#include <math.h>

/* A textured picture that moves with @number: gradients, stripes and fine grain. */
static inline VideoFrame *
picture_new(VideoFramePool *pool, guint width, guint height, guint number)
{
  VideoFrame *frame = video_frame_new(pool, width, height);
  for (int p = 0; p < 3; p++) {
    guint w = p == 0 ? width : (width + 1) / 2, h = p == 0 ? height : (height + 1) / 2;
    for (guint y = 0; y < h; y++) {
      guint8 *row = frame->plane[p] + (gsize)frame->stride[p] * y;
      for (guint x = 0; x < w; x++) {
        guint u = x + 2 * number, v = y + number;
        guint grain = (u * 2654435761u ^ v * 40503u) >> 27 & 7;
        row[x] = (guint8)(60 + (u & 63) + ((v >> 2) & 31) + (p == 0 ? grain : 0));
      }
    }
  }
  return frame;
}

/* Luma peak signal-to-noise ratio in dB of two pictures of the same size. */
static inline double
picture_psnr(const VideoFrame *a, const VideoFrame *b)
{
  g_assert_cmpuint(a->width, ==, b->width);
  g_assert_cmpuint(a->height, ==, b->height);
  double sum = 0;
  for (guint y = 0; y < a->height; y++)
    for (guint x = 0; x < a->width; x++) {
      int d = a->plane[0][(gsize)a->stride[0] * y + x] - b->plane[0][(gsize)b->stride[0] * y + x];
      sum += d * d;
    }
  double mean = sum / ((double)a->width * a->height);
  return mean == 0 ? 99 : 10 * log10(255.0 * 255.0 / mean);
}
