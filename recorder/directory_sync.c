/* recorder/directory_sync.c - makes the names of files durable: a file that is synced is lost with its name. */
#include "recorder/directory_sync.h"
#include "recorder/recorder_error.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_DIRECTORY = 0750 };

static int (*sync_call)(int fd) = fsync;

void
directory_sync_set(int (*sync)(int fd))
{
  sync_call = sync != NULL ? sync : fsync;
}

bool
directory_sync(const char *path, GError **error)
{
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return recorder_error_set_errno(error, path);
  /* EINVAL: the file system knows no such thing, and keeps names by itself */
  bool is_synced = sync_call(fd) == 0 || errno == EINVAL || recorder_error_set_errno(error, path);
  close(fd);
  return is_synced;
}

bool
directory_sync_of(const char *file, GError **error)
{
  g_autofree char *directory = g_path_get_dirname(file);
  return directory_sync(directory, error);
}

bool
directory_make(const char *path, GError **error)
{
  if (mkdir(path, MODE_DIRECTORY) == 0)
    return directory_sync_of(path, error);
  if (errno == EEXIST)
    return true;
  g_autofree char *parent = g_path_get_dirname(path);
  if (errno != ENOENT || g_str_equal(parent, path))
    return recorder_error_set_errno(error, path);
  return directory_make(parent, error) && directory_make(path, error);
}
