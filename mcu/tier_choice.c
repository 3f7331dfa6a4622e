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
  AWAY_HOLD_US = 20 * 1000 * 1000,
  LAST_SHORT_PERCENT = 50,
  LAST_SHORT_REPORTS = 20,
  LAST_HOLD_US = 2 * 1000 * 1000,
};

static const double REQUESTS_MAX = 3, REQUESTS_FORGIVEN_PER_S = 0.25;

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

static void
settle_on(TierChoice *self, int rung)
{
  self->rung = rung;
  self->was_lowered = true;
  self->short_reports = 0;
  self->keyframe_requests = 0;
  self->enough_since_us = self->raised_us = 0;
}

/* The wait before the next rise, longer each time that one failed. */
static void
lengthen_hold(TierChoice *self, gint64 least_us, gint64 now_us)
{
  bool has_failed = self->raised_us > 0 && now_us < self->raised_us + MAX(FAILED_WITHIN_US, least_us);
  self->hold_us = has_failed ? MIN(MAX(self->hold_us, least_us) * 2, HOLD_MAX_US) : least_us;
}

static bool
lower(TierChoice *self, const TierEvidence *evidence, const guint *needed_bps, guint n_rungs, gint64 now_us)
{
  bool is_last = self->rung == 0;
  bool is_short = self->rung >= 0
                  && !is_carried(evidence->available_bps, needed_bps[self->rung], is_last ? LAST_SHORT_PERCENT : SHORT_PERCENT);
  self->short_reports = is_short ? self->short_reports + 1 : 0;
  if (!is_short || (is_last && self->short_reports < LAST_SHORT_REPORTS)
      || (!is_last && self->short_reports < SHORT_REPORTS && !evidence->is_congested))
    return false;
  if (evidence->is_unheard)
    self->hold_us = HOLD_START_US;  /* a cut says nothing of what the network carries afterwards */
  else
    lengthen_hold(self, HOLD_MIN_US, now_us);
  int carried = carried_rung(evidence->available_bps, needed_bps, n_rungs, 100);
  settle_on(self, is_last ? RUNG_SOUND_ONLY : CLAMP(carried, 0, self->rung - 1));
  return true;
}

static bool
move_away(TierChoice *self, const TierEvidence *evidence, const TierLadder *ladder, gint64 now_us)
{
  double elapsed_s = self->updated_us > 0 ? (double)(now_us - self->updated_us) / 1e6 : 0;
  self->updated_us = now_us;
  self->keyframe_requests = MAX(self->keyframe_requests - elapsed_s * REQUESTS_FORGIVEN_PER_S, 0)
                            + evidence->keyframe_requests;
  if (self->keyframe_requests <= REQUESTS_MAX || !evidence->is_tier_shared || self->rung < 0)
    return false;
  int rung = tier_ladder_rung(ladder, ladder->rungs[self->rung].tier + 1);
  if (rung >= self->rung)
    return false;
  lengthen_hold(self, AWAY_HOLD_US, now_us);
  settle_on(self, rung);
  return true;
}

static bool
raise_rung(TierChoice *self, const TierEvidence *evidence, const TierLadder *ladder, const guint *needed_bps, gint64 now_us)
{
  guint n_rungs = ladder->n_rungs;
  guint percent = self->rung == RUNG_SOUND_ONLY ? 100 : SPARE_PERCENT;
  if (self->rung + 1 >= (int)n_rungs || !is_carried(evidence->available_bps, needed_bps[self->rung + 1], percent)) {
    self->enough_since_us = 0;
    return false;
  }
  if (self->enough_since_us == 0)
    self->enough_since_us = now_us;
  gint64 hold_us = self->was_lowered ? self->hold_us : HOLD_START_US;
  /* The upper layer of the same picture costs no keyframe: trying it early risks little. */
  if (self->rung == RUNG_SOUND_ONLY || ladder->rungs[self->rung + 1].tier == ladder->rungs[self->rung].tier)
    hold_us = MIN(hold_us, LAST_HOLD_US);
  if (now_us < self->enough_since_us + hold_us)
    return false;
  self->rung = MAX(carried_rung(evidence->available_bps, needed_bps, n_rungs, SPARE_PERCENT), self->rung + 1);
  self->raised_us = now_us;
  self->enough_since_us = 0;
  return true;
}

bool
tier_choice_update(TierChoice *self, const TierEvidence *evidence, const TierLadder *ladder,
                   const guint *needed_bps, gint64 now_us)
{
  guint n_rungs = ladder->n_rungs;
  if (!self->is_started) {
    self->is_started = true;
    self->rung = carried_rung(evidence->available_bps, needed_bps, n_rungs, 100);
    return true;
  }
  self->rung = MIN(self->rung, (int)n_rungs - 1);
  return lower(self, evidence, needed_bps, n_rungs, now_us) || move_away(self, evidence, ladder, now_us)
         || raise_rung(self, evidence, ladder, needed_bps, now_us);
}
