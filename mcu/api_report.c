/* mcu/api_report.c - the report of a session, for the chair and the clerk: JSON, a table, or pages to print. */
#include "mcu/api_internal.h"
#include "mcu/state_file.h"
#include "signaling/http_fields.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

typedef enum { REPORT_JSON = 0, REPORT_CSV, REPORT_HTML, REPORT_KINDS } ReportKind;
static const char *const TYPES[] = { "application/json", "text/csv", "text/html" };

/* Taken apart on the control thread, read and written on a thread of GLib's pool. */
typedef struct {
  HttpRequest *request;      /* held */
  ReportKind   kind;
  bool         is_redacted;
  char        *room, *id;    /* owned; id: (nullable): the last one */
  char        *reports;      /* owned: directory */
  char        *directories[3];  /* owned, of the recordings */
  json_t      *document;     /* owned (nullable) */
  char        *text;         /* owned (nullable): the answer, if it is no JSON */
} ReportCall;

static void
call_free(gpointer data)
{
  ReportCall *self = data;
  char *texts[] = { self->room, self->id, self->reports, self->directories[0], self->directories[1], self->text };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  json_decref(self->document);
  g_free(self);
}

/* ---- its thread ---- */

/* (transfer full) (nullable): if it is a report of the room. */
static json_t *
read_report(const ReportCall *self, const char *name)
{
  g_autofree char *path = g_build_filename(self->reports, name, NULL);
  json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
  json_t *document = json_incref(json_object_get(file, "report"));
  json_decref(file);
  if (g_strcmp0(json_string_value(json_object_get(document, "room")), self->room) == 0)
    return document;
  json_decref(document);
  return NULL;
}

/* The report of the room that was opened last. */
static json_t *
read_last(const ReportCall *self)
{
  g_autoptr(GDir) folder = g_dir_open(self->reports, 0, NULL);
  json_t *last = NULL;
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    json_t *document = g_str_has_suffix(name, ".json") ? read_report(self, name) : NULL;
    const char *opened = json_string_value(json_object_get(document, "asOf"));
    if (document != NULL && (last == NULL || g_strcmp0(opened, json_string_value(json_object_get(last, "asOf"))) > 0)) {
      json_decref(last);
      last = document;
    } else {
      json_decref(document);
    }
  }
  return last;
}

static void
make(GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  ReportCall *self = data;
  g_autofree char *name = self->id != NULL ? g_strconcat(self->id, ".json", NULL) : NULL;
  if (self->document == NULL)
    self->document = name != NULL ? read_report(self, name) : read_last(self);
  if (self->document != NULL) {
    session_report_add_recordings(self->document, (const char *const *)self->directories);
    if (self->is_redacted)
      session_report_redact(self->document);
    self->text = self->kind == REPORT_CSV    ? session_report_csv(self->document)
                 : self->kind == REPORT_HTML ? session_report_html(self->document)
                                             : NULL;
  }
  g_task_return_boolean(task, TRUE);
}

/* ---- control thread ---- */

static void
name_download(ReportCall *self)
{
  const char *opened = json_string_value(json_object_get(self->document, "openedAt"));
  g_autofree char *value = g_strdup_printf("attachment; filename=\"bao-cao_%.10s_%s.csv\"", opened != NULL ? opened : "", self->room);
  http_request_set_header(self->request, "Content-Disposition", value);
}

static void
set_policy(ReportCall *self)
{
  g_autofree char *hash = session_report_style_hash();
  g_autofree char *policy = g_strdup_printf("default-src 'none'; style-src %s; base-uri 'none'; form-action 'none'; "
                                            "frame-ancestors 'none'", hash);
  http_request_set_header(self->request, "Content-Security-Policy", policy);
}

static void
made(G_GNUC_UNUSED GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  ReportCall *self = g_task_get_task_data(G_TASK(result));
  if (self->document == NULL) {
    http_request_respond_problem(self->request, PROBLEM_NOT_FOUND, "there is no such session's report");
    return;
  }
  http_request_set_header(self->request, "Vary", "Accept");
  if (self->text == NULL) {
    http_request_respond_json(self->request, 200, json_incref(self->document));
    return;
  }
  if (self->kind == REPORT_CSV)
    name_download(self);
  else
    set_policy(self);
  http_request_respond(self->request, 200, self->kind == REPORT_CSV ? "text/csv; charset=utf-8" : "text/html; charset=utf-8",
                       self->text, -1);
}

/* The one of ours that Accept likes best; JSON if it does not care. */
static ReportKind
choose_kind(const char *accept)
{
  int best = 0;
  ReportKind chosen = REPORT_JSON;
  for (guint i = 0; i < REPORT_KINDS; i++) {
    int weight = http_field_accept_weight(accept, TYPES[i]);
    if (weight > best) {
      best = weight;
      chosen = (ReportKind)i;
    }
  }
  return chosen;
}

void
api_get_report(HttpRequest *request, gpointer user)
{
  assert_on_control();
  const Api *self = user;
  Room *room = api_room(user, request);
  const char *id = http_request_query(request, "session");
  if (room == NULL)
    return;
  if (id != NULL && !g_uuid_string_is_valid(id)) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "session is a session's id");
    return;
  }
  const Identity *identity = http_request_identity(request);
  ReportCall *call = g_new0(ReportCall, 1);
  call->request = request;
  call->kind = choose_kind(http_request_header(request, "Accept"));
  call->is_redacted = identity->role == ROLE_CLERK && !identity->may_see_restricted;
  call->room = g_strdup(room_id(room));
  call->id = g_strdup(id);
  call->reports = g_build_filename(self->config->state_dir, "reports", NULL);
  call->directories[0] = g_strdup(self->config->recording_dir);
  call->directories[1] = g_strdup(self->config->recording_fallback_dir);
  json_t *newest = room_session_report(room_session(room));
  if (id == NULL || g_strcmp0(id, json_string_value(json_object_get(newest, "session"))) == 0)
    call->document = json_incref(newest);
  json_decref(newest);
  http_request_hold(request);
  GTask *task = g_task_new(NULL, NULL, made, NULL);
  g_task_set_task_data(task, call, call_free);
  g_task_run_in_thread(task, make);
  g_object_unref(task);
}
