/* mixer/audio_gate.h - keeps the noise of silent rooms out of the mix.
 *
 * Opens at once when a source is louder than -60 dBov and stays open for a second after;
 * opening and closing are short ramps. Who is behind a closed gate contributes nothing,
 * and so hears the mix that all silent members share. Pure logic, on the audio tick. */
#pragma once
#include "media/base/audio_packet.h"

typedef struct {
  guint hold_ticks;  /* 0: closed */
} AudioGate;

/* Shapes AUDIO_FRAME_SAMPLES of @samples in place by their @level.
 * Returns: true if they are to be mixed. */
bool audio_gate_run(AudioGate *self, gint16 *samples, guint8 level);
