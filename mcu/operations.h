/* mcu/operations.h - what those who run the bridge's machine need of it: health, readiness, watchdog, drain, reload.
 *
 *   service manager --SIGTERM, SIGHUP--> App --> drain, reload
 *                   <--READY, STATUS, WATCHDOG-- service_notify
 *   monitoring -- GET /healthz, /readyz --> management_server, on an address and a thread of its own
 *
 * Control thread. */
#pragma once
#include "mcu/reload.h"
#include "mcu/service_notify.h"

typedef struct Operations Operations;

typedef struct {
  ReloadParts    reload;            /* everything borrowed */
  ServiceNotify *notify;            /* borrowed */
  const char    *certificate_pem;   /* that HTTPS shows now; copied */
  void         (*ended)(gpointer user);  /* the bridge may end now */
  gpointer       user;
} OperationsParts;

/* Opens the management address. NULL and @error: it is not to be had. */
Operations *operations_new(const OperationsParts *parts, GError **error) ON_CONTROL;
void        operations_free(Operations *self) ON_CONTROL;

/* The first time: drain_begin(); again: drain_finish(). */
void        operations_terminate(Operations *self) ON_CONTROL;
void        operations_reload(Operations *self) ON_CONTROL;
