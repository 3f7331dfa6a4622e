/* tests/load/skew_meter.c - how far apart a receiver that plays by sender reports shows and sounds one instant. */
#include "tests/load/skew_meter.h"
#include <string.h>

enum { APART_MAX_US = 100 * 1000 };  /* of marker and frame: beyond it, the picture stood still */

SkewFigures
skew_figures(Samples *skew_ms)
{
  return (SkewFigures) {
    .p5 = samples_percentile(skew_ms, 5), .p50 = samples_percentile(skew_ms, 50),
    .p95 = samples_percentile(skew_ms, 95), .min = samples_min(skew_ms), .max = samples_max(skew_ms),
    .n = samples_count(skew_ms),
  };
}

static const SkewMoment *
nearest(const SkewMeter *self, gint64 sent_us)
{
  const SkewMoment *best = NULL;
  for (guint i = 0; i < MIN(self->n_pictures, SKEW_PICTURES); i++) {
    const SkewMoment *picture = &self->pictures[i];
    if (best == NULL || ABS(picture->sent_us - sent_us) < ABS(best->sent_us - sent_us))
      best = picture;
  }
  return best;
}

static void
compare(SkewMeter *self, const SkewMoment *sound)
{
  const SkewMoment *picture = nearest(self, sound->sent_us);
  if (picture == NULL || ABS(picture->sent_us - sound->sent_us) > APART_MAX_US)
    return;
  gint64 skew_us = (sound->capture_us - sound->sent_us) - (picture->capture_us - picture->sent_us);
  samples_add(self->skew_ms, (double)skew_us / 1000);
}

void
skew_meter_picture(SkewMeter *self, const SkewMoment *picture)
{
  self->pictures[self->n_pictures++ % SKEW_PICTURES] = *picture;
  guint n_done = 0;
  while (n_done < self->n_sounds && self->sounds[n_done].sent_us <= picture->sent_us)
    compare(self, &self->sounds[n_done++]);
  self->n_sounds -= n_done;
  memmove(self->sounds, self->sounds + n_done, self->n_sounds * sizeof self->sounds[0]);
}

void
skew_meter_sound(SkewMeter *self, const SkewMoment *sound)
{
  bool is_shown = self->n_pictures > 0
                  && self->pictures[(self->n_pictures - 1) % SKEW_PICTURES].sent_us >= sound->sent_us;
  if (is_shown)
    compare(self, sound);
  else if (self->n_sounds < SKEW_SOUNDS)
    self->sounds[self->n_sounds++] = *sound;
}
