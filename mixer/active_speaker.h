/* mixer/active_speaker.h - decides who of the members is the active speaker.
 *
 * Held in silence and through interjections: another takes over when it has spoken for more
 * than half a second while the present speaker was silent, or when it has clearly had the
 * word for some time although the present one speaks too. A knock or a cough is too short.
 * Pure logic, counts ticks. */
#pragma once
#include "mixer/speech_activity.h"

#define ACTIVE_SPEAKER_NOBODY G_MAXUINT

typedef struct {
  guint                 id;
  const SpeechActivity *activity;  /* borrowed */
} SpeakerCandidate;

/* Decides anew after a tick. @present: who it was, or ACTIVE_SPEAKER_NOBODY; one who is no
 * candidate any more (left, muted) is not kept. Returns: who it is now. */
guint active_speaker_decide(guint present, const SpeakerCandidate *candidates, guint n_candidates);
