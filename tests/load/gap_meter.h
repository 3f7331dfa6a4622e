/* tests/load/gap_meter.h - how long and how often something that should go on stood still.
 *
 * Times are parameters. A gap runs from one event, or the begin, to the next, or the end. */
#pragma once
#include <glib.h>

enum { GAP_FREEZE_US = 200 * 1000, GAP_LONG_FREEZE_US = 300 * 1000 };

typedef struct {
  guint  over_200_ms, over_300_ms;
  double frozen_ms;         /* sum of the gaps over 200 ms */
  double longest_ms;
} GapFigures;

typedef struct {
  gint64     last_us;
  GapFigures figures;
} GapMeter;

void gap_meter_begin(GapMeter *self, gint64 now_us);
void gap_meter_event(GapMeter *self, gint64 now_us);
