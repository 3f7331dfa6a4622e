/* mcu/wall_time.c - wall-clock times as texts. */
#include "mcu/wall_time.h"

static GDateTime *
local_time(gint64 unix_us)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(unix_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) exact = g_date_time_add(utc, unix_us % G_USEC_PER_SEC);
  return g_date_time_to_local(exact);
}

char *
wall_time_text(gint64 unix_us)
{
  g_autoptr(GDateTime) time = local_time(unix_us);
  g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *offset = g_date_time_format(time, "%:z");
  return g_strdup_printf("%s.%03d%s", seconds, g_date_time_get_microsecond(time) / 1000, offset);
}

json_t *
wall_time_json(gint64 unix_us)
{
  if (unix_us <= 0)
    return json_null();
  g_autofree char *text = wall_time_text(unix_us);
  return json_string(text);
}

char *
wall_time_day(gint64 unix_us)
{
  g_autoptr(GDateTime) time = local_time(unix_us);
  return g_date_time_format(time, "%Y-%m-%d");
}

gint64
wall_time_read(const char *text)
{
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
  return time != NULL ? g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time) : 0;
}
