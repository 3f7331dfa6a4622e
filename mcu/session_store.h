/* mcu/session_store.h - which sessions are open, kept in state/sessions.json, so that a bridge
 * that is killed and started again opens them again by itself.
 *
 * Written on a thread of its own, whole and synced, in the order of the changes: a slow disk
 * holds up nobody. An entry is an object of the room's making. Control thread. */
#pragma once
#include "mcu/state_file.h"
#include "media/base/thread_role.h"

typedef struct SessionStore SessionStore;

/* A file that is missing or no longer readable is an empty store; the latter is said in the log
 * and kept beside it. */
SessionStore *session_store_open(const char *state_dir) ON_CONTROL;
/* Writes what is still to be written. */
void          session_store_free(SessionStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SessionStore, session_store_free)

/* (transfer none) (nullable). */
const json_t *session_store_get(const SessionStore *self, const char *room) ON_CONTROL;
/* @entry: (transfer full) (nullable): NULL: the room has no open session. */
void          session_store_put(SessionStore *self, const char *room, json_t *entry) ON_CONTROL;
/* (transfer none): for the rooms' other files of the state directory: it lives as long as the store. */
StateWriter  *session_store_writer(SessionStore *self) ON_CONTROL;
