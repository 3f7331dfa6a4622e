/* tests/lib/tick_stuck.c - LD_PRELOAD: a tick that hangs: while the file TICK_STUCK_FILE is there, clock_nanosleep() of the thread
 * named TICK_STUCK_THREAD does not return. TICK_STUCK_FILE.held is made when it is held. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct timespec LOOK_AGAIN = { .tv_nsec = 20000000 };

static void
hang(void)
{
  const char *file = getenv("TICK_STUCK_FILE"), *wanted = getenv("TICK_STUCK_THREAD");
  char name[16] = "", held[4096];
  if (file == NULL || wanted == NULL || pthread_getname_np(pthread_self(), name, sizeof name) != 0 || strcmp(name, wanted) != 0
      || access(file, F_OK) != 0)
    return;
  snprintf(held, sizeof held, "%s.held", file);
  int mark = open(held, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (mark >= 0)
    close(mark);
  while (access(file, F_OK) == 0)
    syscall(SYS_nanosleep, &LOOK_AGAIN, NULL);
}

int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remain)
{
  hang();
  return syscall(SYS_clock_nanosleep, clock, flags, request, remain) == 0 ? 0 : errno;
}
