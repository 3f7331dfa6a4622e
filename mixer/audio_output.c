/* mixer/audio_output.c - one distinct mix on its way out: limiter and Opus encoder. */
#include "mixer/audio_output.h"
#include "media/base/log.h"
#include "mixer/audio_level.h"
#include <string.h>

enum { COMPLEXITY = 5 };  /* TRANSPORT C4 */

void
audio_output_init(AudioOutput *self)
{
  *self = (AudioOutput) { 0 };
  audio_limiter_init(&self->limiter);
  self->loss_percent = AUDIO_OUTPUT_LOSS_MIN;
  self->level = AUDIO_LEVEL_SILENT;
}

void
audio_output_clear(AudioOutput *self)
{
  audio_output_stop(self);
}

void
audio_output_continue(AudioOutput *self, const AudioOutput *other)
{
  AudioEncoder *encoder = self->encoder;
  guint loss_percent = self->loss_percent;
  *self = *other;
  self->encoder = encoder;
  self->loss_percent = loss_percent;
}

void
audio_output_set_loss(AudioOutput *self, guint percent)
{
  self->loss_percent = MAX(percent, AUDIO_OUTPUT_LOSS_MIN);
  if (self->encoder != NULL)
    audio_encoder_set_expected_loss(self->encoder, self->loss_percent);
}

void
audio_output_limit(AudioOutput *self, const AudioSum *sum)
{
  memcpy(self->earlier, self->samples, sizeof self->earlier);
  audio_limiter_process(&self->limiter, sum, self->samples);
}

bool
audio_output_start(AudioOutput *self, guint bitrate_bps)
{
  if (self->encoder != NULL)
    return true;
  AudioEncoderConfig config = { bitrate_bps, COMPLEXITY, self->loss_percent };
  g_autoptr(GError) error = NULL;
  self->encoder = audio_encoder_new(&config, &error);
  if (self->encoder == NULL) {
    log_limited(G_LOG_LEVEL_WARNING, "audio encoder: %s", error->message);
    return false;
  }
  /* With two ticks of the past its prediction has settled; with one, the first packet is
   * heard as a bump of 2 dB, with none as a gap. */
  audio_packet_unref(audio_encoder_encode(self->encoder, self->earlier, 0));
  audio_packet_unref(audio_encoder_encode(self->encoder, self->samples, 0));
  return true;
}

void
audio_output_stop(AudioOutput *self)
{
  audio_encoder_free(g_steal_pointer(&self->encoder));
  self->level = AUDIO_LEVEL_SILENT;
}

AudioPacket *
audio_output_encode(AudioOutput *self, guint32 rtp_timestamp, gint64 due_us)
{
  if (self->encoder == NULL)
    return NULL;
  AudioPacket *packet = audio_encoder_encode(self->encoder, self->samples, rtp_timestamp);
  if (packet == NULL)
    return NULL;
  packet->arrival_us = due_us;
  packet->level = self->level = audio_level(self->samples, AUDIO_FRAME_SAMPLES);
  packet->has_level = true;
  return packet;
}
