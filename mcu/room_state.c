/* mcu/room_state.c - a room's state as JSON, as members see it. */
#include "mcu/room_reception.h"
#include "mcu/room_scene.h"
#include "mcu/room_views.h"
#include "mcu/site_quality.h"

static const char *const SITE_STATE_NAMES[] = {
  [SITE_STATE_ABSENT] = "absent",
  [SITE_STATE_CONNECTING] = "connecting",
  [SITE_STATE_CONNECTED] = "connected",
  [SITE_STATE_UNSTABLE] = "unstable",
};

/* null: it stands in none. */
static json_t *
tile_json(const VideoRect *tile)
{
  if (tile->width == 0)
    return json_null();
  return json_pack("{s:i, s:i, s:i, s:i}", "x", (int)tile->x, "y", (int)tile->y, "width", (int)tile->width,
                   "height", (int)tile->height);
}

/* Who speaks in a confidential case is told to nobody: all read this. */
static bool
is_said_to_speak(const Room *self, const Site *site) ON_CONTROL
{
  return !self->views.is_confidential && room_is_speaking(self, site);
}

static json_t *
site_json(const Room *self, const Site *site) ON_CONTROL
{
  bool is_connected = site->state == SITE_STATE_CONNECTED || site->state == SITE_STATE_UNSTABLE;
  SiteQuality quality = is_connected ? site_quality_of(&site->verdict) : (SiteQuality) { 0 };
  bool is_excluded = room_views_of(self, site)->view == VIEW_EXCLUDED;
  json_t *json = json_pack("{s:s, s:s, s:b, s:s, s:b, s:b, s:b, s:b, s:s, s:s, s:s?, s:o, s:o}",
                   "id", site->config->id, "name", site->config->name, "hub", site->config->is_hub,
                   "state", SITE_STATE_NAMES[site->state], "muted", site_is_muted(self, site),
                   "cameraOff", site->is_camera_off, "speaking", is_said_to_speak(self, site), "excluded", is_excluded,
                   "receives", quality_grade_name(quality.receives), "sends", quality_grade_name(quality.sends),
                   "cause", quality_cause_name(quality.cause),
                   "tile", tile_json(&site->tile), "hubTile", tile_json(&site->hub_tile));
  room_reception_describe_site(self, site, json);
  return json;
}

json_t *
room_describe(Room *self)
{
  json_t *sites = json_array(), *speaker = json_null();
  for (guint i = 0; i < self->n_sites; i++) {
    json_array_append_new(sites, site_json(self, &self->sites[i]));
    if (is_said_to_speak(self, &self->sites[i]))
      speaker = json_string(self->sites[i].config->id);
  }
  json_t *state = json_pack("{s:s, s:s, s:s?, s:o, s:o, s:{s:i, s:i}}",
                   "room", self->room->id, "name", self->room->name,
                   "floor", self->floor_site != NULL ? self->floor_site->config->id : NULL,
                   "activeSpeaker", speaker, "sites", sites,
                   "canvas", "width", (int)self->config->canvas_width,
                   "height", (int)self->config->canvas_height);
  room_views_describe(self, state);
  room_session_describe(self->session, state);
  room_reception_describe(self, state);
  return state;
}
