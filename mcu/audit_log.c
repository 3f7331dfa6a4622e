/* mcu/audit_log.c - who saw or took what of the recordings, and who changed keys. */
#include "mcu/audit_log.h"
#include "recorder/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct AuditLog {
  char    *path;
  Journal *journal;  /* NULL: not open */
  ino_t    inode;    /* of the file, and its size behind our last line: */
  off_t    size;     /* another process may append, too                 */
};

AuditLog *
audit_log_new(const char *path)
{
  AuditLog *self = g_new0(AuditLog, 1);
  self->path = g_strdup(path);
  return self;
}

void
audit_log_free(AuditLog *self)
{
  if (self == NULL)
    return;
  journal_close(self->journal);
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

static bool
append_locked(AuditLog *self, const AuditEntry *entry, GError **error)
{
  struct stat now = { 0 };
  forget_if_changed(self);
  if (!open_log(self, error))
    return false;
  json_t *fields = json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "role", entry->role, "key", entry->key_id, "peer", entry->peer,
                             "recording", entry->recording, "object", entry->object);
  if (journal_append(self->journal, entry->action, 0, fields, error) && stat(self->path, &now) == 0) {
    self->inode = now.st_ino;
    self->size = now.st_size;
    return true;
  }
  g_clear_pointer(&self->journal, journal_close);  /* perhaps the next one finds a disk again */
  if (error != NULL && *error == NULL)
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s is gone", self->path);
  return false;
}

bool
audit_log_append(AuditLog *self, const AuditEntry *entry, GError **error)
{
  int lock = take_lock(self, error);
  if (lock < 0)
    return false;
  bool is_written = append_locked(self, entry, error);
  close(lock);
  return is_written;
}
