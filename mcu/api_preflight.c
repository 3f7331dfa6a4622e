/* mcu/api_preflight.c - the calls about the test before a session. */
#include "mcu/api_internal.h"
#include "mcu/room_preflight.h"
#include "signaling/role.h"

void
api_get_preflight(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room != NULL)
    http_request_respond_json(request, 200, room_preflight_json(room));
}

void
api_post_preflight(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  switch (room_preflight_start(room, role_to_text(http_request_identity(request)->role))) {
  case ROOM_PREFLIGHT_SESSION_OPEN:
    http_request_respond_problem(request, PROBLEM_SESSION_OPEN, NULL);
    return;
  case ROOM_PREFLIGHT_RUNNING:
    http_request_respond_problem(request, PROBLEM_PREFLIGHT_RUNNING, NULL);
    return;
  case ROOM_PREFLIGHT_STARTED:
    break;
  }
  api_note_act(request, room, "preflight.start", NULL, NULL);
  http_request_respond_json(request, 202, room_preflight_json(room));
}

void
api_delete_preflight(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  if (room_preflight_is_running(room)) {
    room_preflight_stop(room);
    api_note_act(request, room, "preflight.stop", NULL, NULL);
  }
  http_request_respond(request, 204, NULL, NULL, 0);
}
