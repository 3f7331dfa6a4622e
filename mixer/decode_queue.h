/* mixer/decode_queue.h - encoded frames of one stream that wait for its decoder.
 *
 *   push ->  [ newest ... oldest ]  -> pop
 *
 * Decides what is given up when the decoder falls behind, so that what it gets is always
 * decodable: first the frames nobody refers to, then all up to the next keyframe. A
 * keyframe makes everything before it pointless, since only the newest picture is shown.
 * Pure logic; guarded by its owner. */
#pragma once
#include "media/base/encoded_frame.h"

enum {
  DECODE_QUEUE_MAX = 16,
  DECODE_QUEUE_BEHIND = 4,  /* from this many on, droppable frames go */
};

typedef struct {
  guint         length, head;
  EncodedFrame *frames[DECODE_QUEUE_MAX];
  bool          is_waiting;   /* for a keyframe: nothing else is let in                */
  bool          is_asked;     /* since the wait began                                    */
  gint64        asked_us;     /* last time, 0: never                                     */
  guint64       dropped;
} DecodeQueue;

void decode_queue_clear(DecodeQueue *self);

/* @frame: (transfer full): queued, or dropped and counted. */
void decode_queue_push(DecodeQueue *self, EncodedFrame *frame);
/* Returns: (transfer full) (nullable): the oldest. */
EncodedFrame *decode_queue_pop(DecodeQueue *self);
/* The decoder could not use what it got: drops all up to the next keyframe. */
void decode_queue_wait_for_keyframe(DecodeQueue *self);
/* True if a keyframe shall be asked for now: when the wait begins, and again every second
 * for as long as it lasts. */
bool decode_queue_take_request(DecodeQueue *self, gint64 now_us);
