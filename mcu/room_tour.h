/* mcu/room_tour.h - a room's tour, roll call or polling; for the room_*.c files only. */
#pragma once
#include "mcu/room_internal.h"

void    room_stop_tour(Room *self) ON_CONTROL;
/* @site is gone for good, or from a polling. */
void    room_leave_out_of_tour(Room *self, const Site *site) ON_CONTROL;
/* "tour" of the room's state. (transfer full) */
json_t *room_tour_json(const Room *self) ON_CONTROL;
