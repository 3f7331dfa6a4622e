/* mcu/api_figures.c - the technicians' calls: figures now and over time, marks, metrics, the bundle; the client's report. */
#include "mcu/api_internal.h"
#include "mcu/figures_json.h"
#include "mcu/metrics_text.h"
#include "mcu/support_bundle.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include <gio/gio.h>
#include <string.h>

enum { STEP_MAX_S = 3600 };

/* (nullable): NULL: the problem was sent. */
static const RoomFigures *
find_room(Api *self, HttpRequest *request) ON_CONTROL
{
  Room *room = api_room(self, request);
  return room != NULL ? figure_sampler_find(self->figures, room) : NULL;
}

void
api_get_figures(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  const RoomFigures *room = find_room(self, request);
  if (room == NULL)
    return;
  char *text = figures_now_text(self->figures, room);
  http_request_respond(request, 200, "application/json", text, -1);
  free(text);
}

void
api_tell_figures(Room *room, G_GNUC_UNUSED guint n_sites, G_GNUC_UNUSED const SiteFigures *sites,
                 G_GNUC_UNUSED const BoxFigures *box, G_GNUC_UNUSED gint64 now_us, gpointer user)
{
  assert_on_control();
  const Api *self = user;
  if (event_stream_listeners(room_events(room), ROLE_TECHNICIAN) == 0)
    return;
  char *text = figures_now_text(self->figures, figure_sampler_find(self->figures, room));
  event_stream_tell(room_events(room), ROLE_TECHNICIAN, "figures", text);
  free(text);
}

/* ---- over time ---- */

/* Taken out on the control thread, written on a thread of GLib's pool. */
typedef struct {
  HttpRequest   *request;    /* held */
  char          *room;       /* owned */
  FigureExtract *extract;    /* owned */
  bool           is_csv;
  char          *text;       /* owned: the answer */
} HistoryCall;

static void
history_call_free(gpointer data)
{
  HistoryCall *self = data;
  figure_extract_free(self->extract);
  g_free(self->room);
  g_free(self->text);
  g_free(self);
}

static void
write_history(GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  HistoryCall *self = data;
  self->text = self->is_csv ? figure_extract_csv(self->extract) : figure_extract_json(self->extract);
  g_task_return_boolean(task, TRUE);
}

static void
history_written(G_GNUC_UNUSED GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  HistoryCall *self = g_task_get_task_data(G_TASK(result));
  if (self->is_csv) {
    g_autofree char *name = g_strdup_printf("attachment; filename=\"so-lieu_%s.csv\"", self->room);
    http_request_set_header(self->request, "Content-Disposition", name);
  }
  http_request_respond(self->request, 200, self->is_csv ? "text/csv; charset=utf-8" : "application/json", self->text, -1);
}

/* Returns: false: it is there, but no time. */
static bool
read_time(HttpRequest *request, const char *name, gint64 *out)
{
  const char *text = http_request_query(request, name);
  *out = wall_time_read(text);
  return text == NULL || *out > 0;
}

static bool
read_step(HttpRequest *request, guint *out)
{
  const char *text = http_request_query(request, "step");
  guint64 step = 1;
  if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 1, STEP_MAX_S, &step, NULL))
    return false;
  *out = (guint)step;
  return true;
}

void
api_get_figures_history(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  const RoomFigures *room = find_room(self, request);
  if (room == NULL)
    return;
  const char *format = http_request_query(request, "format"), *fault = NULL;
  bool is_csv = g_strcmp0(format, "csv") == 0;
  FigureQuestion question = { .series = http_request_query(request, "series"), .site = http_request_query(request, "site") };
  if (!read_time(request, "from", &question.from_us) || !read_time(request, "to", &question.to_us))
    fault = "from and to are RFC 3339 times";
  else if (!read_step(request, &question.step))
    fault = "step is a number of seconds, 1 to 3600";
  else if (format != NULL && !is_csv && strcmp(format, "json") != 0)
    fault = "format is json or csv";
  FigureExtract *extract = fault == NULL ? figure_extract_new(self->figures, room, &question, &fault) : NULL;
  if (extract == NULL) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, fault);
    return;
  }
  HistoryCall *call = g_new0(HistoryCall, 1);
  *call = (HistoryCall) { .request = request, .room = g_strdup(room_id(room->room)), .extract = extract, .is_csv = is_csv };
  http_request_hold(request);
  GTask *task = g_task_new(NULL, NULL, history_written, NULL);
  g_task_set_task_data(task, call, history_call_free);
  g_task_run_in_thread(task, write_history);
  g_object_unref(task);
}

void
api_get_figures_marks(HttpRequest *request, gpointer user)
{
  assert_on_control();
  const RoomFigures *room = find_room(user, request);
  gint64 from_us;
  if (room == NULL)
    return;
  if (read_time(request, "from", &from_us))
    http_request_respond_json(request, 200, figure_marks_json(room->marks, from_us));
  else
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "from is an RFC 3339 time");
}

/* ---- the bundle, the metrics ---- */

typedef struct {
  HttpRequest   *request;    /* held */
  SupportBundle *bundle;     /* owned */
  GBytes        *tar;        /* owned (nullable) */
} BundleCall;

static void
bundle_call_free(gpointer data)
{
  BundleCall *self = data;
  support_bundle_free(self->bundle);
  g_clear_pointer(&self->tar, g_bytes_unref);
  g_free(self);
}

static void
make_bundle(GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  BundleCall *self = data;
  g_autoptr(GError) error = NULL;
  self->tar = support_bundle_make(self->bundle, &error);
  if (self->tar == NULL)
    log_limited(G_LOG_LEVEL_WARNING, "figures: the support bundle could not be made: %s", error->message);
  g_task_return_boolean(task, TRUE);
}

static void
bundle_made(G_GNUC_UNUSED GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  BundleCall *self = g_task_get_task_data(G_TASK(result));
  if (self->tar == NULL) {
    http_request_respond_problem(self->request, PROBLEM_INTERNAL, "the bundle could not be made; the log says why");
    return;
  }
  gsize length;
  const void *bytes = g_bytes_get_data(self->tar, &length);
  http_request_set_header(self->request, "Content-Disposition", "attachment; filename=\"diemcau-support.tar\"");
  http_request_respond(self->request, 200, "application/x-tar", bytes, (gssize)length);
}

void
api_get_support_bundle(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  const RoomFigures *room = find_room(self, request);
  if (room == NULL)
    return;
  BundleCall *call = g_new0(BundleCall, 1);
  *call = (BundleCall) { .request = request, .bundle = support_bundle_new(self->config, self->figures, room) };
  http_request_hold(request);
  GTask *task = g_task_new(NULL, NULL, bundle_made, NULL);
  g_task_set_task_data(task, call, bundle_call_free);
  g_task_run_in_thread(task, make_bundle);
  g_object_unref(task);
}

void
api_get_metrics(HttpRequest *request, gpointer user)
{
  assert_on_control();
  const Api *self = user;
  g_autofree char *text = metrics_text(self->figures);
  http_request_respond(request, 200, METRICS_MEDIA_TYPE, text, -1);
}

/* ---- what a client says ---- */

void
api_post_report(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  Peer *peer = api_own_media(self, request);
  if (peer == NULL)
    return;
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  ClientReport report;
  if (!client_report_read(body, &report)) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE,
                                 "each member is a number that can be, and cpuLimited true or false");
  } else if (peer_report_client(peer, &report, clock_now_us())) {
    http_request_respond(request, 204, NULL, NULL, 0);
  } else {
    http_request_set_header(request, "Retry-After", "1");
    http_request_respond_problem(request, PROBLEM_TOO_MANY_REQUESTS, "a report every 1.5 seconds is enough");
  }
  json_decref(body);
}
