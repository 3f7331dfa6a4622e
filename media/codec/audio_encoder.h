/* media/codec/audio_encoder.h - one mix to Opus: 48 kHz mono, 20 ms, VoIP, in-band FEC. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/thread_role.h"

typedef struct AudioEncoder AudioEncoder;

/* libopus 1.3 makes no difference beyond it. */
enum { AUDIO_ENCODER_LOSS_MAX = 25 };

typedef struct {
  guint bitrate_bps;       /* 32000 */
  guint complexity;        /* 5     */
  guint expected_loss_percent;  /* 5; 0 turns FEC off; less than 6 counts as 6, see the .c */
} AudioEncoderConfig;

AudioEncoder *audio_encoder_new(const AudioEncoderConfig *config, GError **error);
void          audio_encoder_free(AudioEncoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioEncoder, audio_encoder_free)

/* Tells how much the receivers lose, as in the configuration: the more, the better the copy of
 * each frame that the next one carries, at the cost of the frame itself. Takes effect with
 * the next frame; the stream goes on without a seam. At most AUDIO_ENCODER_LOSS_MAX counts. */
void audio_encoder_set_expected_loss(AudioEncoder *self, guint percent) ON_AUDIO_TICK;

/* @samples: AUDIO_FRAME_SAMPLES of 16-bit mono.
 * Returns: (transfer full) (nullable): NULL if libopus failed. */
AudioPacket *audio_encoder_encode(AudioEncoder *self, const gint16 *samples, guint32 rtp_timestamp) ON_AUDIO_TICK;
