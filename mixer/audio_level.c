/* mixer/audio_level.c - how loud 20 ms of sound are, as RFC 6464 counts it. */
#include "mixer/audio_level.h"
#include "media/base/audio_packet.h"
#include <math.h>

guint8
audio_level(const gint16 *samples, guint n_samples)
{
  gint64 energy = 0;
  for (guint i = 0; i < n_samples; i++)
    energy += samples[i] * samples[i];
  if (energy == 0)
    return AUDIO_LEVEL_SILENT;
  double mean = (double)energy / n_samples / (32768.0 * 32768.0);
  double minus_dbov = -10.0 * log10(mean);
  return (guint8)CLAMP(lrint(minus_dbov), 0, AUDIO_LEVEL_SILENT - 1);
}
