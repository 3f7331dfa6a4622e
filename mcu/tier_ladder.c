/* mcu/tier_ladder.c - sizes and rates of a room's picture. */
#include "mcu/tier_ladder.h"
#include <math.h>

enum {
  LINES_MIN = 180,
  BASE_RATE_PERCENT = 60,   /* as media/codec/video_encoder divides its rate */
};

static const struct { guint numerator, denominator, fps_divisor; } SIZES[TIERS_MAX] = {
  { 1, 1, 1 }, { 2, 3, 1 }, { 1, 3, 1 }, { 2, 9, 2 },
};

static guint
even(guint pixels)
{
  return pixels & ~1u;
}

/* A smaller picture needs more bits a pixel for the same quality: pixels to the power of 3/4. */
static guint
rate_for(guint bitrate_bps, double share, guint fps_divisor)
{
  return (guint)(bitrate_bps * pow(share, 1.5) / fps_divisor);  /* share of a side, squared */
}

static void
add_rung(TierLadder *self, guint tier, bool is_base_only)
{
  guint bps = self->tiers[tier].bitrate_bps;
  self->rungs[self->n_rungs++] = (Rung) {
    .tier = tier, .is_base_only = is_base_only,
    .bitrate_bps = is_base_only ? bps * BASE_RATE_PERCENT / 100 : bps,
  };
}

void
tier_ladder_init(TierLadder *self, guint width, guint height, guint bitrate_bps)
{
  *self = (TierLadder) { 0 };
  for (guint i = 0; i < TIERS_MAX; i++) {
    guint lines = even(height * SIZES[i].numerator / SIZES[i].denominator);
    if (i > 0 && lines < LINES_MIN)
      break;
    double share = (double)SIZES[i].numerator / SIZES[i].denominator;
    self->tiers[self->n_tiers++] = (Tier) {
      .width = even(width * SIZES[i].numerator / SIZES[i].denominator), .height = lines,
      .fps_divisor = SIZES[i].fps_divisor,
      .bitrate_bps = rate_for(bitrate_bps, share, SIZES[i].fps_divisor),
    };
  }
  for (guint i = self->n_tiers; i-- > 0;) {
    /* The whole next smaller size is better than half the frames of the canvas. */
    if (i > 0 || self->n_tiers == 1)
      add_rung(self, i, true);
    add_rung(self, i, false);
  }
}

void
tier_ladder_needed(const TierLadder *self, const guint *needed_bps, double lost, double copies, guint out_bps[RUNGS_MAX])
{
  for (guint i = 0; i < self->n_rungs; i++) {
    bool is_smallest = self->rungs[i].tier == self->n_tiers - 1;
    out_bps[i] = (guint)(needed_bps[i] * (1 + (is_smallest ? lost : copies)));
  }
}

int
tier_ladder_rung(const TierLadder *self, guint tier)
{
  guint wanted = MIN(tier, self->n_tiers - 1);
  for (guint i = 0; i < self->n_rungs; i++)
    if (self->rungs[i].tier == wanted && !self->rungs[i].is_base_only)
      return (int)i;
  return RUNG_SOUND_ONLY;
}
