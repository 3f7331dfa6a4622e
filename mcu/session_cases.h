/* mcu/session_cases.h - the cases of a room's sitting: the day's list, joined to recording and to who may follow.
 *
 *   chair, queue -> SessionCases -> CaseList (kept in state/cases-ROOM.json)
 *                        |-> record: the recording is cut      |-> webhooks
 *                        '-> enter: a confidential case begins once everybody else is out
 *
 * A restart in mid-case goes on with it. Control thread. */
#pragma once
#include "mcu/case_list.h"
#include "mcu/state_file.h"
#include "mcu/webhook.h"
#include "media/base/thread_role.h"

typedef struct SessionCases SessionCases;

#define SESSION_CASES_ERROR (session_cases_error_quark())
GQuark session_cases_error_quark(void);
typedef enum {
  SESSION_CASES_ERROR_NONE = 0,
  SESSION_CASES_ERROR_CLOSED,   /* there is no session                                     */
  SESSION_CASES_ERROR_NO_CASE,  /* no case is being heard, or none waits                   */
  SESSION_CASES_ERROR_UNKNOWN,  /* no such ticket                                          */
  SESSION_CASES_ERROR_STATE,    /* the case is not in a state for that                     */
  SESSION_CASES_ERROR_BUSY,     /* a confidential case is just beginning: ask again        */
  SESSION_CASES_ERROR_FULL,     /* the list is                                             */
} SessionCasesError;

/* How a confidential case begins and ends for the room: `enter` moves everybody out but the hub and
 * @sites (ids, @n of them), and calls @done(@data) once, at once or later, when nothing of what comes now
 * reaches the others. `leave` lets them back in. */
typedef struct {
  void (*enter)(gpointer user, const char *const *sites, guint n, void (*done)(gpointer data), gpointer data);
  void (*leave)(gpointer user);
  gpointer user;
} ConfidentialGate;

typedef struct {
  const ConfigRoom *room;       /* borrowed */
  const char       *state_dir;
  StateWriter      *writer;     /* borrowed */
  Webhooks         *webhooks;   /* borrowed, nullable */
  ConfidentialGate  gate;       /* enter NULL: a confidential case begins at once */
  /* @fields: (transfer full) of the recorder's CASE: it cuts there. */
  void (*record)(gpointer user, json_t *fields);
  void (*note)(gpointer user, const char *event, json_t *fields);  /* for the journal */
  void (*changed)(gpointer user);                                  /* anything: state, list */
  gpointer          user;
} SessionCasesConfig;

/* Reads the list of before. Blocks for a moment on the disk. */
SessionCases *session_cases_new(const SessionCasesConfig *config) ON_CONTROL;
void          session_cases_free(SessionCases *self);
const CaseList *session_cases_list(const SessionCases *self) ON_CONTROL;
/* (transfer full) array of Case for the report: what waits, and what @covers says is of its sessions. */
json_t       *session_cases_report(const SessionCases *self, bool (*covers)(const char *session, gpointer data), gpointer data) ON_CONTROL;

/* ---- the session's life ---- */
/* @is_continued: after a restart: the case that was heard goes on, numbers too. */
void session_cases_opened(SessionCases *self, const char *session, bool is_continued) ON_CONTROL;
/* Before the recording closes: ends the case being heard. */
void session_cases_closing(SessionCases *self) ON_CONTROL;

/* ---- the chair ---- */
/* What the chair says of a case: @outcome, @note: (nullable). */
typedef struct {
  const char *ticket;  /* (nullable) */
  const char *outcome, *note;
} CaseOrder;

/* Each that begins a case ends the one being heard; one that is heard already changes nothing. */
bool session_cases_start(SessionCases *self, const CaseFields *fields, const char *note, GError **error) ON_CONTROL;
bool session_cases_call(SessionCases *self, const CaseOrder *order, GError **error) ON_CONTROL;
/* With a ticket: only if that one is waiting still, or heard already: of two chairs that press the key at
 * once one calls the next, and the other changes nothing. @outcome, @note: of the case that ends. */
bool session_cases_next(SessionCases *self, const CaseOrder *order, GError **error) ON_CONTROL;
/* Without a ticket: the case being heard. One that is over already gets outcome and note. */
bool session_cases_close(SessionCases *self, const CaseOrder *order, GError **error) ON_CONTROL;
bool session_cases_pause(SessionCases *self, const CaseOrder *order, bool is_paused, GError **error) ON_CONTROL;
/* Without a ticket: the case being heard, else the next. */
bool session_cases_skip(SessionCases *self, const CaseOrder *order, GError **error) ON_CONTROL;
/* What was skipped, or is over, waits again, before all others. */
bool session_cases_recall(SessionCases *self, const CaseOrder *order, GError **error) ON_CONTROL;
/* @func: at once, or when the confidential case that is just beginning has begun. */
void session_cases_when_settled(SessionCases *self, void (*func)(gpointer data), gpointer data) ON_CONTROL;

/* ---- the list: chair and queue ---- */
bool session_cases_put(SessionCases *self, const CaseFields *fields, CaseBy by, GError **error) ON_CONTROL;
/* The queue's adds and changes; the chair's is the list. @rows: of CaseFields. */
bool session_cases_put_list(SessionCases *self, const GArray *rows, CaseBy by, GError **error) ON_CONTROL;
bool session_cases_delete(SessionCases *self, const char *ticket, CaseBy by, gint64 version, GError **error) ON_CONTROL;
bool session_cases_act(SessionCases *self, const CaseOrder *order, CaseAct act, gint64 version, GError **error) ON_CONTROL;
