/* media/codec/audio_encoder.c - one mix to Opus. */
#include "media/codec/audio_encoder.h"
#include "media/codec/codec_error.h"
#include <opus.h>

/* At 32 kbit/s libopus 1.3 gives up FEC rather than bandwidth unless it expects more than 5 % of
 * loss (decide_fec() in opus_encoder.c). */
enum { FEC_LOSS_PERCENT_MIN = 6 };

struct AudioEncoder {
  OpusEncoder *opus;  /* owned */
  guint        loss_percent;  /* as libopus knows it */
};

static guint
effective_loss(guint percent)
{
  return percent > 0 ? CLAMP(percent, FEC_LOSS_PERCENT_MIN, AUDIO_ENCODER_LOSS_MAX) : 0;
}

static bool
apply_loss(AudioEncoder *self, guint loss_percent)
{
  self->loss_percent = loss_percent;
  return opus_encoder_ctl(self->opus, OPUS_SET_INBAND_FEC(loss_percent > 0 ? 1 : 0)) == OPUS_OK
         && opus_encoder_ctl(self->opus, OPUS_SET_PACKET_LOSS_PERC((opus_int32)loss_percent)) == OPUS_OK;
}

/* In-band FEC exists in the SILK and hybrid modes only: VoIP and the voice signal keep libopus
 * in them at the rates of speech. */
static bool
apply_config(AudioEncoder *self, const AudioEncoderConfig *config)
{
  OpusEncoder *opus = self->opus;
  return opus_encoder_ctl(opus, OPUS_SET_BITRATE((opus_int32)config->bitrate_bps)) == OPUS_OK
         && opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY((opus_int32)config->complexity)) == OPUS_OK
         && opus_encoder_ctl(opus, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)) == OPUS_OK
         && opus_encoder_ctl(opus, OPUS_SET_LSB_DEPTH(16)) == OPUS_OK
         && config->expected_loss_percent <= 100
         && apply_loss(self, effective_loss(config->expected_loss_percent));
}

AudioEncoder *
audio_encoder_new(const AudioEncoderConfig *config, GError **error)
{
  int result;
  g_autoptr(AudioEncoder) self = g_new0(AudioEncoder, 1);
  self->opus = opus_encoder_create(AUDIO_SAMPLE_RATE, 1, OPUS_APPLICATION_VOIP, &result);
  if (self->opus == NULL) {
    g_set_error(error, CODEC_ERROR, CODEC_ERROR_LIBRARY, "no Opus encoder: %s",
                opus_strerror(result));
    return NULL;
  }
  if (!apply_config(self, config)) {
    g_set_error(error, CODEC_ERROR, CODEC_ERROR_CONFIG,
                "libopus refused %u bit/s, complexity %u, %u %% loss", config->bitrate_bps,
                config->complexity, config->expected_loss_percent);
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
audio_encoder_free(AudioEncoder *self)
{
  if (self == NULL)
    return;
  if (self->opus != NULL)
    opus_encoder_destroy(self->opus);
  g_free(self);
}

void
audio_encoder_set_expected_loss(AudioEncoder *self, guint percent)
{
  guint loss_percent = effective_loss(percent);
  if (loss_percent != self->loss_percent)
    apply_loss(self, loss_percent);
}

AudioPacket *
audio_encoder_encode(AudioEncoder *self, const gint16 *samples, guint32 rtp_timestamp)
{
  guint8 bytes[AUDIO_PACKET_BYTES_MAX];
  opus_int32 length = opus_encode(self->opus, samples, AUDIO_FRAME_SAMPLES, bytes, sizeof bytes);
  if (length <= 0)
    return NULL;
  AudioPacket *packet = audio_packet_new(bytes, (gsize)length);
  packet->rtp_timestamp = rtp_timestamp;
  return packet;
}
