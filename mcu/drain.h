/* mcu/drain.h - ends the bridge without cutting a session off.
 *
 *   running --drain_begin()--> draining --the last session and its record are closed--> ended
 *                                 |
 *                                 +--drain_finish()--> finishing --all records closed, or 5 s--> ended
 *
 * While it drains, no session is opened, and only a room whose session is open lets anybody in; each chair gets the event
 * "draining". A session that is cut short by drain_finish() stays open for the next start, as after a kill, but its record is
 * whole. Control thread. */
#pragma once
#include "mcu/room.h"

typedef struct Drain Drain;

enum { DRAIN_FINISH_MS = 5000 };

/* @rooms: of Room, borrowed. @ended: once, never from inside a call. */
Drain *drain_new(GPtrArray *rooms, void (*ended)(gpointer user), gpointer user) ON_CONTROL;
void   drain_free(Drain *self) ON_CONTROL;

/* Idempotent. Returns: false: nothing is open or being packed, and it has ended with that (@ended follows). */
bool   drain_begin(Drain *self) ON_CONTROL;
void   drain_finish(Drain *self) ON_CONTROL;
bool   drain_is_under_way(const Drain *self) ON_CONTROL;
