/* media/base/encoded_frame.c - one encoded picture, immutable once handed over. */
#include "media/base/encoded_frame.h"

EncodedFrame *
encoded_frame_new(VideoCodec codec, const guint8 *data, gsize length)
{
  return encoded_frame_new_take(codec, g_memdup2(data, length), length);
}

EncodedFrame *
encoded_frame_new_take(VideoCodec codec, guint8 *data, gsize length)
{
  EncodedFrame *self = g_new0(EncodedFrame, 1);
  self->codec = codec;
  self->data = data;
  self->length = length;
  g_atomic_ref_count_init(&self->ref_count);
  return self;
}

EncodedFrame *
encoded_frame_ref(EncodedFrame *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
encoded_frame_unref(EncodedFrame *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  g_free(self->data);
  g_free(self);
}
