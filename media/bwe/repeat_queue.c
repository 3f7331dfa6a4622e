/* media/bwe/repeat_queue.c - sends the base layer twice or three times over a lossy network. */
#include "media/bwe/repeat_queue.h"

static const double LOSS_ON = 0.03, LOSS_OFF = 0.015;
static const double LOSS_FAR_ON = 0.005, LOSS_FAR_OFF = 0.002;
static const double ROOM_ON = 3.5, ROOM_OFF = 2.8;          /* of the picture's rate: more frames come first */
static const double ROOM_FAR_ON = 1.75, ROOM_FAR_OFF = 1.6;
static const double LOSS_TWICE_ON = 0.08, LOSS_TWICE_OFF = 0.05;
static const double ROOM_TWICE = 0.65;                      /* besides, of the picture's rate */
static const double BASE_SHARE = 0.6;                       /* of a picture's rate            */

static double
picture_bps(const RepeatQueue *self, guint video_bps)
{
  /* While it is on, the rate that is seen has the repetitions in it. */
  int copies = self->is_twice ? 2 : self->is_on ? 1 : 0;
  return video_bps / (1 + copies * BASE_SHARE);
}

bool
repeat_queue_decide(RepeatQueue *self, double loss, gint64 rtt_us, guint video_bps, guint target_bps)
{
  bool is_far = rtt_us >= REPEAT_FAR_RTT_US;
  double room = self->is_on ? (is_far ? ROOM_FAR_OFF : ROOM_OFF) : is_far ? ROOM_FAR_ON : ROOM_ON;
  double least_loss = self->is_on ? (is_far ? LOSS_FAR_OFF : LOSS_OFF) : is_far ? LOSS_FAR_ON : LOSS_ON;
  double picture = picture_bps(self, video_bps);
  self->is_wanted = loss >= least_loss && (is_far || picture < REPEAT_RATE_MAX_BPS);
  self->is_on = self->is_wanted && target_bps >= room * picture;
  self->is_twice = self->is_on && loss >= (self->is_twice ? LOSS_TWICE_OFF : LOSS_TWICE_ON)
                   && target_bps >= (room + ROOM_TWICE) * picture;
  if (!self->is_on)
    self->n = 0;
  return self->is_on;
}

static void
push(RepeatQueue *self, const Repeat *repeat, gint64 now_us)
{
  if (self->n == REPEAT_QUEUE_MAX)
    return;
  guint i = (self->first + self->n++) % REPEAT_QUEUE_MAX;
  self->items[i].repeat = *repeat;
  self->items[i].due_us = now_us + REPEAT_AFTER_US;
}

void
repeat_queue_add(RepeatQueue *self, guint track, guint16 seq, gint64 now_us)
{
  Repeat repeat = { track, seq, false };
  if (self->is_on)
    push(self, &repeat, now_us);
}

bool
repeat_queue_take(RepeatQueue *self, gint64 now_us, Repeat *out)
{
  if (self->n == 0 || self->items[self->first].due_us > now_us)
    return false;
  *out = self->items[self->first].repeat;
  self->first = (self->first + 1) % REPEAT_QUEUE_MAX;
  self->n--;
  if (self->is_twice && !out->is_second) {
    Repeat second = { out->track, out->seq, true };
    push(self, &second, now_us);
  }
  return true;
}
