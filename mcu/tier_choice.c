/* mcu/tier_choice.c - the highest rung that a receiver's own network carries. */
#include "mcu/tier_choice.h"

enum {
  SHORT_PERCENT = 95,       /* of what the rung needs: below it is too little */
  SPARE_PERCENT = 125,
  SHORT_REPORTS = 3,
  HOLD_START_US = 500 * 1000,
  HOLD_MIN_US = 5 * 1000 * 1000,
  HOLD_MAX_US = 60 * 1000 * 1000,
  FAILED_WITHIN_US = 10 * 1000 * 1000,
};

static bool
is_carried(guint available_bps, guint needed_bps, guint percent)
{
  return (guint64)available_bps * 100 >= (guint64)needed_bps * percent;
}

/* The highest rung that is carried at @percent. */
static int
carried_rung(guint available_bps, const guint *needed_bps, guint n_rungs, guint percent)
{
  int rung = RUNG_SOUND_ONLY;
  while (rung + 1 < (int)n_rungs && is_carried(available_bps, needed_bps[rung + 1], percent))
    rung++;
  return rung;
}

static bool
lower(TierChoice *self, const TierEvidence *evidence, const guint *needed_bps, guint n_rungs, gint64 now_us)
{
  bool is_short = self->rung >= 0 && !is_carried(evidence->available_bps, needed_bps[self->rung], SHORT_PERCENT);
  self->short_reports = is_short ? self->short_reports + 1 : 0;
  if (!is_short || (self->short_reports < SHORT_REPORTS && !evidence->is_congested))
    return false;
  if (self->raised_us > 0 && now_us < self->raised_us + FAILED_WITHIN_US)
    self->hold_us = MIN(MAX(self->hold_us, HOLD_MIN_US) * 2, HOLD_MAX_US);
  else
    self->hold_us = HOLD_MIN_US;
  self->rung = MIN(carried_rung(evidence->available_bps, needed_bps, n_rungs, 100), self->rung - 1);
  self->was_lowered = true;
  self->short_reports = 0;
  self->enough_since_us = self->raised_us = 0;
  return true;
}

static bool
raise_rung(TierChoice *self, const TierEvidence *evidence, const guint *needed_bps, guint n_rungs, gint64 now_us)
{
  if (self->rung + 1 >= (int)n_rungs
      || !is_carried(evidence->available_bps, needed_bps[self->rung + 1], SPARE_PERCENT)) {
    self->enough_since_us = 0;
    return false;
  }
  if (self->enough_since_us == 0)
    self->enough_since_us = now_us;
  gint64 hold_us = self->was_lowered ? self->hold_us : HOLD_START_US;
  if (now_us < self->enough_since_us + hold_us)
    return false;
  self->rung = carried_rung(evidence->available_bps, needed_bps, n_rungs, SPARE_PERCENT);
  self->raised_us = now_us;
  self->enough_since_us = 0;
  return true;
}

bool
tier_choice_update(TierChoice *self, const TierEvidence *evidence, const guint *needed_bps,
                   guint n_rungs, gint64 now_us)
{
  if (!self->is_started) {
    self->is_started = true;
    self->rung = carried_rung(evidence->available_bps, needed_bps, n_rungs, 100);
    return true;
  }
  self->rung = MIN(self->rung, (int)n_rungs - 1);
  return lower(self, evidence, needed_bps, n_rungs, now_us)
         || raise_rung(self, evidence, needed_bps, n_rungs, now_us);
}
