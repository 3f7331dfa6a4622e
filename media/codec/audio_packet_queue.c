/* media/codec/audio_packet_queue.c - the Opus packets of one source that wait to be decoded. */
#include "media/codec/audio_packet_queue.h"
#include <opus.h>
#include <string.h>

enum { OPUS_FRAMES_MAX = 48 };

AudioQueueResult
audio_packet_queue_add(AudioPacketQueue *self, QueuedPacket item)
{
  guint at = self->n;
  while (at > 0 && self->items[at - 1].ts >= item.ts)
    at--;
  if (at < self->n && self->items[at].ts == item.ts) {
    audio_packet_unref(item.packet);
    return AUDIO_QUEUE_DUPLICATE;
  }
  AudioQueueResult result = AUDIO_QUEUE_ADDED;
  if (self->n == AUDIO_PACKET_QUEUE_MAX) {
    result = AUDIO_QUEUE_ADDED_OVERFLOW;
    if (at == 0) {  /* it is the oldest itself */
      audio_packet_unref(item.packet);
      return result;
    }
    audio_packet_queue_drop(self);
    at--;
  }
  memmove(&self->items[at + 1], &self->items[at], (self->n - at) * sizeof item);
  self->items[at] = item;
  self->n++;
  return result;
}

const QueuedPacket *
audio_packet_queue_head(const AudioPacketQueue *self)
{
  return self->n > 0 ? &self->items[0] : NULL;
}

QueuedPacket
audio_packet_queue_take(AudioPacketQueue *self)
{
  QueuedPacket item = self->items[0];
  self->n--;
  memmove(&self->items[0], &self->items[1], self->n * sizeof item);
  return item;
}

void
audio_packet_queue_drop(AudioPacketQueue *self)
{
  if (self->n > 0)
    audio_packet_unref(audio_packet_queue_take(self).packet);
}

void
audio_packet_queue_clear(AudioPacketQueue *self)
{
  while (self->n > 0)
    audio_packet_unref(self->items[--self->n].packet);
}

gint64
audio_packet_queue_span(const AudioPacketQueue *self, gint64 ts)
{
  gint64 end = ts;
  for (guint i = 0; i < self->n && self->items[i].ts <= end; i++)
    end = MAX(end, self->items[i].ts + self->items[i].duration);
  return end - ts;
}

/* libopus 1.3 has no call for it. The first byte of a SILK frame: a voice flag for each 20 ms,
 * then the FEC flag; of a stereo packet the same again for the side channel. */
bool
audio_packet_carries_fec(const AudioPacket *packet)
{
  const guint8 *frames[OPUS_FRAMES_MAX];
  opus_int16 sizes[OPUS_FRAMES_MAX];
  if (packet->length == 0 || packet->data[0] & 0x80)  /* CELT only */
    return false;
  if (opus_packet_parse(packet->data, (opus_int32)packet->length, NULL, frames, sizes, NULL) <= 0
      || sizes[0] == 0)
    return false;
  int samples = opus_packet_get_samples_per_frame(packet->data, AUDIO_SAMPLE_RATE);
  int n = MAX(samples / AUDIO_FRAME_SAMPLES, 1);
  bool mid = frames[0][0] >> (7 - n) & 1;
  bool side = packet->data[0] & 4 && frames[0][0] >> (6 - 2 * n) & 1;
  return mid || side;
}
