/* media/codec/video_jitter.h - assembles frames and releases the decodable ones at once.
 *
 * Pure logic, one receive track, no playout delay (TRANSPORT C3): a frame is released as
 * soon as it is whole and everything it refers to was released. A hole in the base layer is
 * waited for 6 RTT + 60 ms, at least 300 ms and at most 1 s; one in an upper layer not at
 * all. After that the buffer asks for a keyframe and drops up to it.
 *
 * Bounds: 2048 packets, 64 begun frames; whatever exceeds them is given up, oldest first.
 * Duplicates, reordering, wraps, malformed payloads, missing markers and a stream that
 * starts again with new sequence numbers are all legal input. Net thread. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/base/packet.h"
#include "media/base/thread_role.h"

typedef struct VideoJitter VideoJitter;

typedef struct {
  guint64 frames_released, frames_dropped, keyframes;
  guint64 packets_late;      /* of a frame that was given up or released */
  guint64 packets_malformed;
} VideoJitterStats;

/* @codec: VIDEO_CODEC_VP8. */
VideoJitter *video_jitter_new(VideoCodec codec);
void         video_jitter_free(VideoJitter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoJitter, video_jitter_free)

/* Takes one RTP payload. @packet: a reference is taken while needed; @payload points into
 * it. An empty payload (probe padding) only moves the sequence on.
 * @quarter_turns: from the video-orientation extension of this packet, or -1. */
void video_jitter_push(VideoJitter *self, Packet *packet, const guint8 *payload, gsize length,
                       gint64 seq_unwrapped, guint32 rtp_timestamp, bool marker,
                       int quarter_turns, gint64 now_us) ON_NET;

/* Returns: (transfer full) (nullable): the next frame to decode; call until NULL, after each
 * push and every few milliseconds. @rtt_us: 0 if not known. */
EncodedFrame *video_jitter_pop(VideoJitter *self, gint64 now_us, gint64 rtt_us) ON_NET;

/* True if the stream cannot go on without a keyframe (asked again until one came). */
bool video_jitter_wants_keyframe(const VideoJitter *self) ON_NET;
/* The decoder could not use what it got: drop until the next keyframe. */
void video_jitter_reset(VideoJitter *self) ON_NET;
/* Sequence numbers below this are of no use any more: no need to ask for them. */
gint64 video_jitter_oldest_needed(const VideoJitter *self) ON_NET;
void video_jitter_stats(const VideoJitter *self, VideoJitterStats *out) ON_NET;
