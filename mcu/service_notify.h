/* mcu/service_notify.h - tells the service manager how the bridge does (the datagrams of sd_notify(3)).
 *
 * Without NOTIFY_SOCKET every call does nothing. The protocol is three lines of text over a datagram socket; it is
 * spoken here instead of linking libsystemd. Any thread; never blocks. */
#pragma once
#include <glib.h>

typedef struct ServiceNotify ServiceNotify;

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no child speaks in our name:
 * before any thread begins. */
ServiceNotify *service_notify_open(void);
void           service_notify_free(ServiceNotify *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServiceNotify, service_notify_free)

/* @state: "READY=1", "STATUS=..."; several by line. */
void           service_notify_send(ServiceNotify *self, const char *state);
/* RELOADING=1, with the time that systemd wants beside it. */
void           service_notify_reloading(ServiceNotify *self);
/* How often WATCHDOG=1 is due at the latest; 0: nobody waits for it. */
gint64         service_notify_watchdog_us(const ServiceNotify *self);
