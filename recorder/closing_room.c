/* recorder/closing_room.c - room on a session's disk that is kept for its closing. */
#include "recorder/closing_room.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
path_in(const char *directory)
{
  return g_build_filename(directory, ".room", NULL);
}

bool
closing_room_keep(const char *directory, GError **error)
{
  g_autofree char *path = path_in(directory);
  struct stat before = { 0 };
  int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0640);
  int code = fd < 0 || fstat(fd, &before) != 0 ? errno : posix_fallocate(fd, 0, CLOSING_ROOM_BYTES);
  if (code != 0 && fd >= 0 && (before.st_size == 0 || ftruncate(fd, before.st_size) != 0))
    unlink(path);
  if (fd >= 0)
    close(fd);
  if (code == 0)
    return true;
  g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "no room for the closing of %s: %s", directory,
              g_strerror(code));
  return false;
}

void
closing_room_give_half(const char *directory)
{
  g_autofree char *path = path_in(directory);
  struct stat info;
  if (lstat(path, &info) == 0 && info.st_size > CLOSING_ROOM_BYTES / 2 && truncate(path, CLOSING_ROOM_BYTES / 2) != 0)
    g_warning("recorder: %s: %s", path, g_strerror(errno));
}

void
closing_room_give_all(const char *directory)
{
  g_autofree char *path = path_in(directory);
  if (unlink(path) != 0 && errno != ENOENT)
    g_warning("recorder: %s: %s", path, g_strerror(errno));
}
