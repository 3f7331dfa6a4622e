/* mcu/line_governor.h - shares the hub's line among all that goes over it.
 *
 *   limits, what each site could use -> line_governor_decide -> a rung and an uplink for each,
 *                                                               the rate of each tier
 *
 * Order in which the line is given away, and so, from the end, in which it is taken back when
 * it shrinks:
 *   1. all sound, both ways
 *   2. the smallest picture, of everybody and to everybody
 *   3. the site that has the floor, and the hub: up to tier 1 (720p), their cameras whole
 *   4. the shared document
 *   5. the rest, evenly: up to tier 2 (360p), their cameras whole
 *   6. the floor and the hub up to tier 0, then the rest, evenly
 *   7. what remains: encoders and cameras from their least rate to their full one
 *
 * The outcome follows from the inputs alone, not from what is measured on the line at the
 * moment (but for cameras that ignore their cap), so it cannot oscillate. That no packet goes
 * above the line even for 100 ms is media/bwe/line_bucket's work. A site reached by the LAN
 * takes nothing of the line. Pure logic; control thread. */
#pragma once
#include "mcu/tier_ladder.h"
#include "media/bwe/line_bucket.h"

enum {
  LINE_UPLINKS_MAX = 8,
  LINE_UPLINK_NONE = -1,
};

/* Bits a second on the wire, IP and UDP headers included. Either shared_bps, for both
 * directions together, or one for each; up is what the bridge sends. */
typedef struct {
  guint64 shared_bps, up_bps, down_bps;
} LineLimits;

typedef struct {
  LinePriority priority;
  bool   is_via_line;
  bool   sends_sound, receives_sound;
  double loss;               /* 0..1 of what is sent to it is sent again         */
  int    rung_max;           /* that its own network carries; RUNG_SOUND_ONLY   */
  int    uplink_max;         /* that its tile deserves; LINE_UPLINK_NONE        */
  guint  document_bps;       /* of its shared document, as it comes in          */
} LineSite;

typedef enum {
  LINE_REASON_NONE = 0,
  LINE_REASON_FULL,          /* the best there is                               */
  LINE_REASON_NETWORK,       /* its own network carries no more                 */
  LINE_REASON_LINE,          /* the hub's line has no more for it               */
  LINE_REASON_CPU,           /* the machine cannot encode the largest tier      */
} LineReason;

typedef struct {
  int        rung;           /* RUNG_SOUND_ONLY ..       */
  int        uplink;         /* LINE_UPLINK_NONE ..      */
  guint      uplink_bps;     /* cap of its camera; 0: none wanted */
  LineReason reason;         /* of the rung              */
} LineGrant;

typedef struct {
  guint64 budget_up_bps, budget_down_bps;    /* what may be planned; shared: both the same */
  guint64 committed_up_bps, committed_down_bps;
  guint64 sound_bps, uplink_bps;             /* of the committed, on the wire              */
  guint   tier_bps[TIERS_MAX];               /* rate of each encoder                       */
} LinePlan;

typedef struct {
  TierLadder ladder;
  guint tiers_closed;        /* from the largest on, by the CPU governor */
  guint n_uplinks;
  guint uplink_bps[LINE_UPLINKS_MAX];        /* full rate of each size, smallest first     */
  guint sound_bps;           /* of one Opus stream       */
} LineTerms;

typedef struct LineGovernor LineGovernor;
LineGovernor *line_governor_new(const LineLimits *limits);
void          line_governor_free(LineGovernor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineGovernor, line_governor_free)

void line_governor_set_limits(LineGovernor *self, const LineLimits *limits);
const LineLimits *line_governor_limits(const LineGovernor *self);
/* What came in over the line in the last second: cameras that ignore their cap are
 * paid for by the others' pictures. Once each decision, before it. */
void line_governor_on_used(LineGovernor *self, guint64 down_bps);
/* @grants: @n_sites of them. */
void line_governor_decide(LineGovernor *self, const LineTerms *terms, const LineSite *sites,
                          guint n_sites, LineGrant *grants, LinePlan *plan);

/* "full", "network", "line", "cpu" */
const char *line_reason_name(LineReason reason);
