/* media/bwe/repeat_queue.h - sends the base layer twice or three times over a lossy network.
 *
 *   packet leaves -> repeat_queue_add -> REPEAT_AFTER_US later -> repeat_queue_take -> RTX
 *
 * A small picture has few packets and few frames: a loss is noticed late and asked for late,
 * and every frame after it waits. Where there is room for it, sending its base layer again
 * unasked makes of 10 % loss one of 1 %, for no delay. Where a round trip is long, so is the
 * halt that each loss makes, and what is sent again is lost again now and then: there the base
 * layer of a picture of any size is sent twice. Where a tenth is lost and there is room for it, it
 * goes out three times. What is asked for there leaves twice, too: another round trip is one too many.
 * Pure logic; net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum {
  REPEAT_QUEUE_MAX = 64,
  REPEAT_AFTER_US = 30 * 1000,   /* beyond a short burst of losses */
  REPEAT_RATE_MAX_BPS = 600 * 1000,
  REPEAT_FAR_RTT_US = 180 * 1000,
};

typedef struct {
  guint   track;
  guint16 seq;
  guint   n;                     /* how often it was sent again already */
} Repeat;

typedef struct {
  guint   copies;                /* of each base packet, besides itself: 0 to 2                  */
  guint   copies_wanted;         /* were there room                                              */
  bool    is_far;                /* they are worth a smaller picture: a halt here is a long one  */
  /*< private >*/
  bool    is_long;               /* a copy comes before an answer could */
  gint64  decided_us, window_us; /* 0: not yet                        */
  double  loss;                  /* smoothed                          */
  guint64 picture_bytes, base_bytes;    /* in the window              */
  double  picture_bps, base_bps;        /* smoothed, without copies   */
  guint   first, n;
  struct { Repeat repeat; gint64 due_us; } items[REPEAT_QUEUE_MAX];
} RepeatQueue;

/* A packet of the picture leaves for the first time. What is of the base layer is repeated. */
void repeat_queue_add(RepeatQueue *self, guint track, guint16 seq, gsize bytes, bool is_base, gint64 now_us) ON_NET;
/* A packet that the peer asked for leaves again. Where a halt is a long one, so does a copy of it. */
void repeat_queue_add_asked(RepeatQueue *self, guint track, guint16 seq, gint64 now_us) ON_NET;
/* @loss: 0..1; @rtt_us: 0 if not known; @room_bps: what the network carries, less the sound. Call every few
 * milliseconds. On from 3 % of loss, off below 1.5 %; from 0.5 and below 0.2 % where @rtt_us is long. Twice
 * from 8 % on, no more below 5 %. */
void repeat_queue_decide(RepeatQueue *self, double loss, gint64 rtt_us, guint room_bps, gint64 now_us) ON_NET;
/* Returns: how much of the picture is lost and sent again, of its rate. */
double repeat_queue_lost(const RepeatQueue *self) ON_NET;
/* Returns: the same; where a halt is a long one and copies are wanted at least one of the base layer, whether there is
 * room for it or not. */
double repeat_queue_overhead(const RepeatQueue *self) ON_NET;
/* Returns: false if none is due. */
bool repeat_queue_take(RepeatQueue *self, gint64 now_us, Repeat *out) ON_NET;
