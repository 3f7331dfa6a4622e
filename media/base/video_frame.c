/* media/base/video_frame.c - one decoded I420 picture from a pool. */
#include "media/base/video_frame.h"
#include <stdlib.h>

enum { ROW_ALIGN = 64 };

struct VideoFramePool {
  gatomicrefcount ref_count;  /* one for the owner, one for each frame in use */
  GMutex  lock;
  GQueue  unused;             /* VideoFrame, most recently used first; guarded by lock */
  guint   max_free;
};

static void
frame_destroy(VideoFrame *frame)
{
  free(frame->memory);
  g_free(frame);
}

static void
pool_unref(VideoFramePool *self)
{
  if (!g_atomic_ref_count_dec(&self->ref_count))
    return;
  g_queue_clear_full(&self->unused, (GDestroyNotify)frame_destroy);
  g_mutex_clear(&self->lock);
  g_free(self);
}

VideoFramePool *
video_frame_pool_new(guint max_free)
{
  VideoFramePool *self = g_new0(VideoFramePool, 1);
  g_atomic_ref_count_init(&self->ref_count);
  g_mutex_init(&self->lock);
  g_queue_init(&self->unused);
  self->max_free = max_free;
  return self;
}

void
video_frame_pool_free(VideoFramePool *self)
{
  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->max_free = 0;
  g_mutex_unlock(&self->lock);
  pool_unref(self);
}

static gsize
align_up(gsize n)
{
  return (n + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN;
}

static VideoFrame *
take_unused(VideoFramePool *pool, gsize bytes)
{
  VideoFrame *found = NULL;
  g_mutex_lock(&pool->lock);
  for (GList *l = pool->unused.head; l != NULL && found == NULL; l = l->next) {
    VideoFrame *frame = l->data;
    if (frame->memory_bytes == bytes) {
      found = frame;
      g_queue_delete_link(&pool->unused, l);
    }
  }
  g_mutex_unlock(&pool->lock);
  return found;
}

VideoFrame *
video_frame_new(VideoFramePool *pool, guint width, guint height)
{
  g_return_val_if_fail(pool != NULL, NULL);
  g_return_val_if_fail(width >= 1 && height >= 1 && width <= 8192 && height <= 8192, NULL);
  gsize luma_stride = align_up(width), chroma_stride = align_up((width + 1) / 2);
  gsize chroma_rows = (height + 1) / 2;
  gsize bytes = luma_stride * height + 2 * chroma_stride * chroma_rows;

  VideoFrame *self = take_unused(pool, bytes);
  if (self == NULL) {
    self = g_new0(VideoFrame, 1);
    self->memory_bytes = bytes;
    self->memory = aligned_alloc(ROW_ALIGN, bytes);
    if (self->memory == NULL)
      g_error("out of memory for a %ux%u picture", width, height);
  }
  g_atomic_ref_count_init(&self->ref_count);
  g_atomic_ref_count_inc(&pool->ref_count);
  self->pool = pool;
  self->width = width;
  self->height = height;
  self->quarter_turns = 0;
  self->capture_us = 0;
  self->scene_serial = 0;
  self->is_transient = false;
  self->stride[0] = (int)luma_stride;
  self->stride[1] = self->stride[2] = (int)chroma_stride;
  self->plane[0] = self->memory;
  self->plane[1] = self->plane[0] + luma_stride * height;
  self->plane[2] = self->plane[1] + chroma_stride * chroma_rows;
  return self;
}

VideoFrame *
video_frame_ref(VideoFrame *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
video_frame_unref(VideoFrame *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  VideoFramePool *pool = self->pool;
  VideoFrame *surplus = NULL;
  g_mutex_lock(&pool->lock);
  g_queue_push_head(&pool->unused, self);
  if (pool->unused.length > pool->max_free)
    surplus = g_queue_pop_tail(&pool->unused);
  g_mutex_unlock(&pool->lock);
  if (surplus != NULL)
    frame_destroy(surplus);
  pool_unref(pool);
}
