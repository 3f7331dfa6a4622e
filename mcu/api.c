/* mcu/api.c - the table of calls, and those about rooms. */
#include "mcu/api_internal.h"
#include "mcu/case_table.h"
#include <string.h>

enum { MEMBERS = ROLE_CHAIR | ROLE_SITE | ROLE_TECHNICIAN | ROLE_CLERK | ROLE_VIEWER };

/* A key of one room knows no other, and one of a site only the rooms that have it. */
static bool
may_know(const Identity *identity, const Room *room) ON_CONTROL
{
  return (identity->room[0] == '\0' || strcmp(identity->room, room_id(room)) == 0)
      && (identity->site[0] == '\0' || room_has_site(room, identity->site));
}

Room *
api_room(Api *self, HttpRequest *request)
{
  const char *id = http_request_param(request, "room");
  for (guint i = 0; i < self->rooms->len; i++) {
    Room *room = g_ptr_array_index(self->rooms, i);
    if (strcmp(room_id(room), id) == 0 && may_know(http_request_identity(request), room))
      return room;
  }
  http_request_respond_problem(request, PROBLEM_UNKNOWN_ROOM, NULL);
  return NULL;
}

static void
list_rooms(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  json_t *rooms = json_array();
  for (guint i = 0; i < self->rooms->len; i++) {
    Room *room = g_ptr_array_index(self->rooms, i);
    if (may_know(http_request_identity(request), room))
      json_array_append_new(rooms, json_pack("{s:s, s:s}", "id", room_id(room), "name", room_name(room)));
  }
  http_request_respond_json(request, 200, json_pack("{s:o}", "rooms", rooms));
}

static void
get_room(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room != NULL)
    http_request_respond_json(request, 200, room_state_json(room));
}

static void
get_events(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room != NULL)
    event_stream_attach(room_events(room), request);
}

static void
put_layout(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  const char *kind = json_string_value(json_object_get(body, "layout"));
  json_t *main_value = json_object_get(body, "main");
  const char *main_site = json_string_value(main_value);
  VideoLayoutKind layout = g_strcmp0(kind, "grid") == 0        ? VIDEO_LAYOUT_GRID
                           : g_strcmp0(kind, "spotlight") == 0 ? VIDEO_LAYOUT_SPOTLIGHT
                                                               : VIDEO_LAYOUT_NONE;
  if (layout == VIDEO_LAYOUT_NONE)
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "layout must be \"grid\" or \"spotlight\"");
  else if (main_value != NULL && main_site == NULL)
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "main must be a site id");
  else if (!room_set_layout(room, layout, main_site))
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  else
    http_request_respond_json(request, 200, room_state_json(room));
  json_decref(body);
}

static void
post_floor(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  json_t *site = json_object_get(body, "site");
  if (!json_is_string(site) && !json_is_null(site))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "site must be a site id, or null to take the floor back");
  else if (!room_set_floor(room, json_string_value(site)))
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  else
    http_request_respond_json(request, 200, room_state_json(room));
  json_decref(body);
}

/* A site may change itself; the chair may change all, but not switch a microphone on. */
static bool
may_change(const Identity *identity, const char *site, const json_t *muted)
{
  if (strcmp(identity->site, site) == 0)
    return true;
  return identity->role == ROLE_CHAIR && !json_is_false(muted);
}

static void
patch_site(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  const char *site = http_request_param(request, "site");
  if (!room_has_site(room, site)) {
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
    return;
  }
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  json_t *muted = json_object_get(body, "muted"), *camera_off = json_object_get(body, "cameraOff");
  if ((muted != NULL && !json_is_boolean(muted)) || (camera_off != NULL && !json_is_boolean(camera_off))) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "muted and cameraOff must be true or false");
  } else if (!may_change(http_request_identity(request), site, muted)) {
    http_request_respond_problem(request, PROBLEM_FORBIDDEN, "only the site itself may switch its microphone on");
  } else {
    if (muted != NULL)
      room_set_muted(room, site, json_is_true(muted));
    if (camera_off != NULL)
      room_set_camera_off(room, site, json_is_true(camera_off));
    http_request_respond_json(request, 200, room_state_json(room));
  }
  json_decref(body);
}

static void
send_stats(json_t *stats, gpointer data)
{
  http_request_respond_json(data, 200, stats);
}

static void
get_stats(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  http_request_hold(request);
  room_stats(room, send_stats, request);
}

const HttpRoute API_ROUTES[] = {
  { "GET", "/v1/rooms", MEMBERS, NULL, 0, list_rooms },
  { "GET", "/v1/rooms/{room}", MEMBERS, NULL, 0, get_room },
  { "GET", "/v1/rooms/{room}/events", MEMBERS, NULL, 0, get_events },
  { "PUT", "/v1/rooms/{room}/layout", ROLE_CHAIR, "application/json", 0, put_layout },
  { "POST", "/v1/rooms/{room}/floor", ROLE_CHAIR, "application/json", 0, post_floor },
  { "PUT", "/v1/rooms/{room}/session", ROLE_CHAIR, "application/json", 1024, api_put_session },
  { "GET", "/v1/rooms/{room}/cases", ROLE_CHAIR | ROLE_QUEUE, NULL, 0, api_get_cases },
  { "PUT", "/v1/rooms/{room}/cases", ROLE_CHAIR | ROLE_QUEUE, "application/json, text/csv", CASE_TABLE_BYTES_MAX, api_put_cases },
  { "POST", "/v1/rooms/{room}/cases", ROLE_CHAIR | ROLE_QUEUE, "application/json", 32768, api_post_case },
  { "PUT", "/v1/rooms/{room}/cases/{ticket}", ROLE_CHAIR | ROLE_QUEUE, "application/json", 32768, api_put_case },
  { "DELETE", "/v1/rooms/{room}/cases/{ticket}", ROLE_CHAIR | ROLE_QUEUE, NULL, 0, api_delete_case },
  { "GET", "/v1/rooms/{room}/report", ROLE_CHAIR | ROLE_CLERK, NULL, 0, api_get_report },
  { "PATCH", "/v1/rooms/{room}/sites/{site}", ROLE_CHAIR | ROLE_SITE, "application/json", 0, patch_site },
  { "GET", "/v1/rooms/{room}/stats", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, get_stats },
  { "POST", "/v1/rooms/{room}/media", ROLE_CHAIR | ROLE_SITE | ROLE_VIEWER, "application/sdp", 65536, api_post_media },
  { "PATCH", "/v1/media/{id}", ROLE_CHAIR | ROLE_SITE | ROLE_VIEWER, "application/trickle-ice-sdpfrag", 65536, api_patch_media },
  { "PUT", "/v1/media/{id}/uplink", ROLE_CHAIR | ROLE_SITE, "application/json", 1024, api_put_uplink },
  { "DELETE", "/v1/media/{id}", ROLE_CHAIR | ROLE_SITE | ROLE_VIEWER, NULL, 0, api_delete_media },
  { "GET", "/v1/recordings", ROLE_CLERK, NULL, 0, api_list_recordings },
  { "GET", "/v1/recordings/{id}", ROLE_CLERK, NULL, 0, api_get_recording },
  { "GET", "/v1/recordings/{id}/files/{path...}", ROLE_CLERK, NULL, 0, api_get_recording_file },
  { "GET", "/v1/recordings/{id}/archive", ROLE_CLERK, NULL, 0, api_get_recording_archive },
  { "GET", "/v1/recordings/{id}/cases/{number}/archive", ROLE_CLERK, NULL, 0, api_get_recording_archive },
  { "POST", "/v1/recordings/{id}/verify", ROLE_CLERK, NULL, 0, api_verify_recording },
  { "GET", "/v1/line", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, api_get_line },
  { "PUT", "/v1/line", ROLE_CHAIR | ROLE_TECHNICIAN, "application/json", 0, api_put_line },
  { NULL, NULL, 0, NULL, 0, NULL },
};
