/* recorder/record_queue.h - the bounded queue before something that may stop: a socket, a disk.
 *
 *   push ->  [ newest ... oldest ]  -> pop          bell: a descriptor that is readable
 *                                                   after a push
 * A push never waits. Frames that would make the queue longer than its bounds are dropped, and so
 * is all that follows, until it is half empty and the picture has a keyframe (a delta frame after a
 * hole cannot be decoded); there a `gap` event {from, to, frames, cause} is put in. What is no
 * frame is never dropped. Any thread. */
#pragma once
#include "recorder/record_message.h"

typedef struct RecordQueue RecordQueue;

typedef struct {
  gint64 max_span_us;        /* media time from oldest to newest frame                 */
  gsize  max_bytes;          /* of payloads                                            */
  const char *cause;         /* of the gap: static text                                */
  bool   numbers_messages;   /* gives each message its sequence, from 1 (the client's) */
} RecordQueueConfig;

typedef enum {
  RECORD_PUSH_NONE = 0,
  RECORD_PUSH_TAKEN,
  RECORD_PUSH_DROPPED,
  RECORD_PUSH_DROPPED_FOR_KEYFRAME,  /* there is room again: only a keyframe is missing */
} RecordPush;

RecordQueue *record_queue_new(const RecordQueueConfig *config);
void         record_queue_free(RecordQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordQueue, record_queue_free)

RecordPush     record_queue_push(RecordQueue *self, RecordMessage *message);  /* (transfer full) */
RecordMessage *record_queue_pop(RecordQueue *self);                           /* (nullable) (transfer full) */

int     record_queue_bell(RecordQueue *self);        /* borrowed: poll it for POLLIN  */
void    record_queue_bell_heard(RecordQueue *self);  /* before popping until NULL     */
void    record_queue_ring(RecordQueue *self);        /* rings without a message       */
guint64 record_queue_dropped(RecordQueue *self);     /* frames, since the beginning   */
bool    record_queue_is_dropping(RecordQueue *self);
gint64  record_queue_newest_us(RecordQueue *self);   /* media time of the last frame offered; -1 */
