/* mixer/audio_mix.h - one mix on its way out: a limiter and an Opus encoder. Audio tick. */
#pragma once
#include "media/codec/audio_encoder.h"
#include "mixer/audio_limiter.h"

typedef struct AudioMix AudioMix;

/* @bitrate_bps: of the Opus stream. NULL if libopus refuses. */
AudioMix *audio_mix_new(guint bitrate_bps) ON_AUDIO_TICK;
void      audio_mix_free(AudioMix *self);
/* @sum: AUDIO_FRAME_SAMPLES; @minus: (nullable): what to leave out of it.
 * Returns: (transfer full) (nullable). */
AudioPacket *audio_mix_encode(AudioMix *self, const gint32 *sum, const gint16 *minus,
                              guint32 rtp_timestamp) ON_AUDIO_TICK;
