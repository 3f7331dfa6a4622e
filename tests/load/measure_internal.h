/* tests/load/measure_internal.h - a measuring run, between measure_run.c (its course) and
 * measure_window.c (its window and report). Control thread but for what says otherwise. */
#pragma once
#include "tests/load/load_context.h"
#include "tests/load/load_report.h"
#include "tests/load/server_watch.h"
#include "tests/load/stage.h"
#include "tests/load/tamper.h"

/* One site in this process. */
typedef struct {
  Seat    *seat;
  FaultKind fault;
  Watcher *watcher;   /* owned; NULL: not watched */
  Tamper  *tamper;    /* owned; net thread        */
  guint64  bytes_up, bytes_down;  /* at the begin of the window */
} Player;

typedef enum {
  PHASE_NONE = 0,
  PHASE_JOINING,
  PHASE_SETTLING,
  PHASE_READY,      /* with --by-signal: waits for the first  */
  PHASE_MEASURING,
  PHASE_STAYING,    /* with --by-signal: after the window     */
  PHASE_DONE,
} Phase;

typedef struct {
  LoadContext *context;          /* borrowed */
  const LoadOptions *options;    /* borrowed */
  /* owned */
  ClipStore   *clips;
  VoiceBank   *voices;
  LatencyBook *book;
  Stage       *stage;
  Audience    *audience;
  GPtrArray   *children;         /* of FaultChild */
  GMainLoop   *loop;
  LoadReport  *report;
  Player       players[ROOM_VIEW_SITES_MAX];
  guint        n_players;
  /* state */
  Phase        phase;
  gint64       phase_us, sampled_us;
  double       own_cpu_s;
  ServerWatch  server;
  bool         is_interrupted;
  guint        n_signals;        /* taken of those that begin and end the window */
} MeasureRun;

/* A site that ought to connect and be alive. */
static inline bool
is_healthy(FaultKind fault)
{
  return fault == FAULT_NONE || fault == FAULT_REPLAY || fault == FAULT_WRONG_KEY;
}

void measure_begin_window(MeasureRun *self) ON_CONTROL;
/* Fills the report. */
void measure_end_window(MeasureRun *self, gint64 now_us) ON_CONTROL;
/* @user: the MeasureRun; for loop_call(). */
void measure_start_tampers(gpointer user);
