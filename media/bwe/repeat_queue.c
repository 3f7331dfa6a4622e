/* media/bwe/repeat_queue.c - sends the base layer of a small picture twice over a lossy network. */
#include "media/bwe/repeat_queue.h"

static const double LOSS_ON = 0.03, LOSS_OFF = 0.015;
static const double LOSS_FAR_ON = 0.005, LOSS_FAR_OFF = 0.002;
static const double ROOM_ON = 3.5, ROOM_OFF = 2.8;          /* of the picture's rate: more frames come first */
static const double ROOM_FAR_ON = 1.75, ROOM_FAR_OFF = 1.6;

bool
repeat_queue_decide(RepeatQueue *self, double loss, gint64 rtt_us, guint video_bps, guint target_bps)
{
  bool is_far = rtt_us >= REPEAT_FAR_RTT_US;
  double room = self->is_on ? (is_far ? ROOM_FAR_OFF : ROOM_OFF) : is_far ? ROOM_FAR_ON : ROOM_ON;
  double least_loss = self->is_on ? (is_far ? LOSS_FAR_OFF : LOSS_OFF) : is_far ? LOSS_FAR_ON : LOSS_ON;
  /* While it is on, the rate that is seen has the repetitions in it. */
  double picture_bps = self->is_on ? video_bps / 1.6 : video_bps;
  self->is_wanted = loss >= least_loss && (is_far || picture_bps < REPEAT_RATE_MAX_BPS);
  self->is_on = self->is_wanted && target_bps >= room * picture_bps;
  if (!self->is_on)
    self->n = 0;
  return self->is_on;
}

void
repeat_queue_add(RepeatQueue *self, guint track, guint16 seq, gint64 now_us)
{
  if (!self->is_on || self->n == REPEAT_QUEUE_MAX)
    return;
  guint i = (self->first + self->n++) % REPEAT_QUEUE_MAX;
  self->items[i].track = track;
  self->items[i].seq = seq;
  self->items[i].due_us = now_us + REPEAT_AFTER_US;
}

bool
repeat_queue_take(RepeatQueue *self, gint64 now_us, guint *track, guint16 *seq)
{
  if (self->n == 0 || self->items[self->first].due_us > now_us)
    return false;
  *track = self->items[self->first].track;
  *seq = self->items[self->first].seq;
  self->first = (self->first + 1) % REPEAT_QUEUE_MAX;
  self->n--;
  return true;
}
