/* media/rtp/seq_window.h - which of the latest sequence numbers were seen: finds duplicates.
 *
 * A bitmap over unwrapped numbers, SEQ_WINDOW_BITS wide and ending at the newest. Pure
 * logic; one owner. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { SEQ_WINDOW_BITS = 1024 };  /* power of two */

typedef struct {
  gint64  newest;
  bool    started;
  guint64 bits[SEQ_WINDOW_BITS / 64];
} SeqWindow;

void seq_window_clear(SeqWindow *self);

/* Returns: true if @seq is seen for the first time; false if it was seen before, or is so
 * old that nobody can tell. */
bool seq_window_add(SeqWindow *self, gint64 seq);
