/* mcu/tier_ladder.h - at which sizes and rates a room's picture is encoded, and the rungs on
 * which a receiver may stand.
 *
 *   tier 0: the canvas as configured   tier 1: 2/3 of it   tier 2: 1/3   tier 3: 2/9, half the frames
 *
 *   rung:  0        1        2        3        4        5        6
 *          3 base   3        2 base   2        1 base   1        0
 *
 * A tier is one encode, shared by all its receivers. Base: the tier without its upper
 * temporal layer: half the frames at 60 % of the rate, for no encode more. Immutable after
 * tier_ladder_init(); any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  TIERS_MAX = 4,
  RUNGS_MAX = 7,
  RUNG_SOUND_ONLY = -1,
};

typedef struct {
  guint width, height, fps_divisor;
  guint bitrate_bps;         /* of the encoder, at its best */
} Tier;

typedef struct {
  guint tier;
  bool  is_base_only;
  guint bitrate_bps;
} Rung;

typedef struct {
  guint n_tiers;
  Tier  tiers[TIERS_MAX];    /* largest first */
  guint n_rungs;
  Rung  rungs[RUNGS_MAX];    /* poorest first */
} TierLadder;

/* @width, @height, @bitrate_bps: of tier 0. Tiers below 180 lines are left out. */
void tier_ladder_init(TierLadder *self, guint width, guint height, guint bitrate_bps);
/* What each rung takes of a receiver's network beyond its @needed_bps: @lost of it is sent again, or @copies with the
 * copies that are made beforehand. They are worth a smaller size, but not half the pictures of the smallest one, nor
 * the last of it. */
void tier_ladder_needed(const TierLadder *self, const guint *needed_bps, double lost, double copies, guint out_bps[RUNGS_MAX]);
/* Returns: the rung of the whole of @tier, or of the smallest one there is. */
int tier_ladder_rung(const TierLadder *self, guint tier);
