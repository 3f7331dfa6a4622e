/* recorder/record_parts.h - the directories that a session is written to, one after another.
 *
 *   [ part in recording.dir ] -- disk full, disk failed --> [ part 2 in the fallback directory ] -- ...
 *
 * Each part is a bag of its own that names the one before ("continues"); a case that is being heard is
 * begun again in the next. One thread: the writer's. */
#pragma once
#include "recorder/record_part.h"

typedef struct RecordParts RecordParts;

/* @open: borrowed. @want_keyframe: of a stream. */
RecordParts *record_parts_new(const RecordOpen *open, void (*want_keyframe)(guint stream, gpointer data), gpointer data);
void         record_parts_free(RecordParts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordParts, record_parts_free)

/* Begins a part, or goes on with the one that a crash has left, in the first directory that can be had; where a
 * disk was left, it is tried last. Errors: of the directory tried last. */
bool         record_parts_begin(RecordParts *self, gint64 now_us, GError **error);
RecordPart  *record_parts_current(const RecordParts *self);  /* borrowed (nullable) */

typedef enum {
  RECORD_LEAVE_NONE = 0,
  RECORD_LEAVE_AS_IS,     /* the disk fails: what is there is recovered at the close  */
  RECORD_LEAVE_IN_ORDER,  /* the disk is full: what is there is ended with what room was kept */
} RecordLeave;
void record_parts_leave(RecordParts *self, RecordLeave how);

/* The case that is being heard from now on, as case.start states it; NULL: none. */
void record_parts_set_case(RecordParts *self, const json_t *fields);

/* Ends the current part at @close_us (-1: where media ends) and packs it. Errors: there is none, or of the disk. */
bool record_parts_close(RecordParts *self, gint64 close_us, GError **error);
/* Packs what was left. Returns: false if some of it has to wait for recovery at the next start; told in the log. */
bool record_parts_close_left(RecordParts *self);

bool    record_parts_is_in_fallback(const RecordParts *self);
guint   record_parts_count(const RecordParts *self);   /* begun so far */
guint64 record_parts_bytes(const RecordParts *self);   /* of all */
guint   record_parts_gaps(const RecordParts *self);    /* one more for each that was left */
