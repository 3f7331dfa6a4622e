/* mcu/line_governor.c - shares the hub's line among all that goes over it. */
#include "mcu/line_governor.h"

enum {
  PLANNED_PERCENT = 85,         /* of the line: the rest is for RTCP, keyframes, probes, ICE   */
  TIER_LEAST_PERCENT = 80,      /* an encoder's rate may shrink so far before a size is given up */
  UPLINK_LEAST_PERCENT = 50,
  WIRE_PERCENT = 108,           /* RTP, SRTP, UDP and IP of packets of about 1100 bytes        */
  SOUND_HEADERS_BPS = 50 * 8 * (28 + 12 + 12 + 16),  /* 50 packets a second                  */
  SOUND_FEEDBACK_BPS = 8000,    /* reports and transport-wide feedback                         */
  EXCESS_STEP_BPS = 250 * 1000,
  EXCESS_FILTER = 8,            /* decisions                                                   */
};

struct LineGovernor {
  LineLimits limits;
  guint64    down_expected_bps;  /* as committed last */
  double     excess_bps;         /* filtered */
};

/* One decision being made. */
typedef struct {
  const LineTerms *terms;
  const LineSite  *sites;
  guint      n_sites;
  LineGrant *grants;
  bool       is_shared;
  int        rung_limit;        /* of the stage under way */
  gint64     left_up_bps, left_down_bps;  /* shared: left_up_bps is all */
  gint64     used_up_bps, used_down_bps;
} Decision;

LineGovernor *
line_governor_new(const LineLimits *limits)
{
  LineGovernor *self = g_new0(LineGovernor, 1);
  self->limits = *limits;
  return self;
}

void
line_governor_free(LineGovernor *self)
{
  g_free(self);
}

void
line_governor_set_limits(LineGovernor *self, const LineLimits *limits)
{
  self->limits = *limits;
}

const LineLimits *
line_governor_limits(const LineGovernor *self)
{
  return &self->limits;
}

void
line_governor_on_used(LineGovernor *self, guint64 down_bps)
{
  double excess = self->down_expected_bps > 0 ? (double)down_bps - (double)self->down_expected_bps : 0;
  self->excess_bps += (MAX(excess, 0) - self->excess_bps) / EXCESS_FILTER;
}

typedef enum { UP, DOWN } Direction;

/* Takes @bps of the line if it has them. */
static bool
take(Decision *d, Direction direction, gint64 bps)
{
  gint64 *left = direction == UP || d->is_shared ? &d->left_up_bps : &d->left_down_bps;
  if (*left < bps)
    return false;
  *left -= bps;
  *(direction == UP ? &d->used_up_bps : &d->used_down_bps) += bps;
  return true;
}

static void
take_anyway(Decision *d, Direction direction, gint64 bps)
{
  gint64 *left = direction == UP || d->is_shared ? &d->left_up_bps : &d->left_down_bps;
  *left -= bps;
  *(direction == UP ? &d->used_up_bps : &d->used_down_bps) += bps;
}

static gint64
on_wire(guint64 bps, guint percent)
{
  return (gint64)(bps * WIRE_PERCENT * percent / 10000);
}

static gint64
rung_cost(const Decision *d, const LineSite *site, int rung)
{
  if (rung < 0)
    return 0;
  gint64 bps = on_wire(d->terms->ladder.rungs[rung].bitrate_bps, TIER_LEAST_PERCENT);
  return bps + (gint64)((double)bps * MIN(site->loss, 1));
}

static gint64
uplink_cost(const Decision *d, int uplink, guint percent)
{
  return uplink < 0 ? 0 : on_wire(d->terms->uplink_bps[uplink], percent);
}

/* The next rung up for @site whose tier is not closed; -2: none. */
static int
next_rung(const Decision *d, guint i)
{
  int rung = d->grants[i].rung + 1;
  const TierLadder *ladder = &d->terms->ladder;
  if (rung > d->sites[i].rung_max || rung > d->rung_limit
      || ladder->rungs[rung].tier < d->terms->tiers_closed)
    return -2;
  return rung;
}

static bool
raise_rung(Decision *d, guint i)
{
  int rung = next_rung(d, i);
  if (rung < 0)
    return false;
  const LineSite *site = &d->sites[i];
  if (site->is_via_line
      && !take(d, UP, rung_cost(d, site, rung) - rung_cost(d, site, d->grants[i].rung)))
    return false;
  d->grants[i].rung = rung;
  return true;
}

static bool
raise_uplink(Decision *d, guint i)
{
  int uplink = d->grants[i].uplink + 1;
  if (uplink > d->sites[i].uplink_max || uplink >= (int)d->terms->n_uplinks)
    return false;
  if (d->sites[i].is_via_line
      && !take(d, DOWN, uplink_cost(d, uplink, UPLINK_LEAST_PERCENT)
                          - uplink_cost(d, d->grants[i].uplink, UPLINK_LEAST_PERCENT)))
    return false;
  d->grants[i].uplink = uplink;
  return true;
}

static gint64
take_sound(Decision *d)
{
  gint64 each = d->terms->sound_bps + SOUND_HEADERS_BPS + SOUND_FEEDBACK_BPS, total = 0;
  for (guint i = 0; i < d->n_sites; i++) {
    if (!d->sites[i].is_via_line)
      continue;
    if (d->sites[i].receives_sound) {
      take_anyway(d, UP, each);
      total += each;
    }
    if (d->sites[i].sends_sound) {
      take_anyway(d, DOWN, each);
      total += each;
    }
  }
  return total;
}

static void
raise_least(Decision *d, LinePriority priority)
{
  for (guint i = 0; i < d->n_sites; i++) {
    if (d->sites[i].priority != priority)
      continue;
    raise_rung(d, i);
    raise_uplink(d, i);
  }
}

/* One site after the other, picture and camera in turn, until nothing more fits. */
static void
raise_floor(Decision *d)
{
  for (bool again = true; again;) {
    again = false;
    for (guint i = 0; i < d->n_sites; i++) {
      if (d->sites[i].priority != LINE_PRIORITY_FLOOR)
        continue;
      again = raise_rung(d, i) || again;
      again = raise_uplink(d, i) || again;
    }
  }
}

/* All by one rung, or none: equals get the same picture, and one encode serves them. Those
 * who stand lower go first. */
static bool
raise_rest_rungs(Decision *d)
{
  int lowest = G_MAXINT;
  for (guint i = 0; i < d->n_sites; i++)
    if (d->sites[i].priority == LINE_PRIORITY_REST && next_rung(d, i) >= 0)
      lowest = MIN(lowest, d->grants[i].rung);
  if (lowest == G_MAXINT)
    return false;
  gint64 cost = 0;
  for (guint i = 0; i < d->n_sites; i++) {
    const LineSite *site = &d->sites[i];
    if (site->priority == LINE_PRIORITY_REST && site->is_via_line && d->grants[i].rung == lowest && next_rung(d, i) >= 0)
      cost += rung_cost(d, site, lowest + 1) - rung_cost(d, site, lowest);
  }
  if (cost > d->left_up_bps)
    return false;
  for (guint i = 0; i < d->n_sites; i++)
    if (d->sites[i].priority == LINE_PRIORITY_REST && d->grants[i].rung == lowest)
      raise_rung(d, i);
  return true;
}

static bool
raise_rest_uplinks(Decision *d)
{
  bool was_any_raised = false;
  for (guint i = 0; i < d->n_sites; i++)
    if (d->sites[i].priority == LINE_PRIORITY_REST)
      was_any_raised = raise_uplink(d, i) || was_any_raised;
  return was_any_raised;
}

static void
raise_rest(Decision *d)
{
  for (bool again = true; again;) {
    again = raise_rest_rungs(d);
    again = raise_rest_uplinks(d) || again;
  }
  /* A site on the LAN takes nothing of the line, whatever became of the others. */
  for (guint i = 0; i < d->n_sites; i++)
    while (!d->sites[i].is_via_line && raise_rung(d, i))
      ;
}

/* What one percent more of the rate of @tier costs on the line. */
static gint64
percent_cost(const Decision *d, guint tier)
{
  gint64 cost = 0;
  for (guint i = 0; i < d->n_sites; i++) {
    int rung = d->grants[i].rung;
    if (d->sites[i].is_via_line && rung >= 0 && d->terms->ladder.rungs[rung].tier == tier)
      cost += rung_cost(d, &d->sites[i], rung) / TIER_LEAST_PERCENT;
  }
  return cost;
}

static void
spend_on_tiers(Decision *d, LinePlan *plan)
{
  const TierLadder *ladder = &d->terms->ladder;
  for (guint tier = 0; tier < ladder->n_tiers; tier++) {
    gint64 each = percent_cost(d, tier);
    gint64 percent = 100 - TIER_LEAST_PERCENT;
    if (each > 0)
      percent = CLAMP(d->left_up_bps / each, 0, percent);
    take_anyway(d, UP, each * percent);
    plan->tier_bps[tier] = (guint)((guint64)ladder->tiers[tier].bitrate_bps * (guint)(TIER_LEAST_PERCENT + percent) / 100);
  }
}

static void
spend_on_uplinks(Decision *d, LinePriority priority)
{
  for (guint i = 0; i < d->n_sites; i++) {
    LineGrant *grant = &d->grants[i];
    if (d->sites[i].priority != priority || grant->uplink < 0)
      continue;
    guint full_bps = d->terms->uplink_bps[grant->uplink], percent = 100;
    if (d->sites[i].is_via_line) {
      percent = UPLINK_LEAST_PERCENT;
      while (percent < 100 && take(d, DOWN, uplink_cost(d, grant->uplink, 10)))
        percent += 10;
    }
    grant->uplink_bps = full_bps / 100 * percent;
  }
}

static LineReason
reason_of(const Decision *d, guint i)
{
  const TierLadder *ladder = &d->terms->ladder;
  int rung = d->grants[i].rung;
  if (rung == (int)ladder->n_rungs - 1)
    return LINE_REASON_FULL;
  if (rung >= d->sites[i].rung_max)
    return LINE_REASON_NETWORK;
  return ladder->rungs[rung + 1].tier < d->terms->tiers_closed ? LINE_REASON_CPU : LINE_REASON_LINE;
}

static void
open_decision(const LineGovernor *self, Decision *d, LinePlan *plan)
{
  const LineLimits *limits = &self->limits;
  d->is_shared = limits->shared_bps > 0;
  plan->budget_up_bps = (d->is_shared ? limits->shared_bps : limits->up_bps) * PLANNED_PERCENT / 100;
  plan->budget_down_bps = (d->is_shared ? limits->shared_bps : limits->down_bps) * PLANNED_PERCENT / 100;
  d->left_up_bps = (gint64)plan->budget_up_bps;
  d->left_down_bps = (gint64)plan->budget_down_bps;
}

void
line_governor_decide(LineGovernor *self, const LineTerms *terms, const LineSite *sites,
                     guint n_sites, LineGrant *grants, LinePlan *plan)
{
  const TierLadder *ladder = &terms->ladder;
  Decision d = { .terms = terms, .sites = sites, .n_sites = n_sites, .grants = grants, .rung_limit = 0 };
  *plan = (LinePlan) { 0 };
  open_decision(self, &d, plan);
  for (guint i = 0; i < n_sites; i++)
    grants[i] = (LineGrant) { .rung = RUNG_SOUND_ONLY, .uplink = LINE_UPLINK_NONE };

  plan->sound_bps = (guint64)take_sound(&d);
  take_anyway(&d, DOWN, (gint64)(self->excess_bps / EXCESS_STEP_BPS) * EXCESS_STEP_BPS);
  raise_least(&d, LINE_PRIORITY_FLOOR);
  raise_least(&d, LINE_PRIORITY_REST);
  d.rung_limit = tier_ladder_rung(ladder, 1);
  raise_floor(&d);
  for (guint i = 0; i < n_sites; i++)
    if (sites[i].is_via_line)
      take_anyway(&d, DOWN, on_wire(sites[i].document_bps, 100));
  d.rung_limit = tier_ladder_rung(ladder, 2);
  raise_rest(&d);
  d.rung_limit = (int)ladder->n_rungs - 1;
  raise_floor(&d);
  raise_rest(&d);
  spend_on_uplinks(&d, LINE_PRIORITY_FLOOR);
  spend_on_tiers(&d, plan);
  spend_on_uplinks(&d, LINE_PRIORITY_REST);

  for (guint i = 0; i < n_sites; i++) {
    grants[i].reason = reason_of(&d, i);
    if (sites[i].is_via_line)
      plan->uplink_bps += (guint64)on_wire(grants[i].uplink_bps, 100);
  }
  plan->committed_up_bps = (guint64)d.used_up_bps;
  plan->committed_down_bps = (guint64)d.used_down_bps;
  self->down_expected_bps = plan->committed_down_bps;
}

const char *
line_reason_name(LineReason reason)
{
  static const char *const NAMES[] = {
    [LINE_REASON_NONE] = "none", [LINE_REASON_FULL] = "full", [LINE_REASON_NETWORK] = "network",
    [LINE_REASON_LINE] = "line", [LINE_REASON_CPU] = "cpu",
  };
  return NAMES[reason];
}
