/* mcu/speaker_hold.c - whose picture is the main one while the picture follows the voice. */
#include "mcu/speaker_hold.h"

void
speaker_hold_init(SpeakerHold *self)
{
  *self = (SpeakerHold) { .shown = SPEAKER_NOBODY, .speaking = SPEAKER_NOBODY };
}

gint64
speaker_hold_update(SpeakerHold *self, int speaking, gint64 now_us)
{
  if (speaking != self->speaking) {
    self->speaking = speaking;
    self->speaking_since_us = now_us;
  }
  if (speaking == SPEAKER_NOBODY || speaking == self->shown)
    return 0;
  gint64 due_us = self->speaking_since_us + SPEAKER_TAKES_MS * G_GINT64_CONSTANT(1000);
  if (self->shown != SPEAKER_NOBODY)
    due_us = MAX(due_us, self->shown_since_us + SPEAKER_KEEPS_MS * G_GINT64_CONSTANT(1000));
  if (now_us < due_us)
    return due_us;
  self->shown = speaking;
  self->shown_since_us = now_us;
  return 0;
}

void
speaker_hold_forget(SpeakerHold *self, int site)
{
  if (self->shown == site)
    self->shown = SPEAKER_NOBODY;
}
