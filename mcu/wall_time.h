/* mcu/wall_time.h - moments for people, as the API and the journal write them. Any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* @wall_us: since 1970. RFC 3339 with milliseconds and the local offset; null for 0. (transfer full) */
json_t *wall_time_json(gint64 wall_us);
