/* media/bwe/trendline.h - tells from the slope of the one-way delay whether a queue builds up.
 *
 * Part of RateEstimator. The accumulated differences of ArrivalGroups are smoothed; a line is
 * fitted through the last TRENDLINE_GROUPS; its slope is held against a threshold that adapts, so
 * that TCP beside us neither starves us nor goes unseen (draft-ietf-rmcat-gcc-02, section 5.4;
 * TRANSPORT C6). Net thread. */
#pragma once
#include "media/bwe/arrival_groups.h"

enum { TRENDLINE_GROUPS = 20 };

typedef enum {
  BANDWIDTH_NONE = 0,  /* not known yet                  */
  BANDWIDTH_NORMAL,
  BANDWIDTH_UNDERUSED, /* a queue drains                 */
  BANDWIDTH_OVERUSED,  /* a queue builds up              */
} BandwidthUse;

typedef struct {
  guint  n_deltas;
  gint64 origin_us;       /* arrival of the first group; 0: none yet */
  double accumulated_ms, smoothed_ms;
  guint  n_points;
  struct { double at_ms, delay_ms; } points[TRENDLINE_GROUPS];  /* ring */
  double slope, previous_slope;
  double threshold_ms;
  gint64 threshold_us;    /* when it was adapted; 0: not yet */
  double overused_ms;     /* for how long; < 0: it is not    */
  guint  n_overused;
  BandwidthUse use;
} Trendline;

void trendline_reset(Trendline *self);
/* @arrival_us: of the group that ended. */
void trendline_add(Trendline *self, const ArrivalDelta *delta, gint64 arrival_us);
