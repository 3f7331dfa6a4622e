/* mcu/api_session.c - calls about a room's session: opening and closing. */
#include "mcu/api_internal.h"

/* Returns: (nullable): what is wrong. */
static const char *
read_session_order(const json_t *body, SessionOrder *out)
{
  const json_t *open = json_object_get(body, "open"), *locked = json_object_get(body, "locked");
  const json_t *admission = json_object_get(body, "admission");
  *out = (SessionOrder) {
    .has_open = open != NULL, .is_open = json_is_true(open), .has_locked = locked != NULL, .is_locked = json_is_true(locked),
    .admission = admission_from_name(json_string_value(admission)),
  };
  if (open == NULL && locked == NULL && admission == NULL)
    return "one of open, locked and admission is needed";
  if ((open != NULL && !json_is_boolean(open)) || (locked != NULL && !json_is_boolean(locked)))
    return "open and locked must be true or false";
  if (json_is_false(open) && json_is_true(locked))
    return "a session that is closed cannot be locked";
  if (admission != NULL && out->admission == ADMISSION_NONE)
    return "admission must be \"open\" or \"lobby\"";
  return NULL;
}

/* A session's end is the last that its journal can tell of: it is noted before. */
static void
note_session(HttpRequest *request, Room *room, const SessionOrder *order, bool is_before) ON_CONTROL
{
  bool is_closing = order->has_open && !order->is_open;
  if (is_before != is_closing)
    return;
  if (order->has_open)
    api_note_act(request, room, order->is_open ? "session.open" : "session.close", NULL, NULL);
  if (order->admission != ADMISSION_NONE)
    api_note_act(request, room, "session.admission", NULL, admission_name(order->admission));
  if (order->has_locked)
    api_note_act(request, room, order->is_locked ? "session.lock" : "session.unlock", NULL, NULL);
}

void
api_put_session(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  SessionOrder order;
  g_autoptr(GError) error = NULL;
  const char *fault = read_session_order(body, &order);
  if (fault != NULL) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, fault);
    return;
  }
  note_session(request, room, &order, true);
  bool done = room_order_session(room, &order, &error);
  if (done)
    note_session(request, room, &order, false);
  api_respond_order(request, room, done, error);
}
