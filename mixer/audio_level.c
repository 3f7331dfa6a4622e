/* mixer/audio_level.c - how loud 20 ms of sound are. */
#include "mixer/audio_level.h"
#include <math.h>

guint8
audio_level_of(const gint16 *samples, guint n_samples)
{
  gint64 energy = 0;
  for (guint i = 0; i < n_samples; i++)
    energy += (gint32)samples[i] * samples[i];
  if (energy == 0 || n_samples == 0)
    return AUDIO_LEVEL_SILENT;
  double mean = (double)energy / n_samples / (32768.0 * 32768.0);
  return (guint8)CLAMP(lrint(-10.0 * log10(mean)), 0, AUDIO_LEVEL_SILENT);
}
