/* mixer/audio_output.h - one distinct mix on its way out: limiter and Opus encoder.
 *
 * A receiver is moved between the common mix and its own. At that moment both carry the
 * same sound, and this keeps it so for the ear: an output that starts takes over the state
 * of the other's limiter, and its new encoder is first fed what the receiver heard last,
 * so that it begins neither with silence nor with a click. Audio tick. */
#pragma once
#include "media/codec/audio_encoder.h"
#include "mixer/audio_limiter.h"

enum { AUDIO_OUTPUT_LOSS_MIN = 5 };  /* percent, TRANSPORT C4 */

typedef struct {
  AudioLimiter  limiter;
  gint16        samples[AUDIO_FRAME_SAMPLES];  /* of the last tick, limited */
  gint16        earlier[AUDIO_FRAME_SAMPLES];  /* of the tick before that   */
  AudioEncoder *encoder;                       /* (nullable): not running   */
  guint         loss_percent;                  /* what its receivers lose   */
  guint8        level;                         /* -dBov of what was encoded last; silent while it does not run */
} AudioOutput;

void audio_output_init(AudioOutput *self);
void audio_output_clear(AudioOutput *self);

/* Takes over where @other stands, without its encoder. */
void audio_output_continue(AudioOutput *self, const AudioOutput *other);
/* How much the worst of its receivers loses: in-band FEC is made for it, and never for less
 * than AUDIO_OUTPUT_LOSS_MIN. Before or after the start. */
void audio_output_set_loss(AudioOutput *self, guint percent) ON_AUDIO_TICK;
/* One tick: @sum through the limiter into samples. */
void audio_output_limit(AudioOutput *self, const AudioSum *sum);
/* Starts the encoder, if it is not running, and feeds it the last two ticks: call it before
 * audio_output_limit(). Returns: false if libopus failed. */
bool audio_output_start(AudioOutput *self, guint bitrate_bps) ON_AUDIO_TICK;
void audio_output_stop(AudioOutput *self);
/* Returns: (transfer full) (nullable): the samples of this tick; NULL if not running or if
 * libopus failed. */
AudioPacket *audio_output_encode(AudioOutput *self, guint32 rtp_timestamp,
                                 gint64 due_us) ON_AUDIO_TICK;
