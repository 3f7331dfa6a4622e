/* mcu/tour.c - a tour of the sites, one after the other in the main picture. */
#include "mcu/tour.h"
#include <string.h>

bool
tour_start(Tour *self, TourKind kind, const guint *sites, guint n_sites, gint64 interval_us, gint64 now_us)
{
  g_return_val_if_fail(kind != TOUR_NONE && n_sites <= CONFIG_SITES_MAX, false);
  g_return_val_if_fail((kind == TOUR_POLLING) == (interval_us > 0), false);
  tour_stop(self);
  if (n_sites == 0)
    return false;
  *self = (Tour) { .kind = kind, .n = n_sites, .interval_us = interval_us, .due_us = now_us + interval_us };
  memcpy(self->sites, sites, n_sites * sizeof sites[0]);
  return true;
}

void
tour_stop(Tour *self)
{
  *self = (Tour) { TOUR_NONE };
}

/* The site at hand is over; the next one has stepped into its place, or comes after it. */
static void
settle(Tour *self)
{
  if (self->position >= self->n)
    tour_stop(self);
}

void
tour_next(Tour *self, gint64 now_us)
{
  self->position++;
  self->due_us = now_us + self->interval_us;
  settle(self);
}

void
tour_leave_out(Tour *self, guint site, gint64 now_us)
{
  guint i = 0;
  while (i < self->n && self->sites[i] != site)
    i++;
  if (i == self->n)
    return;
  self->n--;
  memmove(&self->sites[i], &self->sites[i + 1], (self->n - i) * sizeof self->sites[0]);
  if (i < self->position)
    self->position--;
  else if (i == self->position)
    self->due_us = now_us + self->interval_us;
  settle(self);
}

bool
tour_poll(Tour *self, gint64 now_us)
{
  bool is_changed = false;
  while (self->kind == TOUR_POLLING && now_us >= self->due_us) {
    tour_next(self, self->due_us);
    is_changed = true;
  }
  return is_changed;
}

int
tour_site(const Tour *self)
{
  return self->kind != TOUR_NONE ? (int)self->sites[self->position] : TOUR_NOWHERE;
}

bool
tour_closes_microphone(const Tour *self, guint site, bool is_hub)
{
  return self->kind == TOUR_ROLL_CALL && !is_hub && tour_site(self) != (int)site;
}

const char *
tour_kind_name(TourKind kind)
{
  static const char *const NAMES[] = { [TOUR_NONE] = NULL, [TOUR_ROLL_CALL] = "roll-call", [TOUR_POLLING] = "polling" };
  return NAMES[kind];
}
