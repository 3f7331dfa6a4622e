/* recorder/recorder_board.h - what others may see of a session while its writer is busy with the disk.
 *
 *   writer's thread: posts  ->  [ RecorderView, behind a lock ]  ->  any thread: a copy
 *
 * The lock is never held over a call that may block. */
#pragma once
#include "recorder/record_parts.h"

/* Strings are owned by the copy. */
typedef struct {
  const char *state;        /* "recording", "degraded", "closing", "closed", "failed" */
  char    *directory, *message;  /* (nullable) */
  bool     is_in_fallback;
  guint64  bytes, free_bytes, total_bytes;
  gint64   written_us;      /* session media time; -1: nothing yet */
  guint    gaps, segment;
  guint64  acknowledged;    /* sequence of the last EVENT or CASE in the journal */
} RecorderView;

typedef struct {
  GMutex       mutex;
  RecorderView view;        /* guarded by mutex */
} RecorderBoard;

void recorder_board_init(RecorderBoard *self);
void recorder_board_clear(RecorderBoard *self);

/* @state: static text; told in the log where it is another. @message: (nullable) for people. */
void    recorder_board_set_state(RecorderBoard *self, const char *state, const char *message);
void    recorder_board_set_space(RecorderBoard *self, guint64 free_bytes, guint64 total_bytes);
void    recorder_board_set_parts(RecorderBoard *self, const RecordParts *parts);
void    recorder_board_acknowledge(RecorderBoard *self, guint64 sequence);
guint64 recorder_board_acknowledged(RecorderBoard *self);

/* Any thread. recorder_view_clear() frees the strings. */
void recorder_board_view(RecorderBoard *self, RecorderView *out);
void recorder_view_clear(RecorderView *view);
