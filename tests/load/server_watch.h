/* tests/load/server_watch.h - the bridge's CPU and memory over the measuring window.
 *
 * Pure but for /proc; the owner calls it once a second. */
#pragma once
#include "tests/load/load_report.h"
#include "tests/load/process_meter.h"

typedef struct {
  int            pid;        /* 0: not watched */
  gint64         begin_us;
  ProcessFigures begin;
  ServerReport   report;
} ServerWatch;

/* @pid: 0: nothing is watched. */
ServerWatch server_watch_begin(int pid, gint64 now_us);
/* The last call is at the end of the window. */
void        server_watch_sample(ServerWatch *self, gint64 now_us);
