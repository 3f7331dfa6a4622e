/* recorder/recorder_spawn.c - starts one recorder process at the other end of a socket. */
#include "recorder/recorder_spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SESSION_FD = 3 };

extern char **environ;

static void
set_attributes(posix_spawnattr_t *attributes)
{
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_init(attributes);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setsigdefault(attributes, &all);
  posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

bool
recorder_spawn(const char *program, pid_t *pid, int *fd, GError **error)
{
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "socketpair: %s", g_strerror(errno));
    return false;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], SESSION_FD);
  posix_spawn_file_actions_addclosefrom_np(&actions, SESSION_FD + 1);
  posix_spawnattr_t attributes;
  set_attributes(&attributes);
  char *arguments[] = { (char *)program, (char *)"--session-fd", (char *)"3", NULL };
  int failure = posix_spawn(pid, program, &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failure != 0) {
    close(ends[0]);
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(failure), "%s: %s", program, g_strerror(failure));
    return false;
  }
  fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
  *fd = ends[0];
  return true;
}
