/* mcu/session_recovery.h - finalises at start what a crash left unfinished, in a process of its own.
 *
 * Sessions opened at this start begin at once; a recorder that is still at work holds its
 * session's lock, and is left alone. */
#pragma once
#include "config/config.h"

/* Both directories of @config. @open: ids of the sessions that are open now, NULL-ended. Returns at
 * once; what became of it is said in the log. Control thread. */
void session_recovery_start(const Config *config, const char *const *open);
