/* mixer/active_speaker.h - who has been speaking, without flapping on a cough.
 *
 * Dominant-speaker detection on three time scales, after Volfin and Cohen ("Dominant speaker
 * identification for multipoint videoconferencing", 2012), reduced to counts: each 20 ms
 * is speech or not (level over the member's own noise floor); the last 320 ms and the last
 * second say how much of it there was. A knock fills neither, a cough only the shorter. A
 * speaker is held through pauses; 5 s of silence end it. Pure logic, on the audio tick. */
#pragma once
#include <glib.h>

enum { ACTIVE_SPEAKER_NOBODY = 0xFFFFFFFF };

typedef struct ActiveSpeaker ActiveSpeaker;

ActiveSpeaker *active_speaker_new(void);
void           active_speaker_free(ActiveSpeaker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ActiveSpeaker, active_speaker_free)

/* One tick: the levels (-dBov) of those who may speak. A member that is left out is
 * forgotten. Returns: the id of the active speaker, or ACTIVE_SPEAKER_NOBODY. */
guint active_speaker_update(ActiveSpeaker *self, const guint *ids, const guint8 *levels, guint n);
