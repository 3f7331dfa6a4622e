/* tests/load/process_meter.h - CPU time, memory and threads of a process and its children, from /proc. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  double cpu_s;     /* user and system, of all threads, of the process and its living descendants */
  double rss_mb;
  guint  threads;
} ProcessFigures;

/* Returns: false if there is no process @pid (any more). */
bool   process_meter_read(int pid, ProcessFigures *out);
/* CPU seconds of this process. */
double process_meter_own_cpu_s(void);
