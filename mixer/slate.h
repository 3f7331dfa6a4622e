/* mixer/slate.h - what fills a rectangle of the canvas where there is no picture. */
#pragma once
#include "media/base/video_frame.h"
#include "mixer/overlay.h"
#include "mixer/video_layout.h"

/* Fills @rect (even, inside the canvas) with one colour. */
void slate_fill(VideoFrame *canvas, const VideoRect *rect, YuvColor color);
/* Fills @rect with the calm vertical gradient of a tile without picture. Row by row, as
 * cheap as a copy and without a picture to keep for each size. */
void slate_fill_gradient(VideoFrame *canvas, const VideoRect *rect);
/* Darkens @rect and takes most of its colour away: a picture that stands still. */
void slate_dim(VideoFrame *canvas, const VideoRect *rect);
/* Draws a border of @thickness (even) along the inside of @rect. */
void slate_border(VideoFrame *canvas, const VideoRect *rect, guint thickness, YuvColor color);
