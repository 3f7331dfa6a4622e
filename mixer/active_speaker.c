/* mixer/active_speaker.c - decides who of the members is the active speaker. */
#include "mixer/active_speaker.h"
#include <stdbool.h>

enum {
  SPEAKS_SHORT_TICKS = 5,    /* 100 of the last 300 ms: still at it               */
  SPEAKS_MEDIUM_TICKS = 18,  /* 360 of 800 ms: also with a pause among them        */
  SPEAKS_LONG_TICKS = 30,    /* 600 of 2500 ms: a cough has 400                   */
  SILENT_MEDIUM_TICKS = 8,   /* fewer than 160 of 800 ms: between two sentences   */
  OVERLAP_MEDIUM_PERCENT = 150,
  OVERLAP_LONG_PERCENT = 115,
};

static bool
is_speaking(const SpeechActivity *a)
{
  return a->active_ticks[SPEECH_SHORT] >= SPEAKS_SHORT_TICKS
         && a->active_ticks[SPEECH_MEDIUM] >= SPEAKS_MEDIUM_TICKS
         && a->active_ticks[SPEECH_LONG] >= SPEAKS_LONG_TICKS;
}

static bool
may_replace(const SpeechActivity *challenger, const SpeechActivity *present)
{
  if (present == NULL || present->active_ticks[SPEECH_MEDIUM] < SILENT_MEDIUM_TICKS)
    return true;
  return challenger->excess_db[SPEECH_MEDIUM] * 100
             > present->excess_db[SPEECH_MEDIUM] * OVERLAP_MEDIUM_PERCENT
         && challenger->excess_db[SPEECH_LONG] * 100
                > present->excess_db[SPEECH_LONG] * OVERLAP_LONG_PERCENT;
}

guint
active_speaker_decide(guint present, const SpeakerCandidate *candidates, guint n_candidates)
{
  const SpeechActivity *present_activity = NULL, *best = NULL;
  for (guint i = 0; i < n_candidates; i++)
    if (candidates[i].id == present)
      present_activity = candidates[i].activity;

  guint chosen = present_activity != NULL ? present : ACTIVE_SPEAKER_NOBODY;
  for (guint i = 0; i < n_candidates; i++) {
    const SpeechActivity *a = candidates[i].activity;
    if (a == present_activity || !is_speaking(a) || !may_replace(a, present_activity))
      continue;
    if (best != NULL && a->excess_db[SPEECH_MEDIUM] <= best->excess_db[SPEECH_MEDIUM])
      continue;
    best = a;
    chosen = candidates[i].id;
  }
  return chosen;
}
