/* mcu/room_session.h - a room's sitting, from opening to closing: its record, its cases, its report.
 *
 *   closed --open--> open --close--> closed (the record of it is packed in the background)
 *            ^  bridge killed, started again: opens by itself as a session that "continues" it
 *
 * What happens in the room is read off its state's JSON (room_session_observe), so that every
 * change, by whomever, is in the journal. Control thread. */
#pragma once
#include "config/config.h"
#include "mcu/record_tap.h"
#include "mcu/session_cases.h"
#include "mcu/session_report.h"
#include "mcu/session_store.h"
#include "media/base/loop.h"
#include "mixer/video_scene.h"

typedef struct RoomSession RoomSession;

#define ROOM_SESSION_ERROR (room_session_error_quark())
GQuark room_session_error_quark(void);
typedef enum {
  ROOM_SESSION_ERROR_NONE = 0,
  ROOM_SESSION_ERROR_NO_SPACE,   /* too little is free where sessions are recorded */
} RoomSessionError;

typedef struct {
  /* borrowed */
  const Config     *config;
  const ConfigRoom *room;
  Loop             *control;
  SessionStore     *store;
  RecordTap        *tap;
  Webhooks         *webhooks;      /* (nullable) */
  ConfidentialGate  gate;          /* see session_cases.h */
  void (*changed)(gpointer user);  /* the room's JSON is another; not from inside a call */
  /* What the room itself wants to know again after a restart in an open session (transfer full),
   * and gives it back, before the session is open again. @kept: (nullable). */
  json_t *(*keep)(gpointer user);
  void    (*restore)(const json_t *kept, gpointer user);
  gpointer          user;
} RoomSessionConfig;

RoomSession *room_session_new(const RoomSessionConfig *config) ON_CONTROL;
/* Opens again what the last process left open, if that was today's. Once, when the ports are
 * ours: a second bridge started by mistake must not touch the first one's session. */
void         room_session_resume(RoomSession *self) ON_CONTROL;
/* A session that is open stays so for the next start; its record is finalised meanwhile. */
void         room_session_free(RoomSession *self) ON_CONTROL;

/* Open already: nothing happens, true. */
bool room_session_open(RoomSession *self, GError **error) ON_CONTROL;
/* Closed already: nothing happens. Ends the case being heard. */
void room_session_close(RoomSession *self) ON_CONTROL;
/* Before the bridge ends in an open session: its record is closed, the session stays open for the next start. */
void room_session_finalise(RoomSession *self) ON_CONTROL;
/* How many records are being packed. */
guint room_session_packing(const RoomSession *self) ON_CONTROL;
/* A session is open, is to be recorded, and nothing is being written. */
bool room_session_recorder_failed(const RoomSession *self) ON_CONTROL;
/* UUID of the open session; NULL: none. */
const char *room_session_id(const RoomSession *self) ON_CONTROL;
/* What `keep` gives is another: it is written to the disk in the background. */
void        room_session_remember(RoomSession *self) ON_CONTROL;
/* Frames are wanted. */
bool room_session_is_recording(const RoomSession *self) ON_CONTROL;

/* (transfer none) */
SessionCases *room_session_cases(RoomSession *self) ON_CONTROL;
/* (transfer none) (nullable): heard or paused now; valid until the next change. */
const Case   *room_session_case(const RoomSession *self) ON_CONTROL;
/* (transfer full) (nullable): of the open session, else of the last one (session_report.h), without its recordings;
 * NULL: none was since the start. That of any one that is closed is member "report" of state/reports/UUID.json. */
json_t       *room_session_report(const RoomSession *self) ON_CONTROL;

/* The case being heard, as the picture shows it. */
typedef struct {
  const char *ticket, *site;       /* (transfer none): until the next change */
  guint       heard_s;             /* without pauses */
  bool        is_paused;
} HeardCase;
/* Returns: false: none is. */
bool room_session_heard(const RoomSession *self, HeardCase *out) ON_CONTROL;

/* A line of the session's journal; none if nothing is recorded. @fields: (transfer full). */
void room_session_note(RoomSession *self, const char *event, json_t *fields) ON_CONTROL;
/* For the report: session_report_tour(), session_report_visit(). @site: as in the ConfigRoom. */
void room_session_tour(RoomSession *self, TourKind kind, guint interval_s) ON_CONTROL;
void room_session_visit(RoomSession *self, guint site, TourVisit visit) ON_CONTROL;
/* @room: what room_state_json() gives: what differs from the last time goes to the journal. */
void room_session_observe(RoomSession *self, const json_t *room) ON_CONTROL;
/* Adds "session", "case", "cases" and "recording". */
void room_session_describe(const RoomSession *self, json_t *room) ON_CONTROL;
/* (transfer full) figures for technicians; null: nothing is recorded. */
json_t *room_session_stats(const RoomSession *self) ON_CONTROL;
enum { ROOM_SESSION_RECORDERS_MAX = 8 };

/* For the technicians' desk; a figure that is not known is NAN. */
typedef struct {
  double disk_free_bytes, disk_hours_left;  /* of the disk that is written to, or would be */
  double recorder_lag_s;                    /* NAN: nothing is recorded                    */
  guint  n_recorders;
  int    recorders[ROOM_SESSION_RECORDERS_MAX];  /* process ids; those that pack included  */
} RoomSessionFigures;
void room_session_figures(const RoomSession *self, RoomSessionFigures *out) ON_CONTROL;
/* @text: for the composed picture. */
VideoMarkKind room_session_mark(const RoomSession *self, const char **text) ON_CONTROL;
