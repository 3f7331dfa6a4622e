/* recorder/recorder_session.h - one session inside the recorder: messages in, a bag out.
 *
 *   messages -> [ part: journal, lanes ] -> session_close -> package
 *                     | disk full, disk failed
 *                     '-> next part in the fallback directory, tried again every 5 s
 *
 * All but recorder_session_view() on the writer's thread, which may block in the disk for as long as
 * that does. */
#pragma once
#include "recorder/record_message.h"
#include "recorder/record_open.h"

typedef struct RecorderSession RecorderSession;

/* What others may know of it at any time; strings are owned by the copy. */
typedef struct {
  const char *state;        /* "recording", "degraded", "closing", "closed", "failed" */
  char    *directory, *message;  /* (nullable) */
  bool     is_in_fallback;
  guint64  bytes, free_bytes, total_bytes;
  gint64   written_us;      /* session media time; -1: nothing yet */
  guint    gaps, segment;
  guint64  acknowledged;    /* sequence of the last EVENT or CASE in the journal */
} RecorderView;

/* @want_keyframe: of a stream; called on the writer's thread.
 * @open: (transfer full). Never NULL: a directory that cannot be had is a state. */
RecorderSession *recorder_session_new(RecordOpen *open, void (*want_keyframe)(guint stream, gpointer data),
                                      gpointer data);
void             recorder_session_free(RecorderSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecorderSession, recorder_session_free)

/* (transfer full) TRACK, FRAME, EVENT or CASE. */
void recorder_session_take(RecorderSession *self, RecordMessage *message);
/* At least every 100 ms: to the disk; looks at its free space each second. */
void recorder_session_tick(RecorderSession *self, gint64 now_us);

typedef enum { RECORDER_END_NONE = 0, RECORDER_END_CLOSED, RECORDER_END_BRIDGE_GONE } RecorderEnd;
/* Finalises everything. Blocks for as long as hashing and copying take.
 * Returns: false if some directory could not be closed (recovery does it at the next start). */
bool recorder_session_close(RecorderSession *self, RecorderEnd end, gint64 now_us);

/* Any thread. recorder_view_clear() frees the strings. */
void recorder_session_view(RecorderSession *self, RecorderView *out);
void recorder_view_clear(RecorderView *view);
