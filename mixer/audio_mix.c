/* mixer/audio_mix.c - one mix on its way out: a limiter and an Opus encoder. */
#include "mixer/audio_mix.h"
#include "media/base/log.h"

struct AudioMix {
  AudioLimiter  limiter;
  AudioEncoder *encoder;
};

enum { COMPLEXITY = 5, EXPECTED_LOSS_PERCENT = 5 };

AudioMix *
audio_mix_new(guint bitrate_bps)
{
  AudioEncoderConfig config = {
    .bitrate_bps = bitrate_bps, .complexity = COMPLEXITY, .expected_loss_percent = EXPECTED_LOSS_PERCENT,
  };
  g_autoptr(GError) error = NULL;
  AudioEncoder *encoder = audio_encoder_new(&config, &error);
  if (encoder == NULL) {
    log_limited(G_LOG_LEVEL_WARNING, "no Opus encoder: %s", error->message);
    return NULL;
  }
  AudioMix *self = g_new0(AudioMix, 1);
  self->encoder = encoder;
  return self;
}

void
audio_mix_free(AudioMix *self)
{
  if (self == NULL)
    return;
  audio_encoder_free(self->encoder);
  g_free(self);
}

AudioPacket *
audio_mix_encode(AudioMix *self, const gint32 *sum, const gint16 *minus, guint32 rtp_timestamp)
{
  gint32 others[AUDIO_FRAME_SAMPLES];
  gint16 limited[AUDIO_FRAME_SAMPLES];
  if (minus != NULL) {
    for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      others[i] = sum[i] - minus[i];
    sum = others;
  }
  audio_limiter_run(&self->limiter, sum, limited);
  return audio_encoder_encode(self->encoder, limited, rtp_timestamp);
}
