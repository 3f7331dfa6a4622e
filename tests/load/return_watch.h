/* tests/load/return_watch.h - how soon picture and sound are back after an outage.
 *
 * Times are parameters; one owner. */
#pragma once
#include "tests/lib/link_schedule.h"

typedef struct {
  gint64 from_us, until_us;        /* of the outage, on the clock of the arrivals */
  gint64 picture_us, sound_us;     /* first arrival after until_us; 0: none       */
} OutageReturn;

typedef struct {
  guint        n;
  OutageReturn outages[LINK_OUTAGES_MAX];
} ReturnWatch;

/* The outages of @schedule, which started at @start_us. */
void return_watch_begin(ReturnWatch *self, const LinkSchedule *schedule, gint64 start_us);
void return_watch_picture(ReturnWatch *self, gint64 arrival_us);
void return_watch_sound(ReturnWatch *self, gint64 arrival_us);
