/* tests/mixer/tone.h - tones to tell sites apart by, and Goertzel's filter to find them. */
#pragma once
#include "media/base/audio_packet.h"
#include <math.h>

/* Whole periods in 1 s, away from each other's harmonics. */
static inline double
tone_of_site(guint site)
{
  return 310 + 170.0 * site;
}

static inline void
tone_write(gint16 *out, guint n, double hz, double amplitude, guint64 from_sample)
{
  for (guint i = 0; i < n; i++)
    out[i] = (gint16)lrint(amplitude * sin(2 * G_PI * hz * (double)(from_sample + i) / AUDIO_SAMPLE_RATE));
}

/* Returns: the amplitude of the tone in @samples, which should hold whole periods of it. */
static inline double
tone_amplitude(const gint16 *samples, guint n, double hz)
{
  double w = 2 * G_PI * hz / AUDIO_SAMPLE_RATE, coefficient = 2 * cos(w), s1 = 0, s2 = 0;
  for (guint i = 0; i < n; i++) {
    double s = samples[i] + coefficient * s1 - s2;
    s2 = s1;
    s1 = s;
  }
  return 2 * sqrt(s1 * s1 + s2 * s2 - coefficient * s1 * s2) / n;
}
