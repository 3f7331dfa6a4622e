/* mixer/audio_source.c - one site's sound: packets in from the net, pulled by the audio tick. */
#include "mixer/audio_source.h"
#include "media/base/ring.h"
#include "mixer/audio_level.h"
#include "mixer/counter.h"

enum {
  RING_PACKETS = 64,  /* the jitter buffer has no room for more */
  ECHO_IS_FOUND = 1 << 24, ECHO_LOSS_SHIFT = 16, ECHO_LOSS_MASK = 0xff, ECHO_DELAY_MASK = 0xffff,
};

struct AudioSource {
  gatomicrefcount ref_count;
  /* owned */
  Ring        *ring;
  AudioJitter *jitter;  /* the tick's */
  /* state, the tick's */
  gint64       pulled_index;
  guint8       level;
  gint16       samples[AUDIO_FRAME_SAMPLES];
  /* from the net */
  gint         extra_delay_ms, resend_wait_ms;  /* atomic */
  /* for whoever asks */
  gint         echo;    /* atomic: 0: none; else ECHO_IS_FOUND, loss in dB, delay in ms */
  HighMark     loudness;  /* AUDIO_LEVEL_SILENT less the level */

  GMutex           stats_lock;  /* the tick only tries it */
  AudioJitterStats stats;       /* guarded by stats_lock  */
};

AudioSource *
audio_source_new(void)
{
  AudioSource *self = g_new0(AudioSource, 1);
  g_atomic_ref_count_init(&self->ref_count);
  self->ring = ring_new(RING_PACKETS, (GDestroyNotify)audio_packet_unref);
  self->jitter = audio_jitter_new();
  self->pulled_index = -1;
  self->level = AUDIO_LEVEL_SILENT;
  g_mutex_init(&self->stats_lock);
  return self;
}

AudioSource *
audio_source_ref(AudioSource *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
audio_source_unref(AudioSource *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  audio_jitter_free(self->jitter);
  ring_free(self->ring);
  g_mutex_clear(&self->stats_lock);
  g_free(self);
}

void
audio_source_push(AudioSource *self, AudioPacket *packet)
{
  ring_push(self->ring, packet);
}

void
audio_source_set_extra_delay(AudioSource *self, guint delay_ms)
{
  g_atomic_int_set(&self->extra_delay_ms, (gint)delay_ms);
}

void
audio_source_set_resend_wait(AudioSource *self, guint wait_ms)
{
  g_atomic_int_set(&self->resend_wait_ms, (gint)wait_ms);
}

void
audio_source_stats(AudioSource *self, AudioJitterStats *out)
{
  g_mutex_lock(&self->stats_lock);
  *out = self->stats;
  g_mutex_unlock(&self->stats_lock);
  out->overflow += ring_dropped(self->ring);
}

void
audio_source_set_echo(AudioSource *self, const EchoFinding *found)
{
  guint packed = ECHO_IS_FOUND | found->loss_db << ECHO_LOSS_SHIFT | found->delay_ms;
  g_atomic_int_set(&self->echo, found->is_found ? (gint)packed : 0);
}

EchoFinding
audio_source_echo(const AudioSource *self)
{
  guint packed = (guint)g_atomic_int_get(&self->echo);
  return (EchoFinding) { .is_found = packed != 0, .loss_db = packed >> ECHO_LOSS_SHIFT & ECHO_LOSS_MASK,
                         .delay_ms = packed & ECHO_DELAY_MASK };
}

guint8
audio_source_take_loudest(AudioSource *self)
{
  return (guint8)(AUDIO_LEVEL_SILENT - high_mark_take(&self->loudness));
}

const gint16 *
audio_source_pull(AudioSource *self, gint64 tick_index, gint64 now_us, guint8 *level)
{
  if (self->pulled_index != tick_index) {
    self->pulled_index = tick_index;
    for (AudioPacket *packet; (packet = ring_pop(self->ring)) != NULL;)
      audio_jitter_push(self->jitter, packet);
    audio_jitter_set_extra_delay(self->jitter, (guint)g_atomic_int_get(&self->extra_delay_ms));
    audio_jitter_set_resend_wait(self->jitter, (guint)g_atomic_int_get(&self->resend_wait_ms));
    audio_jitter_pull(self->jitter, now_us, self->samples);
    self->level = audio_level(self->samples, AUDIO_FRAME_SAMPLES);
    high_mark_raise(&self->loudness, AUDIO_LEVEL_SILENT - self->level);
    if (g_mutex_trylock(&self->stats_lock)) {  /* else the next tick tells */
      audio_jitter_stats(self->jitter, &self->stats);
      g_mutex_unlock(&self->stats_lock);
    }
  }
  *level = self->level;
  return self->samples;
}
