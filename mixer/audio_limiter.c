/* mixer/audio_limiter.c - brings a sum of voices back into 16 bits without clipping. */
#include "mixer/audio_limiter.h"
#include <math.h>
#include <stdlib.h>

enum {
  STEPS = 8, STEP_SAMPLES = AUDIO_FRAME_SAMPLES / STEPS,  /* 2.5 ms */
  HURRY_SAMPLES = 24,  /* for a peak that stands at the very beginning of a frame */
};

static const float THRESHOLD = 29490.0f, CEILING = 32767.0f;
static const float RISE = 1.00577f;  /* a step: 20 dB a second */

static float
soft_clip(float x)
{
  float size = fabsf(x);
  if (size <= THRESHOLD)
    return x;
  float room = CEILING - THRESHOLD;
  return copysignf(THRESHOLD + room * tanhf((size - THRESHOLD) / room), x);
}

/* The gain that each step allows. Returns: true if all of them are 1. */
static bool
allowed_gains(const gint32 *in, float *allowed)
{
  bool is_quiet = true;
  for (int s = 0; s < STEPS; s++) {
    gint32 peak = 0;
    for (int i = s * STEP_SAMPLES; i < (s + 1) * STEP_SAMPLES; i++)
      peak = MAX(peak, ABS(in[i]));
    allowed[s] = (float)peak > THRESHOLD ? THRESHOLD / (float)peak : 1.0f;
    is_quiet = is_quiet && allowed[s] == 1.0f;
  }
  return is_quiet;
}

void
audio_limiter_run(AudioLimiter *self, const gint32 *in, gint16 *out)
{
  float allowed[STEPS];
  float gain = self->gain > 0.0f ? self->gain : 1.0f;
  if (allowed_gains(in, allowed) && gain == 1.0f) {
    for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      out[i] = (gint16)in[i];
    return;
  }
  for (int s = 0; s < STEPS; s++) {
    float end = MIN(gain * RISE, 1.0f);
    end = MIN(end, allowed[s]);
    if (s + 1 < STEPS)
      end = MIN(end, allowed[s + 1]);
    int ramp = gain > allowed[s] ? HURRY_SAMPLES : STEP_SAMPLES;
    for (int i = 0; i < STEP_SAMPLES; i++) {
      float g = i + 1 < ramp ? gain + (end - gain) * (float)(i + 1) / (float)ramp : end;
      out[s * STEP_SAMPLES + i] = (gint16)lrintf(soft_clip((float)in[s * STEP_SAMPLES + i] * g));
    }
    gain = end;
  }
  self->gain = gain;
}
