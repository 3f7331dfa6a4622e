/* recorder/matroska_writer.h - writes blocks that are already encoded into a Matroska file with Cues and chapters.
 *
 *   EBML | Segment { SeekHead  Info  Tracks (the sources' entries)  Chapters  Cluster...  Cues }
 *
 * Clusters of at most 1 s, one at each video keyframe, so that each Cue is a place to begin at. The
 * file is PATH.tmp until it is finished, synced and renamed. Times are kept to the millisecond. */
#pragma once
#include "recorder/matroska_reader.h"

typedef struct MatroskaWriter MatroskaWriter;

typedef struct {
  gint64      from_us, to_us;
  const char *title;
} MatroskaChapter;

/* @video, @audio: (nullable) of any sources, alive for the call: their entries are copied, as tracks 1 and 2.
 * @chapters: of MatroskaChapter (nullable). */
MatroskaWriter *matroska_writer_new(const char *path, const MatroskaTrack *video, const MatroskaTrack *audio,
                                    const GArray *chapters, GError **error);
bool            matroska_writer_put(MatroskaWriter *self, const MatroskaBlock *block, gint64 time_us, GError **error);
/* @duration_us: (out) (optional). */
bool            matroska_writer_finish(MatroskaWriter *self, gint64 *duration_us, GError **error);
/* What is not finished is removed. */
void            matroska_writer_free(MatroskaWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatroskaWriter, matroska_writer_free)
