/* mixer/video_compositor.h - draws a stage on a canvas.
 *
 *   for each tile: newest picture of its slot -> scaled into the tile -> label, border
 *                  none, or too old           -> slate
 *   then the mark in the corner and the lower third
 *
 * Nothing that comes in through a slot changes a pixel outside its tile. From one stage to the
 * next tiles move (mixer/tile_motion.h), and the canvases of that are transient. Time is a parameter. */
#pragma once
#include "mixer/video_stage.h"

typedef struct VideoCompositor VideoCompositor;

enum {
  VIDEO_STALE_US = 2000000,       /* a picture older than this is dimmed and marked   */
  VIDEO_STALE_GONE_US = 5000000,  /* older than this it gives way to the slate        */
};

VideoCompositor *video_compositor_new(void);
void             video_compositor_free(VideoCompositor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoCompositor, video_compositor_free)

/* Writes every pixel of @canvas, which is of the stage's size. One thread at a time (in the
 * program: the video tick). */
void video_compositor_draw(VideoCompositor *self, const VideoStage *stage, VideoFrame *canvas,
                           gint64 now_us);

/* Where a picture of @width x @height (as displayed) stands in @tile: aspect kept, centred;
 * a picture of very nearly the tile's aspect fills it. */
VideoRect video_compositor_fit(guint width, guint height, const VideoRect *tile);
