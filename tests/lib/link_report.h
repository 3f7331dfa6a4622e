/* tests/lib/link_report.h - a line as JSON. */
#pragma once
#include "tests/lib/relay.h"
#include <jansson.h>

/* Returns: (transfer full): "up" and "down", each with its counts, queue and utilisation up to @now_us, in "seconds" one
 * [capacity kbit/s, delivered kbit/s, longest queue ms] a second, in "rtp" by payload type [offered, lost], in "heldMs"
 * how long a datagram really was under way in the mean. */
json_t *link_report_json(Relay *relay, gint64 now_us);
