/* signaling/mhd_source.c - drives an MHD_Daemon from a GLib loop. */
#include "signaling/mhd_source.h"

typedef struct {
  GSource            source;
  struct MHD_Daemon *daemon;  /* borrowed */
  gpointer           tag;
} MhdSource;

static gboolean
prepare(GSource *source, gint *timeout_ms)
{
  MHD_UNSIGNED_LONG_LONG wait_ms;
  if (MHD_get_timeout(((MhdSource *)source)->daemon, &wait_ms) != MHD_YES) {
    *timeout_ms = -1;
    return FALSE;
  }
  *timeout_ms = MIN(wait_ms, (MHD_UNSIGNED_LONG_LONG)G_MAXINT);
  return wait_ms == 0;
}

static gboolean
check(GSource *source)
{
  MhdSource *self = (MhdSource *)source;
  MHD_UNSIGNED_LONG_LONG wait_ms;
  return g_source_query_unix_fd(source, self->tag) != 0
      || (MHD_get_timeout(self->daemon, &wait_ms) == MHD_YES && wait_ms == 0);
}

static gboolean
dispatch(GSource *source, G_GNUC_UNUSED GSourceFunc callback, G_GNUC_UNUSED gpointer data)
{
  g_source_set_ready_time(source, -1);
  MHD_run(((MhdSource *)source)->daemon);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = { .prepare = prepare, .check = check, .dispatch = dispatch };

GSource *
mhd_source_new(struct MHD_Daemon *daemon)
{
  GSource *source = g_source_new(&functions, sizeof(MhdSource));
  MhdSource *self = (MhdSource *)source;
  self->daemon = daemon;
  self->tag = g_source_add_unix_fd(
      source, MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, G_IO_IN);
  return source;
}

void
mhd_source_wake(GSource *source)
{
  g_source_set_ready_time(source, 0);
}
