/* mcu/key_watch.c - takes up what `diemcau key` changes while the bridge runs. */
#include "mcu/key_watch.h"
#include "media/base/clock.h"
#include "signaling/key_store.h"
#include <gio/gio.h>
#include <sys/stat.h>

enum { EXPIRY_TICK_S = 1, TICKS_A_LOOK = 2, EVENTS_APART_MS = 50 };

/* What tells one version of the file from another. */
typedef struct {
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec modified;
} Version;

struct KeyWatch {
  /* borrowed */
  Credentials  *credentials;
  GMainContext *control;
  /* owned */
  char         *state_dir, *path;
  GFileMonitor *monitor;     /* (nullable) */
  GThreadPool  *thread;      /* one */
  char         *last_error;  /* (nullable): said already */
  guint         ticker, ticks;
  bool          is_looking, has_news_meanwhile;
  /* the watcher's thread, while is_looking */
  Version       version;
  GArray       *keys;        /* (nullable): what it read */
  GError       *error;
};

static bool
has_changed(const Version *a, const Version *b)
{
  return a->device != b->device || a->inode != b->inode || a->size != b->size
      || a->modified.tv_sec != b->modified.tv_sec || a->modified.tv_nsec != b->modified.tv_nsec;
}

static gboolean on_look_done(gpointer data);

/* A version read under an older one's name is read once more: harmless. */
static void
look_at_file(gpointer data, G_GNUC_UNUSED gpointer user)
{
  KeyWatch *self = data;
  struct stat status;
  Version now = { 0 };
  if (stat(self->path, &status) == 0)
    now = (Version) { status.st_dev, status.st_ino, status.st_size, status.st_mtim };
  if (has_changed(&now, &self->version)) {
    self->version = now;
    if (now.inode != 0)
      self->keys = key_store_read(self->state_dir, &self->error);
    else
      g_set_error(&self->error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s is gone", self->path);
    if (self->error != NULL)
      self->version.size = -1;  /* what cannot be read now may be so later, without another change */
  }
  GSource *source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, on_look_done, self, NULL);
  g_source_attach(source, self->control);
  g_source_unref(source);
}

static void
look(KeyWatch *self)
{
  if (self->is_looking) {
    self->has_news_meanwhile = true;
    return;
  }
  self->is_looking = true;
  self->has_news_meanwhile = false;
  g_thread_pool_push(self->thread, self, NULL);
}

static gboolean
on_look_done(gpointer data)
{
  assert_on_control();
  KeyWatch *self = data;
  self->is_looking = false;
  if (self->error != NULL && g_strcmp0(self->error->message, self->last_error) != 0) {
    g_warning("keys: %s; they stay as they were", self->error->message);
    g_free(self->last_error);
    self->last_error = g_strdup(self->error->message);
  }
  g_clear_error(&self->error);
  if (self->keys != NULL) {
    g_clear_pointer(&self->last_error, g_free);
    credentials_set_keys(self->credentials, g_steal_pointer(&self->keys));
  }
  if (self->has_news_meanwhile && self->thread != NULL)
    look(self);
  return G_SOURCE_REMOVE;
}

static void
on_file_event(G_GNUC_UNUSED GFileMonitor *monitor, G_GNUC_UNUSED GFile *file, G_GNUC_UNUSED GFile *other,
              G_GNUC_UNUSED GFileMonitorEvent event, gpointer user)
{
  assert_on_control();
  look(user);
}

static gboolean
on_tick(gpointer user)
{
  assert_on_control();
  KeyWatch *self = user;
  credentials_expire(self->credentials, clock_now_us());
  if (++self->ticks % TICKS_A_LOOK == 0)
    look(self);
  return G_SOURCE_CONTINUE;
}

KeyWatch *
key_watch_new(const char *state_dir, Credentials *credentials)
{
  KeyWatch *self = g_new0(KeyWatch, 1);
  self->credentials = credentials;
  self->control = g_main_context_ref_thread_default();
  self->state_dir = g_strdup(state_dir);
  self->path = g_build_filename(state_dir, "credentials.json", NULL);
  self->thread = g_thread_pool_new(look_at_file, NULL, 1, FALSE, NULL);
  g_autoptr(GFile) file = g_file_new_for_path(self->path);
  g_autoptr(GError) error = NULL;
  self->monitor = g_file_monitor_file(file, G_FILE_MONITOR_NONE, NULL, &error);
  if (self->monitor != NULL) {
    g_file_monitor_set_rate_limit(self->monitor, EVENTS_APART_MS);
    g_signal_connect(self->monitor, "changed", G_CALLBACK(on_file_event), self);
  } else {
    g_message("keys: changes are noticed within 2 s: %s", error->message);
  }
  self->ticker = g_timeout_add_seconds(EXPIRY_TICK_S, on_tick, self);
  look(self);  /* what changed since the keys were loaded */
  return self;
}

void
key_watch_free(KeyWatch *self)
{
  if (self == NULL)
    return;
  g_source_remove(self->ticker);
  if (self->monitor != NULL) {
    g_signal_handlers_disconnect_by_data(self->monitor, self);
    g_file_monitor_cancel(self->monitor);
    g_object_unref(self->monitor);
  }
  self->has_news_meanwhile = false;
  g_thread_pool_free(g_steal_pointer(&self->thread), FALSE, TRUE);
  while (self->is_looking)
    g_main_context_iteration(self->control, TRUE);
  g_main_context_unref(self->control);
  g_free(self->state_dir);
  g_free(self->path);
  g_free(self->last_error);
  g_free(self);
}
