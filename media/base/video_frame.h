/* media/base/video_frame.h - one decoded I420 picture from a pool; immutable once handed over.
 *
 * Odd sizes are legal: chroma planes are (width + 1) / 2 by (height + 1) / 2. Rows are
 * aligned to 64 bytes. A frame's memory goes back to its pool with the last reference;
 * the pool itself lives until its last frame is back. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct VideoFramePool VideoFramePool;

typedef struct {
  guint   width, height;         /* pixels                                              */
  guint8 *plane[3];              /* Y, U, V                                             */
  int     stride[3];             /* bytes                                               */
  guint8  quarter_turns;         /* clockwise rotation still to be applied, 0 to 3      */
  gint64  capture_us;            /* as in EncodedFrame                                  */
  guint   scene_serial;          /* as in EncodedFrame                                  */
  bool    is_transient;          /* on the way from one arrangement to another: seen once */
  /*< private >*/
  gatomicrefcount ref_count;
  VideoFramePool *pool;
  guint8 *memory;
  gsize   memory_bytes;
} VideoFrame;

/* @max_free: how many unused frames are kept for reuse. Any thread. */
VideoFramePool *video_frame_pool_new(guint max_free);
void            video_frame_pool_free(VideoFramePool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoFramePool, video_frame_pool_free)

/* Returns: (transfer full): a frame of undefined content, 1x1 to 8192x8192. Any thread. */
VideoFrame *video_frame_new(VideoFramePool *pool, guint width, guint height);
VideoFrame *video_frame_ref(VideoFrame *self);
void        video_frame_unref(VideoFrame *self);  /* NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoFrame, video_frame_unref)
