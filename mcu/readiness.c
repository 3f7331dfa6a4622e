/* mcu/readiness.c - could the bridge take its sites and hold a session now, and if not, why? */
#include "mcu/readiness.h"
#include "mcu/recording.h"
#include "media/base/clock.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

enum {
  LOOK_EVERY_US = 5 * G_USEC_PER_SEC,
  DISK_SILENCE_US = 30 * G_USEC_PER_SEC,
  CONTROL_SILENCE_US = 3 * G_USEC_PER_SEC,
  PORTS_A_SITE = 2,
  DAY_S = 86400,
  TABLE_BYTES_MAX = 16 << 20,
};

struct Readiness {
  /* borrowed */
  const Config *config;
  /* state */
  gint64       asked_us;       /* when the worker was sent */
  bool         is_looking;
  gatomicrefcount refs;        /* the owner's, and that of a look under way */
  GMutex       lock;           /* guards what follows */
  ReadyFacts   facts;
};

/* --- the verdict: pure --- */

typedef struct {
  json_t *reasons, *warnings, *checks;
} Verdict;

/* A check is in order unless @fault is a text. */
static void
add_check(Verdict *self, const char *name, json_t *figures, const char *code, const char *fault)
{
  json_object_set_new(figures, "ok", json_boolean(fault == NULL));
  json_object_set_new(self->checks, name, figures);
  if (fault != NULL)
    json_array_append_new(self->reasons, json_pack("{s:s, s:s}", "code", code, "text", fault));
}

static void
check_ports(Verdict *self, const ReadyFacts *facts)
{
  bool is_short = facts->looked_us > 0 && facts->ports_free < facts->ports_needed;
  add_check(self, "ports", json_pack("{s:i, s:i}", "mediaFree", (int)facts->ports_free, "mediaNeeded", (int)facts->ports_needed),
            "no-media-port", is_short ? "too few UDP ports of the configured range are free" : NULL);
}

static void
check_disk(Verdict *self, const ReadyFacts *facts, gint64 now_us)
{
  DiskLevel level = disk_level(&facts->disk);
  bool is_silent = now_us - MAX(facts->looked_us, 1) > DISK_SILENCE_US && facts->looked_us > 0;
  const char *fault = !facts->is_recording_enabled   ? NULL
                    : is_silent                      ? "the recordings' disk does not answer"
                    : level == DISK_LEVEL_REFUSE     ? "the recordings' disk is full: no session begins"
                    : facts->looked_us > 0 && !facts->disk.is_known ? "the recordings' disk cannot be read"
                                                     : NULL;
  if (fault == NULL && facts->is_recording_enabled && level > DISK_LEVEL_OK)
    json_array_append_new(self->warnings, json_pack("{s:s, s:s}", "code", "disk-low", "text", "the recordings' disk fills up"));
  add_check(self, "disk", json_pack("{s:s, s:f, s:I}", "level", disk_level_name(level), "freePercent", facts->disk.free_percent,
                                    "freeBytes", (json_int_t)facts->disk.free_bytes),
            is_silent ? "disk-silent" : "disk-full", fault);
}

static void
check_certificate(Verdict *self, const ReadyFacts *facts, gint64 wall_s)
{
  bool is_known = facts->certificate_ends_s > 0;
  gint64 left_s = facts->certificate_ends_s - wall_s;
  json_t *days = is_known ? json_integer(left_s / DAY_S) : json_null();
  if (is_known && left_s > 0 && left_s < READY_CERTIFICATE_WARN_DAYS * DAY_S)
    json_array_append_new(self->warnings, json_pack("{s:s, s:s}", "code", "certificate-ends",
                                                    "text", "the certificate ends soon: put a new one there and reload"));
  add_check(self, "certificate", json_pack("{s:o}", "daysLeft", days), "certificate-ended",
            is_known && left_s <= 0 ? "the certificate has ended: browsers refuse the bridge" : NULL);
}

static void
check_recorder(Verdict *self, const ReadyFacts *facts)
{
  bool is_absent = facts->is_recording_enabled && facts->looked_us > 0 && !facts->has_recorder;
  const char *fault = is_absent                  ? "diemcau-recorder is not there or cannot be run"
                    : facts->recorders_failed > 0 ? "an open session is not being recorded"
                                                  : NULL;
  add_check(self, "recorder", json_pack("{s:b, s:i}", "enabled", facts->is_recording_enabled, "sessions", (int)facts->sessions_open),
            is_absent ? "recorder-absent" : "recorder-failed", fault);
}

json_t *
ready_json(const ReadyFacts *facts, gint64 now_us, gint64 wall_s, bool *is_ready)
{
  Verdict verdict = { json_array(), json_array(), json_object() };
  check_ports(&verdict, facts);
  check_disk(&verdict, facts, now_us);
  check_certificate(&verdict, facts, wall_s);
  check_recorder(&verdict, facts);
  if (now_us - facts->told_us > CONTROL_SILENCE_US)
    json_array_append_new(verdict.reasons, json_pack("{s:s, s:s}", "code", "control-silent", "text", "the control thread says nothing"));
  if (facts->is_draining)
    json_array_append_new(verdict.reasons, json_pack("{s:s, s:s}", "code", "draining",
                                                     "text", "the bridge ends when the present session does"));
  *is_ready = json_array_size(verdict.reasons) == 0;
  return json_pack("{s:s, s:b, s:o, s:o, s:o}", "status", *is_ready ? "ready" : "not-ready", "draining", facts->is_draining,
                   "checks", verdict.checks, "reasons", verdict.reasons, "warnings", verdict.warnings);
}

guint
ready_count_ports(const char *table, guint16 port_min, guint16 port_max, guint8 *taken)
{
  guint n = 0;
  for (const char *line = strchr(table, '\n'); line != NULL && line[1] != '\0'; line = strchr(line + 1, '\n')) {
    unsigned port;
    if (sscanf(line + 1, " %*u: %*[0-9A-Fa-f]:%4x", &port) != 1 || port < port_min || port > port_max)
      continue;
    n += taken[port - port_min] == 0;
    taken[port - port_min] = 1;
  }
  return n;
}

/* --- the worker --- */

static guint
count_free_ports(guint16 port_min, guint16 port_max)
{
  static const char *const TABLES[] = { "/proc/net/udp", "/proc/net/udp6" };
  guint n = (guint)port_max - port_min + 1;
  g_autofree guint8 *taken = g_malloc0(n);
  guint n_taken = 0;
  for (guint i = 0; i < G_N_ELEMENTS(TABLES); i++) {
    g_autofree char *table = NULL;
    if (g_file_get_contents(TABLES[i], &table, NULL, NULL))
      n_taken += ready_count_ports(table, port_min, port_max, taken);
  }
  return n - n_taken;
}

static void
unref(gpointer data)
{
  Readiness *self = data;
  if (!g_atomic_ref_count_dec(&self->refs))
    return;
  g_mutex_clear(&self->lock);
  g_free(self);
}

/* Of the configuration, for a thread that must not read it. */
typedef struct {
  char   *directory;
  guint16 port_min, port_max;
} Look;

static void
look_free(gpointer data)
{
  Look *look = data;
  g_free(look->directory);
  g_free(look);
}

static void
look_around(GTask *task, gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const Look *look = data;
  (void)source;
  ReadyFacts *facts = g_new0(ReadyFacts, 1);
  g_autofree char *program = recording_program();
  g_autofree char *found = g_find_program_in_path(program);
  facts->ports_free = count_free_ports(look->port_min, look->port_max);
  facts->has_recorder = found != NULL;
  facts->disk = disk_space_read(look->directory);
  g_task_return_pointer(task, facts, g_free);
}

/* Control thread; the owner may have gone. */
static void
take_look(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user)
{
  Readiness *self = user;
  g_autofree ReadyFacts *seen = g_task_propagate_pointer(G_TASK(result), NULL);
  g_mutex_lock(&self->lock);
  self->facts.looked_us = clock_now_us();
  self->facts.ports_free = seen->ports_free;
  self->facts.has_recorder = seen->has_recorder;
  self->facts.disk = seen->disk;
  g_mutex_unlock(&self->lock);
  self->is_looking = false;
  unref(self);
}

static void
send_worker(Readiness *self)
{
  Look *look = g_new(Look, 1);
  *look = (Look) { g_strdup(self->config->recording_dir), self->config->port_min, self->config->port_max };
  self->is_looking = true;
  g_atomic_ref_count_inc(&self->refs);
  g_autoptr(GTask) task = g_task_new(NULL, NULL, take_look, self);
  g_task_set_task_data(task, look, look_free);
  g_task_run_in_thread(task, look_around);
}

/* --- control --- */

Readiness *
readiness_new(const Config *config)
{
  Readiness *self = g_new0(Readiness, 1);
  self->config = config;
  g_atomic_ref_count_init(&self->refs);
  g_mutex_init(&self->lock);
  self->facts.is_recording_enabled = config->recording_enabled;
  self->facts.ports_needed = PORTS_A_SITE * MAX(g_strv_length(config->media_addresses), 1);
  return self;
}

void
readiness_free(Readiness *self)
{
  if (self != NULL)
    unref(self);
}

void
readiness_tell(Readiness *self, const ReadyFacts *facts)
{
  g_mutex_lock(&self->lock);
  self->facts.told_us = clock_now_us();
  self->facts.is_draining = facts->is_draining;
  self->facts.certificate_ends_s = facts->certificate_ends_s;
  self->facts.sessions_open = facts->sessions_open;
  self->facts.recorders_failed = facts->recorders_failed;
  g_mutex_unlock(&self->lock);
  gint64 now_us = clock_now_us();
  if (self->is_looking || (self->asked_us > 0 && now_us - self->asked_us < LOOK_EVERY_US))
    return;
  self->asked_us = now_us;
  send_worker(self);
}

json_t *
readiness_json(Readiness *self, bool *is_ready)
{
  g_mutex_lock(&self->lock);
  ReadyFacts facts = self->facts;
  g_mutex_unlock(&self->lock);
  return ready_json(&facts, clock_now_us(), clock_wall_us() / G_USEC_PER_SEC, is_ready);
}
