/* mcu/mark_watch.h - finds, between two readings of a room, what is worth a mark in the charts. Control thread. */
#pragma once
#include "mcu/figure_marks.h"
#include "mcu/room_figures.h"

enum { MARK_KEYFRAME_EVERY_US = 10 * 1000 * 1000 };  /* of one site: more say nothing more */

typedef struct {
  gint64 keyframe_us[CONFIG_SITES_MAX];  /* of the last mark */
} MarkWatch;

/* @wall_us: UNIX, of @now. */
void mark_watch_note(MarkWatch *self, const ConfigRoom *room, const RoomReading *before, const RoomReading *now,
                     gint64 wall_us, FigureMarks *out) ON_CONTROL;
