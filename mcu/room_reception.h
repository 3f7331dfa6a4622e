/* mcu/room_reception.h - a room's roster and what of the reception is told and kept; for the
 * room_*.c files only. */
#pragma once
#include "mcu/room_internal.h"

guint site_index(const Room *self, const Site *site);
/* Returns: (nullable) (transfer none): NULL, and @error. */
Site *room_need_site(Room *self, const char *id, GError **error) ON_CONTROL;
/* Returns: false, and @error. */
bool  room_refuse(GError **error, RoomError code, const char *why);

void room_reception_begin(Room *self) ON_CONTROL;
void room_reception_end(Room *self) ON_CONTROL;

/* The session was opened or closed, by whomever. */
void room_reception_follow_session(Room *self) ON_CONTROL;
/* site->state is CONNECTED or UNSTABLE now. */
void room_reception_heard(Room *self, const Site *site) ON_CONTROL;
void room_reception_left(Room *self, Site *site) ON_CONTROL;

/* Has the session store written if what is to be known after a restart is another. */
void room_reception_remember(Room *self) ON_CONTROL;
/* For RoomSessionConfig; @user: the Room. */
json_t *room_reception_keep(gpointer user);
void    room_reception_restore(const json_t *kept, gpointer user);

/* Adds "hands" and "tour", and what the roster knows of the session, to the room's state. */
void room_reception_describe(const Room *self, json_t *room) ON_CONTROL;
/* Adds "presence", "hand" and "askedToUnmute". */
void room_reception_describe_site(const Room *self, const Site *site, json_t *json) ON_CONTROL;
