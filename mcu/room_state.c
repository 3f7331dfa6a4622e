/* mcu/room_state.c - a room's state as JSON, as members see it. */
#include "mcu/room_reception.h"
#include "mcu/room_scene.h"

static const char *const SITE_STATE_NAMES[] = {
  [SITE_STATE_ABSENT] = "absent",
  [SITE_STATE_CONNECTING] = "connecting",
  [SITE_STATE_CONNECTED] = "connected",
  [SITE_STATE_UNSTABLE] = "unstable",
};

static json_t *
site_json(const Room *self, const Site *site) ON_CONTROL
{
  const VideoRect *tile = &site->tile;
  const SiteVerdict *quality = &site->quality.shown;
  json_t *json = json_pack("{s:s, s:s, s:b, s:s, s:b, s:b, s:b, s:s, s:s, s:s?, s:{s:i, s:i, s:i, s:i}}",
                   "id", site->config->id, "name", site->config->name, "hub", site->config->is_hub,
                   "state", SITE_STATE_NAMES[site->state], "muted", site_is_muted(self, site),
                   "cameraOff", site->is_camera_off, "speaking", room_is_speaking(self, site),
                   "receives", quality_grade_name(quality->receives), "sends", quality_grade_name(quality->sends),
                   "cause", quality_cause_name(quality->cause),
                   "tile", "x", (int)tile->x, "y", (int)tile->y, "width", (int)tile->width,
                   "height", (int)tile->height);
  room_reception_describe_site(self, site, json);
  return json;
}

json_t *
room_state_json(Room *self)
{
  json_t *sites = json_array(), *speaker = json_null();
  guint main_site;
  VideoLayoutKind layout = room_shown_layout(self, &main_site);
  for (guint i = 0; i < self->n_sites; i++) {
    json_array_append_new(sites, site_json(self, &self->sites[i]));
    if (room_is_speaking(self, &self->sites[i]))
      speaker = json_string(self->sites[i].config->id);
  }
  json_t *state = json_pack("{s:s, s:s, s:{s:s, s:s}, s:s?, s:o, s:o, s:{s:i, s:i}}",
                   "room", self->room->id, "name", self->room->name,
                   "layout", "kind", layout == VIDEO_LAYOUT_SPOTLIGHT ? "spotlight" : "grid",
                   "main", self->sites[main_site].config->id,
                   "floor", self->floor_site != NULL ? self->floor_site->config->id : NULL,
                   "activeSpeaker", speaker, "sites", sites,
                   "canvas", "width", (int)self->config->canvas_width,
                   "height", (int)self->config->canvas_height);
  room_session_describe(self->session, state);
  room_reception_describe(self, state);
  return state;
}
