/* mixer/echo_watch.h - whether a site sends back what it is sent.
 *
 *   level of the mix sent to it  _/\_/\__/\/\_____     -> 150 ticks of 20 ms, each half a second:
 *   level of the sound it sends  _____/\_/\__/\/\_        correlation at 31 lags, 0 to 600 ms,
 *                                     |<->| lag           and at the best: is it the mix, less so many dB?
 *
 * Two rooms that talk have envelopes too, and some lag always fits them for a moment. An echo is told
 * from that by three things together: the correlation is high, it stands out from the other lags, and
 * what comes back is below what was sent by the same number of dB whenever something was sent; and all
 * that again half a second later, at the same lag. Ticks in which the site itself is loud (louder than any
 * echo of the last 600 ms could be) tell nothing and are left out; too few others, and nothing is decided.
 *
 * Costs at most 31 * 150 * 3 multiply-adds each half second (28 000 a second, a site), and two bytes a tick.
 * Pure logic, counts ticks of 20 ms; no lock, no clock. Audio tick. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  ECHO_TICK_MS = 20,
  ECHO_LAGS = 31,
  ECHO_WINDOW_TICKS = 150,
  ECHO_EVERY_TICKS = 25,
  ECHO_HISTORY_TICKS = ECHO_WINDOW_TICKS + ECHO_LAGS - 1,
};

typedef struct {
  bool  is_found;
  guint loss_db;         /* the echo is so far below what was sent */
  guint delay_ms;        /* from the mix's tick to the echo's      */
} EchoFinding;

/* All zero is a watch that has heard nothing. */
typedef struct {
  EchoFinding found;
  /*< private >*/
  guint8 sent[ECHO_HISTORY_TICKS], came[ECHO_HISTORY_TICKS];  /* -dBov, rings */
  guint  at, n_ticks, due_ticks;
  guint  lag, loss_db;   /* of the last look that saw one */
  guint  n_seen, n_unseen;  /* such looks in a row; looks that could have seen one and did not, since */
} EchoWatch;

/* What was heard so far belongs to another time: muted, another connection. */
void echo_watch_reset(EchoWatch *self);
/* One tick: levels as mixer/audio_level counts them. @sent: of the mix sent to it. @came: of its own sound.
 * Returns: true if self->found changed. */
bool echo_watch_step(EchoWatch *self, guint8 sent, guint8 came);
