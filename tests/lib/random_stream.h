/* tests/lib/random_stream.h - reproducible random numbers (SplitMix64): the same seed, the same run. */
#pragma once
#include <glib.h>

typedef struct {
  guint64 state;
} RandomStream;

static inline RandomStream
random_stream(guint64 seed)
{
  return (RandomStream) { seed };
}

static inline guint64
random_stream_next(RandomStream *self)
{
  guint64 z = self->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* Returns: 0 <= x < 1. */
static inline double
random_stream_unit(RandomStream *self)
{
  return (double)(random_stream_next(self) >> 11) * 0x1p-53;
}

/* Returns: 0 to @limit - 1; @limit > 0. */
static inline guint
random_stream_below(RandomStream *self, guint limit)
{
  return (guint)(random_stream_unit(self) * limit);
}
