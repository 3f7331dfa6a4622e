/* mixer/audio_gate.c - keeps the noise of silent rooms out of the mix. */
#include "mixer/audio_gate.h"

enum {
  OPEN_LEVEL = 60,        /* -dBov */
  HOLD_TICKS = 50,        /* 1 s */
  OPEN_SAMPLES = 240,     /* 5 ms: short, for it cuts into the first syllable */
  CLOSE_SAMPLES = AUDIO_FRAME_SAMPLES,
};

bool
audio_gate_run(AudioGate *self, gint16 *samples, guint8 level)
{
  if (level <= OPEN_LEVEL) {
    if (self->hold_ticks == 0)
      for (int i = 0; i < OPEN_SAMPLES; i++)
        samples[i] = (gint16)(samples[i] * i / OPEN_SAMPLES);
    self->hold_ticks = HOLD_TICKS;
    return true;
  }
  if (self->hold_ticks == 0)
    return false;
  if (--self->hold_ticks == 0)
    for (int i = 0; i < CLOSE_SAMPLES; i++)
      samples[i] = (gint16)(samples[i] * (CLOSE_SAMPLES - i) / CLOSE_SAMPLES);
  return true;
}
