/* tests/load/clip_player.c - plays one site's clips frame by frame. */
#include "tests/load/clip_player.h"

const EncodedFrame *
clip_player_step(ClipPlayer *self, guint *number)
{
  if (self->next_clip != NULL) {
    self->clip = self->next_clip;
    self->next_clip = NULL;
    self->position = self->waits = 0;
  }
  if (self->clip == NULL)
    return NULL;
  if (self->waits > 0) {
    self->waits--;
    return NULL;
  }
  self->waits = MAX(self->clock_fps / clip_spec(self->clip)->fps, 1) - 1;
  const EncodedFrame *frame = clip_frame(self->clip, self->position);
  *number = self->position;
  self->position = (self->position + 1) % clip_frames(self->clip);
  return self->is_half_rate && frame->is_droppable ? NULL : frame;
}
