/* mixer/video_layout.h - where each tile stands on a canvas. Pure geometry. */
#pragma once
#include <glib.h>

enum {
  VIDEO_TILES_MAX = 64,
  VIDEO_CANVAS_MIN = 64,  /* pixels, each way */
};

typedef enum {
  VIDEO_LAYOUT_NONE = 0,
  VIDEO_LAYOUT_GRID,       /* all equal; aspect 16:9 kept; 9 on 1920x1080 are 640x360 each */
  VIDEO_LAYOUT_SPOTLIGHT,  /* tile 0 large, the rest in a strip                            */
  VIDEO_LAYOUT_SPEAKER,    /* the same; tile 0 follows the voice                           */
  VIDEO_LAYOUT_PAIR,       /* two large ones side by side                                  */
  VIDEO_LAYOUT_LECTURE,    /* one alone                                                    */
  VIDEO_LAYOUT_DOCUMENT,   /* tile 0 as large as a narrow strip allows: a page to be read   */
} VideoLayoutKind;

typedef struct { guint x, y, width, height; } VideoRect;  /* pixels; all even */

/* Writes @n_tiles (1 to VIDEO_TILES_MAX) rectangles; they never overlap and lie inside
 * the canvas, whose sides are even and at least VIDEO_CANVAS_MIN. Any thread. */
void video_layout_compute(VideoLayoutKind kind, guint n_tiles, guint canvas_width,
                          guint canvas_height, VideoRect *out);

/* Returns: (transfer full): an array of VideoRect: what the tiles leave free of the canvas,
 * without overlap. */
GArray *video_layout_gaps(const VideoRect *tiles, guint n_tiles, guint canvas_width,
                          guint canvas_height);
