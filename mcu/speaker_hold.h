/* mcu/speaker_hold.h - whose picture is the main one while the picture follows the voice.
 *
 * Nothing jumps because somebody says a word: another takes the main picture only when it has
 * been the active speaker for 1.5 s on end, and never sooner than 4 s after the one before. In
 * silence the last one stays. Pure logic; time is a parameter. */
#pragma once
#include <glib.h>

enum {
  SPEAKER_NOBODY = -1,
  SPEAKER_TAKES_MS = 1500,
  SPEAKER_KEEPS_MS = 4000,
};

typedef struct {
  int    shown;          /* site, or SPEAKER_NOBODY: nobody spoke yet */
  /*< private >*/
  int    speaking;
  gint64 speaking_since_us, shown_since_us;
} SpeakerHold;

void   speaker_hold_init(SpeakerHold *self);
/* @speaking: the active speaker of the moment, or SPEAKER_NOBODY. Returns: when to call again
 * although nothing changed; 0: no need. */
gint64 speaker_hold_update(SpeakerHold *self, int speaking, gint64 now_us);
/* @site may not be shown any more. */
void   speaker_hold_forget(SpeakerHold *self, int site);
