/* recorder/matroska_reader.h - the blocks of a Matroska file, as they are: exact times, exact bytes.
 *
 * For cutting, joining, counting and recovery. Sizes of Segment and Cluster are not relied upon, so
 * a file that a crash has cut off reads up to its last whole block. Needs no codec and no thread.
 * RFC 9559 (Matroska), RFC 8794 (EBML). No lacing: muxers of live VP8 and Opus use none. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct MatroskaReader MatroskaReader;

typedef enum { MATROSKA_TRACK_NONE = 0, MATROSKA_TRACK_VIDEO, MATROSKA_TRACK_AUDIO } MatroskaTrackKind;

typedef struct {
  MatroskaTrackKind kind;
  guint   number;
  gint64  default_duration_us;  /* 0: not said */
  const guint8 *entry;  gsize entry_bytes;  /* (transfer none) the children of its TrackEntry */
} MatroskaTrack;

typedef struct {
  MatroskaTrackKind kind;
  bool          is_key;
  gint64        time_us;
  const guint8 *frame;       gsize frame_bytes;  /* (transfer none) */
  bool          is_group;   /* a block group; its other children are the two spans, before and after the block */
  const guint8 *before, *after;
  gsize         before_bytes, after_bytes;
} MatroskaBlock;

/* Errors: RECORDER_ERROR_DISK; RECORDER_ERROR_MEDIA: no Matroska file, or none with tracks. */
MatroskaReader *matroska_reader_new(const char *path, GError **error);
/* The same of what is in memory. @name: for the error's text. */
MatroskaReader *matroska_reader_new_for_bytes(GBytes *bytes, const char *name, GError **error);
void            matroska_reader_free(MatroskaReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatroskaReader, matroska_reader_free)

/* Returns: false at the end. @block's pointers live as long as @self. */
bool matroska_reader_next(MatroskaReader *self, MatroskaBlock *block);
bool matroska_reader_is_cut_off(const MatroskaReader *self);  /* at the end: bytes were left that are no whole block */
guint matroska_reader_passed_over(const MatroskaReader *self);   /* blocks that could not be read: laced, or of no known track */

const MatroskaTrack *matroska_reader_track(const MatroskaReader *self, MatroskaTrackKind kind);  /* (nullable) */
