/* tests/load/tier_log.h - which size of picture one client received when.
 *
 * Times are parameters. Only keyframes tell their size. */
#pragma once
#include <glib.h>

enum { TIER_CHANGES_MAX = 64 };

typedef struct {
  double seconds;           /* since the begin of the window; the first: 0 */
  guint  width, height;
} TierChange;

typedef struct {
  gint64     begin_us;
  guint      width, height; /* now; 0: not known yet */
  guint      n;             /* of changes, the first included; more than the array holds if there were more */
  TierChange changes[TIER_CHANGES_MAX];
} TierLog;

void tier_log_begin(TierLog *self, gint64 now_us);
void tier_log_size(TierLog *self, gint64 now_us, guint width, guint height);
