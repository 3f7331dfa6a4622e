/* tests/recorder/segment_maker.h - sessions on disk as a recorder leaves them: real VP8 and Opus by GStreamer. */
#pragma once
#include "recorder/journal.h"
#include <glib.h>
#include <stdbool.h>

/* Writes a Matroska file by matroskamux: @frames of 25 fps VP8, the matching Opus packets. */
void segment_make(const char *path, guint frames, guint pattern);

typedef struct {
  char    *directory;
  Journal *journal;
  gint64   now_us;          /* media time */
  guint    segments;
  guint64  video_frames, audio_packets;
} MadeSession;

MadeSession *made_session_new(const char *base, const char *id);
/* One more segment at its time; @case_number -1: none. Copies one of few that were encoded once. */
void made_session_segment(MadeSession *self, guint kind, int case_number);
void made_session_case(MadeSession *self, const char *event, int number);
void made_session_close(MadeSession *self);
void made_session_free(MadeSession *self);   /* leaves the files */
void made_remove(const char *directory);
/* (transfer full) A directory for hundreds of sessions, in memory if there is such a disk: each is synced often. */
char *made_base(void);
