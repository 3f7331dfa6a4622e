/* media/bwe/frame_queue.h - the frames of one receiver that wait to leave, oldest first.
 *
 * Part of Pacer. A frame whose first packet has left is finished, unless a keyframe comes that is smaller than
 * what is left of it: the receiver goes on with that one. Other frames are dropped whole. Room is made in this
 * order: droppable frames, then everything unsent (and a keyframe is needed from then on). Keyframes do not count
 * against the limit: one that is large for the pace must not be its followers' undoing. Where frames wait longer than
 * FRAME_QUEUE_MAX_US although the network would carry them, because many share a line, the droppable ones go as well,
 * and nothing else: a keyframe would only lengthen the wait. Net thread. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/media_plan.h"

enum { FRAME_QUEUE_MAX = 64, FRAME_QUEUE_MAX_US = 250 * 1000 };

typedef struct {
  EncodedFrame *frame;  /* owned */
  guint  track;
  guint  next_packet;   /* > 0: partly sent */
  gsize  bytes_left;
  gint64 since_us;      /* when it came         */
} QueuedFrame;

typedef struct {
  guint       n_frames;
  QueuedFrame frames[FRAME_QUEUE_MAX];
  bool        needs_keyframe[MEDIA_TRACKS_MAX];
  gsize       bytes;
  guint64     dropped[MEDIA_TRACKS_MAX], droppable_dropped, overflows;
} FrameQueue;

void frame_queue_init(FrameQueue *self);
/* Drops all; keyframes are needed. Leaves nothing to be freed. */
void frame_queue_clear(FrameQueue *self);
/* Takes a reference to @frame, unless it is dropped. @limit_bytes: what may wait.
 * Returns: false if it was dropped. */
bool frame_queue_push(FrameQueue *self, guint track, EncodedFrame *frame, gsize limit_bytes, gint64 now_us);
/* Notes that @bytes of the oldest frame left; @is_last: it is done. */
void frame_queue_on_sent(FrameQueue *self, gsize bytes, bool is_last);
