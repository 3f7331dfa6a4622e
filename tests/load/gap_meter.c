/* tests/load/gap_meter.c - how long and how often something that should go on stood still. */
#include "tests/load/gap_meter.h"

void
gap_meter_begin(GapMeter *self, gint64 now_us)
{
  *self = (GapMeter) { .last_us = now_us };
}

void
gap_meter_event(GapMeter *self, gint64 now_us)
{
  gint64 gap_us = now_us - self->last_us;
  self->last_us = MAX(self->last_us, now_us);
  self->figures.over_200_ms += gap_us > GAP_FREEZE_US;
  self->figures.over_300_ms += gap_us > GAP_LONG_FREEZE_US;
  if (gap_us > GAP_FREEZE_US)
    self->figures.frozen_ms += (double)gap_us / 1000;
  self->figures.longest_ms = MAX(self->figures.longest_ms, (double)gap_us / 1000);
}
