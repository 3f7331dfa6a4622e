/* mcu/watchdog.h - a thread that watches over the others and feeds the service manager's watchdog.
 *
 *   heartbeats --every 250 ms--> health --the four that must move, move--> WATCHDOG=1
 *                                      \--one stops, or moves again-----> one log line
 *
 * It depends on no other thread: whichever hangs, the feeding ends, and systemd starts the bridge anew. */
#pragma once
#include "mcu/service_notify.h"

typedef struct Watchdog Watchdog;

/* @notify: borrowed. */
Watchdog *watchdog_new(ServiceNotify *notify);
void      watchdog_free(Watchdog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watchdog, watchdog_free)
