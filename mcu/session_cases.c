/* mcu/session_cases.c - the cases of a room's sitting: beginning and ending them, and what goes with that. */
#include "mcu/session_cases_private.h"
#include "mcu/wall_time.h"

static const char MEMBER[] = "list";

G_DEFINE_QUARK(diemcau-session-cases-error, session_cases_error)

typedef struct {
  void   (*func)(gpointer data);
  gpointer data;
} Settled;

bool
session_cases_fail(GError **error, SessionCasesError code, const char *text)
{
  g_set_error_literal(error, SESSION_CASES_ERROR, (int)code, text);
  return false;
}

/* ---- what others are told ---- */

void
session_cases_changed(SessionCases *self)
{
  json_t *saved = case_list_save(self->list);
  state_writer_put(self->config.writer, self->path, MEMBER, saved);
  json_decref(saved);
  self->config.changed(self->config.user);
}

/* Never the title or a note: they are the citizen's. */
void
session_cases_tell(SessionCases *self, const char *event, const Case *item)
{
  gint64 now_us = g_get_real_time();
  json_t *about = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:I}", "ticket", item->ticket,
                            "site", item->site != NULL ? item->site : item->heard_site,
                            "state", case_state_name(item->state), "confidential", item->is_confidential || item->is_heard_confidential,
                            "number", item->number > 0 ? json_integer(item->number) : json_null(),
                            "startedAt", wall_time_json(item->started_us), "endedAt", wall_time_json(item->ended_us),
                            "heardSeconds", (json_int_t)(case_heard_us(item, now_us) / G_USEC_PER_SEC));
  webhooks_post(self->config.webhooks, WEBHOOK_EVENT_CASE,
                json_pack("{s:s, s:s, s:s?, s:o, s:o}", "event", event, "room", self->config.room->id, "session", self->session,
                          "at", wall_time_json(now_us), "case", about));
}

static void
run_settled(SessionCases *self) ON_CONTROL
{
  g_autoptr(GArray) waiting = g_steal_pointer(&self->settled);
  self->settled = g_array_new(FALSE, FALSE, sizeof(Settled));
  for (guint i = 0; i < waiting->len; i++) {
    const Settled *settled = &g_array_index(waiting, Settled, i);
    settled->func(settled->data);
  }
}

void
session_cases_when_settled(SessionCases *self, void (*func)(gpointer data), gpointer data)
{
  Settled settled = { func, data };
  if (self->entering == NULL)
    func(data);
  else
    g_array_append_val(self->settled, settled);
}

/* ---- ending ---- */

/* @item: (nullable): gone from the list. */
static void
record_end(SessionCases *self, const Case *item) ON_CONTROL
{
  json_t *fields = g_steal_pointer(&self->hearing);
  bool is_confidential = json_is_true(json_object_get(fields, "confidential"));
  json_object_set_new(fields, "action", json_string("end"));
  json_object_set_new(fields, "outcome", item != NULL && item->outcome != NULL ? json_string(item->outcome) : json_null());
  if (item != NULL && item->note != NULL)
    json_object_set_new(fields, "note", json_string(item->note));
  self->config.record(self->config.user, fields);
  if (is_confidential && self->config.gate.leave != NULL)
    self->config.gate.leave(self->config.gate.user);
}

static bool
is_hearing(const SessionCases *self, const Case *item)
{
  return item != NULL && item->number == json_integer_value(json_object_get(self->hearing, "number"));
}

void
session_cases_end_hearing(SessionCases *self)
{
  if (self->hearing == NULL || is_hearing(self, case_list_present(self->list)))
    return;
  const Case *ended = case_list_find(self->list, json_string_value(json_object_get(self->hearing, "ticket")));
  record_end(self, ended);
  if (ended != NULL && ended->state != CASE_STATE_WAITING)
    session_cases_tell(self, ended->state == CASE_STATE_SKIPPED ? "case.skip" : "case.end", ended);
}

/* The case being heard turned out to be a secret one: it begins again, once the others are out. */
static void
make_confidential(SessionCases *self, const Case *present) ON_CONTROL
{
  CaseBy by = present->is_chairs ? CASE_BY_CHAIR : CASE_BY_QUEUE;
  case_list_end(self->list, present, CASE_STATE_WAITING, NULL, NULL, self->session, by, g_get_real_time());
  session_cases_end_hearing(self);
  session_cases_begin(self, present, NULL, by);
}

void
session_cases_reconcile(SessionCases *self)
{
  session_cases_end_hearing(self);
  const Case *present = case_list_present(self->list), *called = case_list_called(self->list);
  bool is_free = self->session != NULL && self->entering == NULL;
  if (is_free && present != NULL && present->is_confidential && !present->is_heard_confidential)
    make_confidential(self, present);
  else if (is_free && present == NULL && called != NULL)
    session_cases_begin(self, called, NULL, CASE_BY_QUEUE);
  else
    session_cases_changed(self);
}

/* ---- beginning ---- */

static void
record_start(SessionCases *self, const Case *item) ON_CONTROL
{
  self->hearing = json_pack("{s:s, s:i, s:s, s:s, s:b, s:s?, s:s?, s:n}", "action", "start", "number", (int)item->number,
                            "ticket", item->ticket, "site", item->heard_site, "confidential", item->is_heard_confidential,
                            "title", item->title, "note", item->note, "outcome");
  self->config.record(self->config.user, json_deep_copy(self->hearing));
}

static void
begin_now(SessionCases *self, const Case *item, const char *note, CaseBy by) ON_CONTROL
{
  case_list_begin(self->list, item, self->session, by, g_get_real_time());
  case_list_set_note(self->list, item, NULL, note);
  record_start(self, item);
  session_cases_tell(self, "case.start", item);
  session_cases_changed(self);
}

static void
entering_free(Entering *self)
{
  g_free(self->ticket);
  g_free(self->note);
  g_free(self);
}

/* The others are out: it begins, unless it is no longer to begin. */
static void
on_entered(gpointer data)
{
  assert_on_control();
  Entering *entering = data;
  SessionCases *self = entering->cases;
  const Case *item = self != NULL ? case_list_find(self->list, entering->ticket) : NULL;
  if (self != NULL)
    self->entering = NULL;
  bool begins = item != NULL && item->state == CASE_STATE_WAITING && case_list_present(self->list) == NULL;
  if ((!begins || !item->is_confidential) && entering->gate.leave != NULL)
    entering->gate.leave(entering->gate.user);
  if (begins)
    begin_now(self, item, entering->note, entering->by);
  else if (self != NULL)
    session_cases_reconcile(self);
  entering_free(entering);
  if (self != NULL)
    run_settled(self);
}

/* The hub is always in; @out: room for every site. */
static guint
list_concerned(const Case *item, const char **out)
{
  guint n = 0;
  out[n++] = item->site;
  for (char **site = item->sites; site != NULL && *site != NULL && n < CONFIG_SITES_MAX; site++)
    out[n++] = *site;
  return n;
}

static void
enter(SessionCases *self, const Case *item, const char *note, CaseBy by, void (*done)(gpointer data)) ON_CONTROL
{
  const char *sites[CONFIG_SITES_MAX];
  guint n = list_concerned(item, sites);
  Entering *entering = g_new0(Entering, 1);
  *entering = (Entering) { self, self->config.gate, g_strdup(item->ticket), g_strdup(note), by };
  self->entering = entering;
  self->config.gate.enter(self->config.gate.user, sites, n, done, entering);
}

void
session_cases_begin(SessionCases *self, const Case *item, const char *note, CaseBy by)
{
  if (!item->is_confidential || self->config.gate.enter == NULL) {
    begin_now(self, item, note, by);
    return;
  }
  session_cases_changed(self);
  enter(self, item, note, by, on_entered);
}

/* ---- the session's life ---- */

void
session_cases_renew(SessionCases *self)
{
  g_autofree char *day = wall_time_day(g_get_real_time());
  case_list_set_day(self->list, day, self->session != NULL);
}

/* After a restart: the case is heard still, by the list; its recording begins when the others are out. */
static void
on_entered_again(gpointer data)
{
  assert_on_control();
  Entering *entering = data;
  SessionCases *self = entering->cases;
  const Case *present = self != NULL ? case_list_present(self->list) : NULL;
  if (self != NULL)
    self->entering = NULL;
  if (present != NULL)
    record_start(self, present);
  else if (entering->gate.leave != NULL)
    entering->gate.leave(entering->gate.user);
  entering_free(entering);
  if (self != NULL) {
    self->config.changed(self->config.user);
    run_settled(self);
  }
}

void
session_cases_opened(SessionCases *self, const char *session, bool is_continued)
{
  if (!is_continued)
    session_cases_renew(self);
  self->session = g_strdup(session);
  session_cases_renew(self);
  const Case *present = case_list_present(self->list);
  if (!is_continued)
    case_list_set_numbered(self->list, 0);
  if (present != NULL && !is_continued)  /* left over of a session that was not closed in time */
    case_list_end(self->list, present, CASE_STATE_DONE, NULL, NULL, present->session, CASE_BY_CHAIR, g_get_real_time());
  else if (present != NULL && present->is_heard_confidential && self->config.gate.enter != NULL)
    enter(self, present, NULL, CASE_BY_CHAIR, on_entered_again);
  else if (present != NULL)
    record_start(self, present);
  session_cases_changed(self);
}

void
session_cases_closing(SessionCases *self)
{
  const Case *present = case_list_present(self->list);
  if (self->entering != NULL)
    self->entering->cases = NULL;
  self->entering = NULL;
  if (present != NULL)
    case_list_end(self->list, present, CASE_STATE_DONE, NULL, NULL, self->session != NULL ? self->session : present->session,
                  CASE_BY_CHAIR, g_get_real_time());
  if (self->hearing != NULL) {
    record_end(self, present);
    session_cases_tell(self, "case.end", present);
  }
  g_clear_pointer(&self->session, g_free);
  session_cases_changed(self);
  run_settled(self);
}

const CaseList *
session_cases_list(const SessionCases *self)
{
  return self->list;
}

json_t *
session_cases_report(const SessionCases *self, bool (*covers)(const char *session, gpointer data), gpointer data)
{
  json_t *cases = json_array();
  g_autoptr(GPtrArray) order = case_list_in_order(self->list);
  for (guint i = 0; i < order->len; i++) {
    const Case *item = order->pdata[i];
    if (item->state == CASE_STATE_WAITING || covers(item->session, data))
      json_array_append_new(cases, case_json(item, i + 1, g_get_real_time()));
  }
  return cases;
}

SessionCases *
session_cases_new(const SessionCasesConfig *config)
{
  SessionCases *self = g_new0(SessionCases, 1);
  self->config = *config;
  g_autofree char *name = g_strdup_printf("cases-%s.json", config->room->id);
  self->path = g_build_filename(config->state_dir, name, NULL);
  json_t *saved = state_file_read(self->path, MEMBER);
  self->list = case_list_load(saved);
  json_decref(saved);
  self->settled = g_array_new(FALSE, FALSE, sizeof(Settled));
  return self;
}

void
session_cases_free(SessionCases *self)
{
  assert_on_control();
  if (self == NULL)
    return;
  if (self->entering != NULL)
    self->entering->cases = NULL;
  self->entering = NULL;
  run_settled(self);
  g_array_unref(self->settled);
  case_list_free(self->list);
  json_decref(self->hearing);
  g_free(self->session);
  g_free(self->path);
  g_free(self);
}
