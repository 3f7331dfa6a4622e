/* media/base/thread_role.c - names of the threads, checked by clang and at run time. */
#include "media/base/thread_role.h"
#include <pthread.h>

ThreadRole role_control, role_net, role_decode, role_video_tick, role_encode, role_audio_tick;

static _Thread_local ThreadRoleId current_role;

static const char *const ROLE_NAMES[] = {
  [THREAD_ROLE_NONE] = "none",             [THREAD_ROLE_CONTROL] = "control",
  [THREAD_ROLE_NET] = "net",               [THREAD_ROLE_DECODE] = "decode",
  [THREAD_ROLE_VIDEO_TICK] = "video-tick", [THREAD_ROLE_ENCODE] = "encode",
  [THREAD_ROLE_AUDIO_TICK] = "audio-tick",
};

void
thread_role_enter(ThreadRoleId role)
{
  g_return_if_fail(role > THREAD_ROLE_NONE && role <= THREAD_ROLE_AUDIO_TICK);
  thread_role_check(role);
  current_role = role;
  if (role != THREAD_ROLE_CONTROL)  /* the main thread's name is the process's */
    pthread_setname_np(pthread_self(), ROLE_NAMES[role]);
}

ThreadRoleId
thread_role_current(void)
{
  return current_role;
}

const char *
thread_role_name(ThreadRoleId role)
{
  return ROLE_NAMES[role];
}

void
thread_role_check(ThreadRoleId role)
{
  if (G_UNLIKELY(current_role != THREAD_ROLE_NONE && current_role != role))
    g_error("thread '%s' entered what belongs to thread '%s'", ROLE_NAMES[current_role],
            ROLE_NAMES[role]);
}
