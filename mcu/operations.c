/* mcu/operations.c - what those who run the bridge's machine need of it: health, readiness, watchdog, drain, reload. */
#include "mcu/operations.h"
#include "mcu/drain.h"
#include "mcu/health.h"
#include "mcu/readiness.h"
#include "mcu/wall_time.h"
#include "mcu/watchdog.h"
#include "media/base/clock.h"
#include "signaling/management_server.h"
#include "signaling/tls_certificate.h"
#include <stdlib.h>
#include <string.h>

enum { BEAT_MS = 100, BEATS_A_ROUND = 10 };

struct Operations {
  /* borrowed */
  OperationsParts parts;  /* certificate_pem: owned, the present one */
  /* owned */
  Drain            *drain;
  Readiness        *readiness;
  Watchdog         *watchdog;
  ManagementServer *server;
  char             *certificate_pem;
  char             *status;          /* that the service manager was told last */
  ReloadResult      reloaded;        /* guarded by lock: it is told on /readyz */
  GMutex            lock;
  /* state */
  guint timer, n_beats;
};

/* --- the pages: the management thread --- */

static guint
give(json_t *json, bool is_well, char **body)
{
  char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
  *body = g_strconcat(text, "\n", NULL);
  free(text);
  json_decref(json);
  return is_well ? 200 : 503;
}

static guint
render_health(char **body, G_GNUC_UNUSED gpointer user)
{
  g_autofree Heartbeat *beats = g_new(Heartbeat, HEARTBEATS_MAX);
  Health health;
  health_judge(beats, heartbeat_list(beats), clock_now_us(), &health);
  json_t *json = health_json(&health);
  json_object_set_new(json, "version", json_string(DIEMCAU_VERSION));
  return give(json, health.is_well, body);
}

static guint
render_readiness(char **body, gpointer user)
{
  Operations *self = user;
  bool is_ready;
  json_t *json = readiness_json(self->readiness, &is_ready), *reload_json = json_null();
  g_mutex_lock(&self->lock);
  if (self->reloaded.wall_us != 0)
    reload_json = json_pack("{s:o, s:b, s:s}", "at", wall_time_json(self->reloaded.wall_us), "taken", self->reloaded.is_taken,
                            "text", self->reloaded.text);
  g_mutex_unlock(&self->lock);
  json_object_set_new(json, "reload", reload_json);
  return give(json, is_ready, body);
}

static const ManagementPage PAGES[] = {
  { "/healthz", "application/json", render_health },
  { "/readyz", "application/json", render_readiness },
  { NULL, NULL, NULL },
};

/* --- what the control thread tells --- */

static void
tell_readiness(Operations *self) ON_CONTROL
{
  ReadyFacts facts = { .is_draining = drain_is_under_way(self->drain),
                       .certificate_ends_s = tls_certificate_ends_s(self->certificate_pem) };
  for (guint i = 0; i < self->parts.reload.rooms->len; i++) {
    const RoomSession *session = room_session(g_ptr_array_index(self->parts.reload.rooms, i));
    facts.sessions_open += room_session_id(session) != NULL;
    facts.recorders_failed += room_session_recorder_failed(session);
  }
  readiness_tell(self->readiness, &facts);
}

/* One line of `systemctl status`. */
static void
tell_status(Operations *self) ON_CONTROL
{
  guint n_sites = 0, n_connected = 0, n_sessions = 0;
  for (guint i = 0; i < self->parts.reload.rooms->len; i++) {
    Room *room = g_ptr_array_index(self->parts.reload.rooms, i);
    n_sites += room_config(room)->n_sites;
    n_connected += room_count_connected(room);
    n_sessions += room_session_id(room_session(room)) != NULL;
  }
  g_autofree char *status = g_strdup_printf("STATUS=%s%u of %u sites connected, %u sessions open",
                                            drain_is_under_way(self->drain) ? "Draining: " : "", n_connected, n_sites, n_sessions);
  if (g_strcmp0(status, self->status) == 0)
    return;
  service_notify_send(self->parts.notify, status);
  g_free(self->status);
  self->status = g_steal_pointer(&status);
}

static gboolean
beat(gpointer data)
{
  assert_on_control();
  Operations *self = data;
  heartbeat_beat(clock_now_us());
  if (self->n_beats++ % BEATS_A_ROUND == 0) {
    tell_readiness(self);
    tell_status(self);
  }
  return G_SOURCE_CONTINUE;
}

/* --- orders --- */

static void
on_drained(gpointer user)
{
  Operations *self = user;
  self->parts.ended(self->parts.user);
}

void
operations_terminate(Operations *self)
{
  if (drain_is_under_way(self->drain))
    drain_finish(self->drain);
  else
    drain_begin(self->drain);
  tell_readiness(self);
  tell_status(self);
}

void
operations_reload(Operations *self)
{
  service_notify_reloading(self->parts.notify);
  ReloadResult result = { 0 };
  reload(&self->parts.reload, &self->certificate_pem, &result);
  g_mutex_lock(&self->lock);
  reload_result_clear(&self->reloaded);
  self->reloaded = result;
  g_mutex_unlock(&self->lock);
  g_clear_pointer(&self->status, g_free);
  tell_status(self);
  service_notify_send(self->parts.notify, "READY=1");
}

/* --- life --- */

Operations *
operations_new(const OperationsParts *parts, GError **error)
{
  const Config *config = parts->reload.config;
  Operations *self = g_new0(Operations, 1);
  self->parts = *parts;
  g_mutex_init(&self->lock);
  self->certificate_pem = g_strdup(parts->certificate_pem);
  self->drain = drain_new(parts->reload.rooms, on_drained, self);
  self->readiness = readiness_new(config);
  self->timer = g_timeout_add_full(G_PRIORITY_HIGH, BEAT_MS, beat, self, NULL);
  beat(self);
  self->server = management_server_new(config->management_address, config->management_port, PAGES, self, error);
  if (self->server == NULL) {
    operations_free(self);
    return NULL;
  }
  self->watchdog = watchdog_new(parts->notify);
  return self;
}

void
operations_free(Operations *self)
{
  if (self == NULL)
    return;
  management_server_free(self->server);
  watchdog_free(self->watchdog);
  g_clear_handle_id(&self->timer, g_source_remove);
  drain_free(self->drain);
  readiness_free(self->readiness);
  reload_result_clear(&self->reloaded);
  g_mutex_clear(&self->lock);
  g_free(self->certificate_pem);
  g_free(self->status);
  g_free(self);
}
