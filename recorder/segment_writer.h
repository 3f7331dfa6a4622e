/* recorder/segment_writer.h - one segment: VP8 and Opus as they come, into one Matroska file.
 *
 *   push -> appsrc picture -.
 *                            matroskamux -> appsink -> drain -> durable_file (PATH.part -> PATH)
 *   push -> appsrc sound ---'
 *
 * The muxer waits for both streams, so each push must be in the order of time over both, and a stream
 * that has stopped must be ended (segment_writer_end_stream), else the other one is not written.
 * The muxer is told that its sink can be rewritten: clusters get their sizes and the file its duration
 * and Cues at the end; until then it is a plain stream of clusters of at most 1 s, which a
 * kill cuts anywhere without harm. Nothing is re-encoded. One thread: the writer's. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct SegmentWriter SegmentWriter;

typedef enum { SEGMENT_STREAM_NONE = 0, SEGMENT_STREAM_VIDEO, SEGMENT_STREAM_AUDIO } SegmentStream;

typedef struct {
  const char *path;         /* of the finished file              */
  gint64 from_us;           /* session media time of its start   */
  guint  width, height;     /* pixels; 0: no picture             */
  guint  channels;          /* 1 or 2; 0: no sound               */
} SegmentSpec;

typedef struct {
  guint64 video_frames, audio_packets, bytes;
  gint64  end_us;           /* session media time where the last frame or packet ends */
  gint64  video_end_us, audio_end_us;  /* the same of each; from_us if there is none    */
  char   *sha256;           /* owned; of the finished file, else NULL                 */
} SegmentTotals;

/* Once a process, before the first. */
bool segment_writer_init(GError **error);

SegmentWriter *segment_writer_new(const SegmentSpec *spec, GError **error);
/* Without segment_writer_finish(): leaves PATH.part as it is. NULL is accepted. */
void           segment_writer_free(SegmentWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SegmentWriter, segment_writer_free)

/* @time_us: session media time, not before from_us; @duration_us: 0 if it is not known. */
void segment_writer_push(SegmentWriter *self, SegmentStream stream, GBytes *payload, gint64 time_us,
                         gint64 duration_us, bool is_keyframe);
void segment_writer_end_stream(SegmentWriter *self, SegmentStream stream);
/* Is there a stream of this kind that has not been ended? */
bool segment_writer_takes(const SegmentWriter *self, SegmentStream stream);

/* Writes what the muxer has made so far; syncs each second. May block for as long as the disk does. */
bool segment_writer_drain(SegmentWriter *self, gint64 now_us, GError **error);
/* Ends all, writes the rest, renames. */
bool segment_writer_finish(SegmentWriter *self, GError **error);
/* So far. Valid until the writer is freed. */
const SegmentTotals *segment_writer_totals(const SegmentWriter *self);
