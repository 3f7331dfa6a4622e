/* mixer/test_signal.c - what the sites hear while they are tested before a session: bursts like speech, of tones. */
#include "mixer/test_signal.h"
#include <math.h>

enum {
  TICK = AUDIO_FRAME_SAMPLES,
  SYLLABLE_MIN = 6, SYLLABLE_MAX = 12,  /* ticks */
  GAP_MIN = 2, GAP_MAX = 5,
  PAUSE_MIN = 12, PAUSE_MAX = 22,
  SYLLABLES_MIN = 4, SYLLABLES_MAX = 8,
  HZ_MIN = 280, HZ_MAX = 900,
  LOUDNESS_MIN = -24, LOUDNESS_MAX = -16,  /* dBov, in the middle of a syllable */
};
#define OCTAVE 0.5

/* A linear congruential generator is random enough. Returns: @min to @max. */
static guint
between(TestSignal *self, guint min, guint max)
{
  self->random = self->random * 1664525 + 1013904223;
  return min + (self->random >> 16) % (max - min + 1);
}

static void
begin_syllable(TestSignal *self)
{
  if (self->n_syllables == 0)
    self->n_syllables = between(self, SYLLABLES_MIN, SYLLABLES_MAX);
  self->n_syllables--;
  self->at = 0;
  self->length = between(self, SYLLABLE_MIN, SYLLABLE_MAX) * TICK;
  self->gap = (self->n_syllables > 0 ? between(self, GAP_MIN, GAP_MAX) : between(self, PAUSE_MIN, PAUSE_MAX)) * TICK;
  self->hz = between(self, HZ_MIN, HZ_MAX);
  double dbov = LOUDNESS_MIN + (double)between(self, 0, LOUDNESS_MAX - LOUDNESS_MIN);
  /* of two sines, of which the second has half the height: their power is 5/8 of the amplitude's square */
  self->amplitude = 32768 * pow(10, dbov / 20) / sqrt((1 + OCTAVE * OCTAVE) / 2);
}

void
test_signal_init(TestSignal *self)
{
  *self = (TestSignal) { .random = 1 };
  begin_syllable(self);
}

void
test_signal_next(TestSignal *self, gint16 *out)
{
  for (guint i = 0; i < TICK; i++, self->at++) {
    if (self->at == self->length + self->gap)
      begin_syllable(self);
    out[i] = 0;
    if (self->at >= self->length)
      continue;
    double envelope = sin(G_PI * self->at / self->length), phase = 2 * G_PI * self->hz * self->at / AUDIO_SAMPLE_RATE;
    out[i] = (gint16)lrint(self->amplitude * envelope * (sin(phase) + OCTAVE * sin(2 * phase)));
  }
}
