/* mcu/app.h - the whole bridge: threads, rooms and the server, made and ended in order. */
#pragma once
#include "config/config.h"

typedef struct App App;

/* Starts everything; media can be received when it returns. @config: borrowed.
 * NULL and @error: a port, a file or a directory could not be had. */
App  *app_new(const Config *config, GError **error);
/* Says goodbye to every peer, then ends every thread. */
void  app_free(App *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(App, app_free)

/* Runs until app_quit(). Control thread. */
void  app_run(App *self);
void  app_quit(App *self);
