/* mixer/decode_queue.c - encoded frames of one stream that wait for its decoder. */
#include "mixer/decode_queue.h"

enum {
  ASK_AGAIN_US = 1000000,   /* the keyframe asked for did not come                     */
  ASK_SPACING_US = 300000,  /* it came and was of no use: do not ask as fast as they come */
};

EncodedFrame *
decode_queue_pop(DecodeQueue *self)
{
  if (self->length == 0)
    return NULL;
  EncodedFrame *frame = self->frames[self->head];
  self->head = (self->head + 1) % DECODE_QUEUE_MAX;
  self->length--;
  return frame;
}

static void
append(DecodeQueue *self, EncodedFrame *frame)
{
  self->frames[(self->head + self->length) % DECODE_QUEUE_MAX] = frame;
  self->length++;
}

static void
drop(DecodeQueue *self, EncodedFrame *frame)
{
  self->dropped++;
  encoded_frame_unref(frame);
}

static void
drop_all(DecodeQueue *self)
{
  for (EncodedFrame *frame; (frame = decode_queue_pop(self)) != NULL;)
    drop(self, frame);
}

void
decode_queue_clear(DecodeQueue *self)
{
  for (EncodedFrame *frame; (frame = decode_queue_pop(self)) != NULL;)
    encoded_frame_unref(frame);
}

static void
drop_droppable(DecodeQueue *self)
{
  for (guint n = self->length; n > 0; n--) {
    EncodedFrame *frame = decode_queue_pop(self);
    if (frame->is_droppable)
      drop(self, frame);
    else
      append(self, frame);
  }
}

void
decode_queue_push(DecodeQueue *self, EncodedFrame *frame)
{
  if (frame->is_keyframe) {
    drop_all(self);
    self->is_waiting = false;
    append(self, frame);
    return;
  }
  if (self->is_waiting) {
    drop(self, frame);
    return;
  }
  if (self->length >= DECODE_QUEUE_BEHIND) {
    drop_droppable(self);
    if (frame->is_droppable) {
      drop(self, frame);
      return;
    }
  }
  if (self->length == DECODE_QUEUE_MAX) {
    decode_queue_wait_for_keyframe(self);
    drop(self, frame);
    return;
  }
  append(self, frame);
}

void
decode_queue_wait_for_keyframe(DecodeQueue *self)
{
  /* A keyframe that already waits is the one to wait for: it drops all before it, so it
   * can only be the oldest. */
  if (self->length > 0 && self->frames[self->head]->is_keyframe
      && self->length < DECODE_QUEUE_MAX)
    return;
  drop_all(self);
  if (!self->is_waiting)
    self->is_asked = false;
  self->is_waiting = true;
}

bool
decode_queue_take_request(DecodeQueue *self, gint64 now_us)
{
  if (!self->is_waiting)
    return false;
  gint64 spacing_us = self->is_asked ? ASK_AGAIN_US : ASK_SPACING_US;
  if (self->asked_us != 0 && now_us - self->asked_us < spacing_us)
    return false;
  self->is_asked = true;
  self->asked_us = now_us;
  return true;
}
