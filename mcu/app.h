/* mcu/app.h - the whole bridge: threads, rooms and the server, made and ended in order. */
#pragma once
#include "config/config.h"
#include "mcu/service_notify.h"

typedef struct App App;

/* Starts everything; media can be received when it returns. @config: borrowed; a reload exchanges its live settings.
 * @config_path: (nullable), borrowed: what a reload reads. @notify: borrowed.
 * NULL and @error: a port, a file or a directory could not be had. */
App  *app_new(Config *config, const char *config_path, ServiceNotify *notify, GError **error);
/* Says goodbye to every peer, then ends every thread. */
void  app_free(App *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(App, app_free)

/* Runs until app_quit(), or until it has drained. Control thread. */
void  app_run(App *self);
/* Ends at once; an open session goes on at the next start. */
void  app_quit(App *self);
/* The first time: ends when the open sessions have; again: closes their records and ends (mcu/drain.h). */
void  app_terminate(App *self);
/* Takes the changed configuration over (mcu/reload.h). */
void  app_reload(App *self);
