/* mcu/session_cases_private.h - the inside of SessionCases, for its own files. */
#pragma once
#include "mcu/session_cases.h"

/* A confidential case on its way: others are still being moved out. */
typedef struct {
  SessionCases *cases;  /* NULL: the session was closed meanwhile */
  ConfidentialGate gate;
  char  *ticket, *note;
  CaseBy by;
} Entering;

struct SessionCases {
  SessionCasesConfig config;   /* its pointers: borrowed */
  /* owned */
  CaseList *list;
  char     *path;              /* of its file */
  char     *session;           /* (nullable) id of the open one */
  json_t   *hearing;           /* (nullable) fields of the recorder's CASE, as it began */
  Entering *entering;          /* (nullable) */
  GArray   *settled;           /* of Settled: who waits for `entering` */
};

/* Tells the recording that the case which it holds open is heard no more, if that is so. */
void session_cases_end_hearing(SessionCases *self) ON_CONTROL;
/* The same, then begins what the queue has called; saves, and tells. */
void session_cases_reconcile(SessionCases *self) ON_CONTROL;
/* Nobody may be heard. */
void session_cases_begin(SessionCases *self, const Case *item, const char *note, CaseBy by) ON_CONTROL;
void session_cases_changed(SessionCases *self) ON_CONTROL;
/* Empties the list of a day that is over. */
void session_cases_renew(SessionCases *self) ON_CONTROL;
bool session_cases_fail(GError **error, SessionCasesError code, const char *text);
void session_cases_tell(SessionCases *self, const char *event, const Case *item) ON_CONTROL;
