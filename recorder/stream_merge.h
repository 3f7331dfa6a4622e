/* recorder/stream_merge.h - puts the picture and the sound of one place into the order of time.
 *
 *   video ->  [ v3 v2 v1 ]  -.
 *                             > the earlier head, once the other stream is known to be past it
 *   audio ->  [ a2 a1 ]     -'
 *
 * A stream that stays away while the other goes on for STREAM_MERGE_WAIT_US is said to be absent, and the
 * other is let through STREAM_MERGE_LAG_US later than it came, until it is back: so much later may an encoder
 * be than the other's, and its first keyframe must find no sound after it written. Where the other leaps in
 * time (its place was away), it has not gone on.
 *
 * Times become whole milliseconds, as the container has them, each stream's rising by one at least: two frames
 * of one tick (one encoder gives way to another) would fall on the same one. Pure logic; one thread. */
#pragma once
#include "recorder/record_message.h"
#include "recorder/segment_writer.h"

enum { STREAM_MERGE_WAIT_US = 1000000, STREAM_MERGE_LAG_US = 500000 };

typedef struct StreamMerge StreamMerge;

StreamMerge *stream_merge_new(void);
void         stream_merge_free(StreamMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamMerge, stream_merge_free)

/* (transfer full) a FRAME; its time, not negative, is changed as said above. */
void stream_merge_push(StreamMerge *self, SegmentStream stream, RecordMessage *frame);
/* Returns: (transfer full) (nullable) the next frame in time, and whose it is.
 * @flush: do not wait for the other stream. */
RecordMessage *stream_merge_pop(StreamMerge *self, bool flush, SegmentStream *stream);
/* Has it been away for so long? Not before the other's first frame that goes without it. */
bool stream_merge_is_absent(const StreamMerge *self, SegmentStream stream);
