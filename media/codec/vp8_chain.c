/* media/codec/vp8_chain.c - may this VP8 frame be decoded after those that were? */
#include "media/codec/vp8_chain.h"

enum { NO_LAYER = 4 };  /* one above the highest TID */

void
vp8_chain_init(Vp8Chain *self)
{
  *self = (Vp8Chain) { .is_lost = true, .broken_from = NO_LAYER };
}

bool
vp8_frame_is_expendable(const Vp8Descriptor *frame)
{
  return frame->is_non_reference || (frame->has_temporal_id && frame->temporal_id > 0);
}

static bool
has_layers(const Vp8Descriptor *frame)
{
  return frame->has_tl0_pic_idx && frame->has_temporal_id;
}

static guint
upper_layer(const Vp8Descriptor *frame)
{
  return frame->has_temporal_id ? frame->temporal_id : 0;
}

/* True if the frame is known to be the next picture after the last one seen. The number of
 * bits may change at any time: compare those that both have. */
static bool
follows_picture(const Vp8Chain *self, const Vp8Descriptor *frame)
{
  if (!self->has_gap)
    return true;
  if (!self->has_picture_id || !frame->has_picture_id)
    return false;
  guint bits = MIN(self->picture_id_bits, frame->picture_id_bits);
  guint mask = (1u << bits) - 1;
  return ((self->picture_id + 1u) & mask) == (frame->picture_id & mask);
}

static bool
accepts_upper(const Vp8Chain *self, const Vp8Descriptor *frame)
{
  bool base_is_there = !self->has_gap
                       || (self->has_tl0 && self->tl0_pic_idx == frame->tl0_pic_idx);
  if (!base_is_there)
    return false;
  if (frame->is_layer_sync)
    return true;
  return frame->temporal_id < self->broken_from && follows_picture(self, frame);
}

bool
vp8_chain_accepts(const Vp8Chain *self, const Vp8Descriptor *frame, bool is_keyframe)
{
  if (is_keyframe)
    return true;
  if (self->is_lost)
    return false;
  if (upper_layer(frame) > 0 && has_layers(frame))
    return accepts_upper(self, frame);
  if (upper_layer(frame) >= self->broken_from && !frame->is_layer_sync)
    return false;
  if (follows_picture(self, frame))
    return true;
  return has_layers(frame) && self->has_tl0
         && (guint8)(self->tl0_pic_idx + 1) == frame->tl0_pic_idx;
}

static void
note_picture(Vp8Chain *self, const Vp8Descriptor *frame)
{
  self->has_gap = false;
  self->has_picture_id = frame->has_picture_id;
  self->picture_id = frame->picture_id;
  self->picture_id_bits = frame->picture_id_bits;
}

void
vp8_chain_accept(Vp8Chain *self, const Vp8Descriptor *frame, bool is_keyframe)
{
  guint layer = upper_layer(frame);
  if (is_keyframe)
    self->broken_from = NO_LAYER;
  else if (!follows_picture(self, frame))
    self->broken_from = 1;
  /* A layer sync mends its own layer, not the ones below it. */
  if (layer > 0 && frame->is_layer_sync && self->broken_from == layer)
    self->broken_from = (guint8)(layer + 1);
  if (layer == 0) {
    self->has_tl0 = has_layers(frame);
    self->tl0_pic_idx = frame->tl0_pic_idx;
  }
  self->is_lost = false;
  note_picture(self, frame);
}

void
vp8_chain_skip(Vp8Chain *self, const Vp8Descriptor *frame)
{
  if (self->is_lost)
    return;
  if (!vp8_frame_is_expendable(frame)) {
    self->is_lost = true;
    return;
  }
  bool follows = follows_picture(self, frame);
  guint layer = upper_layer(frame);
  if (layer > 0)
    self->broken_from = (guint8)MIN(self->broken_from, follows ? layer : 1);
  else if (follows && has_layers(frame))
    self->tl0_pic_idx = frame->tl0_pic_idx;
  /* What else is missing before it stays unknown, unless its number shows that nothing is. */
  if (follows)
    note_picture(self, frame);
}

void
vp8_chain_gap(Vp8Chain *self)
{
  self->has_gap = true;
}
