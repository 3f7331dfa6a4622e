/* tests/load/clip.h - some seconds of a simulated camera, encoded in advance; immutable.
 *
 * Frame 0 is a keyframe and the only one; frame i carries the BlockCode {i, site}. After the
 * last comes the first. Odd frames are droppable (two temporal layers). */
#pragma once
#include "media/base/encoded_frame.h"

enum { CLIP_SECONDS = 6 };

typedef struct {
  guint width, height, fps, kbps;
} ClipSpec;

typedef struct Clip Clip;

/* Encodes on the calling thread: about 1.5 ms a frame of 640x360. @site: its number in the
 * code and the seed of its looks. Errors: as video_encoder_new(). */
Clip *clip_new(const ClipSpec *spec, const char *name, guint site, GError **error);
void  clip_free(Clip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Clip, clip_free)

const ClipSpec     *clip_spec(const Clip *self);
guint               clip_frames(const Clip *self);
const EncodedFrame *clip_frame(const Clip *self, guint i);
double              clip_kbps(const Clip *self);  /* what the encoder really made */
