/* signaling/socket_linger.c - lets a peer read our last words before its socket is reset. */
#include "signaling/socket_linger.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINGERS_MAX = 64, LINGER_MS = 2000, DISCARD_MAX_BYTES = 1 << 20, READ_BYTES = 16384 };

struct SocketLingers {
  GMainContext *context;
  GQueue        list;
};

typedef struct {
  SocketLingers *owner;
  GList          link;
  GSource       *readable, *timeout;
  int            fd;
  gsize          discarded;
} Linger;

static void
finish(Linger *self)
{
  g_queue_unlink(&self->owner->list, &self->link);
  g_source_destroy(self->readable);
  g_source_unref(self->readable);
  g_source_destroy(self->timeout);
  g_source_unref(self->timeout);
  close(self->fd);
  g_free(self);
}

static gboolean
on_readable(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer data)
{
  Linger *self = data;
  char discarded[READ_BYTES];
  ssize_t n = recv(fd, discarded, sizeof discarded, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0)
    self->discarded += n;
  if (n > 0 && self->discarded < DISCARD_MAX_BYTES)
    return G_SOURCE_CONTINUE;
  finish(self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout(gpointer data)
{
  finish(data);
  return G_SOURCE_REMOVE;
}

SocketLingers *
socket_lingers_new(GMainContext *context)
{
  SocketLingers *self = g_new0(SocketLingers, 1);
  self->context = g_main_context_ref(context);
  g_queue_init(&self->list);
  return self;
}

void
socket_lingers_free(SocketLingers *self)
{
  if (self == NULL)
    return;
  while (self->list.head != NULL)
    finish(self->list.head->data);
  g_main_context_unref(self->context);
  g_free(self);
}

void
socket_lingers_add(SocketLingers *self, int fd)
{
  int copy = self->list.length < LINGERS_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
  if (copy < 0)
    return;  /* the peer may miss the answer; nothing worse */
  Linger *linger = g_new0(Linger, 1);
  linger->owner = self;
  linger->link.data = linger;
  linger->fd = copy;
  linger->readable = g_unix_fd_source_new(copy, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback(linger->readable, G_SOURCE_FUNC(on_readable), linger, NULL);
  g_source_attach(linger->readable, self->context);
  linger->timeout = g_timeout_source_new(LINGER_MS);
  g_source_set_callback(linger->timeout, on_timeout, linger, NULL);
  g_source_attach(linger->timeout, self->context);
  g_queue_push_tail_link(&self->list, &linger->link);
}

guint
socket_lingers_count(const SocketLingers *self)
{
  return self->list.length;
}
