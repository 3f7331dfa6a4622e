/* mcu/api_session.c - calls about a room's session: opening, closing, and its cases. */
#include "mcu/api_internal.h"
#include <string.h>

enum { TICKET_CHARS_MAX = 64, TEXT_CHARS_MAX = 2000 };

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

/* Returns: false if @key is there and is no text of at most @max characters without control
 * characters other than line ends. */
static bool
read_text(const json_t *body, const char *key, glong max, const char **out)
{
  const json_t *value = json_object_get(body, key);
  *out = json_string_value(value);
  if (value == NULL || json_is_null(value))
    return true;
  if (*out == NULL || strlen(*out) != json_string_length(value) || g_utf8_strlen(*out, -1) > max)
    return false;
  for (const char *at = *out; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at) && *at != '\n')
      return false;
  return true;
}

typedef struct {
  CaseStart   start;
  const char *outcome;
  bool        is_start;
} CaseOrder;

/* Returns: (nullable): what is wrong. */
static const char *
read_order(const json_t *body, CaseOrder *out)
{
  const char *action = json_string_value(json_object_get(body, "action"));
  const json_t *confidential = json_object_get(body, "confidential");
  CaseStart *start = &out->start;
  if (g_strcmp0(action, "start") != 0 && g_strcmp0(action, "end") != 0)
    return "action must be \"start\" or \"end\"";
  if (!read_text(body, "ticket", TICKET_CHARS_MAX, &start->ticket) || (start->ticket != NULL && strchr(start->ticket, '\n') != NULL))
    return "ticket must be a text of at most 64 characters";
  if (!read_text(body, "title", TEXT_CHARS_MAX, &start->title) || !read_text(body, "note", TEXT_CHARS_MAX, &start->note)
      || !read_text(body, "outcome", TEXT_CHARS_MAX, &out->outcome))
    return "title, note and outcome must be texts of at most 2000 characters";
  if (confidential != NULL && !json_is_boolean(confidential))
    return "confidential must be true or false";
  start->site = json_string_value(json_object_get(body, "site"));
  start->is_confidential = json_is_true(confidential);
  out->is_start = strcmp(action, "start") == 0;
  if (out->is_start && (start->ticket == NULL || start->ticket[0] == '\0'))
    return "a case begins with a ticket";
  if (out->is_start && start->site == NULL)
    return "a case begins with the site it is heard from";
  return NULL;
}

void
api_post_case(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  CaseOrder order;
  g_autoptr(GError) error = NULL;
  RoomSession *session = room_session(room);
  const char *fault = read_order(body, &order);
  if (fault != NULL) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, fault);
    return;
  }
  if (order.is_start && !room_has_site(room, order.start.site)) {
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
    return;
  }
  bool done = order.is_start ? room_session_start_case(session, &order.start, &error)
                             : room_session_end_case(session, order.outcome, order.start.note, &error);
  if (done)
    api_note_act(request, room, order.is_start ? "case.start" : "case.end", order.start.site, order.start.ticket);
  api_respond_order(request, room, done, error);
}
