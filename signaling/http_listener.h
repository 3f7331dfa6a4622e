/* signaling/http_listener.h - listening TCP sockets. Control thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

/* Opens a socket that listens on @address ("::" takes IPv4 as well, and is "0.0.0.0" where
 * there is no IPv6). @port 0: a free one. @loopback_only: refuses any other address.
 * Returns: the descriptor, non-blocking and close-on-exec; -1 and @error. */
int     http_listener_open(const char *address, guint16 port, bool loopback_only, GError **error) ON_CONTROL;
guint16 http_listener_port(int fd) ON_CONTROL;
