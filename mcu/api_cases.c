/* mcu/api_cases.c - calls about a room's cases: the day's list, and what is done with it. Chair and queue. */
#include "mcu/api_internal.h"
#include "mcu/case_table.h"
#include "signaling/http_fields.h"
#include <string.h>

static const gint64 VERSION_MAX = G_GINT64_CONSTANT(9007199254740991);

static void
respond_error(HttpRequest *request, const GError *error)
{
  ProblemKind kind = g_error_matches(error, SESSION_CASES_ERROR, SESSION_CASES_ERROR_UNKNOWN) ? PROBLEM_NOT_FOUND
                     : g_error_matches(error, SESSION_CASES_ERROR, SESSION_CASES_ERROR_FULL)  ? PROBLEM_UNPROCESSABLE
                                                                                             : PROBLEM_CONFLICT;
  http_request_respond_problem(request, kind, error->message);
}

static void
respond_fault(HttpRequest *request, const CaseFault *fault)
{
  http_request_respond_problem(request, PROBLEM_UNPROCESSABLE,
                               http_request_wants_english(request) ? fault->english : fault->vietnamese);
}

/* ---- the answer: the room's state, once a confidential case that was begun has begun ---- */

typedef struct {
  Room        *room;
  HttpRequest *request;
} Answer;

static void
answer(gpointer data)
{
  assert_on_control();
  Answer *self = data;
  http_request_respond_json(self->request, 200, room_state_json(self->room));
  g_free(self);
}

static void
respond_settled(HttpRequest *request, Room *room) ON_CONTROL
{
  Answer *waiting = g_new(Answer, 1);
  *waiting = (Answer) { room, request };
  http_request_hold(request);
  session_cases_when_settled(room_session_cases(room_session(room)), answer, waiting);
}

/* @error: where it is, for it may be set while the arguments are made. */
static void
respond(HttpRequest *request, Room *room, const char *act, const char *ticket, bool ok, GError **error) ON_CONTROL
{
  if (ok) {
    g_autofree char *name = g_strconcat("case.", act, NULL);
    api_note_act(request, room, name, NULL, ticket);
    respond_settled(request, room);
  } else {
    respond_error(request, *error);
  }
}

static CaseBy
caller(HttpRequest *request)
{
  return http_request_identity(request)->role == ROLE_QUEUE ? CASE_BY_QUEUE : CASE_BY_CHAIR;
}

static SessionCases *
cases_of(Room *room) ON_CONTROL
{
  return room_session_cases(room_session(room));
}

/* ---- the list ---- */

void
api_get_cases(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  if (room != NULL)
    http_request_respond_json(request, 200, case_list_json(session_cases_list(cases_of(room)), g_get_real_time()));
}

/* Returns: (transfer full) (nullable): the problem was sent. */
static GArray *
read_list(HttpRequest *request, const ConfigRoom *room)
{
  CaseFault fault;
  GArray *rows;
  if (http_field_is_media_type(http_request_header(request, "Content-Type"), "text/csv")) {
    gsize length;
    const char *text = http_request_body(request, &length);
    rows = case_table_parse_csv(text, length, room, &fault);
  } else {
    json_t *body = http_request_json(request);
    if (body == NULL)
      return NULL;
    rows = case_table_read_json(body, room, &fault);
    json_decref(body);
  }
  if (rows == NULL)
    respond_fault(request, &fault);
  return rows;
}

static bool
all_have_versions(const GArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index(rows, CaseFields, i).version == 0)
      return false;
  return true;
}

void
api_put_cases(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  g_autoptr(GArray) rows = room != NULL ? read_list(request, room_config(room)) : NULL;
  g_autoptr(GError) error = NULL;
  if (rows == NULL)
    return;
  if (caller(request) == CASE_BY_QUEUE && !all_have_versions(rows))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "each case of the queue system carries a version");
  else
    respond(request, room, "list", NULL, session_cases_put_list(cases_of(room), rows, caller(request), &error), &error);
}

/* ---- one case ---- */

/* An id that is none of the room's is told apart from what is no id. */
static bool
has_unknown_site(Room *room, const json_t *body) ON_CONTROL
{
  const char *site = json_string_value(json_object_get(body, "site"));
  return site != NULL && !room_has_site(room, site);
}

void
api_put_case(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  json_t *body = room != NULL ? http_request_json(request) : NULL;
  if (body == NULL)
    return;
  CaseFields fields = { 0 };
  CaseFault fault;
  g_autoptr(GError) error = NULL;
  if (has_unknown_site(room, body))
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  else if (!case_fields_read(body, http_request_param(request, "ticket"), room_config(room), &fields, &fault))
    respond_fault(request, &fault);
  else if (caller(request) == CASE_BY_QUEUE && fields.version == 0)
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "a call of the queue system carries a version");
  else
    respond(request, room, "put", fields.ticket, session_cases_put(cases_of(room), &fields, caller(request), &error), &error);
  case_fields_clear(&fields);
  json_decref(body);
}

void
api_delete_case(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  const char *ticket = http_request_param(request, "ticket"), *text = http_request_query(request, "version");
  guint64 version = 0;
  g_autoptr(GError) error = NULL;
  if (room == NULL)
    return;
  if (!case_ticket_is_valid(ticket))
    http_request_respond_problem(request, PROBLEM_NOT_FOUND, NULL);
  else if ((text != NULL || caller(request) == CASE_BY_QUEUE)
           && (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, (guint64)VERSION_MAX, &version, NULL)))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "a call of the queue system carries ?version=, a number from 1");
  else
    respond(request, room, "delete", ticket, session_cases_delete(cases_of(room), ticket, caller(request), (gint64)version, &error), &error);
}

/* ---- what is done with them ---- */

typedef struct {
  const char *name;
  CaseAct     act;       /* the queue's; NONE: the chair's alone */
  bool        needs_ticket;
  bool      (*run)(SessionCases *cases, const CaseOrder *order, GError **error);
} Action;

static bool
run_pause(SessionCases *cases, const CaseOrder *order, GError **error)
{
  assert_on_control();
  return session_cases_pause(cases, order, true, error);
}

static bool
run_resume(SessionCases *cases, const CaseOrder *order, GError **error)
{
  assert_on_control();
  return session_cases_pause(cases, order, false, error);
}

static const Action ACTIONS[] = {
  { "start", CASE_ACT_NONE, true, NULL },
  { "end", CASE_ACT_NONE, false, session_cases_close },
  { "next", CASE_ACT_NONE, false, session_cases_next },
  { "pause", CASE_ACT_NONE, false, run_pause },
  { "resume", CASE_ACT_NONE, false, run_resume },
  { "recall", CASE_ACT_NONE, true, session_cases_recall },
  { "call", CASE_ACT_CALL, true, session_cases_call },
  { "close", CASE_ACT_CLOSE, false, session_cases_close },
  { "skip", CASE_ACT_SKIP, false, session_cases_skip },
};

static const Action *
find_action(const json_t *body)
{
  const char *name = json_string_value(json_object_get(body, "action"));
  for (guint i = 0; i < G_N_ELEMENTS(ACTIONS); i++)
    if (g_strcmp0(ACTIONS[i].name, name) == 0)
      return &ACTIONS[i];
  return NULL;
}

/* Returns: false if @key is there and is no text that will do. */
static bool
read_text(const json_t *body, const char *key, const char **out)
{
  const json_t *value = json_object_get(body, key);
  *out = json_string_value(value);
  return value == NULL || json_is_null(value)
         || (*out != NULL && case_text_is_valid(*out, json_string_length(value), CASE_TEXT_CHARS_MAX));
}

/* Returns: (nullable): what is wrong. */
static const char *
read_order(const json_t *body, const Action *action, CaseBy by, CaseOrder *out, gint64 *version)
{
  const json_t *value = json_object_get(body, "version");
  *version = json_integer_value(value);
  if (!read_text(body, "ticket", &out->ticket) || (out->ticket != NULL && !case_ticket_is_valid(out->ticket)))
    return "ticket must be 1 to 64 printable characters without '/'";
  if (!read_text(body, "outcome", &out->outcome) || !read_text(body, "note", &out->note))
    return "outcome and note must be texts of at most 2000 characters";
  if (value != NULL && !json_is_null(value) && (!json_is_integer(value) || *version < 1 || *version > VERSION_MAX))
    return "version must be a whole number from 1";
  if (out->ticket == NULL && (action->needs_ticket || by == CASE_BY_QUEUE))
    return "this action needs a ticket";
  return by == CASE_BY_QUEUE && *version == 0 ? "a call of the queue system carries a version" : NULL;
}

/* "start": a case in the list or not yet. */
static void
start_case(HttpRequest *request, Room *room, const json_t *body, const CaseOrder *order) ON_CONTROL
{
  CaseFields fields = { 0 };
  CaseFault fault;
  g_autoptr(GError) error = NULL;
  if (has_unknown_site(room, body))
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SITE, NULL);
  else if (!case_fields_read(body, NULL, room_config(room), &fields, &fault))
    respond_fault(request, &fault);
  else if (fields.site == NULL)
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "a case begins with the site it is heard from");
  else
    respond(request, room, "start", fields.ticket, session_cases_start(cases_of(room), &fields, order->note, &error), &error);
  case_fields_clear(&fields);
}

static void
post_order(HttpRequest *request, Room *room, const json_t *body) ON_CONTROL
{
  const Action *action = find_action(body);
  CaseBy by = caller(request);
  CaseOrder order = { 0 };
  gint64 version;
  g_autoptr(GError) error = NULL;
  if (action == NULL) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "action must be start, end, next, call, close, skip, recall, "
                                 "pause or resume");
    return;
  }
  const char *fault = read_order(body, action, by, &order, &version);
  if (by == CASE_BY_QUEUE && action->act == CASE_ACT_NONE)
    http_request_respond_problem(request, PROBLEM_FORBIDDEN, "the queue system may call, close and skip");
  else if (fault != NULL)
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, fault);
  else if (by == CASE_BY_QUEUE)
    respond(request, room, action->name, order.ticket, session_cases_act(cases_of(room), &order, action->act, version, &error), &error);
  else if (action->run == NULL)
    start_case(request, room, body, &order);
  else
    respond(request, room, action->name, order.ticket, action->run(cases_of(room), &order, &error), &error);
}

void
api_post_case(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Room *room = api_room(user, request);
  json_t *body = room != NULL ? http_request_json(request) : NULL;
  if (body == NULL)
    return;
  post_order(request, room, body);
  json_decref(body);
}
