/* mcu/room_desk.h - a room at the technicians' desk: the verdicts on its sites, and its alarms.
 *
 *   FigureSampler, each second -> room_desk_judge -> SiteVerdict of each site, AlarmDesk
 *                                   another verdict -> the room's state: what the chair reads follows from it
 *                                   an alarm's change -> event "alarm" to technicians, log, webhook, mark
 *
 * What is of the box is raised in every room, for its technicians to see; log and webhook hear of it once, from
 * the first room. Control thread. */
#pragma once
#include "mcu/alarm_desk.h"
#include "mcu/room.h"
#include "mcu/site_verdict.h"

/* A FigureListener. @user: the FigureSampler. */
void room_desk_judge(Room *room, guint n_sites, const SiteFigures *sites, const BoxFigures *box, gint64 now_us,
                     gpointer user) ON_CONTROL;
/* (transfer none). @site: index in the configuration. */
const SiteVerdict *room_desk_verdict(const Room *room, guint site) ON_CONTROL;
/* (transfer none) */
AlarmDesk *room_desk_alarms(Room *room) ON_CONTROL;

/* For mcu/room.c. */
void room_desk_begin(Room *room) ON_CONTROL;
void room_desk_end(Room *room) ON_CONTROL;
