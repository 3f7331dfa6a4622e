/* media/bwe/repeat_queue.c - sends the base layer twice or three times over a lossy network. */
#include "media/bwe/repeat_queue.h"
#include <math.h>

enum { COPIES_MAX = 2 };

static const double LOSS_ON = 0.03, LOSS_OFF = 0.015;
static const double LOSS_FAR_ON = 0.005, LOSS_FAR_OFF = 0.002;
static const double LOSS_TWICE_ON = 0.08, LOSS_TWICE_OFF = 0.05;
static const double ROOM_ON = 3.5, ROOM_OFF = 2.8;  /* of the picture's rate: more frames come first           */
/* Far away, of the picture with its copies: one copy always is worth more than two now and then. */
static const double ONCE_ON = 1.1, ONCE_OFF = 0.9, TWICE_ON = 1.5, TWICE_OFF = 1.2;
static const double LOSS_MOST = 0.3;                /* what is lost beyond it is not reckoned with            */
static const double LOSS_S = 3;                     /* time constant of the smoothed loss                      */
static const double RATE_WEIGHT = 0.3;              /* of the newest second: a keyframe is not the picture's rate */

/* --- what is sent --- */

static void
close_window(RepeatQueue *self, gint64 now_us)
{
  double seconds = (double)(now_us - self->window_us) / G_USEC_PER_SEC;
  double picture = (double)self->picture_bytes * 8 / seconds, base = (double)self->base_bytes * 8 / seconds;
  double weight = self->picture_bps > 0 ? RATE_WEIGHT : 1;
  self->picture_bps += weight * (picture - self->picture_bps);
  self->base_bps += weight * (base - self->base_bps);
  self->picture_bytes = self->base_bytes = 0;
  self->window_us = now_us;
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
repeat_queue_add(RepeatQueue *self, guint track, guint16 seq, gsize bytes, bool is_base, gint64 now_us)
{
  Repeat repeat = { track, seq, 0 };
  self->picture_bytes += bytes;
  self->base_bytes += is_base ? bytes : 0;
  if (is_base && self->copies > 0)
    push(self, &repeat, now_us);
}

void
repeat_queue_add_asked(RepeatQueue *self, guint track, guint16 seq, gint64 now_us)
{
  Repeat repeat = { track, seq, COPIES_MAX };
  if (self->is_long && (self->copies_wanted > 0 || self->loss >= LOSS_TWICE_OFF))
    push(self, &repeat, now_us);
}

/* --- how often --- */

static void
smooth_loss(RepeatQueue *self, double loss, gint64 now_us)
{
  double seconds = (double)(now_us - self->decided_us) / G_USEC_PER_SEC;
  self->loss = self->decided_us == 0 || self->loss == 0 ? loss : self->loss + (loss - self->loss) * (1 - exp(-seconds / LOSS_S));
  self->decided_us = now_us;
}

static guint
wanted_copies(const RepeatQueue *self)
{
  bool was_on = self->copies_wanted > 0, was_twice = self->copies_wanted > 1;
  double least = self->is_far ? (was_on ? LOSS_FAR_OFF : LOSS_FAR_ON) : was_on ? LOSS_OFF : LOSS_ON;
  if (self->loss < least || (!self->is_far && self->picture_bps >= REPEAT_RATE_MAX_BPS))
    return 0;
  return self->loss >= (was_twice ? LOSS_TWICE_OFF : LOSS_TWICE_ON) ? COPIES_MAX : 1;
}

/* Is there room for @copies? For one that is made already less will do. */
static bool
has_room(const RepeatQueue *self, guint copies, double room_bps)
{
  bool is_more = copies > self->copies;
  if (!self->is_far)
    return room_bps >= (is_more ? ROOM_ON : ROOM_OFF) * self->picture_bps + (copies - 1) * self->base_bps;
  double factor = copies > 1 ? (is_more ? TWICE_ON : TWICE_OFF) : is_more ? ONCE_ON : ONCE_OFF;
  return room_bps >= factor * (self->picture_bps + copies * self->base_bps);
}

void
repeat_queue_decide(RepeatQueue *self, double loss, gint64 rtt_us, guint room_bps, gint64 now_us)
{
  if (self->window_us == 0)
    self->window_us = now_us;
  if (now_us - self->window_us >= G_USEC_PER_SEC)
    close_window(self, now_us);
  smooth_loss(self, loss, now_us);
  self->is_far = rtt_us >= REPEAT_FAR_RTT_US;
  self->is_long = rtt_us >= 2 * REPEAT_AFTER_US;
  self->copies_wanted = wanted_copies(self);
  guint copies = self->picture_bps > 0 ? self->copies_wanted : 0;
  while (copies > 0 && !has_room(self, copies, room_bps))
    copies--;
  self->copies = copies;
}

double
repeat_queue_lost(const RepeatQueue *self)
{
  double loss = MIN(self->loss, LOSS_MOST);
  return loss / (1 - loss);
}

double
repeat_queue_overhead(const RepeatQueue *self)
{
  double again = repeat_queue_lost(self);
  if (!self->is_far || self->copies_wanted == 0 || self->picture_bps <= 0)
    return again;
  return MAX(again, MIN(self->base_bps / self->picture_bps, 1));
}

bool
repeat_queue_take(RepeatQueue *self, gint64 now_us, Repeat *out)
{
  if (self->n == 0 || self->items[self->first].due_us > now_us)
    return false;
  *out = self->items[self->first].repeat;
  self->first = (self->first + 1) % REPEAT_QUEUE_MAX;
  self->n--;
  if (out->n + 1 < self->copies) {
    Repeat next = { out->track, out->seq, out->n + 1 };
    push(self, &next, now_us);
  }
  return true;
}
