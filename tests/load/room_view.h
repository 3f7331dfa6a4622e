/* tests/load/room_view.h - what a client needs of a room's state: where each site's tile stands. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { ROOM_VIEW_SITES_MAX = 64 };

typedef struct {
  char  id[64], name[128];
  bool  is_hub;
  guint x, y, width, height;  /* its tile, in pixels of the canvas */
} RoomViewSite;

typedef struct {
  guint canvas_width, canvas_height;
  guint n_sites;
  RoomViewSite sites[ROOM_VIEW_SITES_MAX];
} RoomView;

/* What the bridge asks of a camera (DESIGN.md 5.2). */
typedef struct {
  guint max_width, max_height, max_fps, max_bps;
  guint seq;                  /* 0: none, nothing to acknowledge */
  bool  is_paused;            /* no picture is to be sent        */
} UplinkWish;

/* Both return false if @json is not what the API promises; *out is then untouched. */
bool room_view_parse(const char *json, RoomView *out);
bool uplink_wish_parse(const char *json, UplinkWish *out);
/* Returns: (nullable). */
const RoomViewSite *room_view_find(const RoomView *self, const char *site);
