/* mcu/audit_log.c - who did what in the rooms, who saw or took what of the recordings, who changed keys. */
#include "mcu/audit_log.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"
#include "recorder/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PENDING_MAX = 2048, TELL_AGAIN_US = 60 * 1000 * 1000 };

/* A line to be written. */
typedef struct {
  char   *action;
  json_t *fields;
} Line;

struct AuditLog {
  char        *path;
  GThreadPool *writer;   /* one thread; takes Lines */
  GMutex       lock;     /* of the journal          */
  Journal     *journal;  /* NULL: not open          */
  ino_t        inode;    /* of the file, and its size behind our last line: */
  off_t        size;     /* another process may append, too                 */
  gint         pending, lost;  /* atomic            */
  GMutex       told_lock;
  gint64       told_us;  /* when a loss was last told of; 0: never */
};

static void write_line(gpointer data, gpointer user);

AuditLog *
audit_log_new(const char *path)
{
  AuditLog *self = g_new0(AuditLog, 1);
  self->path = g_strdup(path);
  g_mutex_init(&self->lock);
  g_mutex_init(&self->told_lock);
  self->writer = g_thread_pool_new(write_line, self, 1, FALSE, NULL);
  return self;
}

void
audit_log_free(AuditLog *self)
{
  if (self == NULL)
    return;
  g_thread_pool_free(self->writer, FALSE, TRUE);
  journal_close(self->journal);
  g_mutex_clear(&self->lock);
  g_mutex_clear(&self->told_lock);
  g_free(self->path);
  g_free(self);
}

/* A chain that does not hold is evidence: it stays as it is, beside the new one. */
static bool
set_aside(AuditLog *self, const GError *why, GError **error)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  g_autofree char *when = g_date_time_format(now, "%Y%m%dT%H%M%S");
  g_autofree char *beside = g_strdup_printf("%s.broken-%s-%06d", self->path, when, g_date_time_get_microsecond(now));
  if (g_rename(self->path, beside) != 0) {
    int code = errno;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s", self->path, g_strerror(code));
    return false;
  }
  g_warning("audit: %s: set aside as %s", why->message, beside);
  self->journal = journal_open(self->path, error);
  g_autofree char *name = g_path_get_basename(beside);
  return self->journal != NULL
      && journal_append(self->journal, "audit.set-aside", 0, json_pack("{s:s, s:s}", "file", name, "why", why->message), error);
}

static bool
open_log(AuditLog *self, GError **error)
{
  if (self->journal != NULL)
    return true;
  g_autofree char *folder = g_path_get_dirname(self->path);
  g_mkdir_with_parents(folder, 0750);
  g_autoptr(GError) why = NULL;
  self->journal = journal_open(self->path, &why);
  if (self->journal != NULL)
    return true;
  guint broken_line = 0;
  json_t *lines = journal_read(self->path, &broken_line, NULL);
  json_decref(lines);
  if (lines != NULL && broken_line > 0)
    return set_aside(self, why, error);
  g_propagate_error(error, g_steal_pointer(&why));
  return false;
}

/* (transfer full) */
static json_t *
line_fields(const AuditEntry *entry)
{
  return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s?}", "role", entry->role, "key", entry->key_id,
                   "peer", entry->peer, "by", entry->by, "recording", entry->recording, "room", entry->room,
                   "site", entry->site, "object", entry->object);
}

/* Returns: the lock's descriptor; -1 and @error. */
static int
take_lock(const AuditLog *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(self->path);
  g_autofree char *path = g_strconcat(self->path, ".lock", NULL);
  g_mkdir_with_parents(folder, 0750);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  int status = fd >= 0 ? flock(fd, LOCK_EX) : -1;
  while (fd >= 0 && status != 0 && errno == EINTR)
    status = flock(fd, LOCK_EX);
  if (status == 0)
    return fd;
  int code = errno;
  g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s", path, g_strerror(code));
  if (fd >= 0)
    close(fd);
  return -1;
}

/* The chain goes on behind what others appended. */
static void
forget_if_changed(AuditLog *self)
{
  struct stat now;
  if (self->journal != NULL
      && (stat(self->path, &now) != 0 || now.st_ino != self->inode || now.st_size != self->size))
    g_clear_pointer(&self->journal, journal_close);
}

/* @fields: (transfer full). */
static bool
append_locked(AuditLog *self, const char *action, json_t *fields, GError **error)
{
  struct stat now = { 0 };
  forget_if_changed(self);
  if (!open_log(self, error)) {
    json_decref(fields);
    return false;
  }
  if (journal_append(self->journal, action, 0, fields, error) && stat(self->path, &now) == 0) {
    self->inode = now.st_ino;
    self->size = now.st_size;
    return true;
  }
  g_clear_pointer(&self->journal, journal_close);  /* perhaps the next one finds a disk again */
  if (error != NULL && *error == NULL)
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s is gone", self->path);
  return false;
}

/* @fields: (transfer full). */
static bool
append(AuditLog *self, const char *action, json_t *fields, GError **error)
{
  g_mutex_lock(&self->lock);
  int lock = take_lock(self, error);
  if (lock < 0)
    json_decref(fields);
  bool is_written = lock >= 0 && append_locked(self, action, fields, error);
  if (lock >= 0)
    close(lock);
  g_mutex_unlock(&self->lock);
  return is_written;
}

bool
audit_log_append(AuditLog *self, const AuditEntry *entry, GError **error)
{
  return append(self, entry->action, line_fields(entry), error);
}

/* --- posted lines --- */

static void
count_loss(AuditLog *self, const char *action, const char *why)
{
  gint lost = g_atomic_int_add(&self->lost, 1) + 1;
  gint64 now_us = clock_now_us();
  g_mutex_lock(&self->told_lock);
  bool is_told = self->told_us != 0 && now_us - self->told_us < TELL_AGAIN_US;
  if (!is_told)
    self->told_us = now_us;
  g_mutex_unlock(&self->told_lock);
  if (!is_told)
    g_critical("audit: %s is not written down: %s (%d lost so far)", action, why, lost);
}

static void
line_free(Line *line)
{
  json_decref(line->fields);
  g_free(line->action);
  g_free(line);
}

/* The writer's thread. */
static void
write_line(gpointer data, gpointer user)
{
  Line *line = data;
  AuditLog *self = user;
  g_autoptr(GError) error = NULL;
  if (!append(self, line->action, g_steal_pointer(&line->fields), &error))
    count_loss(self, line->action, error->message);
  g_atomic_int_add(&self->pending, -1);
  line_free(line);
}

void
audit_log_post(AuditLog *self, const AuditEntry *entry)
{
  if (g_atomic_int_get(&self->pending) >= PENDING_MAX) {
    count_loss(self, entry->action, "the disk is behind");
    return;
  }
  Line *line = g_new(Line, 1);
  *line = (Line) { g_strdup(entry->action), line_fields(entry) };
  json_object_set_new(line->fields, "at", wall_time_json(clock_wall_us()));
  g_atomic_int_inc(&self->pending);
  g_thread_pool_push(self->writer, line, NULL);
}

AuditFigures
audit_log_figures(AuditLog *self)
{
  return (AuditFigures) { (guint)g_atomic_int_get(&self->pending), (guint)g_atomic_int_get(&self->lost) };
}
