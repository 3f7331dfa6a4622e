/* mixer/audio_source.h - one site's sound: packets in from the net, pulled by the audio tick.
 *
 *   net: audio_source_push -> ring -> (audio tick) AudioJitter -> samples, level
 *
 * Referenced by the session that feeds it and by the scenes that mix it. */
#pragma once
#include "media/codec/audio_jitter.h"
#include "mixer/echo_watch.h"

typedef struct AudioSource AudioSource;

AudioSource *audio_source_new(void);
AudioSource *audio_source_ref(AudioSource *self);
void         audio_source_unref(AudioSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioSource, audio_source_unref)

/* @packet: (transfer full). Never blocks. */
void audio_source_push(AudioSource *self, AudioPacket *packet) ON_NET;
/* How much later the sound shall be played to match the picture: audio_jitter_set_extra_delay().
 * Holds from the next tick on. */
void audio_source_set_extra_delay(AudioSource *self, guint delay_ms) ON_NET;
/* How much later lost packets come that are asked for: audio_jitter_set_resend_wait(). As above. */
void audio_source_set_resend_wait(AudioSource *self, guint wait_ms) ON_NET;
/* A snapshot, at most one tick old. Any thread. */
void audio_source_stats(AudioSource *self, AudioJitterStats *out);
/* What it sends back of what it is sent, as the program that mixes it found last. Any thread; never blocks. */
EchoFinding audio_source_echo(const AudioSource *self);
/* The loudest 20 ms since the last call, in -dBov (127: silent), muted or not: for one reader. Any thread. */
guint8 audio_source_take_loudest(AudioSource *self);

/* For the programs: what its member's EchoWatch found. */
void audio_source_set_echo(AudioSource *self, const EchoFinding *found) ON_AUDIO_TICK;
/* For the programs: the 20 ms of tick @tick_index, AUDIO_FRAME_SAMPLES of them. The first
 * program that asks at a tick pulls the jitter buffer; another gets the same samples.
 * @level: -dBov of them. Returns: (transfer none): valid until the next tick. */
const gint16 *audio_source_pull(AudioSource *self, gint64 tick_index, gint64 now_us,
                                guint8 *level) ON_AUDIO_TICK;
