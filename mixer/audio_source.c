/* mixer/audio_source.c - one site's sound: packets in from the net, pulled by the audio tick. */
#include "mixer/audio_source.h"
#include "media/base/ring.h"

enum { RING_PACKETS = 64 };

struct AudioSource {
  gatomicrefcount ref_count;
  Ring        *ring;    /* of AudioPacket: net to audio tick        */
  AudioJitter *jitter;  /* audio tick                               */
  GMutex       lock;    /* held for a copy of the figures only      */
  AudioJitterStats stats;
};

AudioSource *
audio_source_new(void)
{
  AudioSource *self = g_new0(AudioSource, 1);
  g_atomic_ref_count_init(&self->ref_count);
  self->ring = ring_new(RING_PACKETS, (GDestroyNotify)audio_packet_unref);
  self->jitter = audio_jitter_new();
  g_mutex_init(&self->lock);
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
  ring_free(self->ring);
  audio_jitter_free(self->jitter);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
audio_source_push(AudioSource *self, AudioPacket *packet)
{
  ring_push(self->ring, packet);
}

AudioPull
audio_source_pull(AudioSource *self, gint64 now_us, gint16 *out)
{
  for (AudioPacket *packet = ring_pop(self->ring); packet != NULL; packet = ring_pop(self->ring))
    audio_jitter_push(self->jitter, packet);
  AudioPull kind = audio_jitter_pull(self->jitter, now_us, out);
  g_mutex_lock(&self->lock);
  audio_jitter_stats(self->jitter, &self->stats);
  self->stats.overflow += ring_dropped(self->ring);
  g_mutex_unlock(&self->lock);
  return kind;
}

void
audio_source_stats(AudioSource *self, AudioJitterStats *out)
{
  g_mutex_lock(&self->lock);
  *out = self->stats;
  g_mutex_unlock(&self->lock);
}
