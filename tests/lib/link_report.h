/* tests/lib/link_report.h - one direction of a line as JSON. */
#pragma once
#include "tests/lib/link_model.h"
#include <jansson.h>

/* Returns: (transfer full): counts, queue and utilisation up to @now_us.
 * @with_seconds: also one [capacity kbit/s, delivered kbit/s, longest queue ms] a second. */
json_t *link_report_json(const LinkStats *stats, LinkMeter *meter, gint64 now_us, bool with_seconds);
