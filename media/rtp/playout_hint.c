/* media/rtp/playout_hint.c - how long a receiver should hold the picture back, from its losses. */
#include "media/rtp/playout_hint.h"

enum {
  NOTICE_MS = 60,         /* a loss shows with the next frame or two; then 10 ms until it is asked for */
  SECOND_ROUND_MAX_MS = 200,
  STEP_MS = 20,
  FALL_AFTER_US = 10 * 1000 * 1000,
  RTT_WINDOW_US = 2 * 1000 * 1000,
};
static const double SECOND_ROUND_LOSS = 0.03;

static bool
is_on(PlayoutHint *self, guint64 nacks, gint64 now_us)
{
  guint64 n_new = nacks - self->nacks;
  self->nacks = nacks;
  if (self->n_recent == 0 || now_us - self->recent_us > PLAYOUT_HINT_WITHIN_US) {
    self->n_recent = 0;
    self->recent_us = now_us;
  }
  self->n_recent = (guint)MIN(self->n_recent + n_new, PLAYOUT_HINT_NACKS);
  if (self->n_recent >= PLAYOUT_HINT_NACKS)
    self->last_us = now_us;
  return self->last_us != 0 && now_us - self->last_us < PLAYOUT_HINT_KEEP_US;
}

/* A line that falls makes a queue, and a long round trip, for a second: what is to be waited for afterwards is no longer. */
static gint64
standing_rtt_us(PlayoutHint *self, gint64 rtt_us, gint64 now_us)
{
  if (rtt_us <= 0)  /* not known yet: no round trip of 0 */
    return 0;
  if (self->window_us == 0 || now_us - self->window_us >= RTT_WINDOW_US) {
    self->before_rtt_us = self->window_us == 0 ? rtt_us : self->least_rtt_us;
    self->least_rtt_us = rtt_us;
    self->window_us = now_us;
  }
  self->least_rtt_us = MIN(self->least_rtt_us, rtt_us);
  return MIN(self->before_rtt_us, self->least_rtt_us);
}

/* One retransmission; where losses are many, also the second, if that is not too long. */
static guint
wanted_ms(double loss, gint64 rtt_us)
{
  guint rtt_ms = (guint)(MAX(rtt_us, 0) / 1000);
  guint once = rtt_ms + NOTICE_MS, twice = 2 * rtt_ms + NOTICE_MS;
  guint ms = loss >= SECOND_ROUND_LOSS && once < SECOND_ROUND_MAX_MS ? MIN(twice, SECOND_ROUND_MAX_MS) : once;
  return MIN((ms + STEP_MS - 1) / STEP_MS * STEP_MS, PLAYOUT_HINT_MAX_MS);
}

guint
playout_hint_ms(PlayoutHint *self, guint64 nacks, double loss, gint64 rtt_us, gint64 queue_us, gint64 now_us)
{
  if (queue_us >= PLAYOUT_HINT_QUEUE_US)
    self->queued_us = now_us;
  rtt_us = standing_rtt_us(self, rtt_us, now_us);
  bool has_queue = self->queued_us != 0 && now_us - self->queued_us < PLAYOUT_HINT_KEEP_US;
  guint ms = MAX(is_on(self, nacks, now_us) ? wanted_ms(loss, rtt_us) : 0, has_queue ? PLAYOUT_HINT_QUEUE_MS : 0);
  if (ms >= self->ms || now_us - self->high_us > FALL_AFTER_US) {
    self->ms = ms;
    self->high_us = now_us;
  }
  return self->ms;
}
