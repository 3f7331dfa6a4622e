/* mcu/room_reception.c - who is let in, and what of the reception is told and kept. */
#include "mcu/room_reception.h"
#include "mcu/room_preflight.h"
#include "mcu/room_tour.h"
#include "mcu/wall_time.h"

/* How old what is kept may be of a bridge that is alive: after a failure of the machine it tells when that was. */
enum { REMEMBER_EVERY_S = 60 };

guint
site_index(const Room *self, const Site *site)
{
  return (guint)(site - self->sites);
}

Site *
room_need_site(Room *self, const char *id, GError **error)
{
  Site *site = room_find_site(self, id);
  if (site == NULL)
    g_set_error(error, ROOM_ERROR, ROOM_ERROR_UNKNOWN_SITE, "room %s has no site %s", self->room->id, id);
  return site;
}

bool
room_refuse(GError **error, RoomError code, const char *why)
{
  g_set_error_literal(error, ROOM_ERROR, code, why);
  return false;
}

static bool
follow(RosterRefusal refusal, GError **error)
{
  switch (refusal) {
  case ROSTER_REFUSAL_LOCKED:
    return room_refuse(error, ROOM_ERROR_LOCKED, "the session is locked");
  case ROSTER_REFUSAL_CLOSED:
    return room_refuse(error, ROOM_ERROR_CONFLICT, "no session is open");
  case ROSTER_REFUSAL_NONE:
    break;
  }
  return true;
}

bool
site_is_admitted(const Room *self, const Site *site)
{
  return roster_is_admitted(self->roster, site_index(self, site));
}

bool
site_is_muted(const Room *self, const Site *site)
{
  return site->is_muted || tour_closes_microphone(&self->tour, site_index(self, site), site->config->is_hub);
}

/* --- the session --- */

static gboolean
remember_again(gpointer data)
{
  assert_on_control();
  Room *self = data;
  room_session_remember(self->session);
  return G_SOURCE_CONTINUE;
}

/* What belonged to the session that is over. */
static void
clear_the_floor(Room *self) ON_CONTROL
{
  hands_lower_all(&self->hands);
  room_stop_tour(self);
  self->floor_site = NULL;
  for (guint i = 0; i < self->n_sites; i++)
    self->sites[i].is_asked_to_unmute = false;
}

void
room_reception_follow_session(Room *self)
{
  bool is_open = room_session_id(self->session) != NULL;
  if (is_open && self->remember_timer == 0)
    self->remember_timer = g_timeout_add_seconds(REMEMBER_EVERY_S, remember_again, self);
  else if (!is_open)
    g_clear_handle_id(&self->remember_timer, g_source_remove);
  if (is_open == roster_is_open(self->roster))
    return;
  if (is_open) {
    room_preflight_stop(self);
    roster_open(self->roster);
  } else {
    roster_close(self->roster);
    clear_the_floor(self);
    g_clear_pointer(&self->kept, json_decref);
  }
  room_schedule_update(self);
}

bool
room_order_session(Room *self, const SessionOrder *order, GError **error)
{
  bool will_be_open = order->has_open ? order->is_open : roster_is_open(self->roster);
  bool is_opening = will_be_open && !roster_is_open(self->roster);
  if (order->has_locked && order->is_locked && !will_be_open)
    return room_refuse(error, ROOM_ERROR_CONFLICT, "a session that is not open cannot be locked");
  if (is_opening && self->is_draining)
    return room_refuse(error, ROOM_ERROR_DRAINING, "the bridge is about to end: no session begins any more");
  if (order->has_open && order->is_open && !room_session_open(self->session, error))
    return false;
  if (order->has_open && !order->is_open)
    room_session_close(self->session);
  if (is_opening && order->admission != ADMISSION_NONE)  /* it decides about those who are there already */
    roster_set_admission(self->roster, order->admission);
  room_reception_follow_session(self);
  if (order->has_locked)
    roster_set_locked(self->roster, order->is_locked);
  if (!is_opening && order->admission != ADMISSION_NONE)
    roster_set_admission(self->roster, order->admission);
  room_schedule_update(self);
  return true;
}

void
room_follow_admission(Room *self)
{
  roster_configure(self->roster, self->config->has_lobby ? ADMISSION_LOBBY : ADMISSION_OPEN, self->config->is_together_before_session);
  room_schedule_update(self);
}

/* --- the roster --- */

void
room_reception_heard(Room *self, const Site *site)
{
  if (site->state == SITE_STATE_CONNECTED)
    roster_arrived(self->roster, site_index(self, site));
  else
    roster_set_unstable(self->roster, site_index(self, site));
}

void
room_reception_left(Room *self, Site *site)
{
  roster_left(self->roster, site_index(self, site));
  site->is_asked_to_unmute = false;
  if (self->tour.kind == TOUR_POLLING)
    room_leave_out_of_tour(self, site);
}

bool
room_admit(Room *self, const char *site_id, GError **error)
{
  const Site *site = site_id != NULL ? room_need_site(self, site_id, error) : NULL;
  if (site_id != NULL && site == NULL)
    return false;
  RosterRefusal refusal = site != NULL ? roster_admit(self->roster, site_index(self, site))
                                       : roster_admit_all(self->roster);
  room_schedule_update(self);
  return follow(refusal, error);
}

bool
room_remove(Room *self, const char *site_id, GError **error)
{
  Site *site = room_need_site(self, site_id, error);
  if (site == NULL)
    return false;
  if (!roster_remove(self->roster, site_index(self, site)))
    return room_refuse(error, ROOM_ERROR_CONFLICT, "the hub cannot be removed");
  hands_lower(&self->hands, site_index(self, site));
  room_leave_out_of_tour(self, site);
  if (self->floor_site == site)
    self->floor_site = NULL;
  site->is_asked_to_unmute = false;
  if (site->peer != NULL)
    peer_send_away(site->peer, "chair");
  room_schedule_update(self);
  return true;
}

/* --- what is told of it --- */

void
room_reception_describe(const Room *self, json_t *room)
{
  json_t *session = json_object_get(room, "session"), *hands = json_array();
  json_object_set_new(session, "admission", json_string(admission_name(roster_admission(self->roster))));
  json_object_set_new(session, "locked", json_boolean(roster_is_locked(self->roster)));
  for (guint i = 0; i < self->hands.n; i++)
    json_array_append_new(hands, json_pack("{s:s, s:o}", "site", self->sites[self->hands.hands[i].site].config->id,
                                           "since", wall_time_json(self->hands.hands[i].since_wall_us)));
  json_object_set_new(room, "hands", hands);
  json_object_set_new(room, "tour", room_tour_json(self));
}

void
room_reception_describe_site(const Room *self, const Site *site, json_t *json)
{
  guint i = site_index(self, site);
  json_object_set_new(json, "presence", json_string(presence_name(roster_presence(self->roster, i))));
  json_object_set_new(json, "hand", json_boolean(hands_is_up(&self->hands, i)));
  json_object_set_new(json, "askedToUnmute", json_boolean(site->is_asked_to_unmute));
}

/* --- over a restart --- */

json_t *
room_reception_keep(gpointer user)
{
  assert_on_control();
  const Room *self = user;
  json_t *seats = json_object(), *hands = json_array();
  for (guint i = 0; i < self->n_sites; i++)
    json_object_set_new(seats, self->sites[i].config->id, json_pack("{s:b, s:b}", "muted", self->sites[i].is_muted,
                                                                    "cameraOff", self->sites[i].is_camera_off));
  for (guint i = 0; i < self->hands.n; i++)
    json_array_append_new(hands, json_pack("{s:s, s:I}", "site", self->sites[self->hands.hands[i].site].config->id,
                                           "sinceUs", (json_int_t)self->hands.hands[i].since_wall_us));
  return json_pack("{s:o, s:o, s:o, s:s?}", "roster", roster_keep(self->roster), "seats", seats, "hands", hands,
                   "floor", self->floor_site != NULL ? self->floor_site->config->id : NULL);
}

void
room_reception_restore(const json_t *kept, gpointer user)
{
  assert_on_control();
  Room *self = user;
  roster_restore(self->roster, json_object_get(kept, "roster"));
  for (guint i = 0; i < self->n_sites; i++) {
    const json_t *seat = json_object_get(json_object_get(kept, "seats"), self->sites[i].config->id);
    self->sites[i].is_muted = json_is_true(json_object_get(seat, "muted"));
    self->sites[i].is_camera_off = json_is_true(json_object_get(seat, "cameraOff"));
  }
  size_t i;
  json_t *hand;
  json_array_foreach(json_object_get(kept, "hands"), i, hand) {
    const char *id = json_string_value(json_object_get(hand, "site"));
    const Site *site = id != NULL ? room_find_site(self, id) : NULL;
    if (site != NULL)
      hands_raise(&self->hands, site_index(self, site), json_integer_value(json_object_get(hand, "sinceUs")));
  }
  const char *floor = json_string_value(json_object_get(kept, "floor"));
  self->floor_site = floor != NULL ? room_find_site(self, floor) : NULL;
  room_schedule_update(self);
}

void
room_reception_remember(Room *self)
{
  if (room_session_id(self->session) == NULL)
    return;
  json_t *kept = room_reception_keep(self);
  if (self->kept == NULL || !json_equal(kept, self->kept))
    room_session_remember(self->session);
  json_decref(self->kept);
  self->kept = kept;
}

/* --- life --- */

void
room_reception_begin(Room *self)
{
  const Config *config = self->config;
  self->roster = roster_new(self->room, config->has_lobby ? ADMISSION_LOBBY : ADMISSION_OPEN, config->is_together_before_session);
}

void
room_reception_end(Room *self)
{
  g_clear_handle_id(&self->tour_timer, g_source_remove);
  g_clear_handle_id(&self->remember_timer, g_source_remove);
  g_clear_pointer(&self->roster, roster_free);
  g_clear_pointer(&self->kept, json_decref);
}
