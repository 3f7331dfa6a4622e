/* mixer/audio_gate.c - decides whether a member contributes to the mix. */
#include "mixer/audio_gate.h"

AudioGateAction
audio_gate_step(AudioGate *self, guint8 level)
{
  if (!self->is_open) {
    if (level > AUDIO_GATE_OPEN)
      return AUDIO_GATE_SHUT;
    *self = (AudioGate) { .is_open = true };
    return AUDIO_GATE_FADE_IN;
  }
  if (level <= AUDIO_GATE_KEEP)
    self->quiet_ticks = 0;
  else if (++self->quiet_ticks >= AUDIO_GATE_HANG_TICKS) {
    audio_gate_shut(self);
    return AUDIO_GATE_FADE_OUT;
  }
  return AUDIO_GATE_PASS;
}

void
audio_gate_shut(AudioGate *self)
{
  *self = (AudioGate) { 0 };
}

void
audio_gate_fade(AudioGateAction action, gint16 *samples, guint n_samples)
{
  enum { FADE = AUDIO_GATE_FADE_SAMPLES };
  g_return_if_fail(n_samples >= FADE);
  if (action == AUDIO_GATE_FADE_IN)
    for (int i = 0; i < FADE; i++)
      samples[i] = (gint16)(samples[i] * i / FADE);
  if (action == AUDIO_GATE_FADE_OUT) {
    for (int i = 0; i < FADE; i++)
      samples[i] = (gint16)(samples[i] * (FADE - 1 - i) / FADE);
    for (guint i = FADE; i < n_samples; i++)
      samples[i] = 0;
  }
}
