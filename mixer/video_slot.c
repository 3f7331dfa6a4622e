/* mixer/video_slot.c - the newest picture of one source: the latest frame wins. */
#include "mixer/video_slot.h"

struct VideoSlot {
  gatomicrefcount ref_count;
  GMutex      lock;       /* held for the exchange of a pointer */
  VideoFrame *frame;      /* guarded by lock, as all below */
  gint64      put_us;
  guint       fit_width, fit_height;
};

VideoSlot *
video_slot_new(void)
{
  VideoSlot *self = g_new0(VideoSlot, 1);
  g_atomic_ref_count_init(&self->ref_count);
  g_mutex_init(&self->lock);
  return self;
}

VideoSlot *
video_slot_ref(VideoSlot *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
video_slot_unref(VideoSlot *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  video_frame_unref(self->frame);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
video_slot_put(VideoSlot *self, VideoFrame *frame, gint64 now_us)
{
  g_mutex_lock(&self->lock);
  VideoFrame *old = self->frame;
  self->frame = frame;
  self->put_us = now_us;
  g_mutex_unlock(&self->lock);
  video_frame_unref(old);
}

VideoFrame *
video_slot_get(VideoSlot *self, gint64 *put_us)
{
  g_mutex_lock(&self->lock);
  VideoFrame *frame = self->frame != NULL ? video_frame_ref(self->frame) : NULL;
  if (put_us != NULL)
    *put_us = self->put_us;
  g_mutex_unlock(&self->lock);
  return frame;
}

void
video_slot_set_fit(VideoSlot *self, guint width, guint height)
{
  g_mutex_lock(&self->lock);
  self->fit_width = width;
  self->fit_height = height;
  g_mutex_unlock(&self->lock);
}

void
video_slot_fit(VideoSlot *self, guint *width, guint *height)
{
  g_mutex_lock(&self->lock);
  *width = self->fit_width;
  *height = self->fit_height;
  g_mutex_unlock(&self->lock);
}
