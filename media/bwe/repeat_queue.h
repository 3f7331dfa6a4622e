/* media/bwe/repeat_queue.h - sends the base layer twice or three times over a lossy network.
 *
 *   packet leaves -> repeat_queue_add -> REPEAT_AFTER_US later -> repeat_queue_take -> RTX
 *
 * A small picture has few packets and few frames: a loss is noticed late and asked for late,
 * and every frame after it waits. Where there is room for it, sending its base layer again
 * unasked makes of 10 % loss one of 1 %, for no delay. Where a round trip is long, so is the
 * halt that each loss makes, and what is sent again is lost again now and then: there the base
 * layer of a picture of any size is sent twice. Where a tenth is lost and there is room for it, it
 * goes out three times. Pure logic; net thread. */
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
  bool    is_second;             /* it was repeated once already */
} Repeat;

typedef struct {
  bool    is_on;
  bool    is_twice;              /* each packet is repeated twice   */
  bool    is_wanted;             /* it would be on, were there room */
  /*< private >*/
  guint   first, n;
  struct { Repeat repeat; gint64 due_us; } items[REPEAT_QUEUE_MAX];
} RepeatQueue;

/* @loss: 0..1; @video_bps: what is sent; @target_bps: what the network carries.
 * On from 3 % of loss, off below 1.5 %; from 0.5 and below 0.2 % where @rtt_us is long. Twice from
 * 8 % on, no more below 5 %.
 * Returns: is_on. */
bool repeat_queue_decide(RepeatQueue *self, double loss, gint64 rtt_us, guint video_bps, guint target_bps) ON_NET;
/* Without effect while it is off. */
void repeat_queue_add(RepeatQueue *self, guint track, guint16 seq, gint64 now_us) ON_NET;
/* Returns: false if none is due. */
bool repeat_queue_take(RepeatQueue *self, gint64 now_us, Repeat *out) ON_NET;
