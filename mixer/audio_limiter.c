/* mixer/audio_limiter.c - brings a 32-bit mix into 16 bits without clipping. */
#include "mixer/audio_limiter.h"
#include <math.h>
#include <string.h>

enum {
  BLOCK = AUDIO_LIMITER_BLOCK,
  HOLD_BLOCKS = 30,  /* 60 ms: more than a period of the lowest voice */
};
/* Each block 0.4 % up: 6 dB in a third of a second. */
#define RELEASE 1.004f

G_STATIC_ASSERT(AUDIO_FRAME_SAMPLES % AUDIO_LIMITER_BLOCK == 0);

void
audio_limiter_init(AudioLimiter *self)
{
  *self = (AudioLimiter) { .delayed_gain = 1, .gain = 1 };
}

static float
safe_gain(const gint32 *block)
{
  gint32 peak = 0;
  for (guint i = 0; i < BLOCK; i++)
    peak = MAX(peak, ABS(block[i]));
  return peak <= AUDIO_LIMITER_CEILING ? 1.0f : (float)AUDIO_LIMITER_CEILING / (float)peak;
}

/* Where the gain shall stand between the block that comes out and the one after it. A peak
 * that needs nearly the present gain renews the hold: a steady tone sees one gain only. */
static float
next_gain(AudioLimiter *self, float allowed)
{
  if (allowed < 1 && allowed <= self->gain * RELEASE) {
    self->hold_blocks = HOLD_BLOCKS;
    return MIN(allowed, self->gain);
  }
  if (self->hold_blocks > 0) {
    self->hold_blocks--;
    return self->gain;
  }
  return MIN(self->gain * RELEASE, allowed);
}

static void
put_block(const gint32 *block, float from, float to, gint16 *out)
{
  if (from == 1 && to == 1) {
    for (guint i = 0; i < BLOCK; i++)
      out[i] = (gint16)block[i];
    return;
  }
  float step = (to - from) / BLOCK;
  for (guint i = 0; i < BLOCK; i++)
    out[i] = (gint16)lrintf((float)block[i] * (from + step * (float)(i + 1)));
}

void
audio_limiter_process(AudioLimiter *self, const AudioSum *in, gint16 *out)
{
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i += BLOCK) {
    const gint32 *coming = in->samples + i;
    float coming_gain = safe_gain(coming);
    float gain = next_gain(self, MIN(self->delayed_gain, coming_gain));
    put_block(self->delayed, self->gain, gain, out + i);
    memcpy(self->delayed, coming, sizeof self->delayed);
    self->delayed_gain = coming_gain;
    self->gain = gain;
  }
}
