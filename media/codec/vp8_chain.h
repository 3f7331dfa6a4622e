/* media/codec/vp8_chain.h - may this VP8 frame be decoded after those that were?
 *
 * Follows the frames of one stream in sending order, by what their descriptors tell: a
 * frame is accepted if every frame it can refer to was accepted.
 *   - no packet is missing since the frame before: nothing else needs to be known;
 *   - TL0PICIDX: a base frame needs the base frame before it, an upper frame its base
 *     frame and, unless it is a layer sync, an unbroken upper layer;
 *   - PictureID alone: the picture before it;
 *   - neither: packets without a gap.
 * Pure logic, a plain value: copy it to look ahead. RFC 7741 section 4.2. */
#pragma once
#include "media/codec/vp8_depay.h"

typedef struct {
  bool   is_lost;       /* only a keyframe can be accepted                              */
  bool   has_gap;       /* packets are missing since the last frame seen                */
  bool   has_picture_id, has_tl0;
  guint8 picture_id_bits;
  guint8 tl0_pic_idx;   /* of the last base frame accepted                              */
  guint8 broken_from;   /* lowest temporal layer of which a frame is missing; 4: none   */
  guint16 picture_id;   /* of the last frame accepted or skipped                        */
} Vp8Chain;

/* The state before the first keyframe. */
void vp8_chain_init(Vp8Chain *self);

bool vp8_chain_accepts(const Vp8Chain *self, const Vp8Descriptor *frame, bool is_keyframe);
/* The frame was accepted and goes to the decoder. */
void vp8_chain_accept(Vp8Chain *self, const Vp8Descriptor *frame, bool is_keyframe);
/* The frame does not go to the decoder: it is damaged, or was not accepted. */
void vp8_chain_skip(Vp8Chain *self, const Vp8Descriptor *frame);
/* Packets are missing here. */
void vp8_chain_gap(Vp8Chain *self);

/* True if the base layer can do without this frame. */
bool vp8_frame_is_expendable(const Vp8Descriptor *frame);
