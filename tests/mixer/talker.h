/* tests/mixer/talker.h - somebody's speech as levels, 20 ms each: phrases of syllables, pauses, a room's noise.
 *
 * After what espeak-ng's and people's sound gives through mixer/audio_level: four to six syllables a second,
 * each 12 to 20 dB above the gaps beside it, phrases of one to four seconds, breaths between them. Seeded. */
#pragma once
#include "tests/lib/random_stream.h"
#include <math.h>
#include <stdbool.h>

typedef struct {
  RandomStream random;
  double loud_dbov, floor_dbov;  /* of a strong syllable, of the room: negative                      */
  double busy;                   /* 0..1: how much of the time it talks                              */
  int    phrase, pause;          /* ticks left                                                        */
  int    syllable, at;           /* its length, and where in it                                       */
  double peak_dbov;
} Talker;

static inline double
talker_between(Talker *self, double low, double high)
{
  return low + (high - low) * random_stream_unit(&self->random);
}

static inline Talker
talker_new(guint64 seed, double busy)
{
  Talker self = { .random = random_stream(seed), .busy = busy };
  self.loud_dbov = talker_between(&self, -26, -16);
  self.floor_dbov = talker_between(&self, -72, -58);
  return self;
}

static inline void
talker_begin_syllable(Talker *self)
{
  self->syllable = (int)talker_between(self, 7, 14);
  self->at = 0;
  self->peak_dbov = self->loud_dbov + talker_between(self, -10, 3);
}

static inline void
talker_begin_phrase(Talker *self)
{
  self->phrase = (int)talker_between(self, 50, 200);
  double mean_pause = self->busy >= 1 ? 15 : 125 * (1 - self->busy) / self->busy;
  self->pause = (int)(mean_pause * talker_between(self, 0.3, 1.7)) + 8;
  talker_begin_syllable(self);
}

/* Returns: the level of the next 20 ms, dBov (negative). @is_allowed: false: it listens. */
static inline double
talker_step(Talker *self, bool is_allowed)
{
  double noise = self->floor_dbov + talker_between(self, -1.5, 1.5);
  if (self->phrase == 0 && self->pause > 0) {
    self->pause--;
    return noise;
  }
  if (self->phrase == 0) {
    if (!is_allowed)
      return noise;
    talker_begin_phrase(self);
  }
  self->phrase--;
  if (self->at >= self->syllable)
    talker_begin_syllable(self);
  double phase = (self->at++ + 0.5) / self->syllable;
  double level = self->peak_dbov - 18 * pow(fabs(2 * phase - 1), 2) + talker_between(self, -2, 2);
  return MAX(level, noise);
}

/* The level of two sounds together. */
static inline double
level_sum(double a_dbov, double b_dbov)
{
  return 10 * log10(pow(10, a_dbov / 10) + pow(10, b_dbov / 10));
}

/* As mixer/audio_level tells it. */
static inline guint8
level_told(double dbov)
{
  return (guint8)CLAMP(lrint(-dbov), 0, 127);
}
