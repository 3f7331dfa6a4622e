/* recorder/record_lane.h - the picture and sound of one place as a row of segments in one folder.
 *
 *   frames -> stream_merge -> [ segment_writer 0001 ][ 0002 ][ 0003.part ...
 *                                                   ^ always a keyframe of the picture
 * A new segment begins at the first keyframe at or after a case boundary, after segment_us, when the
 * picture changes its size, when a stream that was absent is back, and after a break. A frame belongs to
 * the segment in which its time lies; none is written twice. While the picture is absent the sound goes on
 * in the same segment, then in segments of its own; that it is alone is stated (session_gaps.h).
 * One thread: the writer's. */
#pragma once
#include "recorder/record_message.h"
#include "recorder/segment_writer.h"

typedef struct RecordLane RecordLane;

typedef struct {
  /* (transfer full) @fields */
  bool (*journal)(const char *event, gint64 media_time_us, json_t *fields, gpointer data, GError **error);
  void (*want_keyframe)(gpointer data);  /* of the lane's picture */
  gpointer data;
} RecordLaneOwner;

typedef struct {
  const char *directory;  /* of the session                                                       */
  const char *folder;     /* in it: "data/composite"                                              */
  gint64 start_us;        /* where media is expected to begin; is_resumed: where what is recorded ends */
  guint  segments_before; /* highest number that was given already                                */
  bool   is_resumed;      /* another recorder wrote here and was lost                             */
  gint64 segment_us;      /* at most so long, to the next keyframe                                */
  bool   is_composite;    /* has cases, and its gaps and faults are told                          */
  RecordLaneOwner owner;
} RecordLaneConfig;

typedef struct {
  guint64 bytes;          /* of all its segments        */
  gint64  written_us;     /* media time written, or -1  */
  guint   segment;        /* number of the last one     */
  guint   gaps;
  guint64 discarded;      /* frames that had no keyframe before them, or came too late */
} RecordLaneTotals;

/* Makes the folder; goes on after the highest number that is there or was given: no name is used twice. */
RecordLane *record_lane_new(const RecordLaneConfig *config, GError **error);
/* Leaves an open segment as it is (*.part). NULL is accepted. */
void        record_lane_free(RecordLane *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordLane, record_lane_free)

/* From the first keyframe at or after @time_us on, segments are of @case_number; -1: of none. */
void record_lane_set_case(RecordLane *self, gint64 time_us, int case_number);
/* (transfer full) a FRAME of this lane. Errors: of the disk, as all here. */
bool record_lane_push(RecordLane *self, SegmentStream stream, RecordMessage *frame, GError **error);
/* To the disk with what the muxer made. */
bool record_lane_drain(RecordLane *self, gint64 now_us, GError **error);
/* Frames were lost until @to_us: ends the segment; what comes next begins with a keyframe. */
bool record_lane_break(RecordLane *self, gint64 to_us, const char *cause, GError **error);
/* The last segment ends. */
bool record_lane_finish(RecordLane *self, GError **error);
const RecordLaneTotals *record_lane_totals(const RecordLane *self);
