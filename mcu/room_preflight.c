/* mcu/room_preflight.c - a room's test before a session: its run and its sheet. */
#include "mcu/room_preflight.h"
#include "mcu/preflight.h"
#include "mcu/room_internal.h"
#include "mcu/room_line.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"
#include <math.h>

/* ---- the sheet ---- */

static const char *
state_name(PreflightState state)
{
  static const char *const NAMES[] = {
    [PREFLIGHT_STATE_NONE] = "none", [PREFLIGHT_STATE_RUNNING] = "running", [PREFLIGHT_STATE_DONE] = "done",
    [PREFLIGHT_STATE_STOPPED] = "stopped",
  };
  return NAMES[state];
}

/* To a tenth. null: not known. */
static json_t *
number_json(double value)
{
  return isfinite(value) ? json_real(round(value * 10) / 10) : json_null();
}

static json_t *
tests_json(const PreflightFinding *findings)
{
  json_t *tests = json_array();
  for (guint i = 0; i < PREFLIGHT_TESTS; i++)
    json_array_append_new(tests, json_pack("{s:s, s:s, s:o, s:o, s:s}", "test", preflight_test_name((PreflightTest)i),
                                           "result", preflight_result_name(findings[i].result),
                                           "value", number_json(findings[i].value), "limit", number_json(findings[i].limit),
                                           "unit", preflight_test_unit((PreflightTest)i)));
  return tests;
}

static json_t *
site_json(const Room *self, guint i) ON_CONTROL
{
  const RoomPreflight *run = &self->preflight;
  const ConfigSite *config = self->sites[i].config;
  PreflightFinding findings[PREFLIGHT_TESTS];
  preflight_site_judge(&run->sites[i], findings);
  PreflightResult result = preflight_site_result(&run->sites[i], findings, run->state != PREFLIGHT_STATE_RUNNING);
  return json_pack("{s:s, s:s, s:s, s:o}", "id", config->id, "name", config->name, "result", preflight_result_name(result),
                   "tests", result == PREFLIGHT_ABSENT ? json_array() : tests_json(findings));
}

json_t *
room_preflight_json(const Room *self)
{
  const RoomPreflight *run = &self->preflight;
  json_t *sites = json_array();
  for (guint i = 0; run->sites != NULL && i < self->n_sites; i++)
    json_array_append_new(sites, site_json(self, i));
  gint64 ends_us = run->started_wall_us != 0 ? run->started_wall_us + PREFLIGHT_RUN_S * G_USEC_PER_SEC : 0;
  return json_pack("{s:s, s:o, s:o, s:o, s:s?, s:o}", "state", state_name(run->state),
                   "startedAt", wall_time_json(run->started_wall_us), "endsAt", wall_time_json(ends_us),
                   "endedAt", wall_time_json(run->ended_wall_us), "by", run->by, "sites", sites);
}

static void
tell(Room *self) ON_CONTROL
{
  const guint roles = ROLE_CHAIR | ROLE_TECHNICIAN;
  if (event_stream_listeners(self->events, roles) == 0)
    return;
  json_t *sheet = room_preflight_json(self);
  char *text = json_dumps(sheet, JSON_COMPACT);
  event_stream_tell(self->events, roles, "preflight", text);
  free(text);
  json_decref(sheet);
}

/* ---- the run ---- */

bool
room_preflight_is_running(const Room *self)
{
  return self->preflight.state == PREFLIGHT_STATE_RUNNING;
}

static void
finish(Room *self, PreflightState state) ON_CONTROL
{
  RoomPreflight *run = &self->preflight;
  g_clear_handle_id(&run->timer, g_source_remove);
  run->state = state;
  run->ended_wall_us = clock_wall_us();
  g_message("%s: the test before the session %s", self->room->id, state == PREFLIGHT_STATE_DONE ? "is done" : "was stopped");
  room_schedule_update(self);
  tell(self);
}

static gboolean
is_due(gpointer data)
{
  assert_on_control();
  Room *self = data;
  self->preflight.timer = 0;
  finish(self, PREFLIGHT_STATE_DONE);
  return G_SOURCE_REMOVE;
}

RoomPreflightStart
room_preflight_start(Room *self, const char *by)
{
  RoomPreflight *run = &self->preflight;
  if (room_session_id(self->session) != NULL)
    return ROOM_PREFLIGHT_SESSION_OPEN;
  if (room_preflight_is_running(self))
    return ROOM_PREFLIGHT_RUNNING;
  g_free(run->sites);
  *run = (RoomPreflight) {
    .state = PREFLIGHT_STATE_RUNNING, .by = by, .started_us = clock_now_us(), .started_wall_us = clock_wall_us(),
    .sites = g_new0(PreflightSite, self->n_sites), .timer = g_timeout_add_seconds(PREFLIGHT_RUN_S, is_due, self),
  };
  for (guint i = 0; i < self->n_sites; i++) {
    SiteState state = self->sites[i].state;
    run->sites[i].was_connected = state == SITE_STATE_CONNECTED || state == SITE_STATE_UNSTABLE;
  }
  g_message("%s: the test before the session begins, by the %s", self->room->id, by);
  room_schedule_update(self);
  tell(self);
  return ROOM_PREFLIGHT_STARTED;
}

void
room_preflight_stop(Room *self)
{
  if (room_preflight_is_running(self))
    finish(self, PREFLIGHT_STATE_STOPPED);
}

void
room_preflight_observe(Room *self, guint n_sites, const SiteFigures *sites, const BoxFigures *box, gint64 now_us,
                       G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  RoomPreflight *run = &self->preflight;
  g_return_if_fail(n_sites == self->n_sites);
  if (!room_preflight_is_running(self))
    return;
  double elapsed_s = (double)(now_us - run->started_us) / G_USEC_PER_SEC;
  for (guint i = 0; i < n_sites; i++) {
    const Peer *peer = self->sites[i].peer;
    double down_needed_kbps = peer != NULL ? room_line_best_bps(self, peer) / 1000.0 : 0;
    preflight_site_add(&run->sites[i], &sites[i], box, elapsed_s, down_needed_kbps);
  }
  tell(self);
}

void
room_preflight_end(Room *self)
{
  g_clear_handle_id(&self->preflight.timer, g_source_remove);
  g_clear_pointer(&self->preflight.sites, g_free);
}
