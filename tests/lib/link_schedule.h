/* tests/lib/link_schedule.h - how one direction of a line changes over time, from a text.
 *
 *   "rate=3000,delay=25;20s:rate=500;40s:rate=3000"
 *
 * The first part holds from the start, each later one from its time on, and changes only
 * what it names. "down" cuts the line and "up" mends it. Plain data: copied by assignment. */
#pragma once
#include "tests/lib/link_model.h"

enum { LINK_STEPS_MAX = 32, LINK_OUTAGES_MAX = 8 };

typedef struct { gint64 at_us; LinkConfig config; } LinkStep;
typedef struct { gint64 from_us, until_us; } LinkOutage;

typedef struct {
  guint      n_steps;                 /* at least 1, in the order of time, the first at 0 */
  LinkStep   steps[LINK_STEPS_MAX];
  guint      n_outages;
  LinkOutage outages[LINK_OUTAGES_MAX];
} LinkSchedule;

/* One line for ever. */
void link_schedule_constant(LinkSchedule *out, const LinkConfig *config);
/* Errors: G_OPTION_ERROR_BAD_VALUE. */
bool link_schedule_parse(const char *text, LinkSchedule *out, GError **error);
/* Nothing passes from @from_us for @for_us, whatever the steps say. Returns: false if full. */
bool link_schedule_add_outage(LinkSchedule *self, gint64 from_us, gint64 for_us);

/* What holds @elapsed_us after the start; before it, as at 0. */
void   link_schedule_at(const LinkSchedule *self, gint64 elapsed_us, LinkConfig *out);
/* When it changes next after @elapsed_us; -1: never again. */
gint64 link_schedule_next_us(const LinkSchedule *self, gint64 elapsed_us);

/* Reads "20s" or "500ms". Returns: microseconds, or -1. */
gint64 link_time_parse(const char *text);
