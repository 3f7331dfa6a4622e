/* mixer/audio_source.h - one site's sound: packets in from the net, pulled by the audio tick.
 *
 *   net: audio_source_push -> ring -> (audio tick) AudioJitter -> samples, level
 *
 * Referenced by the session that feeds it and by the scenes that mix it. */
#pragma once
#include "media/codec/audio_jitter.h"

typedef struct AudioSource AudioSource;

AudioSource *audio_source_new(void);
AudioSource *audio_source_ref(AudioSource *self);
void         audio_source_unref(AudioSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioSource, audio_source_unref)

/* @packet: (transfer full). Never blocks. */
void audio_source_push(AudioSource *self, AudioPacket *packet) ON_NET;
/* The next AUDIO_FRAME_SAMPLES, always filled. @now_us: monotonic. */
AudioPull audio_source_pull(AudioSource *self, gint64 now_us, gint16 *out) ON_AUDIO_TICK;
/* A snapshot, at most one tick old. Any thread. */
void audio_source_stats(AudioSource *self, AudioJitterStats *out);
