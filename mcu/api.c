/* mcu/api.c - the table of calls, and those about rooms. */
#include "mcu/api_internal.h"
#include "mcu/case_table.h"
#include "signaling/role.h"
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

Room *
api_room_call(Api *self, HttpRequest *request, json_t **body)
{
  *body = NULL;
  Room *room = api_room(self, request);
  if (room != NULL)
    *body = http_request_json(request);
  return *body != NULL ? room : NULL;
}

static ProblemKind
problem_of(const GError *error)
{
  if (g_error_matches(error, ROOM_SESSION_ERROR, ROOM_SESSION_ERROR_NO_SPACE))
    return PROBLEM_NO_SPACE;
  if (error->domain != ROOM_ERROR)
    return PROBLEM_CONFLICT;
  return error->code == ROOM_ERROR_UNKNOWN_SITE ? PROBLEM_UNKNOWN_SITE
         : error->code == ROOM_ERROR_FULL || error->code == ROOM_ERROR_DRAINING ? PROBLEM_UNAVAILABLE
         : error->code == ROOM_ERROR_REMOVED    ? PROBLEM_REMOVED
         : error->code == ROOM_ERROR_LOCKED     ? PROBLEM_LOCKED
                                                : PROBLEM_CONFLICT;
}

void
api_respond_order(HttpRequest *request, Room *room, bool done, const GError *error)
{
  if (done)
    http_request_respond_json(request, 200, room_state_json(room));
  else
    http_request_respond_problem(request, problem_of(error), error->message);
}

void
api_note_act(HttpRequest *request, Room *room, const char *action, const char *site, const char *object)
{
  const Identity *identity = http_request_identity(request);
  RoomActor actor = { .role = role_to_text(identity->role), .key_id = identity->key_id, .peer = http_request_peer(request),
                      .site = identity->site };
  room_note_act(room, &actor, action, site, object);
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
  { "PUT", "/v1/rooms/{room}/layout", ROLE_CHAIR, "application/json", 8192, api_put_layout },
  { "PUT", "/v1/rooms/{room}/document", ROLE_CHAIR | ROLE_SITE, "application/json", 1024, api_put_document },
  { "POST", "/v1/rooms/{room}/floor", ROLE_CHAIR, "application/json", 1024, api_post_floor },
  { "POST", "/v1/rooms/{room}/admit", ROLE_CHAIR, "application/json", 1024, api_post_admit },
  { "POST", "/v1/rooms/{room}/remove", ROLE_CHAIR, "application/json", 1024, api_post_remove },
  { "POST", "/v1/rooms/{room}/mute", ROLE_CHAIR, "application/json", 1024, api_post_mute },
  { "PUT", "/v1/rooms/{room}/tour", ROLE_CHAIR, "application/json", 1024, api_put_tour },
  { "POST", "/v1/rooms/{room}/tour/next", ROLE_CHAIR, "application/json", 1024, api_post_tour_next },
  { "PUT", "/v1/rooms/{room}/session", ROLE_CHAIR, "application/json", 1024, api_put_session },
  { "GET", "/v1/rooms/{room}/cases", ROLE_CHAIR | ROLE_QUEUE, NULL, 0, api_get_cases },
  { "PUT", "/v1/rooms/{room}/cases", ROLE_CHAIR | ROLE_QUEUE, "application/json, text/csv", CASE_TABLE_BYTES_MAX, api_put_cases },
  { "POST", "/v1/rooms/{room}/cases", ROLE_CHAIR | ROLE_QUEUE, "application/json", 32768, api_post_case },
  { "PUT", "/v1/rooms/{room}/cases/{ticket}", ROLE_CHAIR | ROLE_QUEUE, "application/json", 32768, api_put_case },
  { "DELETE", "/v1/rooms/{room}/cases/{ticket}", ROLE_CHAIR | ROLE_QUEUE, NULL, 0, api_delete_case },
  { "GET", "/v1/rooms/{room}/report", ROLE_CHAIR | ROLE_CLERK, NULL, 0, api_get_report },
  { "PATCH", "/v1/rooms/{room}/sites/{site}", ROLE_CHAIR | ROLE_SITE, "application/json", 1024, api_patch_site },
  { "GET", "/v1/rooms/{room}/stats", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, get_stats },
  { "POST", "/v1/rooms/{room}/alarms/{id}/acknowledge", ROLE_TECHNICIAN, "application/json", 1024, api_post_alarm_acknowledge },
  { "GET", "/v1/rooms/{room}/preflight", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, api_get_preflight },
  { "POST", "/v1/rooms/{room}/preflight", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, api_post_preflight },
  { "DELETE", "/v1/rooms/{room}/preflight", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, api_delete_preflight },
  { "GET", "/v1/rooms/{room}/figures", ROLE_TECHNICIAN, NULL, 0, api_get_figures },
  { "GET", "/v1/rooms/{room}/figures/history", ROLE_TECHNICIAN, NULL, 0, api_get_figures_history },
  { "GET", "/v1/rooms/{room}/figures/marks", ROLE_TECHNICIAN, NULL, 0, api_get_figures_marks },
  { "GET", "/v1/rooms/{room}/support-bundle", ROLE_TECHNICIAN, NULL, 0, api_get_support_bundle },
  { "GET", "/metrics", ROLE_TECHNICIAN, NULL, 0, api_get_metrics },
  { "POST", "/v1/rooms/{room}/media", ROLE_CHAIR | ROLE_SITE | ROLE_VIEWER, "application/sdp", 65536, api_post_media },
  { "PATCH", "/v1/media/{id}", ROLE_CHAIR | ROLE_SITE | ROLE_VIEWER, "application/trickle-ice-sdpfrag", 65536, api_patch_media },
  { "PUT", "/v1/media/{id}/uplink", ROLE_CHAIR | ROLE_SITE, "application/json", 1024, api_put_uplink },
  { "POST", "/v1/media/{id}/report", ROLE_CHAIR | ROLE_SITE, "application/json", 1024, api_post_report },
  { "DELETE", "/v1/media/{id}", ROLE_CHAIR | ROLE_SITE | ROLE_VIEWER, NULL, 0, api_delete_media },
  { "GET", "/v1/recordings", ROLE_CLERK, NULL, 0, api_list_recordings },
  { "GET", "/v1/recordings/{id}", ROLE_CLERK, NULL, 0, api_get_recording },
  { "GET", "/v1/recordings/{id}/files/{path...}", ROLE_CLERK, NULL, 0, api_get_recording_file },
  { "GET", "/v1/recordings/{id}/archive", ROLE_CLERK, NULL, 0, api_get_recording_archive },
  { "GET", "/v1/recordings/{id}/cases/{number}/archive", ROLE_CLERK, NULL, 0, api_get_recording_archive },
  { "POST", "/v1/recordings/{id}/verify", ROLE_CLERK, NULL, 0, api_verify_recording },
  { "GET", "/v1/line", ROLE_CHAIR | ROLE_TECHNICIAN, NULL, 0, api_get_line },
  { "PUT", "/v1/line", ROLE_CHAIR | ROLE_TECHNICIAN, "application/json", 0, api_put_line },
  { "POST", "/v1/log-level", ROLE_TECHNICIAN, "application/json", 256, api_post_log_level },
  { NULL, NULL, 0, NULL, 0, NULL },
};
