/* signaling/socket_linger.h - lets a peer read our last words before its socket is reset.
 *
 * A socket closed while bytes of a refused body still arrive is reset by the kernel, and the
 * reset can destroy the answer in flight (RFC 9112 section 9.6). So a copy of the descriptor
 * is read empty for a while, without keeping anything, and closed then. Control thread. */
#pragma once
#include "media/base/thread_role.h"

typedef struct SocketLingers SocketLingers;

SocketLingers *socket_lingers_new(GMainContext *context);
/* Closes what still lingers. */
void           socket_lingers_free(SocketLingers *self) ON_CONTROL;
/* @fd: borrowed, duplicated; to be closed by the caller as it likes. */
void           socket_lingers_add(SocketLingers *self, int fd) ON_CONTROL;
guint          socket_lingers_count(const SocketLingers *self) ON_CONTROL;
