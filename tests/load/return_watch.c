/* tests/load/return_watch.c - how soon picture and sound are back after an outage. */
#include "tests/load/return_watch.h"

void
return_watch_begin(ReturnWatch *self, const LinkSchedule *schedule, gint64 start_us)
{
  self->n = schedule->n_outages;
  for (guint i = 0; i < self->n; i++)
    self->outages[i] = (OutageReturn) { schedule->outages[i].from_us + start_us,
                                        schedule->outages[i].until_us + start_us, 0, 0 };
}

void
return_watch_picture(ReturnWatch *self, gint64 arrival_us)
{
  for (guint i = 0; i < self->n; i++)
    if (self->outages[i].picture_us == 0 && arrival_us >= self->outages[i].until_us)
      self->outages[i].picture_us = arrival_us;
}

void
return_watch_sound(ReturnWatch *self, gint64 arrival_us)
{
  for (guint i = 0; i < self->n; i++)
    if (self->outages[i].sound_us == 0 && arrival_us >= self->outages[i].until_us)
      self->outages[i].sound_us = arrival_us;
}
