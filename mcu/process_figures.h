/* mcu/process_figures.h - what the bridge and its recorders take of the machine, read from /proc once a second.
 *
 *   /proc/self/task/TID/stat: name of the thread -> stage (mcu: control), CPU time since the look before
 *   /proc/PID/stat of each recorder: stage recorder
 *
 * A thread that came and went between two looks is not seen. Control thread; takes below a millisecond. */
#pragma once
#include "mcu/site_figures.h"

typedef struct ProcessFigures ProcessFigures;

ProcessFigures *process_figures_new(void);
void            process_figures_free(ProcessFigures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProcessFigures, process_figures_free)

/* Fills CPU, memory and descriptors of @out; CPU: NAN at the first call. @recorders: @n process ids. */
void process_figures_read(ProcessFigures *self, const int *recorders, guint n, gint64 now_us, BoxFigures *out);

/* The pure half. Reads name and CPU time (clock ticks, user and system) of the text of a stat file.
 * Returns: false: it is none. */
bool process_stat_parse(const char *text, char name[16], guint64 *ticks);
