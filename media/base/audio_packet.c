/* media/base/audio_packet.c - one Opus packet, received or to be sent. */
#include "media/base/audio_packet.h"
#include <string.h>

AudioPacket *
audio_packet_new(const guint8 *data, gsize length)
{
  g_return_val_if_fail(length <= AUDIO_PACKET_BYTES_MAX, NULL);
  AudioPacket *self = g_malloc(sizeof *self + length);
  memset(self, 0, sizeof *self);
  g_atomic_ref_count_init(&self->ref_count);
  self->length = length;
  if (length > 0)
    memcpy(self->data, data, length);
  return self;
}

AudioPacket *
audio_packet_ref(AudioPacket *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
audio_packet_unref(AudioPacket *self)
{
  if (self != NULL && g_atomic_ref_count_dec(&self->ref_count))
    g_free(self);
}
