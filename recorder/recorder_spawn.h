/* recorder/recorder_spawn.h - starts one recorder process at the other end of a socket. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Starts @program with "--session-fd 3" in a session of its own: a signal to the bridge's terminal
 * or group does not reach it, so that it finalises whatever becomes of the bridge.
 * @fd: our end, non-blocking, close-on-exec. Any thread. Blocks for a fork. */
bool recorder_spawn(const char *program, pid_t *pid, int *fd, GError **error);
