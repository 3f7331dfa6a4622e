/* mcu/recording_library.c - the closed recordings, for the clerk: index, files, checks, audit. */
#include "mcu/recording_library.h"
#include "recorder/verify.h"
#include <string.h>

enum { LOOK_AGAIN_US = 2000000, ONE_VIEW_US = 300 * 1000000, VIEWS_MAX = 4096 };

struct RecordingLibrary {
  gint            refs;         /* atomic: the owner's, and one for each check under way */
  GMutex          lock;         /* `jobs`, which a check may outlive */
  /* owned */
  GMainContext   *control;
  char          **directories;
  char           *database, *trusted_certificate;
  GThreadPool    *jobs;         /* one thread; NULL: closed */
  GThreadPool    *checks;       /* one thread */
  /* library's thread */
  RecordingIndex *index;        /* NULL: not open */
  AuditLog       *audit;        /* borrowed       */
  gint64          looked_us;
  GHashTable     *views;        /* "key recording object" -> gint64* until when */
  GHashTable     *running;      /* ids being checked */
};

typedef struct {
  RecordingLibrary *library;
  LibraryFunc       work, done;
  gpointer          data;
} Job;

static gboolean
on_done(gpointer data)
{
  assert_on_control();
  Job *job = data;
  job->done(job->library, job->data);
  return G_SOURCE_REMOVE;
}

static void
post(RecordingLibrary *self, Job *job)
{
  GSource *source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, on_done, job, g_free);
  g_source_attach(source, self->control);
  g_source_unref(source);
}

static void
run_job(gpointer data, gpointer user)
{
  Job *job = data;
  job->work(user, job->data);
  if (job->done != NULL)
    post(user, job);
  else
    g_free(job);
}

static void
push(RecordingLibrary *self, LibraryFunc work, LibraryFunc done, gpointer data)
{
  Job *job = g_new(Job, 1);
  *job = (Job) { self, work, done, data };
  g_thread_pool_push(self->jobs, job, NULL);
}

void
recording_library_run(RecordingLibrary *self, LibraryFunc work, LibraryFunc done, gpointer data)
{
  assert_on_control();
  push(self, work, done, data);
}

/* --- checks --- */

typedef struct {
  RecordingLibrary *library;
  char   *id, *directory;
  json_t *state;
} Check;

static void
check_free(Check *self)
{
  g_free(self->id);
  g_free(self->directory);
  json_decref(self->state);
  g_free(self);
}

static void
library_unref(RecordingLibrary *self)
{
  if (!g_atomic_int_dec_and_test(&self->refs))
    return;
  g_mutex_clear(&self->lock);
  g_strfreev(self->directories);
  g_main_context_unref(self->control);
  g_free(self->database);
  g_free(self->trusted_certificate);
  g_free(self);
}

/* Library's thread. */
static void
keep_check(RecordingLibrary *self, gpointer data)
{
  Check *check = data;
  g_autoptr(GError) error = NULL;
  if (self->index == NULL || !recording_index_set_check(self->index, check->id, check->state, &error))
    g_warning("recordings: the check of %s is not kept: %s", check->id, error != NULL ? error->message : "no index");
  g_hash_table_remove(self->running, check->id);
  check_free(check);
}

static void
run_check(gpointer data, G_GNUC_UNUSED gpointer user)
{
  Check *check = data;
  RecordingLibrary *self = check->library;
  g_autoptr(VerifyReport) report = verify_session(check->directory, self->trusted_certificate);
  bool is_intact = verify_report_is_intact(report);
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autofree char *at = g_date_time_format_iso8601(now);
  check->state = json_pack("{s:s, s:s, s:o}", "state", is_intact ? "intact" : "damaged", "at", at, "report",
                           verify_report_json(report));
  if (!is_intact)
    g_warning("recordings: %s is not what was closed: %u findings", check->directory, report->findings->len);
  g_mutex_lock(&self->lock);
  if (self->jobs != NULL)
    push(self, keep_check, NULL, check);
  else
    check_free(check);
  g_mutex_unlock(&self->lock);
  library_unref(self);
}

json_t *
recording_library_check_state(RecordingLibrary *self, const char *id)
{
  if (g_hash_table_contains(self->running, id))
    return json_pack("{s:s, s:n, s:n}", "state", "running", "at", "report");
  json_t *kept = self->index != NULL ? recording_index_check(self->index, id) : NULL;
  return kept != NULL ? kept : json_pack("{s:s, s:n, s:n}", "state", "unchecked", "at", "report");
}

void
recording_library_start_check(RecordingLibrary *self, const char *id, const char *directory)
{
  if (!g_hash_table_add(self->running, g_strdup(id)))
    return;
  Check *check = g_new0(Check, 1);
  *check = (Check) { self, g_strdup(id), g_strdup(directory), NULL };
  g_atomic_int_inc(&self->refs);
  g_thread_pool_push(self->checks, check, NULL);
}

/* --- library's thread --- */

RecordingIndex *
recording_library_index(RecordingLibrary *self, GError **error)
{
  gint64 now_us = g_get_monotonic_time();
  if (self->index == NULL)
    self->index = recording_index_open(self->database, (const char *const *)self->directories, error);
  else if (now_us - self->looked_us < LOOK_AGAIN_US)
    return self->index;
  if (self->index == NULL || !recording_index_sync(self->index, error))
    return NULL;
  self->looked_us = now_us;
  return self->index;
}

AuditLog *
recording_library_audit(RecordingLibrary *self)
{
  return self->audit;
}

static gboolean
is_over(G_GNUC_UNUSED gpointer key, gpointer until, gpointer now)
{
  return *(gint64 *)until <= *(gint64 *)now;
}

bool
recording_library_is_new_view(RecordingLibrary *self, const char *key_id, const char *recording, const char *object)
{
  gint64 now_us = g_get_monotonic_time();
  char *view = g_strdup_printf("%s %s %s", key_id, recording, object);
  const gint64 *until = g_hash_table_lookup(self->views, view);
  if (until != NULL && *until > now_us) {
    g_free(view);
    return false;
  }
  if (g_hash_table_size(self->views) >= VIEWS_MAX)
    g_hash_table_foreach_remove(self->views, is_over, &now_us);
  if (g_hash_table_size(self->views) >= VIEWS_MAX)
    g_hash_table_remove_all(self->views);  /* then some are written down twice */
  gint64 *end = g_new(gint64, 1);
  *end = now_us + ONE_VIEW_US;
  g_hash_table_replace(self->views, view, end);
  return true;
}

/* --- life --- */

RecordingLibrary *
recording_library_new(const RecordingLibraryConfig *config)
{
  assert_on_control();
  RecordingLibrary *self = g_new0(RecordingLibrary, 1);
  self->refs = 1;
  g_mutex_init(&self->lock);
  self->control = g_main_context_ref_thread_default();
  self->directories = g_strdupv((char **)config->directories);
  self->database = g_build_filename(config->state_dir, "recordings.sqlite", NULL);
  self->trusted_certificate = g_strdup(config->trusted_certificate);
  self->audit = config->audit;
  self->views = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  self->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->jobs = g_thread_pool_new(run_job, self, 1, FALSE, NULL);
  self->checks = g_thread_pool_new(run_check, self, 1, FALSE, NULL);
  return self;
}

void
recording_library_free(RecordingLibrary *self)
{
  if (self == NULL)
    return;
  g_thread_pool_free(self->checks, FALSE, FALSE);
  g_mutex_lock(&self->lock);
  GThreadPool *jobs = g_steal_pointer(&self->jobs);
  g_mutex_unlock(&self->lock);
  g_thread_pool_free(jobs, FALSE, TRUE);
  /* What the last jobs have to say is said while their requests still wait. */
  while (g_main_context_iteration(self->control, FALSE))
    ;
  recording_index_close(self->index);
  g_hash_table_unref(self->views);
  g_hash_table_unref(self->running);
  library_unref(self);
}
