/* signaling/mhd_source.h - drives an MHD_Daemon (MHD_USE_EPOLL, no threads) from a GLib loop.
 *
 * The loop waits for the daemon's epoll descriptor and for MHD_get_timeout(). Control thread. */
#pragma once
#include "media/base/thread_role.h"
#include <microhttpd.h>

/* @daemon: borrowed; must outlive the source. Returns: (transfer full): not attached. */
GSource *mhd_source_new(struct MHD_Daemon *daemon) ON_CONTROL;
/* To be called after MHD_resume_connection(): without threads libmicrohttpd has no bell of
 * its own, and MHD_get_timeout() does not tell of resumed connections. */
void     mhd_source_wake(GSource *source) ON_CONTROL;
