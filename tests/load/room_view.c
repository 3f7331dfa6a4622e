/* tests/load/room_view.c - what a client needs of a room's state. */
#include "tests/load/room_view.h"
#include <jansson.h>
#include <string.h>

static bool
read_tile(json_t *tile, RoomViewSite *out)
{
  int x = 0, y = 0, width = 0, height = 0;
  if (json_is_null(tile))  /* it is not shown */
    return true;
  if (json_unpack(tile, "{s:i, s:i, s:i, s:i}", "x", &x, "y", &y, "width", &width, "height", &height) != 0
      || x < 0 || y < 0 || width < 0 || height < 0)
    return false;
  out->x = (guint)x;
  out->y = (guint)y;
  out->width = (guint)width;
  out->height = (guint)height;
  return true;
}

static bool
read_site(json_t *json, RoomViewSite *out)
{
  const char *id = NULL, *name = NULL;
  json_t *tile = NULL;
  int hub = 0;
  if (json_unpack(json, "{s:s, s:s, s:b, s:o}", "id", &id, "name", &name, "hub", &hub, "tile", &tile) != 0)
    return false;
  *out = (RoomViewSite) { .is_hub = hub != 0 };
  g_strlcpy(out->id, id, sizeof out->id);
  g_strlcpy(out->name, name, sizeof out->name);
  return read_tile(tile, out);
}

static bool
read_room(json_t *root, RoomView *out)
{
  json_t *sites = NULL, *site;
  int width = 0, height = 0;
  if (json_unpack(root, "{s:{s:i, s:i}, s:o}", "canvas", "width", &width, "height", &height,
                  "sites", &sites) != 0
      || width <= 0 || height <= 0 || json_array_size(sites) > ROOM_VIEW_SITES_MAX)
    return false;
  out->canvas_width = (guint)width;
  out->canvas_height = (guint)height;
  gsize index;
  json_array_foreach(sites, index, site)
    if (!read_site(site, &out->sites[out->n_sites++]))
      return false;
  return true;
}

bool
room_view_parse(const char *json, RoomView *out)
{
  json_t *root = json_loads(json, 0, NULL);
  g_autofree RoomView *read = g_new0(RoomView, 1);
  bool ok = root != NULL && read_room(root, read);
  json_decref(root);
  if (ok)
    *out = *read;
  return ok;
}

bool
uplink_wish_parse(const char *json, UplinkWish *out)
{
  json_t *root = json_loads(json, 0, NULL);
  const char *track = NULL;
  int width = 0, height = 0, fps = 0, bps = 0, seq = 0, is_active = 1;
  bool ok = root != NULL
            && json_unpack(root, "{s:s, s:i, s:i, s:i, s:i, s?i, s?b}", "track", &track, "maxWidth", &width,
                           "maxHeight", &height, "maxFramerate", &fps, "maxBitrate", &bps, "seq", &seq,
                           "active", &is_active) == 0
            && strcmp(track, "camera") == 0 && width > 0 && height > 0 && fps > 0 && bps > 0 && seq >= 0;
  if (ok)
    *out = (UplinkWish) { (guint)width, (guint)height, (guint)fps, (guint)bps, (guint)seq, !is_active };
  json_decref(root);
  return ok;
}

const RoomViewSite *
room_view_find(const RoomView *self, const char *site)
{
  for (guint i = 0; i < self->n_sites; i++)
    if (strcmp(self->sites[i].id, site) == 0)
      return &self->sites[i];
  return NULL;
}
