/* mcu/room_tour.c - a room's tour: each site in turn in the main picture, by order or by the clock. */
#include "mcu/room_tour.h"
#include "mcu/room_reception.h"
#include "media/base/clock.h"

/* --- from site to site --- */

static gboolean tour_is_due(gpointer data);

/* Whom a roll call comes to is to be heard, if its people want that. */
static void
arrive(Room *self) ON_CONTROL
{
  g_clear_handle_id(&self->tour_timer, g_source_remove);
  if (self->tour.kind == TOUR_NONE)
    room_session_tour(self->session, TOUR_NONE, 0);
  if (self->tour.kind == TOUR_POLLING) {
    self->tour_timer = g_timeout_add((guint)(MAX(self->tour.due_us - clock_now_us(), 0) / 1000) + 1, tour_is_due, self);
    room_session_visit(self->session, (guint)tour_site(&self->tour), TOUR_VISIT_SHOWN);
  }
  if (self->tour.kind == TOUR_ROLL_CALL) {
    Site *site = &self->sites[tour_site(&self->tour)];
    self->is_tour_site_muted = site->is_muted;
    room_ask_to_unmute(self, site->config->id, NULL);  /* one that waits is not asked */
  }
  room_schedule_update(self);
}

/* A microphone that was closed when the roll call came is closed again when it goes. */
static void
depart(Room *self) ON_CONTROL
{
  if (self->tour.kind == TOUR_ROLL_CALL && self->is_tour_site_muted)
    room_set_muted(self, self->sites[tour_site(&self->tour)].config->id, true);
}

static gboolean
tour_is_due(gpointer data)
{
  assert_on_control();
  Room *self = data;
  self->tour_timer = 0;
  tour_poll(&self->tour, clock_now_us());
  arrive(self);
  return G_SOURCE_REMOVE;
}

void
room_stop_tour(Room *self)
{
  depart(self);
  tour_stop(&self->tour);
  arrive(self);
}

void
room_leave_out_of_tour(Room *self, const Site *site)
{
  int before = tour_site(&self->tour);
  if (before == (int)site_index(self, site))
    depart(self);
  tour_leave_out(&self->tour, site_index(self, site), clock_now_us());
  if (tour_site(&self->tour) != before)
    arrive(self);
  room_schedule_update(self);
}

/* --- orders --- */

/* A roll call asks for all who should be there; a polling shows those who are. */
static guint
list_stops(const Room *self, TourKind kind, guint *out)
{
  guint n = 0;
  for (guint i = 0; i < self->n_sites; i++) {
    Presence presence = roster_presence(self->roster, i);
    bool is_there = presence == PRESENCE_ADMITTED || presence == PRESENCE_UNSTABLE;
    if (!self->sites[i].config->is_hub && (kind == TOUR_ROLL_CALL ? presence != PRESENCE_REMOVED : is_there))
      out[n++] = i;
  }
  return n;
}

bool
room_start_tour(Room *self, TourKind kind, guint interval_s, GError **error)
{
  guint stops[CONFIG_SITES_MAX];
  guint n_stops = kind != TOUR_NONE ? list_stops(self, kind, stops) : 0;
  if (kind != TOUR_NONE && n_stops == 0)
    return room_refuse(error, ROOM_ERROR_CONFLICT, "there is no site to visit");
  room_stop_tour(self);
  if (kind == TOUR_NONE)
    return true;
  tour_start(&self->tour, kind, stops, n_stops, (gint64)interval_s * G_USEC_PER_SEC, clock_now_us());
  room_session_tour(self->session, kind, interval_s);
  arrive(self);
  return true;
}

static void
note_roll_call(Room *self, guint site, RollCallAnswer answer) ON_CONTROL
{
  Presence presence = roster_presence(self->roster, site);
  bool has_seat = presence == PRESENCE_ADMITTED || presence == PRESENCE_UNSTABLE;
  bool is_present = answer == ROLL_CALL_BY_SEAT ? has_seat : answer == ROLL_CALL_IS_PRESENT;
  room_session_visit(self->session, site, is_present ? TOUR_VISIT_PRESENT : TOUR_VISIT_MISSING);
}

bool
room_next_of_tour(Room *self, const char *from, RollCallAnswer answer, GError **error)
{
  if (self->tour.kind == TOUR_NONE)
    return room_refuse(error, ROOM_ERROR_CONFLICT, "there is no tour");
  Site *site = &self->sites[tour_site(&self->tour)];
  if (from != NULL && g_strcmp0(from, site->config->id) != 0)
    return room_refuse(error, ROOM_ERROR_CONFLICT, "the tour is at another site");
  if (self->tour.kind == TOUR_ROLL_CALL)
    note_roll_call(self, site_index(self, site), answer);
  depart(self);
  site->is_asked_to_unmute = false;
  tour_next(&self->tour, clock_now_us());
  arrive(self);
  return true;
}

const char *
room_tour_site(const Room *self)
{
  int site = tour_site(&self->tour);
  return site != TOUR_NOWHERE ? self->sites[site].config->id : NULL;
}

json_t *
room_tour_json(const Room *self)
{
  const Tour *tour = &self->tour;
  if (tour->kind == TOUR_NONE)
    return json_null();
  return json_pack("{s:s, s:s, s:i, s:i, s:o}", "kind", tour_kind_name(tour->kind),
                   "site", room_tour_site(self), "position", (int)tour->position + 1,
                   "total", (int)tour->n, "intervalSeconds",
                   tour->kind == TOUR_POLLING ? json_integer(tour->interval_us / G_USEC_PER_SEC) : json_null());
}
