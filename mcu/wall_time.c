/* mcu/wall_time.c - moments for people, as the API and the journal write them. */
#include "mcu/wall_time.h"
#include "mcu/recording.h"

json_t *
wall_time_json(gint64 wall_us)
{
  if (wall_us <= 0)
    return json_null();
  g_autoptr(GDateTime) second = g_date_time_new_from_unix_local(wall_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) moment = second != NULL ? g_date_time_add(second, wall_us % G_USEC_PER_SEC) : NULL;
  if (moment == NULL)
    return json_null();
  g_autofree char *text = recording_time_text(moment);
  return json_string(text);
}
