/* mcu/room_scene.h - what a room shows and sounds like: its state made into scenes for the ticks. */
#pragma once
#include "mcu/room_internal.h"

/* Gives the programs and the recording's tap the scenes of the present state; sets the sites' tiles. */
void room_scene_update(Room *self) ON_CONTROL;
/* @site is the one that speaks, and is heard. */
bool room_is_speaking(const Room *self, const Site *site) ON_CONTROL;
