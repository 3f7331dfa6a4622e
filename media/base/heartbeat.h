/* media/base/heartbeat.h - signs of life of the long-lived threads, for those who watch over them.
 *
 *   control, net, ticks:  beat ........ beat ........ beat ........ beat      (always)
 *   decode, encode:       beat (a frame) rest ...... beat (a frame) rest      (when there is work)
 *
 * A thread that has a role (thread_role.h) takes its place with its first beat and leaves it when it
 * ends. One store for each beat; no lock, and no call into the kernel but the first. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum { HEARTBEATS_MAX = 512 };

/* The calling thread is alive at @now_us, and says so again soon. Without effect for a thread that
 * has no role. */
void heartbeat_beat(gint64 now_us);
/* The calling thread waits for work from here on and owes no sign until its next beat. */
void heartbeat_rest(void);

typedef struct {
  ThreadRoleId role;
  gint64 beat_us;    /* the last sign, monotonic; 0: it rests */
} Heartbeat;

/* Returns: how many of @out were filled. Any thread. */
guint heartbeat_list(Heartbeat out[HEARTBEATS_MAX]);
