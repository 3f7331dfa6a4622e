/* mcu/room_views.h - who in a room sees and hears what, and the barrier before a confidential
 * case. For the room_*.c files. Control thread unless said otherwise. */
#pragma once
#include "mcu/room_internal.h"

void room_views_init(Room *self) ON_CONTROL;
/* No timer of the views runs any more; the room is closed. */
void room_views_stop(Room *self) ON_CONTROL;
void room_views_clear(Room *self) ON_CONTROL;

/* Makes the plan of the present state and gives each peer its view. Before the scenes. */
void room_views_plan(Room *self) ON_CONTROL;
/* Puts what was changed into force at once: the answer to who changed it tells of it. */
void room_views_apply(Room *self) ON_CONTROL;
/* @site: (nullable): NULL: of a viewer. (transfer none) */
const ViewSeat *room_views_of(const Room *self, const Site *site) ON_CONTROL;
/* Who has the main picture may change by time alone: looks again when it is due. */
void room_views_follow_speaker(Room *self) ON_CONTROL;
/* The mix follows the scene of @serial. Audio tick; never blocks. */
void room_views_sound_follows(Room *self, guint serial);
/* Adds "layout", "hubLayout" and "document". */
void room_views_describe(const Room *self, json_t *state) ON_CONTROL;

/* ---- the case; mcu/room_layouts.c ---- */

/* When another case begins, hub and its site come to the main picture: a grid gives way to a pair of the two
 * until no case is heard any more, and who was chosen for the main picture before no longer is. */
void room_follow_case(Room *self) ON_CONTROL;

/* ---- the document; mcu/room_document.c ---- */

/* What the client of @site is to do with its document. Returns: true if site->document is another now, and
 * is to be sent. */
bool room_document_steer(const Room *self, Site *site) ON_CONTROL;
/* @site left. */
void room_document_forget(Room *self, const Site *site) ON_CONTROL;
