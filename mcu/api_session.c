/* mcu/api_session.c - calls about a room's session: opening and closing. */
#include "mcu/api_internal.h"

static void
respond_error(HttpRequest *request, const GError *error)
{
  bool is_full = g_error_matches(error, ROOM_SESSION_ERROR, ROOM_SESSION_ERROR_NO_SPACE);
  http_request_respond_problem(request, is_full ? PROBLEM_NO_SPACE : PROBLEM_CONFLICT, error->message);
}

void
api_put_session(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room == NULL)
    return;
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  json_t *open = json_object_get(body, "open");
  g_autoptr(GError) error = NULL;
  if (!json_is_boolean(open))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "open must be true or false");
  else if (json_is_true(open) && !room_session_open(room_session(room), &error))
    respond_error(request, error);
  else {
    if (json_is_false(open))
      room_session_close(room_session(room));
    http_request_respond_json(request, 200, room_state_json(room));
  }
  json_decref(body);
}
