/* media/codec/audio_packet_queue.h - the Opus packets of one source that wait to be decoded,
 * in media time. Bounded; audio_jitter owns it. Pure logic. */
#pragma once
#include "media/base/audio_packet.h"

enum { AUDIO_PACKET_QUEUE_MAX = 64 };

typedef struct {
  AudioPacket *packet;  /* owned */
  gint64 ts;            /* unwrapped, 48 kHz samples */
  gint64 seq;           /* unwrapped                 */
  int    duration;      /* samples                   */
} QueuedPacket;

typedef struct {
  guint        n;
  QueuedPacket items[AUDIO_PACKET_QUEUE_MAX];  /* oldest first, no two of equal ts */
} AudioPacketQueue;

typedef enum {
  AUDIO_QUEUE_NONE = 0,
  AUDIO_QUEUE_ADDED,
  AUDIO_QUEUE_ADDED_OVERFLOW,  /* added; the oldest was dropped to make room */
  AUDIO_QUEUE_DUPLICATE,       /* dropped                                    */
} AudioQueueResult;

/* @item: its packet is taken over. */
AudioQueueResult audio_packet_queue_add(AudioPacketQueue *self, QueuedPacket item);
/* Returns: (nullable): the oldest, which stays in the queue. */
const QueuedPacket *audio_packet_queue_head(const AudioPacketQueue *self);
/* Returns: (transfer full): the oldest; only if there is one. */
QueuedPacket audio_packet_queue_take(AudioPacketQueue *self);
/* Drops the oldest, if any. */
void audio_packet_queue_drop(AudioPacketQueue *self);
void audio_packet_queue_clear(AudioPacketQueue *self);
/* Samples from @ts on that can be decoded without a gap. */
gint64 audio_packet_queue_span(const AudioPacketQueue *self, gint64 ts);

/* True if @packet carries in-band FEC of the packet before it (RFC 6716 section 4.2.4). */
bool audio_packet_carries_fec(const AudioPacket *packet);
