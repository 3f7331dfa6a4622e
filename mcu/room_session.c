/* mcu/room_session.c - a room's sitting, from opening to closing: its record, its cases, its report. */
#include "mcu/room_session.h"
#include "mcu/disk_watch.h"
#include "mcu/recording.h"
#include "mcu/recording_estimate.h"
#include "mcu/session_journal.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include <math.h>

enum { REOPEN_MAX_S = 16 * 3600 };  /* a session that was left open longer ago was not cut off */

G_DEFINE_QUARK(diemcau-room-session-error, room_session_error)

struct RoomSession {
  RoomSessionConfig config;    /* its pointers: borrowed */
  /* owned */
  DiskWatch *disk;             /* (nullable) nothing is recorded  */
  Recording *recording;        /* (nullable) of the open session  */
  GPtrArray *closing;          /* of Recording: being packed      */
  SessionCases *cases;
  SessionReport *report;       /* (nullable) of the open session  */
  char      *report_path;      /* of its file                     */
  json_t    *last_report;      /* (nullable) of the session that was closed last: its file may not be written yet */
  char      *id;               /* (nullable) of the open session  */
  char      *since;            /* RFC 3339 */
  json_t    *observed;         /* (nullable) the last state seen  */
};

/* For log_about(). */
#define ABOUT(self, session_id) ((LogAbout) { .room = (self)->config.room->id, .session = (session_id) })

/* ---- what is kept for the next start ---- */

static void
remember(RoomSession *self) ON_CONTROL
{
  json_t *entry = self->id == NULL ? NULL
    : json_pack("{s:s, s:s, s:I}", "id", self->id, "openedAt", self->since,
                "savedAt", (json_int_t)(g_get_real_time() / G_USEC_PER_SEC));
  if (entry != NULL)
    json_object_set_new(entry, "room", self->config.keep(self->config.user));
  session_store_put(self->config.store, self->config.room->id, entry);
}

void
room_session_remember(RoomSession *self)
{
  if (self->id != NULL)
    remember(self);
}

static char *
report_path(const RoomSession *self, const char *id)
{
  g_autofree char *name = g_strconcat(id, ".json", NULL);
  return g_build_filename(self->config.config->state_dir, "reports", name, NULL);
}

static bool
is_covered(const char *session, gpointer data)
{
  return session_report_covers(data, session);
}

static json_t *
report_json(const RoomSession *self, gint64 closed_us) ON_CONTROL
{
  return session_report_json(self->report, session_cases_report(self->cases, is_covered, self->report), closed_us,
                             g_get_real_time());
}

/* A copy that a restart, or a year, does not lose. */
static void
save_report(RoomSession *self, gint64 closed_us) ON_CONTROL
{
  json_t *document = report_json(self, closed_us);
  state_writer_put(session_store_writer(self->config.store), self->report_path, "report", document);
  json_decref(self->last_report);
  self->last_report = document;
}

json_t *
room_session_report(const RoomSession *self)
{
  return self->report != NULL ? report_json(self, 0) : json_deep_copy(self->last_report);
}

static void
tell(RoomSession *self, const char *event) ON_CONTROL
{
  webhooks_post(self->config.webhooks, WEBHOOK_EVENT_SESSION,
                json_pack("{s:s, s:s, s:s, s:o}", "event", event, "room", self->config.room->id, "session", self->id,
                          "at", wall_time_json(g_get_real_time())));
}

/* ---- opening and closing ---- */

static gboolean
drop_closed(gpointer data)
{
  assert_on_control();
  RoomSession *self = data;
  for (guint i = 0; i < self->closing->len; i++)
    if (recording_is_closed(self->closing->pdata[i]))
      g_ptr_array_remove_index(self->closing, i--);
  return G_SOURCE_REMOVE;
}

/* Not from inside the callback of what may be freed. */
static void
on_recording_changed(gpointer user)
{
  RoomSession *self = user;
  g_idle_remove_by_data(self);
  g_idle_add_full(G_PRIORITY_DEFAULT, drop_closed, self, NULL);
  self->config.changed(self->config.user);
}

static void
on_disk_changed(gpointer user)
{
  RoomSession *self = user;
  self->config.changed(self->config.user);
}

static bool
is_open_room(const char *room, gconstpointer store) ON_CONTROL
{
  return session_store_get(store, room) != NULL;
}

static guint64
bytes_an_hour(const RoomSession *self)
{
  return recording_bytes_an_hour_with(self->config.config, self->config.room, is_open_room, self->config.store);
}

/* What was known of the disk when the session began. Returns: (transfer full) (nullable). */
static json_t *
estimate(const RoomSession *self) ON_CONTROL
{
  DiskSpace space = disk_watch_space(self->disk);
  guint64 rate = bytes_an_hour(self);
  if (!space.is_known)
    return NULL;
  if (disk_level(&space) != DISK_LEVEL_OK)
    log_about(G_LOG_LEVEL_WARNING, &ABOUT(self, self->id),
              "%s: %.0f %% of the disk of %s is free (%s): room for %" G_GUINT64_FORMAT " hours", self->config.room->id,
              space.free_percent, self->config.config->recording_dir, disk_level_name(disk_level(&space)),
              space.free_bytes / rate);
  return json_pack("{s:I, s:I, s:I}", "freeBytes", (json_int_t)space.free_bytes, "bytesAnHour", (json_int_t)rate, "hoursLeft",
                   (json_int_t)(space.free_bytes / rate));
}

/* @continues: (nullable): id of the session cut off before. */
static void
begin(RoomSession *self, const char *continues, const json_t *former_report) ON_CONTROL
{
  gint64 now_us = g_get_real_time();
  self->id = g_uuid_string_random();
  self->since = wall_time_text(now_us);
  if (self->config.config->recording_enabled) {
    RecordingConfig config = {
      .config = self->config.config, .room = self->config.room, .control = self->config.control,
      .tap = self->config.tap, .id = self->id, .continues = continues, .origin_us = clock_now_us(),
      .opened_us = now_us, .disk = estimate(self), .changed = on_recording_changed, .user = self,
    };
    self->recording = recording_new(&config);
    json_decref(config.disk);
  }
  self->report = session_report_new(self->config.room, self->id, now_us, former_report);
  self->report_path = report_path(self, self->id);
  g_clear_pointer(&self->observed, json_decref);
  log_about(G_LOG_LEVEL_MESSAGE, &ABOUT(self, self->id), "%s: session %s is open%s%s", self->config.room->id, self->id,
            continues != NULL ? ", going on with " : "", continues != NULL ? continues : "");
  tell(self, "session.open");
  session_cases_opened(self->cases, self->id, continues != NULL);
  remember(self);
}

bool
room_session_open(RoomSession *self, GError **error)
{
  if (self->id != NULL)
    return true;
  DiskSpace space = self->disk != NULL ? disk_watch_space(self->disk) : (DiskSpace) { 0 };
  if (disk_level(&space) == DISK_LEVEL_REFUSE) {
    g_set_error(error, ROOM_SESSION_ERROR, ROOM_SESSION_ERROR_NO_SPACE, "%.1f %% of the disk of %s is free",
                space.free_percent, self->config.config->recording_dir);
    return false;
  }
  begin(self, NULL, NULL);
  self->config.changed(self->config.user);
  return true;
}

void
room_session_close(RoomSession *self)
{
  if (self->id == NULL)
    return;
  session_cases_closing(self->cases);
  save_report(self, g_get_real_time());
  if (self->recording != NULL) {
    recording_close(self->recording);
    g_ptr_array_add(self->closing, g_steal_pointer(&self->recording));
  }
  log_about(G_LOG_LEVEL_MESSAGE, &ABOUT(self, self->id), "%s: session %s is closed", self->config.room->id, self->id);
  tell(self, "session.close");
  g_clear_pointer(&self->report, session_report_free);
  g_clear_pointer(&self->report_path, g_free);
  g_clear_pointer(&self->id, g_free);
  g_clear_pointer(&self->since, g_free);
  remember(self);
  self->config.changed(self->config.user);
}

void
room_session_finalise(RoomSession *self)
{
  if (self->recording == NULL)
    return;
  remember(self);
  save_report(self, 0);
  recording_close(self->recording);
  g_ptr_array_add(self->closing, g_steal_pointer(&self->recording));
}

guint
room_session_packing(const RoomSession *self)
{
  return self->closing->len;
}

bool
room_session_recorder_failed(const RoomSession *self)
{
  return self->recording != NULL && recording_view(self->recording).state == RECORDER_STATE_FAILED;
}

/* ---- cases ---- */

static void
record_case(gpointer user, json_t *fields)
{
  assert_on_control();
  RoomSession *self = user;
  if (self->recording != NULL)
    recording_case(self->recording, fields);
  else
    json_decref(fields);
}

static void
note_in_journal(gpointer user, const char *event, json_t *fields)
{
  assert_on_control();
  RoomSession *self = user;
  if (self->recording != NULL)
    recording_event(self->recording, event, fields);
  else
    json_decref(fields);
}

static void
on_cases_changed(gpointer user)
{
  assert_on_control();
  RoomSession *self = user;
  if (self->report != NULL) {
    remember(self);
    save_report(self, 0);
  }
  self->config.changed(self->config.user);
}

SessionCases *
room_session_cases(RoomSession *self)
{
  return self->cases;
}

const Case *
room_session_case(const RoomSession *self)
{
  return self->id != NULL ? case_list_present(session_cases_list(self->cases)) : NULL;
}

/* ---- what others see of it ---- */

bool
room_session_heard(const RoomSession *self, HeardCase *out)
{
  const Case *item = room_session_case(self);
  if (item == NULL)
    return false;
  *out = (HeardCase) {
    .ticket = item->ticket, .site = item->heard_site, .is_paused = item->state == CASE_STATE_PAUSED,
    .heard_s = (guint)(case_heard_us(item, g_get_real_time()) / G_USEC_PER_SEC),
  };
  return true;
}

const char *
room_session_id(const RoomSession *self)
{
  return self->id;
}

bool
room_session_is_recording(const RoomSession *self)
{
  return self->recording != NULL;
}

void
room_session_note(RoomSession *self, const char *event, json_t *fields)
{
  if (self->recording != NULL)
    recording_event(self->recording, event, fields);
  else
    json_decref(fields);
}

void
room_session_tour(RoomSession *self, TourKind kind, guint interval_s)
{
  if (self->report != NULL && session_report_tour(self->report, kind, interval_s, g_get_real_time()))
    save_report(self, 0);
}

void
room_session_visit(RoomSession *self, guint site, TourVisit visit)
{
  if (self->report != NULL && session_report_visit(self->report, site, visit, g_get_real_time()))
    save_report(self, 0);
}

void
room_session_observe(RoomSession *self, const json_t *room)
{
  if (self->report != NULL && session_report_observe(self->report, room, g_get_real_time()))
    save_report(self, 0);
  if (self->recording == NULL)
    return;
  session_journal_note(self->recording, self->observed, room, self->config.config->recording_speaker_timeline);
  json_decref(self->observed);
  self->observed = json_deep_copy(room);
}

/* NONE is a recorder between two lives, or one that has not said a word yet. */
static const char *
state_name(const RecordingView *view)
{
  return view->state != RECORDER_STATE_NONE ? recorder_state_name(view->state) : view->has_run ? "degraded" : "starting";
}

static json_t *
recording_json(const RoomSession *self) ON_CONTROL
{
  const Config *config = self->config.config;
  if (!config->recording_enabled)
    return json_pack("{s:s}", "state", "disabled");
  DiskSpace space = disk_watch_space(self->disk);
  RecordingView view = { 0 };
  if (self->recording != NULL)
    view = recording_view(self->recording);
  if (view.is_in_fallback && view.free_percent >= 0)  /* it is the other disk that counts now */
    space = (DiskSpace) { .is_known = true, .free_bytes = view.free_bytes, .free_percent = view.free_percent };
  const char *state = self->recording != NULL ? state_name(&view) : self->closing->len > 0 ? "closing" : "off";
  return json_pack("{s:s, s:s?, s:o, s:o, s:s, s:b, s:i, s:i, s:s?}", "state", state,
                   "since", self->recording != NULL ? self->since : NULL,
                   "freePercent", space.is_known ? json_integer((json_int_t)space.free_percent) : json_null(),
                   "hoursLeft", space.is_known ? json_integer((json_int_t)(space.free_bytes / bytes_an_hour(self))) : json_null(),
                   "disk", disk_level_name(disk_level(&space)), "inFallback", view.is_in_fallback,
                   "gaps", (int)view.gaps, "restarts", (int)view.restarts, "message", view.message);
}

void
room_session_describe(const RoomSession *self, json_t *room)
{
  json_object_set_new(room, "session", json_pack("{s:b, s:s?, s:s?}", "open", self->id != NULL, "id", self->id,
                                                 "since", self->since));
  const CaseList *cases = session_cases_list(self->cases);
  json_object_set_new(room, "case", self->id != NULL ? case_list_present_json(cases) : json_null());
  json_object_set_new(room, "cases", case_list_summary_json(cases));
  json_object_set_new(room, "recording", recording_json(self));
}

json_t *
room_session_stats(const RoomSession *self)
{
  if (self->recording == NULL)
    return json_null();
  RecordingView view = recording_view(self->recording);
  return json_pack("{s:s, s:s?, s:I, s:I, s:i, s:i, s:i, s:I, s:i}", "state", state_name(&view), "directory", view.directory,
                   "bytes", (json_int_t)view.bytes, "freeBytes", (json_int_t)view.free_bytes, "lagMs", (int)view.lag_ms,
                   "gaps", (int)view.gaps, "restarts", (int)view.restarts, "framesDropped", (json_int_t)view.dropped_frames,
                   "tier", record_tap_tier(self->config.tap));
}

static void
add_recorder(RoomSessionFigures *out, const Recording *recording) ON_CONTROL
{
  int pid = recording_pid(recording);
  if (pid > 0 && out->n_recorders < ROOM_SESSION_RECORDERS_MAX)
    out->recorders[out->n_recorders++] = pid;
}

void
room_session_figures(const RoomSession *self, RoomSessionFigures *out)
{
  *out = (RoomSessionFigures) { .disk_free_bytes = NAN, .disk_hours_left = NAN, .recorder_lag_s = NAN };
  for (guint i = 0; i < self->closing->len; i++)
    add_recorder(out, self->closing->pdata[i]);
  DiskSpace space = self->disk != NULL ? disk_watch_space(self->disk) : (DiskSpace) { 0 };
  if (self->recording != NULL) {
    RecordingView view = recording_view(self->recording);
    add_recorder(out, self->recording);
    out->recorder_lag_s = view.lag_ms / 1000.0;
    if (view.is_in_fallback && view.free_percent >= 0)
      space = (DiskSpace) { .is_known = true, .free_bytes = view.free_bytes };
  }
  if (!space.is_known)
    return;
  out->disk_free_bytes = (double)space.free_bytes;
  out->disk_hours_left = (double)space.free_bytes / (double)bytes_an_hour(self);
}

VideoMarkKind
room_session_mark(const RoomSession *self, const char **text)
{
  *text = NULL;
  if (self->recording == NULL)
    return VIDEO_MARK_NONE;
  RecordingView view = recording_view(self->recording);
  switch (view.state) {
  case RECORDER_STATE_RECORDING:
    *text = "GHI HÌNH";
    return VIDEO_MARK_RECORDING;
  case RECORDER_STATE_DEGRADED:
    *text = "GHI HÌNH CÓ SỰ CỐ";
    return VIDEO_MARK_FAULT;
  case RECORDER_STATE_FAILED:
    *text = "KHÔNG GHI HÌNH ĐƯỢC";
    return VIDEO_MARK_FAULT;
  case RECORDER_STATE_NONE:
    if (!view.has_run)
      return VIDEO_MARK_NONE;
    *text = "GHI HÌNH CÓ SỰ CỐ";
    return VIDEO_MARK_FAULT;
  case RECORDER_STATE_CLOSING:
  case RECORDER_STATE_CLOSED:
    break;
  }
  return VIDEO_MARK_NONE;
}

/* ---- life ---- */

/* A case that was heard in a session which does not go on is over. */
static void
end_forgotten(RoomSession *self) ON_CONTROL
{
  if (case_list_present(session_cases_list(self->cases)) != NULL)
    session_cases_closing(self->cases);
}

/* The bridge was killed or stopped in a session: it goes on, with the case that was heard. */
void
room_session_resume(RoomSession *self)
{
  const json_t *entry = session_store_get(self->config.store, self->config.room->id);
  const char *id = json_string_value(json_object_get(entry, "id"));
  gint64 saved_s = json_integer_value(json_object_get(entry, "savedAt"));
  if (id == NULL || !g_uuid_string_is_valid(id)) {
    end_forgotten(self);
    return;
  }
  if (ABS(g_get_real_time() / G_USEC_PER_SEC - saved_s) > REOPEN_MAX_S) {
    log_about(G_LOG_LEVEL_MESSAGE, &ABOUT(self, id), "%s: session %s was left open long ago: it stays closed", self->config.room->id, id);
    session_store_put(self->config.store, self->config.room->id, NULL);
    end_forgotten(self);
    return;
  }
  g_autofree char *continues = g_strdup(id), *former_path = report_path(self, id);
  json_t *former_report = state_file_read(former_path, "report");
  self->config.restore(json_object_get(entry, "room"), self->config.user);
  begin(self, continues, former_report);
  json_decref(former_report);
  self->config.changed(self->config.user);
}

RoomSession *
room_session_new(const RoomSessionConfig *config)
{
  RoomSession *self = g_new0(RoomSession, 1);
  self->config = *config;
  self->closing = g_ptr_array_new_with_free_func((GDestroyNotify)recording_free);
  if (config->config->recording_enabled)
    self->disk = disk_watch_new(config->config->recording_dir, on_disk_changed, self);
  SessionCasesConfig cases = {
    .room = config->room, .state_dir = config->config->state_dir, .writer = session_store_writer(config->store),
    .webhooks = config->webhooks, .gate = config->gate, .record = record_case, .note = note_in_journal,
    .changed = on_cases_changed, .user = self,
  };
  self->cases = session_cases_new(&cases);
  return self;
}

void
room_session_free(RoomSession *self)
{
  if (self == NULL)
    return;
  if (self->id != NULL) {
    remember(self);
    save_report(self, 0);
  }
  session_cases_free(self->cases);
  session_report_free(self->report);
  json_decref(self->last_report);
  g_free(self->report_path);
  g_idle_remove_by_data(self);
  recording_free(self->recording);
  g_ptr_array_unref(self->closing);
  disk_watch_free(self->disk);
  g_free(self->id);
  g_free(self->since);
  json_decref(self->observed);
  g_free(self);
}
