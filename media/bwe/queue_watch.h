/* media/bwe/queue_watch.h - finds a queue that leaps up, or that neither grows nor drains.
 *
 * Part of RateEstimator. The trendline sees steady slopes: it needs some twenty groups to notice
 * that a line lost most of its capacity, and a queue that is full stays full, at some losses.
 * A long queue that grew by much lately is therefore overuse at once; and one that stands for a
 * second asks for a decrease, again and again - unless that does not move it, because others
 * fill it (TCP): then it is taken for a part of the way. Net thread. */
#pragma once
#include "media/bwe/queue_leap.h"
#include <stdbool.h>

typedef struct {
  QueueLeap leap;
  gint64 since_us;     /* 0: none stands                       */
  gint64 first_us;     /* its length when it was found         */
  gint64 foreign_us;   /* so much is not ours                  */
  guint  n_decreases;
} QueueWatch;

/* Returns: true if the rate should fall now. */
bool queue_watch_add(QueueWatch *self, gint64 queue_us, gint64 now_us);
