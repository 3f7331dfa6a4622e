/* mcu/roster.h - who is expected, who waits, who was let in, who was sent out.
 *
 *   expected --arrives--> waiting --admitted--> admitted <--> unstable
 *                            ^ (lobby, lock,        |  ^
 *                            |  no session)    leaves  returns: the seat is its own
 *                         admitted                  v  |
 *   removed <--chair--- any of these              absent
 *
 * A session's roster: opening a session begins a new one. Admission "open" lets in whoever
 * arrives, "lobby" whom the chair lets in; locked, nobody new gets in. Who was let in once comes
 * back by itself. The hub never waits and is never sent out. Without a session all are together,
 * or all wait, by configuration. Sites are indices in the ConfigRoom. Pure: no clock; one thread. */
#pragma once
#include "config/config.h"
#include <jansson.h>

typedef struct Roster Roster;

typedef enum {
  PRESENCE_NONE = 0,
  PRESENCE_EXPECTED,   /* never came in this session                       */
  PRESENCE_WAITING,    /* is connected; sees, hears and is heard by nobody */
  PRESENCE_ADMITTED,
  PRESENCE_UNSTABLE,   /* admitted; nothing is heard of it                 */
  PRESENCE_ABSENT,     /* was admitted, is gone                            */
  PRESENCE_REMOVED,    /* by the chair, until it is admitted again         */
} Presence;

typedef enum { ADMISSION_NONE = 0, ADMISSION_OPEN, ADMISSION_LOBBY } Admission;

/* Why somebody is not let in. */
typedef enum {
  ROSTER_REFUSAL_NONE = 0,
  ROSTER_REFUSAL_LOCKED,
  ROSTER_REFUSAL_CLOSED,  /* no session is open, and before one all wait */
} RosterRefusal;

/* @room: borrowed. @is_together: without a session all see and hear each other. */
Roster *roster_new(const ConfigRoom *room, Admission admission, bool is_together);
void    roster_free(Roster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Roster, roster_free)

/* As roster_new() had them: the admission of the next session, before one at once. */
void    roster_configure(Roster *self, Admission admission, bool is_together);

/* --- the session --- */
void      roster_open(Roster *self);
/* The admission is the configured one again, the lock is off, who was removed may come back. */
void      roster_close(Roster *self);
bool      roster_is_open(const Roster *self);
/* Of the open session, or of the next one. */
void      roster_set_admission(Roster *self, Admission admission);
Admission roster_admission(const Roster *self);
/* Without effect while no session is open. */
void      roster_set_locked(Roster *self, bool is_locked);
bool      roster_is_locked(const Roster *self);

/* --- the sites --- */
/* Its connection is up; again after roster_set_unstable(). */
void roster_arrived(Roster *self, guint site);
void roster_set_unstable(Roster *self, guint site);
void roster_left(Roster *self, guint site);
/* May be done before the site arrives. */
RosterRefusal roster_admit(Roster *self, guint site);
/* All who wait; not who was removed. */
RosterRefusal roster_admit_all(Roster *self);
/* Returns: false for the hub. */
bool roster_remove(Roster *self, guint site);

Presence roster_presence(const Roster *self, guint site);
/* May be seen and heard, connected or not. */
bool     roster_is_admitted(const Roster *self, guint site);
/* false: it was removed. */
bool     roster_may_connect(const Roster *self, guint site);

/* --- what is told of it --- */
const char *presence_name(Presence presence);     /* "expected"... */
const char *admission_name(Admission admission);  /* "open", "lobby" */
/* @name: (nullable). ADMISSION_NONE if it is neither. */
Admission   admission_from_name(const char *name);

/* --- over a restart of the bridge --- */
/* Of an open session; equal as long as nobody new comes or is admitted. (transfer full) */
json_t *roster_keep(const Roster *self);
/* Before anybody arrives. Opens with what roster_keep() gave; who was there is absent. What makes no
 * sense in @kept (nullable) is left out. */
void    roster_restore(Roster *self, const json_t *kept);
