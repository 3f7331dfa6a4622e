/* mcu/tier_choice.h - the highest rung that a receiver's own network carries.
 *
 *   down: at once when its queue overflowed or its delay grows; else when the estimate was too
 *         low for three reports
 *   up:   when the estimate carried the next rung with a quarter to spare for 5 s; after a
 *         rise that failed 10, 20, 40, 60 s. In the first seconds half a second is enough,
 *         so that a good line shows the full picture soon (TRANSPORT C9)
 *   out:  from the lowest rung to sound alone only after 2 s with less than half of what it
 *         needs: a poor picture is better than none; back after 2 s
 *   away: to the next smaller tier when it asks for keyframes again and again in one that it
 *         shares: each costs all the others some of their picture
 *
 * Pure logic; time is a parameter; control thread. */
#pragma once
#include "mcu/tier_ladder.h"

typedef struct {
  int    rung;               /* RUNG_SOUND_ONLY .. n_rungs - 1 */
  /*< private >*/
  bool   is_started, was_lowered;
  guint  short_reports;      /* with too little, in a row      */
  double keyframe_requests;  /* fading                         */
  gint64 updated_us;
  gint64 enough_since_us;    /* 0: not enough for the next one */
  gint64 raised_us, hold_us;
} TierChoice;

typedef struct {
  guint available_bps;       /* for the picture, all else taken off */
  bool  is_congested;        /* delay grows, or the pacer's queue overflowed, since the last report */
  bool  is_unheard;          /* no report comes: the rung falls with the estimate, and may rise with it  */
  guint keyframe_requests;   /* since the last report                                               */
  bool  is_tier_shared;      /* others are on its tier                                              */
} TierEvidence;

/* @needed_bps: for each rung of @ladder, at the rates at which the tiers run now.
 * Returns: true if self->rung changed. */
bool tier_choice_update(TierChoice *self, const TierEvidence *evidence, const TierLadder *ladder,
                        const guint *needed_bps, gint64 now_us);
