/* mcu/room_orders.c - what the chair and the sites may change in a room. */
#include "mcu/room_reception.h"
#include "mcu/room_tour.h"
#include "media/base/clock.h"

bool
room_set_muted(Room *self, const char *site_id, bool is_muted)
{
  Site *site = room_find_site(self, site_id);
  if (site == NULL)
    return false;
  site->is_muted = is_muted;
  site->is_asked_to_unmute = false;
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

static bool
need_seat(const Room *self, const Site *site, GError **error) ON_CONTROL
{
  return site_is_admitted(self, site) || room_refuse(error, ROOM_ERROR_CONFLICT, "the site is not admitted");
}

/* The page of the site asks its people; only they switch a microphone on. */
static void
ask_to_unmute(Room *self, Site *site) ON_CONTROL
{
  if (!site->is_muted)
    return;
  site->is_asked_to_unmute = true;
  event_stream_publish(self->events, site->config->id, "askedToUnmute", json_pack("{s:s}", "site", site->config->id));
}

bool
room_ask_to_unmute(Room *self, const char *site_id, GError **error)
{
  Site *site = room_need_site(self, site_id, error);
  if (site == NULL || !need_seat(self, site, error))
    return false;
  ask_to_unmute(self, site);
  room_schedule_update(self);
  return true;
}

bool
room_set_floor(Room *self, const char *site_id, GError **error)
{
  Site *site = site_id != NULL ? room_need_site(self, site_id, error) : NULL;
  if (site_id != NULL && (site == NULL || !need_seat(self, site, error)))
    return false;
  self->floor_site = site;
  if (site != NULL) {
    hands_lower(&self->hands, site_index(self, site));
    ask_to_unmute(self, site);
  }
  room_schedule_update(self);
  return true;
}

bool
room_set_hand(Room *self, const char *site_id, bool is_up, GError **error)
{
  const Site *site = room_need_site(self, site_id, error);
  if (site == NULL || (is_up && !need_seat(self, site, error)))
    return false;
  if (is_up)
    hands_raise(&self->hands, site_index(self, site), clock_wall_us());
  else
    hands_lower(&self->hands, site_index(self, site));
  room_schedule_update(self);
  return true;
}

void
room_mute_all(Room *self, bool is_floor_spared)
{
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[i];
    if (!site->config->is_hub && !(is_floor_spared && site == self->floor_site))
      room_set_muted(self, site->config->id, true);
  }
}

void
room_note_act(Room *self, const RoomActor *actor, const char *action, const char *site, const char *object)
{
  const char *by = actor->site[0] != '\0' ? actor->site : NULL;
  AuditEntry entry = { .action = action, .role = actor->role, .key_id = actor->key_id, .peer = actor->peer, .by = by,
                       .room = self->room->id, .site = site, .object = object };
  audit_log_post(self->context->audit, &entry);
  room_session_note(self->session, "act", json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "action", action, "role", actor->role,
                                                    "key", actor->key_id, "by", by, "site", site, "object", object));
}
