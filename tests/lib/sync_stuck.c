/* tests/lib/sync_stuck.c - LD_PRELOAD: a disk that hangs: while the file SYNC_STUCK_FILE is there, fdatasync() and fsync() below
 * the directory SYNC_STUCK_DIR do not return. SYNC_STUCK_FILE.held is made when the first call is held. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOK_AGAIN_US = 20000 };

static int
is_below(int fd, const char *directory)
{
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  return n > 0 && strncmp(path, directory, strlen(directory)) == 0;
}

static void
hang(int fd)
{
  const char *file = getenv("SYNC_STUCK_FILE"), *directory = getenv("SYNC_STUCK_DIR");
  if (file == NULL || directory == NULL || access(file, F_OK) != 0 || !is_below(fd, directory))
    return;
  char held[4096];
  snprintf(held, sizeof held, "%s.held", file);
  int mark = open(held, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (mark >= 0)
    close(mark);
  while (access(file, F_OK) == 0)
    usleep(LOOK_AGAIN_US);
}

int
fdatasync(int fd)
{
  hang(fd);
  return (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
  hang(fd);
  return (int)syscall(SYS_fsync, fd);
}
