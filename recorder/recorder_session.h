/* recorder/recorder_session.h - one session inside the recorder: messages in, a bag out.
 *
 *   messages -> [ record_parts: the current one's journal and lanes ] -> close -> package
 *                     '-> recorder_board: what others see of it
 *
 * While no directory can be had, lines wait, frames are gone, and it is tried again every 5 s.
 * All but recorder_session_view() on the writer's thread, which may block in the disk for as long as
 * that does. */
#pragma once
#include "recorder/record_message.h"
#include "recorder/record_open.h"
#include "recorder/recorder_board.h"

typedef struct RecorderSession RecorderSession;

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

/* Any thread. @out: to be freed by recorder_view_clear(). */
void recorder_session_view(RecorderSession *self, RecorderView *out);
