/* mcu/disk_watch.c - how much room is left where sessions are recorded. */
#include "mcu/disk_watch.h"
#include "recorder/disk_bytes.h"
#include <errno.h>
#include <gio/gio.h>

enum { INTERVAL_S = 5, WARN_PERCENT = 20, ALARM_PERCENT = 10, REFUSE_PERCENT = 5 };

struct DiskWatch {
  char      *path;   /* owned */
  void     (*changed)(gpointer data);
  gpointer   data;
  GCancellable *ending;  /* owned: a look under way then tells nobody */
  DiskSpace  space;
  guint      timer;
  bool       is_looking;
};

const char *
disk_level_name(DiskLevel level)
{
  static const char *const NAMES[] = {
    [DISK_LEVEL_UNKNOWN] = "unknown", [DISK_LEVEL_OK] = "ok", [DISK_LEVEL_WARN] = "warn",
    [DISK_LEVEL_ALARM] = "alarm", [DISK_LEVEL_REFUSE] = "refuse",
  };
  return NAMES[level];
}

DiskLevel
disk_level(const DiskSpace *space)
{
  if (!space->is_known)
    return DISK_LEVEL_UNKNOWN;
  return space->free_percent < REFUSE_PERCENT  ? DISK_LEVEL_REFUSE
         : space->free_percent < ALARM_PERCENT ? DISK_LEVEL_ALARM
         : space->free_percent < WARN_PERCENT  ? DISK_LEVEL_WARN
                                               : DISK_LEVEL_OK;
}

DiskSpace
disk_space_read(const char *path)
{
  g_autofree char *at = g_canonicalize_filename(path, NULL);
  struct statvfs status;
  while (statvfs(at, &status) != 0) {
    if (errno != ENOENT || g_str_equal(at, "/"))
      return (DiskSpace) { 0 };
    char *parent = g_path_get_dirname(at);
    g_free(at);
    at = parent;
  }
  guint64 free_bytes = disk_free_bytes(&status), usable = disk_usable_bytes(&status);
  return (DiskSpace) {
    .is_known = usable > 0,
    .free_bytes = free_bytes,
    .total_bytes = usable,
    .free_percent = usable > 0 ? 100.0 * (double)free_bytes / (double)usable : 0,
  };
}

static void
look(GTask *task, G_GNUC_UNUSED gpointer source, gpointer path, G_GNUC_UNUSED GCancellable *cancellable)
{
  DiskSpace *space = g_new(DiskSpace, 1);
  *space = disk_space_read(path);
  g_task_return_pointer(task, space, g_free);
}

static void
looked(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree DiskSpace *space = g_task_propagate_pointer(G_TASK(result), NULL);
  if (space == NULL)  /* cancelled: @data is gone */
    return;
  DiskWatch *self = data;
  self->is_looking = false;
  self->space = *space;
  self->changed(self->data);
}

static gboolean
look_again(gpointer data)
{
  DiskWatch *self = data;
  if (self->is_looking)
    return G_SOURCE_CONTINUE;
  self->is_looking = true;
  GTask *task = g_task_new(NULL, self->ending, looked, self);
  g_task_set_task_data(task, g_strdup(self->path), g_free);
  g_task_run_in_thread(task, look);
  g_object_unref(task);
  return G_SOURCE_CONTINUE;
}

DiskWatch *
disk_watch_new(const char *path, void (*changed)(gpointer data), gpointer data)
{
  DiskWatch *self = g_new0(DiskWatch, 1);
  self->path = g_strdup(path);
  self->changed = changed;
  self->data = data;
  self->ending = g_cancellable_new();
  self->timer = g_timeout_add_seconds(INTERVAL_S, look_again, self);
  look_again(self);
  return self;
}

void
disk_watch_free(DiskWatch *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel(self->ending);
  g_object_unref(self->ending);
  g_source_remove(self->timer);
  g_free(self->path);
  g_free(self);
}

DiskSpace
disk_watch_space(const DiskWatch *self)
{
  return self->space;
}
