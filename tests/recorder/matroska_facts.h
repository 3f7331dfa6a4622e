/* tests/recorder/matroska_facts.h - what GStreamer's demuxer finds in a file: the frames, in their order. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  GPtrArray *video, *audio;      /* of GBytes*: payloads in the order of the file */
  GArray    *video_us, *audio_us;  /* gint64: their timestamps                    */
  bool       has_error;
  gint64     duration_us;        /* as the file says; -1: it does not             */
} MatroskaFacts;

/* gst_init() has been called. (transfer full) */
MatroskaFacts *matroska_facts_read(const char *path);
void           matroska_facts_free(MatroskaFacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatroskaFacts, matroska_facts_free)
