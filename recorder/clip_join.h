/* recorder/clip_join.h - joins segments into one file: every frame once, at its exact time, nothing re-encoded.
 *
 * The file is read again when it is written, and must hold the very frames that went in (count,
 * order, times, bytes, by one SHA-256 over all), or there is no file. */
#pragma once
#include "recorder/matroska_writer.h"

typedef struct {
  char  *path;
  gint64 offset_us;   /* of its time 0 in the joined file; whole milliseconds */
} ClipPiece;

typedef struct {
  guint64 video_frames, audio_packets;
  gint64  first_us, end_us;   /* first block; end of the last with its track's frame duration */
  bool    is_cut_off;
} ClipCount;

/* Counts one file. Errors: as matroska_reader_new(). */
bool clip_count(const char *path, ClipCount *out, GError **error);

/* @pieces: of ClipPiece, in order; one at least. @chapters: of MatroskaChapter (nullable). */
bool clip_join(const char *path, const GArray *pieces, const GArray *chapters, ClipCount *out, GError **error);
