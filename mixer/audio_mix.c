/* mixer/audio_mix.c - the arithmetic of the mix: total minus self, in 32 bits. */
#include "mixer/audio_mix.h"
#include <string.h>

void
audio_mix_clear(AudioSum *self)
{
  memset(self, 0, sizeof *self);
}

void
audio_mix_add(AudioSum *self, const gint16 *samples)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    self->samples[i] += samples[i];
}

void
audio_mix_minus(const AudioSum *self, const gint16 *samples, AudioSum *out)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    out->samples[i] = self->samples[i] - samples[i];
}
