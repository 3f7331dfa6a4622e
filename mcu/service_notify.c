/* mcu/service_notify.c - tells the service manager how the bridge does (the datagrams of sd_notify(3)). */
#include "mcu/service_notify.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct ServiceNotify {
  int                fd;           /* -1: nobody listens */
  struct sockaddr_un address;
  socklen_t          length;
  gint64             watchdog_us;
};

/* A path, or with '@' a name in the abstract space. */
static gboolean
set_address(ServiceNotify *self, const char *name)
{
  gsize length = name != NULL ? strlen(name) : 0;
  if (length < 2 || length >= sizeof self->address.sun_path || (name[0] != '/' && name[0] != '@'))
    return FALSE;
  self->address.sun_family = AF_UNIX;
  memcpy(self->address.sun_path, name, length);
  if (name[0] == '@')
    self->address.sun_path[0] = '\0';
  self->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  return TRUE;
}

ServiceNotify *
service_notify_open(void)
{
  ServiceNotify *self = g_new0(ServiceNotify, 1);
  const char *usec = g_getenv("WATCHDOG_USEC"), *pid = g_getenv("WATCHDOG_PID");
  self->fd = set_address(self, g_getenv("NOTIFY_SOCKET")) ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  gboolean is_ours = pid == NULL || g_ascii_strtoll(pid, NULL, 10) == getpid();
  if (self->fd >= 0 && usec != NULL && is_ours)
    self->watchdog_us = MAX(g_ascii_strtoll(usec, NULL, 10), 0);
  const char *const names[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID" };
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_unsetenv(names[i]);
  return self;
}

void
service_notify_free(ServiceNotify *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  g_free(self);
}

void
service_notify_send(ServiceNotify *self, const char *state)
{
  if (self->fd < 0)
    return;
  if (sendto(self->fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&self->address, self->length) < 0)
    log_limited(G_LOG_LEVEL_WARNING, "the service manager is not told: %s", g_strerror(errno));
}

void
service_notify_reloading(ServiceNotify *self)
{
  g_autofree char *state = g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, clock_now_us());
  service_notify_send(self, state);
}

gint64
service_notify_watchdog_us(const ServiceNotify *self)
{
  return self->watchdog_us;
}
