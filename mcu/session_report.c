/* mcu/session_report.c - what a session comes to: who was there, who was called, which cases were heard, what was recorded. */
#include "mcu/session_report.h"
#include "mcu/wall_time.h"
#include "recorder/bag_files.h"
#include "recorder/recording_scan.h"
#include <string.h>

enum { VERSION = 1, SPANS_MAX = 500, CONTINUED_MAX = 64, TOURS_MAX = 200 };

struct SessionReport {
  const ConfigRoom *room;    /* borrowed */
  char   *id;                /* owned */
  json_t *continues;         /* owned: array of ids, oldest first */
  json_t *present[CONFIG_SITES_MAX];  /* owned: arrays of {"from", "to"} */
  bool    is_there[CONFIG_SITES_MAX]; /* the last span is open */
  json_t *tours;             /* owned: array, oldest first; the last one may run */
  gint64  opened_us;         /* of the first that it continues */
};

static const char *
text_of(const json_t *object, const char *key)
{
  return json_string_value(json_object_get(object, key));
}

/* Spans that a crash left open ended with the last that was written. */
static json_t *
take_over_spans(const json_t *attendance, const char *site, const char *as_of)
{
  gsize i, k;
  json_t *entry, *span;
  json_array_foreach(attendance, i, entry) {
    if (g_strcmp0(text_of(entry, "site"), site) != 0)
      continue;
    json_t *spans = json_deep_copy(json_object_get(entry, "present"));
    json_array_foreach(spans, k, span)
      if (json_is_null(json_object_get(span, "to")))
        json_object_set_new(span, "to", as_of != NULL ? json_string(as_of) : json_deep_copy(json_object_get(span, "from")));
    return json_is_array(spans) ? spans : json_array();
  }
  return json_array();
}

/* What a crash left open is over. */
static json_t *
take_over_tours(const json_t *before)
{
  json_t *tours = json_deep_copy(json_object_get(before, "tours")), *tour;
  gsize i;
  json_array_foreach(tours, i, tour)
    if (json_is_null(json_object_get(tour, "endedAt")))
      json_object_set(tour, "endedAt", json_object_get(before, "asOf"));
  if (json_is_array(tours))
    return tours;
  json_decref(tours);
  return json_array();
}

SessionReport *
session_report_new(const ConfigRoom *room, const char *id, gint64 opened_us, const json_t *before)
{
  SessionReport *self = g_new0(SessionReport, 1);
  self->room = room;
  self->id = g_strdup(id);
  const char *former = text_of(before, "session");
  gint64 former_us = wall_time_read(text_of(before, "openedAt"));
  self->opened_us = former_us > 0 ? former_us : opened_us;
  json_t *continued = json_object_get(before, "continues");
  self->continues = json_is_array(continued) ? json_deep_copy(continued) : json_array();
  while (json_array_size(self->continues) >= CONTINUED_MAX)
    json_array_remove(self->continues, 0);
  if (former != NULL)
    json_array_append_new(self->continues, json_string(former));
  for (guint i = 0; i < room->n_sites; i++)
    self->present[i] = take_over_spans(json_object_get(before, "attendance"), room->sites[i].id, text_of(before, "asOf"));
  self->tours = take_over_tours(before);
  return self;
}

void
session_report_free(SessionReport *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->room->n_sites; i++)
    json_decref(self->present[i]);
  json_decref(self->tours);
  json_decref(self->continues);
  g_free(self->id);
  g_free(self);
}

bool
session_report_covers(const SessionReport *self, const char *session)
{
  gsize i;
  json_t *id;
  if (g_strcmp0(session, self->id) == 0)
    return true;
  json_array_foreach(self->continues, i, id)
    if (g_strcmp0(session, json_string_value(id)) == 0)
      return true;
  return false;
}

/* ---- attendance ---- */

/* In its seat: admitted, if the room says who is, and connected. */
static bool
is_attending(const json_t *site)
{
  const char *state = text_of(site, "state"), *presence = text_of(site, "presence");
  bool is_connected = g_strcmp0(state, "connected") == 0 || g_strcmp0(state, "unstable") == 0;
  bool is_admitted = presence == NULL || strcmp(presence, "admitted") == 0 || strcmp(presence, "unstable") == 0;
  return is_connected && is_admitted;
}

static void
note_arrival(SessionReport *self, guint site, gint64 now_us)
{
  if (json_array_size(self->present[site]) < SPANS_MAX)
    json_array_append_new(self->present[site], json_pack("{s:o, s:n}", "from", wall_time_json(now_us), "to"));
  else  /* one that comes and goes all day was there all day */
    json_object_set_new(json_array_get(self->present[site], SPANS_MAX - 1), "to", json_null());
}

static void
note_leave(SessionReport *self, guint site, gint64 now_us)
{
  json_t *last = json_array_get(self->present[site], json_array_size(self->present[site]) - 1);
  json_object_set_new(last, "to", wall_time_json(now_us));
}

bool
session_report_observe(SessionReport *self, const json_t *room, gint64 now_us)
{
  bool is_other = false;
  gsize k;
  json_t *site;
  json_array_foreach(json_object_get(room, "sites"), k, site) {
    guint i = 0;
    while (i < self->room->n_sites && g_strcmp0(self->room->sites[i].id, text_of(site, "id")) != 0)
      i++;
    if (i == self->room->n_sites || is_attending(site) == self->is_there[i])
      continue;
    is_other = true;
    self->is_there[i] = !self->is_there[i];
    if (self->is_there[i])
      note_arrival(self, i, now_us);
    else
      note_leave(self, i, now_us);
  }
  return is_other;
}

/* ---- tours ---- */

/* Returns: (transfer none) (nullable). */
static json_t *
running_tour(const SessionReport *self)
{
  json_t *last = json_array_get(self->tours, json_array_size(self->tours) - 1);
  return json_is_null(json_object_get(last, "endedAt")) ? last : NULL;
}

bool
session_report_tour(SessionReport *self, TourKind kind, guint interval_s, gint64 now_us)
{
  json_t *running = running_tour(self);
  if (running != NULL)
    json_object_set_new(running, "endedAt", wall_time_json(now_us));
  if (kind == TOUR_NONE)
    return running != NULL;
  if (json_array_size(self->tours) == TOURS_MAX)
    json_array_remove(self->tours, 0);
  json_array_append_new(self->tours, json_pack("{s:s, s:o, s:n, s:o, s:[]}", "kind", tour_kind_name(kind), "startedAt",
                                               wall_time_json(now_us), "endedAt", "intervalSeconds",
                                               kind == TOUR_POLLING ? json_integer(interval_s) : json_null(), "visits"));
  return true;
}

bool
session_report_visit(SessionReport *self, guint site, TourVisit visit, gint64 now_us)
{
  json_t *visits = json_object_get(running_tour(self), "visits");
  if (visits == NULL || json_array_size(visits) >= CONFIG_SITES_MAX)
    return false;
  json_array_append_new(visits, json_pack("{s:s, s:o, s:o}", "site", self->room->sites[site].id, "at", wall_time_json(now_us),
                                          "present", visit == TOUR_VISIT_SHOWN ? json_null() : json_boolean(visit == TOUR_VISIT_PRESENT)));
  return true;
}

/* Of a session that is closed, none runs. (transfer full) */
static json_t *
tours_json(const SessionReport *self, gint64 closed_us)
{
  json_t *tours = json_deep_copy(self->tours), *last = json_array_get(tours, json_array_size(tours) - 1);
  if (closed_us > 0 && last != NULL && json_is_null(json_object_get(last, "endedAt")))
    json_object_set_new(last, "endedAt", wall_time_json(closed_us));
  return tours;
}

/* ---- the document ---- */

/* A stay ends with the session at the latest. */
static json_t *
attendance_json(const SessionReport *self, guint site, gint64 now_us, gint64 closed_us)
{
  const ConfigSite *config = &self->room->sites[site];
  gint64 total_us = 0;
  gsize k;
  json_t *span, *present = json_deep_copy(self->present[site]);
  json_array_foreach(present, k, span) {
    gint64 to_us = wall_time_read(text_of(span, "to"));
    if (to_us == 0 && closed_us > 0)
      json_object_set_new(span, "to", wall_time_json(closed_us));
    total_us += MAX((to_us > 0 ? to_us : closed_us > 0 ? closed_us : now_us) - wall_time_read(text_of(span, "from")), 0);
  }
  return json_pack("{s:s, s:s, s:b, s:o, s:I}", "site", config->id, "name", config->name, "hub", config->is_hub,
                   "present", present, "seconds", (json_int_t)(total_us / G_USEC_PER_SEC));
}

static json_t *
summary_json(const json_t *cases)
{
  guint done = 0, skipped = 0, waiting = 0, heard = 0, confidential = 0;
  json_int_t seconds = 0;
  gsize i;
  json_t *item;
  json_array_foreach(cases, i, item) {
    const char *state = text_of(item, "state");
    done += g_strcmp0(state, "done") == 0;
    skipped += g_strcmp0(state, "skipped") == 0;
    waiting += g_strcmp0(state, "waiting") == 0;
    heard += json_is_integer(json_object_get(item, "number"));
    confidential += json_is_true(json_object_get(item, "confidential"));
    seconds += json_integer_value(json_object_get(item, "heardSeconds"));
  }
  return json_pack("{s:i, s:i, s:i, s:i, s:i, s:I}", "heard", (int)heard, "done", (int)done, "skipped", (int)skipped,
                   "waiting", (int)waiting, "confidential", (int)confidential, "heardSeconds", seconds);
}

json_t *
session_report_json(const SessionReport *self, json_t *cases, gint64 closed_us, gint64 now_us)
{
  json_t *attendance = json_array();
  for (guint i = 0; i < self->room->n_sites; i++)
    json_array_append_new(attendance, attendance_json(self, i, now_us, closed_us));
  return json_pack("{s:i, s:s, s:s, s:s, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:[]}", "version", VERSION,
                   "room", self->room->id, "roomName", self->room->name, "session", self->id, "continues", self->continues,
                   "openedAt", wall_time_json(self->opened_us), "closedAt", wall_time_json(closed_us),
                   "asOf", wall_time_json(now_us), "attendance", attendance, "tours", tours_json(self, closed_us),
                   "summary", summary_json(cases), "cases", cases, "recordings");
}

void
session_report_redact(json_t *document)
{
  static const char *const SECRET[] = { "title", "note", "outcome" };
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(document, "cases"), i, item)
    for (guint k = 0; k < G_N_ELEMENTS(SECRET) && json_is_true(json_object_get(item, "confidential")); k++)
      json_object_set_new(item, SECRET[k], json_null());
}

/* ---- the recordings' hashes ---- */

static json_t *
files_json(const BagFiles *files)
{
  json_t *list = json_array();
  for (guint i = 0; i < bag_files_count(files); i++) {
    const BagFile *file = bag_files_at(files, i);
    if (g_str_has_prefix(file->path, "data/"))
      json_array_append_new(list, json_pack("{s:s, s:s}", "path", file->path, "sha256", file->sha256));
  }
  return list;
}

/* Adds every bag of @id below @root: one that went on in the fallback directory has two. */
static void
add_bags(json_t *recordings, const char *root, const char *id)
{
  g_autoptr(GDir) folder = g_dir_open(root, 0, NULL);
  const char *name;
  char found[RECORDING_ID_BYTES];
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    if (!recording_scan_id(name, found) || strcmp(found, id) != 0)
      continue;
    g_autofree char *directory = g_build_filename(root, name, NULL);
    g_autoptr(BagFiles) files = bag_files_read(directory, NULL);
    json_array_append_new(recordings, json_pack("{s:s, s:s, s:o}", "session", id, "state", files != NULL ? "sealed" : "open",
                                                "files", files != NULL ? files_json(files) : json_array()));
  }
}

void
session_report_add_recordings(json_t *document, const char *const *directories)
{
  json_t *recordings = json_array(), *id;
  json_t *ids = json_deep_copy(json_object_get(document, "continues"));
  gsize i;
  if (!json_is_array(ids)) {
    json_decref(ids);
    ids = json_array();
  }
  json_array_append(ids, json_object_get(document, "session"));
  json_array_foreach(ids, i, id) {
    gsize before = json_array_size(recordings);
    for (const char *const *root = directories; *root != NULL && json_is_string(id); root++)
      add_bags(recordings, *root, json_string_value(id));
    if (json_array_size(recordings) == before)
      json_array_append_new(recordings, json_pack("{s:O, s:s, s:[]}", "session", id, "state", "missing", "files"));
  }
  json_decref(ids);
  json_object_set_new(document, "recordings", recordings);
}
