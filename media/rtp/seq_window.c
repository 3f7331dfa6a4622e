/* media/rtp/seq_window.c - which of the latest sequence numbers were seen. */
#include "media/rtp/seq_window.h"
#include <string.h>

static guint64 *
word_of(SeqWindow *self, gint64 seq, guint64 *mask)
{
  guint index = (guint)((guint64)seq % SEQ_WINDOW_BITS);
  *mask = G_GUINT64_CONSTANT(1) << (index % 64);
  return &self->bits[index / 64];
}

void
seq_window_clear(SeqWindow *self)
{
  memset(self, 0, sizeof *self);
}

static void
move_to(SeqWindow *self, gint64 seq)
{
  if (!self->started || seq - self->newest >= SEQ_WINDOW_BITS) {
    memset(self->bits, 0, sizeof self->bits);
  } else {
    for (gint64 s = self->newest + 1; s <= seq; s++) {
      guint64 mask, *word = word_of(self, s, &mask);
      *word &= ~mask;
    }
  }
  self->started = true;
  self->newest = seq;
}

bool
seq_window_add(SeqWindow *self, gint64 seq)
{
  if (!self->started || seq > self->newest)
    move_to(self, seq);
  else if (self->newest - seq >= SEQ_WINDOW_BITS)
    return false;
  guint64 mask, *word = word_of(self, seq, &mask);
  bool is_new = (*word & mask) == 0;
  *word |= mask;
  return is_new;
}
