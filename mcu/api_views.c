/* mcu/api_views.c - calls about what is seen: layouts and the shared document. */
#include "mcu/api_internal.h"
#include <string.h>

/* Returns: false if @key is there and is neither a text nor null. */
static bool
read_site(const json_t *body, const char *key, const char **out, bool *is_given)
{
  const json_t *value = json_object_get(body, key);
  *is_given = value != NULL;
  *out = json_string_value(value);
  return value == NULL || json_is_null(value) || *out != NULL;
}

static bool
read_order(const json_t *body, RoomLayout *out)
{
  const json_t *order = json_object_get(body, "order");
  if (order == NULL)
    return true;
  if (!json_is_array(order) || json_array_size(order) > CONFIG_SITES_MAX)
    return false;
  for (size_t i = 0; i < json_array_size(order); i++) {
    const char *site = json_string_value(json_array_get(order, i));
    if (site == NULL)
      return false;
    out->order[out->n_order++] = site;
  }
  return true;
}

/* Returns: (nullable): what is wrong. */
static const char *
read_layout(const json_t *body, RoomLayout *out)
{
  *out = (RoomLayout) { 0 };
  const json_t *audience_value = json_object_get(body, "audience"), *kind = json_object_get(body, "layout");
  const char *audience = audience_value != NULL ? json_string_value(audience_value) : "all";
  if (g_strcmp0(audience, "sites") == 0)
    out->audience = ROOM_AUDIENCE_SITES;
  else if (g_strcmp0(audience, "hub") == 0)
    out->audience = ROOM_AUDIENCE_HUB;
  else if (g_strcmp0(audience, "all") != 0)
    return "audience must be \"all\", \"sites\" or \"hub\"";
  out->kind = room_layout_kind(json_string_value(kind));
  bool is_same_again = json_is_null(kind) && out->audience == ROOM_AUDIENCE_HUB;
  if (out->kind == VIDEO_LAYOUT_NONE && !is_same_again)
    return "layout must be \"grid\", \"spotlight\", \"speaker\", \"pair\", \"lecture\" or \"document\"; of the hub also null";
  if (!read_site(body, "main", &out->main, &out->has_main) || !read_site(body, "second", &out->second, &out->has_second))
    return "main and second must be site ids, or null";
  if (!read_order(body, out))
    return "order must be a list of site ids";
  return NULL;
}

static bool
has_sites(const Room *room, const RoomLayout *layout) ON_CONTROL
{
  bool has_all = (layout->main == NULL || room_has_site(room, layout->main))
                 && (layout->second == NULL || room_has_site(room, layout->second));
  for (guint i = 0; i < layout->n_order; i++)
    has_all = has_all && room_has_site(room, layout->order[i]);
  return has_all;
}

void
api_put_layout(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  RoomLayout layout;
  const char *fault = read_layout(body, &layout);
  if (fault != NULL)
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, fault);
  else if (!has_sites(room, &layout))
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  else if (!room_arrange(room, &layout))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "order must name each site once at most");
  else {
    api_note_act(request, room, "layout", layout.main, json_string_value(json_object_get(body, "layout")));
    http_request_respond_json(request, 200, room_state_json(room));
  }
}

/* A site may show its own document and put it away again; the chair may do it for all. */
static bool
may_present(const Identity *identity, const Room *room, const char *site) ON_CONTROL
{
  const char *own = site != NULL ? site : room_presenter(room);
  return identity->role == ROLE_CHAIR || own == NULL || strcmp(identity->site, own) == 0;
}

void
api_put_document(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const json_t *value = json_object_get(body, "site");
  const char *site = json_string_value(value);
  if (site == NULL && !json_is_null(value))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "site must be a site id, or null to put the document away");
  else if (site != NULL && !room_has_site(room, site))
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  else if (!may_present(http_request_identity(request), room, site))
    http_request_respond_problem(request, PROBLEM_FORBIDDEN, "a site shows and puts away its own document only");
  else if (room_present(room, site) == ROOM_PRESENTED_BUSY)
    http_request_respond_problem(request, PROBLEM_DOCUMENT_BUSY, NULL);
  else {
    api_note_act(request, room, site != NULL ? "document.show" : "document.stop", site, NULL);
    http_request_respond_json(request, 200, room_state_json(room));
  }
}
