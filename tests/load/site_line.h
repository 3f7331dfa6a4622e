/* tests/load/site_line.h - which line a simulated site has, from the command line.
 *
 *   --relay FAULTS             everybody (or each --relay-site), both ways
 *   --relay SITE:FAULTS        that site
 *   --relay-up, --relay-down   the same for one direction
 *   --outage SITE:AT:FOR       cut from AT for FOR, e.g. hub:10s:5s
 *
 * FAULTS: tests/lib/link_schedule.h; times count from the beginning of the window. */
#pragma once
#include "tests/lib/link_schedule.h"

/* The texts as they came; arrays are NULL-ended or NULL. */
typedef struct {
  char **both, **up, **down, **sites, **outages;
} LineTexts;

typedef struct {
  bool has_relay;
  LinkSchedule up, down;
} SiteLine;

/* The later of two texts for one site counts; one that names the site counts more.
 * Errors: G_OPTION_ERROR_BAD_VALUE. */
bool site_line_read(const LineTexts *texts, const char *site, SiteLine *out, GError **error);
/* Whether all texts can be read, whatever their site. */
bool site_line_check(const LineTexts *texts, GError **error);
/* True from the begin to the end of an outage, in which HTTP does not pass either. */
bool site_line_is_down(const SiteLine *self, gint64 elapsed_us);
