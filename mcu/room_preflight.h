/* mcu/room_preflight.h - a room's test before a session: its run and its sheet.
 *
 *   none --start--> running --20 s--> done        --start--> running
 *                     \-- stopped, or a session is opened --> stopped --start--> running
 *
 * While it runs the mix is the test signal (mixer/audio_program) and cameras are asked for the best picture of a session.
 * The sheet of the last run stays until the next one. Control thread. */
#pragma once
#include "mcu/room.h"
#include "mcu/site_figures.h"

enum { PREFLIGHT_RUN_S = 20 };

typedef enum {
  ROOM_PREFLIGHT_STARTED = 0,
  ROOM_PREFLIGHT_SESSION_OPEN,
  ROOM_PREFLIGHT_RUNNING,    /* another run is under way */
} RoomPreflightStart;

/* @by: a role's name: static. Chair and technicians are told (event "preflight"). */
RoomPreflightStart room_preflight_start(Room *room, const char *by) ON_CONTROL;
/* Nothing happens if none runs. */
void     room_preflight_stop(Room *room) ON_CONTROL;
bool     room_preflight_is_running(const Room *room) ON_CONTROL;
/* The sheet as openapi.json has it: Preflight. (transfer full) */
json_t  *room_preflight_json(const Room *room) ON_CONTROL;

/* A FigureListener. */
void room_preflight_observe(Room *room, guint n_sites, const SiteFigures *sites, const BoxFigures *box, gint64 now_us,
                            gpointer user) ON_CONTROL;

/* For mcu/room.c. */
void room_preflight_end(Room *room) ON_CONTROL;
