/* media/codec/audio_jitter.h - adaptive jitter buffer and Opus decoder of one source
 * (TRANSPORT C4: a minimal NetEq for a mixer).
 *
 * Time is a parameter. The mixer pulls 20 ms at a time and always gets 20 ms: sound,
 * recovered sound (FEC), concealment fading to silence after 100 ms, or silence. Owned by
 * the audio tick. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/audio_playout.h"
#include "media/base/thread_role.h"

typedef struct AudioJitter AudioJitter;

typedef enum {
  AUDIO_PULL_NONE = 0,
  AUDIO_PULL_SILENCE,    /* nothing has come, or not for long */
  AUDIO_PULL_NORMAL,
  AUDIO_PULL_FEC,
  AUDIO_PULL_CONCEALED,
  AUDIO_PULL_DTX,        /* the sender is silent on purpose   */
} AudioPull;

typedef struct {
  guint64 packets, late, duplicates, malformed, overflow;
  guint64 pulls_normal, pulls_fec, pulls_concealed, pulls_silence, pulls_dtx;
  guint64 accelerated_samples, stretched_samples;
  guint   target_ms, depth_ms;
  AudioPlayout playout;
} AudioJitterStats;

AudioJitter *audio_jitter_new(void);
void         audio_jitter_free(AudioJitter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioJitter, audio_jitter_free)

/* @packet: (transfer full). */
void audio_jitter_push(AudioJitter *self, AudioPacket *packet) ON_AUDIO_TICK;
/* @out: AUDIO_FRAME_SAMPLES samples, always filled. */
AudioPull audio_jitter_pull(AudioJitter *self, gint64 now_us, gint16 *out) ON_AUDIO_TICK;
/* Extra delay for lip sync (0 to AUDIO_LIP_SYNC_MAX_MS; less for packets so short that the queue
 * could not hold so much), approached slowly. */
void audio_jitter_set_extra_delay(AudioJitter *self, guint delay_ms) ON_AUDIO_TICK;
/* A lost packet that is asked for comes so much later than it would have; 0: nobody asks. The
 * buffer waits for it while more than 2 % are lost, or if that takes more than 100 ms, more
 * than 10 %. */
void audio_jitter_set_resend_wait(AudioJitter *self, guint wait_ms) ON_AUDIO_TICK;
void audio_jitter_stats(const AudioJitter *self, AudioJitterStats *out) ON_AUDIO_TICK;
