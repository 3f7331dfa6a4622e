/* mcu/wall_time.h - wall-clock times as texts. Any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* RFC 3339 with milliseconds and this machine's offset. (transfer full) */
char   *wall_time_text(gint64 unix_us);
/* The same as JSON; null for 0. (transfer full) */
json_t *wall_time_json(gint64 unix_us);
/* "2026-12-10", here. (transfer full) */
char   *wall_time_day(gint64 unix_us);
/* Returns: UNIX time, us; 0: @text (nullable) is no RFC 3339 time. */
gint64  wall_time_read(const char *text);
