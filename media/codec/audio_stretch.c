/* media/codec/audio_stretch.c - makes sound a little shorter or longer without a click. */
#include "media/codec/audio_stretch.h"
#include <math.h>
#include <string.h>

enum {
  DECIMATION = 8,      /* the coarse search runs at 6 kHz */
  FREE_LAG = 480,
  CUT_FADE = 240,
};

static const double LIKENESS_CAREFUL = 0.9;
static const double LIKENESS_URGENT = 0.5;

/* Normalised correlation of two stretches, every @stride-th sample. */
static double
likeness(const gint16 *a, const gint16 *b, int n, int stride)
{
  double ab = 0, aa = 1, bb = 1;
  for (int i = 0; i < n; i += stride) {
    ab += (double)a[i] * b[i];
    aa += (double)a[i] * a[i];
    bb += (double)b[i] * b[i];
  }
  return ab / sqrt(aa * bb);
}

/* The lag in [LAG_MIN, lag_max] at which x[0..lag) and what stands one lag later (@direction 1)
 * or earlier (-1) are most alike. Aliasing of the coarse pass does no harm: the fine pass
 * decides. */
static int
find_lag(const gint16 *x, int direction, int lag_max, double *best)
{
  int coarse = 0;
  double coarse_best = -1;
  for (int lag = AUDIO_STRETCH_LAG_MIN; lag <= lag_max; lag += DECIMATION) {
    double c = likeness(x, x + direction * lag, lag, DECIMATION);
    if (c > coarse_best) {
      coarse_best = c;
      coarse = lag;
    }
  }
  int found = coarse;
  *best = -1;
  for (int lag = MAX(coarse - DECIMATION, AUDIO_STRETCH_LAG_MIN);
       lag <= MIN(coarse + DECIMATION, lag_max); lag++) {
    double c = likeness(x, x + direction * lag, lag, 1);
    if (c > *best) {
      *best = c;
      found = lag;
    }
  }
  return found;
}

static int
choose_lag(const gint16 *x, int direction, int lag_max, int wanted, AudioStretchMode mode)
{
  double alike = -1;
  int lag = lag_max >= AUDIO_STRETCH_LAG_MIN ? find_lag(x, direction, lag_max, &alike) : 0;
  if (alike >= (mode == AUDIO_STRETCH_URGENT ? LIKENESS_URGENT : LIKENESS_CAREFUL))
    return lag;
  return mode == AUDIO_STRETCH_FREE ? MIN(MIN(wanted, FREE_LAG), lag_max) : 0;
}

/* to[i] = the fade from a[i] to b[i] over @n samples; @to may be @a. */
static void
fade(gint16 *to, const gint16 *a, const gint16 *b, int n)
{
  for (int i = 0; i < n; i++)
    to[i] = (gint16)((a[i] * (n - i) + b[i] * i) / n);
}

int
audio_stretch_shorten(gint16 *x, int length, int at_most, AudioStretchMode mode)
{
  int lag_max = MIN(MIN(at_most, AUDIO_STRETCH_LAG_MAX), length / 2);
  if (lag_max <= 0)
    return 0;
  int lag = choose_lag(x, 1, lag_max, at_most, mode);
  if (lag == 0)
    return 0;
  fade(x, x, x + lag, lag);
  memmove(x + lag, x + 2 * lag, (gsize)(length - 2 * lag) * sizeof *x);
  return lag;
}

int
audio_stretch_lengthen(gint16 *x, int length, int wanted, AudioStretchMode mode)
{
  int lag_max = MIN(AUDIO_STRETCH_LAG_MAX, length);
  if (wanted <= 0 || lag_max <= 0)
    return 0;
  int lag = choose_lag(x, -1, lag_max, wanted, mode);
  if (lag == 0)
    return 0;
  gint16 joint[AUDIO_STRETCH_LAG_MAX];
  fade(joint, x, x - lag, lag);
  memmove(x + lag, x, (gsize)length * sizeof *x);
  memcpy(x, joint, (gsize)lag * sizeof *x);
  return lag;
}

void
audio_stretch_cut(gint16 *x, int length, int n)
{
  int n_fade = MIN(CUT_FADE, length - n);
  fade(x, x, x + n, n_fade);
  memmove(x + n_fade, x + n + n_fade, (gsize)(length - n - n_fade) * sizeof *x);
}
