/* recorder/stream_merge.h - puts the picture and the sound of one place into the order of time.
 *
 *   video ->  [ v3 v2 v1 ]  -.
 *                             > the earlier head, once the other stream is known to be past it
 *   audio ->  [ a2 a1 ]     -'
 *
 * A stream that stays away while the other goes on for STREAM_MERGE_WAIT_US is said to be absent, and the
 * other is let through at once, until it is back. Where the other leaps in time (its place was away), it
 * has not gone on. Pure logic; one thread. */
#pragma once
#include "recorder/record_message.h"
#include "recorder/segment_writer.h"

enum { STREAM_MERGE_WAIT_US = 1000000 };

typedef struct StreamMerge StreamMerge;

StreamMerge *stream_merge_new(void);
void         stream_merge_free(StreamMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamMerge, stream_merge_free)

/* (transfer full) a FRAME. */
void stream_merge_push(StreamMerge *self, SegmentStream stream, RecordMessage *frame);
/* Returns: (transfer full) (nullable) the next frame in time, and whose it is.
 * @flush: do not wait for the other stream. */
RecordMessage *stream_merge_pop(StreamMerge *self, bool flush, SegmentStream *stream);
bool stream_merge_is_absent(const StreamMerge *self, SegmentStream stream);
