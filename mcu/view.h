/* mcu/view.h - what there is to see in a room, and the numbers of the programs that show it.
 *
 *   view:      sites          hub            waiting   excluded
 *   program:   0 1 2 3        4 5 6 7        8         9
 *              a tier each    a tier each    slates: one program each, in which no site ever is
 *
 * Those of one view stand together, largest first: a higher number is a smaller picture. */
#pragma once
#include "mcu/tier_ladder.h"

typedef enum {
  VIEW_NONE = 0,
  VIEW_SITES,     /* what all see                                                     */
  VIEW_HUB,       /* what the hub sees where that is something else                   */
  VIEW_WAITING,   /* slate: not admitted, or the session has not begun                */
  VIEW_EXCLUDED,  /* slate: a confidential case is being heard that is not this one's */
  VIEWS,
} View;

enum {
  PROGRAM_NONE = -1,  /* sound only */
  PROGRAMS_MAX = 2 * TIERS_MAX + 2,
};

static inline bool
view_is_slate(View view)
{
  return view == VIEW_WAITING || view == VIEW_EXCLUDED;
}

/* @tier: of no matter for a slate. */
static inline guint
view_program(View view, guint tier)
{
  return view_is_slate(view) ? 2 * TIERS_MAX + (view - VIEW_WAITING) : (view - VIEW_SITES) * TIERS_MAX + tier;
}

static inline View
program_view(guint program)
{
  return program < 2 * TIERS_MAX ? VIEW_SITES + program / TIERS_MAX : VIEW_WAITING + (program - 2 * TIERS_MAX);
}

/* Of a program that is no slate. */
static inline guint
program_tier(guint program)
{
  return program % TIERS_MAX;
}
