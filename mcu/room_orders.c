/* mcu/room_orders.c - what the chair and the sites may change in a room. */
#include "mcu/room_internal.h"

bool
room_set_muted(Room *self, const char *site_id, bool is_muted)
{
  Site *site = room_find_site(self, site_id);
  if (site == NULL)
    return false;
  site->is_muted = is_muted;
  room_schedule_update(self);
  return true;
}

bool
room_set_camera_off(Room *self, const char *site_id, bool is_off)
{
  Site *site = room_find_site(self, site_id);
  if (site == NULL)
    return false;
  site->is_camera_off = is_off;
  room_schedule_update(self);
  return true;
}

bool
room_set_floor(Room *self, const char *site_id)
{
  const Site *site = site_id != NULL ? room_find_site(self, site_id) : NULL;
  if (site_id != NULL && site == NULL)
    return false;
  self->floor_site = site;
  room_schedule_update(self);
  return true;
}
