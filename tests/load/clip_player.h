/* tests/load/clip_player.h - plays one site's clips frame by frame, changing size at a keyframe.
 *
 * A clip of fewer pictures a second than the camera's clock has plays at every second, third... step. */
#pragma once
#include "tests/load/clip.h"

typedef struct {
  const Clip *clip, *next_clip;  /* borrowed; next_clip: to be changed to, or NULL */
  guint       position;          /* of the next frame                              */
  bool        is_half_rate;      /* odd frames are left out                        */
  guint       clock_fps;         /* 0: that of each clip                           */
  guint       waits;             /* steps until the next frame                     */
} ClipPlayer;

/* From the next frame on, which is a keyframe. */
static inline void
clip_player_change(ClipPlayer *self, const Clip *clip)
{
  self->next_clip = clip != self->clip ? clip : NULL;
}

/* The next frame is to be a keyframe. */
static inline void
clip_player_restart(ClipPlayer *self)
{
  self->position = 0;
}

/* One step of the camera's clock.
 * Returns: (transfer none) (nullable): the frame to send; NULL if this one is left out.
 * @number: of the frame in its BlockCode. */
const EncodedFrame *clip_player_step(ClipPlayer *self, guint *number);
