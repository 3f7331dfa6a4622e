/* recorder/stamp_fetch.h - asks a time-stamp authority over HTTP (RFC 3161 section 3.4). */
#pragma once
#include <glib.h>

/* Blocks for 10 s at most. Returns: (transfer full) the response as it came; NULL and
 * RECORDER_ERROR_NETWORK. */
GBytes *stamp_fetch(const char *url, GBytes *request, GError **error);
