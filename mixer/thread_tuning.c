/* mixer/thread_tuning.c - scheduling and CPU time of the calling thread. */
#include "mixer/thread_tuning.h"
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Low real-time priorities: above every ordinary thread, below the kernel's own. The
 * nice value is the second choice, for where real-time is not permitted. */
static const struct {
  int rr_priority;  /* 0: ordinary scheduling */
  int nice;
} TUNING[] = {
  [THREAD_URGENCY_WORKER] = { 0, -5 },
  [THREAD_URGENCY_VIDEO_TICK] = { 2, -10 },
  [THREAD_URGENCY_AUDIO_TICK] = { 3, -11 },
};

void
thread_tuning_apply(ThreadUrgency urgency)
{
  g_return_if_fail(urgency > THREAD_URGENCY_NONE && urgency <= THREAD_URGENCY_AUDIO_TICK);
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  /* ns; 50 us by default */

  /* A child process (the recorder) must not inherit it. */
  struct sched_param param = { .sched_priority = TUNING[urgency].rr_priority };
  if (param.sched_priority > 0 && sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param) == 0)
    return;
  pid_t tid = (pid_t)syscall(SYS_gettid);
  if (setpriority(PRIO_PROCESS, (id_t)tid, TUNING[urgency].nice) != 0)
    g_debug("thread %d: neither real-time nor nice %d permitted", (int)tid, TUNING[urgency].nice);
}

gint64
thread_cpu_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}
