/* recorder/clip_join.h - joins segments into one file: every frame once, at its exact time, nothing re-encoded.
 *
 * It has a picture if any piece holds one, and a sound if any does, whichever tracks the single pieces have. In
 * each track times rise by a millisecond at least: a frame that would stand at or before the one before it (pieces
 * that overlap, by however little) comes right after that, and is counted.
 * The file is read again when it is written, and must hold the very frames that went in (count,
 * order, times, bytes, by one SHA-256 over all), or there is no file. */
#pragma once
#include "recorder/matroska_writer.h"

typedef struct {
  char  *path;
  gint64 offset_us;   /* of its time 0 in the joined file; whole milliseconds */
  bool   is_torn;     /* as a crash left it: blocks that cannot be read are passed over and counted, else an error */
} ClipPiece;

typedef struct {
  guint64 video_frames, audio_packets;
  gint64  first_us, end_us;   /* first block; end of the last, with what a frame of its track lasts */
  gint64  video_end_us, audio_end_us;  /* the same of each  */
  guint64 moved, passed_over;
  bool    is_cut_off;
} ClipCount;

/* Counts one file. Errors: as matroska_reader_new(). */
bool clip_count(const char *path, ClipCount *out, GError **error);

/* @pieces: of ClipPiece, in order; one at least. @chapters: of MatroskaChapter (nullable).
 * Errors: RECORDER_ERROR_MEDIA, also if no piece holds a frame; RECORDER_ERROR_DISK, RECORDER_ERROR_NO_ROOM. */
bool clip_join(const char *path, const GArray *pieces, const GArray *chapters, ClipCount *out, GError **error);
