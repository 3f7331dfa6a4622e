/* mixer/audio_limiter.h - brings a sum of voices back into 16 bits without clipping.
 *
 * Transparent, bit by bit, while the sum stays below the threshold (-0.9 dBFS). Above it the
 * gain falls before the peak comes, as far as it stands in the same 20 ms, and rises again
 * by 20 dB a second; what is left of a peak that begins a frame is bent, not cut. Adds no
 * delay. Pure logic; one for each mix, on the audio tick. */
#pragma once
#include "media/base/audio_packet.h"

typedef struct {
  float gain;  /* at the end of the last frame; 0: not used yet, taken for 1 */
} AudioLimiter;

/* @in: the sum of AUDIO_FRAME_SAMPLES; @out: as many samples. */
void audio_limiter_run(AudioLimiter *self, const gint32 *in, gint16 *out);
