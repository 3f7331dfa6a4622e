/* tests/load/clip_player.c - plays one site's clips frame by frame. */
#include "tests/load/clip_player.h"

const EncodedFrame *
clip_player_step(ClipPlayer *self, guint *number)
{
  if (self->next_clip != NULL) {
    self->clip = self->next_clip;
    self->next_clip = NULL;
    self->position = 0;
  }
  if (self->clip == NULL)
    return NULL;
  const EncodedFrame *frame = clip_frame(self->clip, self->position);
  *number = self->position;
  self->position = (self->position + 1) % clip_frames(self->clip);
  return self->is_half_rate && frame->is_droppable ? NULL : frame;
}
