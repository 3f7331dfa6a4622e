/* mcu/room_layouts.c - what the chair may arrange: layouts of the sites and of the hub. */
#include "mcu/room_tour.h"
#include "mcu/room_views.h"

static const char *const KIND_NAMES[] = {
  [VIDEO_LAYOUT_GRID] = "grid", [VIDEO_LAYOUT_SPOTLIGHT] = "spotlight", [VIDEO_LAYOUT_SPEAKER] = "speaker",
  [VIDEO_LAYOUT_PAIR] = "pair", [VIDEO_LAYOUT_LECTURE] = "lecture", [VIDEO_LAYOUT_DOCUMENT] = "document",
};

VideoLayoutKind
room_layout_kind(const char *name)
{
  for (VideoLayoutKind kind = VIDEO_LAYOUT_GRID; name != NULL && kind < G_N_ELEMENTS(KIND_NAMES); kind++)
    if (g_str_equal(KIND_NAMES[kind], name))
      return kind;
  return VIDEO_LAYOUT_NONE;
}

/* Returns: false: unknown site. @id: (nullable): NULL: nobody. */
static bool
find_index(const Room *self, const char *id, guint *out) ON_CONTROL
{
  const Site *site = id != NULL ? room_find_site(self, id) : NULL;
  *out = site != NULL ? (guint)(site - self->sites) : VIEW_NOBODY;
  return id == NULL || site != NULL;
}

static bool
arrange(const Room *self, const RoomLayout *order, ViewLayout *layout) ON_CONTROL
{
  ViewLayout next = *layout;
  next.kind = order->kind;
  if (order->has_main && !find_index(self, order->main, &next.main))
    return false;
  if (order->has_second && !find_index(self, order->second, &next.second))
    return false;
  guint first[CONFIG_SITES_MAX];
  for (guint i = 0; i < order->n_order; i++)
    if (!find_index(self, order->order[i], &first[i]))
      return false;
  if (!view_layout_reorder(&next, first, order->n_order, self->n_sites))
    return false;
  *layout = next;
  return true;
}

bool
room_arrange(Room *self, const RoomLayout *order)
{
  RoomViews *views = &self->views;
  bool is_for_hub = order->audience == ROOM_AUDIENCE_HUB;
  if (is_for_hub && order->kind == VIDEO_LAYOUT_NONE) {
    views->has_hub_layout = false;
    room_views_apply(self);
    return true;
  }
  ViewLayout layout = is_for_hub && views->has_hub_layout ? views->hub_layout : views->layout;
  if (order->kind == VIDEO_LAYOUT_NONE || !arrange(self, order, &layout))
    return false;
  if (order->audience == ROOM_AUDIENCE_SITES && !views->has_hub_layout)
    views->hub_layout = views->layout;  /* the hub goes on seeing what it saw */
  views->has_hub_layout = order->audience != ROOM_AUDIENCE_ALL;
  *(is_for_hub ? &views->hub_layout : &views->layout) = layout;
  if (is_for_hub)
    views->hub_kind_before = VIDEO_LAYOUT_NONE;
  else
    views->kind_before = VIDEO_LAYOUT_NONE;
  if (!is_for_hub) {
    views->is_pair_for_case = false;
    room_stop_tour(self);  /* whoever arranges the picture wants to see it */
  }
  room_views_apply(self);
  return true;
}

void
room_follow_case(Room *self)
{
  RoomViews *views = &self->views;
  const Case *item = room_session_case(self->session);
  guint number = item != NULL ? item->number : 0;
  if (number == views->case_number)
    return;
  views->case_number = number;
  /* While a document is shown, it is what comes back after it. */
  VideoLayoutKind *kind = views->kind_before != VIDEO_LAYOUT_NONE ? &views->kind_before : &views->layout.kind;
  if (number != 0) {
    views->layout.main = views->layout.second = views->hub_layout.main = views->hub_layout.second = VIEW_NOBODY;
    if (*kind == VIDEO_LAYOUT_GRID) {
      *kind = VIDEO_LAYOUT_PAIR;
      views->is_pair_for_case = true;
    }
  } else if (views->is_pair_for_case) {  /* nobody arranged anything else meanwhile */
    *kind = VIDEO_LAYOUT_GRID;
    views->is_pair_for_case = false;
  }
}

/* ---- as JSON ---- */

static json_t *
site_id(const Room *self, guint site)
{
  return site < self->n_sites ? json_string(self->sites[site].config->id) : json_null();
}

static json_t *
layout_json(const Room *self, const ViewLayout *layout, const ViewPicture *picture)
{
  json_t *order = json_array();
  for (guint i = 0; i < self->n_sites; i++)
    json_array_append_new(order, site_id(self, layout->order[i]));
  return json_pack("{s:s, s:o, s:o, s:o}", "kind", KIND_NAMES[picture->kind], "main", site_id(self, picture->main),
                   "second", site_id(self, picture->second), "order", order);
}

void
room_views_describe(const Room *self, json_t *state)
{
  const RoomViews *views = &self->views;
  const ViewLayout *hub_layout = views->has_hub_layout ? &views->hub_layout : &views->layout;
  bool has_hub_view = views->plan.runs[VIEW_HUB];
  json_object_set_new(state, "layout", layout_json(self, &views->layout, &views->plan.pictures[VIEW_SITES]));
  json_object_set_new(state, "hubLayout", views->has_hub_layout || has_hub_view
                        ? layout_json(self, hub_layout, &views->plan.pictures[VIEW_HUB]) : json_null());
  json_object_set_new(state, "document", views->presenter == NULL ? json_null()
                        : json_pack("{s:s, s:s}", "site", views->presenter->config->id, "since", views->presenting_since));
}
