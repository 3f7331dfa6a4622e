/* mixer/audio_mix.h - the arithmetic of the mix: total minus self, in 32 bits.
 *
 * One addition a member and one subtraction a distinct mix: linear in the members. 128
 * members at full scale use 23 bits, so nothing clips before the limiter. */
#pragma once
#include "media/base/audio_packet.h"

typedef struct {
  gint32 samples[AUDIO_FRAME_SAMPLES];
} AudioSum;

void audio_mix_clear(AudioSum *self);
/* Adds AUDIO_FRAME_SAMPLES of @samples. */
void audio_mix_add(AudioSum *self, const gint16 *samples);
/* @out = @self without @samples, which was added before: to the bit what the sum of the
 * others is. */
void audio_mix_minus(const AudioSum *self, const gint16 *samples, AudioSum *out);
