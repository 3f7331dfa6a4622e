/* mixer/audio_limiter.h - brings a 32-bit mix into 16 bits without clipping.
 *
 * The sum is delayed by one block of 2 ms, so that the gain comes down before a peak
 * arrives: it moves in a straight line inside each block between values that are safe for
 * the blocks on both sides.
 *
 *    peak of block    | 0.5 | 0.5 | 3.0 | 0.5 |
 *    gain at its ends 1     1    0.3   0.3   0.3 ...
 *
 * It then holds for 60 ms and goes back over seconds: a steady tone is not distorted and
 * speech does not pump. Below -1 dBFS the samples pass unchanged, only delayed. One state
 * a mix. Pure logic. */
#pragma once
#include "mixer/audio_mix.h"

enum {
  AUDIO_LIMITER_BLOCK = 96,          /* samples, 2 ms: the look-ahead */
  AUDIO_LIMITER_CEILING = 29204,     /* -1 dBFS                       */
};

typedef struct {
  gint32 delayed[AUDIO_LIMITER_BLOCK];  /* the block that comes out next */
  float  delayed_gain;   /* the largest gain that is safe for it         */
  float  gain;           /* where the last block that came out ended     */
  guint  hold_blocks;    /* before the gain may rise                     */
} AudioLimiter;

void audio_limiter_init(AudioLimiter *self);
/* Takes 20 ms, gives the 20 ms that ended AUDIO_LIMITER_BLOCK samples earlier. */
void audio_limiter_process(AudioLimiter *self, const AudioSum *in, gint16 *out);
