/* mcu/case_list.h - a room's cases of the day: what is waiting, heard, done; a pure model.
 *
 *   waiting --begin--> heard <--pause, resume--> paused
 *      ^  ^--recall--- done, skipped <--end, skip--'
 *
 * At most one case is heard or paused. Two may change the list: the chair, whose word is the latest,
 * and the queue system, whose calls carry a ticket and a version that rises with each call of that
 * ticket and may come late, twice or in another order. The list after them is a function of which
 * calls came, not of their order:
 *   - each field of a case is of the highest version that named it; so is its course (call, close, skip);
 *   - a delete undoes what has a lower version, and stays remembered: an older call revives nothing;
 *     a call for a ticket that is not known yet is remembered until the case itself comes;
 *   - a call never ends the case being heard: the case called is heard once that one is closed (what a
 *     hearing leaves by itself, number and times, is of the run and not of the calls);
 *   - what the chair did to a field stands against every version seen by then; a case whose course the
 *     chair has touched is the chair's: the queue's call, close, skip and delete no longer move it.
 *
 * Times are wall clock (UNIX, us), given by the caller. One thread. */
#pragma once
#include "mcu/case_fields.h"

enum { CASE_LIST_MAX = 500, CASE_LIST_REMEMBERED_MAX = 2000 };

typedef enum {
  CASE_STATE_NONE = 0,
  CASE_STATE_WAITING,
  CASE_STATE_HEARD,
  CASE_STATE_PAUSED,
  CASE_STATE_DONE,
  CASE_STATE_SKIPPED,
} CaseState;
const char *case_state_name(CaseState state);

typedef enum { CASE_ACT_NONE = 0, CASE_ACT_CALL, CASE_ACT_CLOSE, CASE_ACT_SKIP } CaseAct;
typedef enum { CASE_BY_NONE = 0, CASE_BY_CHAIR, CASE_BY_QUEUE } CaseBy;
typedef enum {
  CASE_MERGE_NONE = 0,
  CASE_MERGE_TAKEN,
  CASE_MERGE_STALE,  /* a later one was there before: nothing changes */
  CASE_MERGE_FULL,   /* the list has CASE_LIST_MAX cases              */
} CaseMerge;

/* Read by others, written by the list alone. It is in the list if it has a site. */
typedef struct {
  /* owned; what it is */
  char  *ticket, *site, *title;
  char **sites;              /* (nullable) */
  char  *sort_key;           /* of the ticket: "A9" before "A10" */
  /* owned; its course */
  char  *session;            /* (nullable) id of the session of its last act     */
  char  *heard_site;         /* (nullable) as its hearing began                  */
  char  *outcome, *note;     /* (nullable) */
  /* state */
  bool      is_confidential, is_heard_confidential, is_chairs;
  guint     place;           /* as asked for; 0: behind all that have one        */
  CaseState state;
  guint     number;          /* of the last hearing, in its session; 0: none     */
  gint64    started_us, ended_us;  /* of the last hearing; 0: none               */
  gint64    heard_us, running_us;  /* heard until the clock last stopped; its start, or 0: it stands */
  gint64    paused_us;             /* since when it is paused                                        */
  CaseAct   act;             /* of act_version */
  gint64    field_version[CASE_FIELDS], act_version, delete_version;
} Case;

typedef struct CaseList CaseList;

CaseList *case_list_new(void);
void      case_list_free(CaseList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaseList, case_list_free)
/* (transfer full) (mcu/case_list_json.c): all of it, and back. What cannot be read is left out. */
json_t   *case_list_save(const CaseList *self);
CaseList *case_list_load(const json_t *saved);

/* ---- reading ---- */
const Case *case_list_find(const CaseList *self, const char *ticket);  /* (nullable) */
const Case *case_list_present(const CaseList *self);                   /* (nullable) heard or paused      */
const Case *case_list_next(const CaseList *self);                      /* (nullable) whom "next" would begin */
const Case *case_list_called(const CaseList *self);                    /* (nullable) called by the queue, not begun yet */
/* (transfer container) of const Case, in the order of the day. */
GPtrArray  *case_list_in_order(const CaseList *self);
guint       case_list_count(const CaseList *self, CaseState state);
guint64     case_list_revision(const CaseList *self);                  /* rises with each change */
guint       case_list_numbered(const CaseList *self);                  /* hearings of this session so far */
gint64      case_version(const Case *self);                            /* the highest seen */
gint64      case_heard_us(const Case *self, gint64 now_us);

/* ---- what the queue system and the chair do ---- */
/* @fields: takes the given fields. @by: the queue's carry a version. The chair's position moves the
 * case there; the queue's is a key to sort by. */
CaseMerge case_list_put(CaseList *self, const CaseFields *fields, CaseBy by);
/* The chair's list for the day: cases that wait and are not in it are gone. @rows: of CaseFields. */
CaseMerge case_list_replace(CaseList *self, const GArray *rows);
CaseMerge case_list_delete(CaseList *self, const char *ticket, gint64 version, gint64 now_us);
/* The queue's. Ends the hearing itself, but leaves beginning one to the caller (case_list_called). */
CaseMerge case_list_act(CaseList *self, const char *ticket, CaseAct act, gint64 version, const char *outcome, const char *note,
                        gint64 now_us);

/* ---- the chair's, and what follows from it; @self's own cases, (transfer none) ---- */
void case_list_remove(CaseList *self, const Case *item);
/* Nobody may be heard. Gives it the next number. */
void case_list_begin(CaseList *self, const Case *item, const char *session, CaseBy by, gint64 now_us);
/* Of any case. @to: DONE, SKIPPED, or WAITING (stopped, not ended). @outcome, @note: (nullable): keep. */
void case_list_end(CaseList *self, const Case *item, CaseState to, const char *outcome, const char *note, const char *session,
                   CaseBy by, gint64 now_us);
void case_list_set_paused(CaseList *self, const Case *item, bool is_paused, gint64 now_us);
/* It waits again, before all others. */
void case_list_recall(CaseList *self, const Case *item);
void case_list_set_note(CaseList *self, const Case *item, const char *outcome, const char *note);
void case_list_set_session(CaseList *self, const Case *item, const char *session);

/* A session opens: numbers begin after @numbered. */
void case_list_set_numbered(CaseList *self, guint numbered);
/* A session is open on @day ("2026-12-10"); once that day is over and another begins, the list of the
 * day before is empty. @is_open: a session is. Returns: true if it was emptied. */
bool case_list_set_day(CaseList *self, const char *day, bool is_open);

/* ---- as JSON (mcu/case_list_json.c); each (transfer full) ---- */
/* The Case of the API. @position: in the order of the day, from 1. */
json_t *case_json(const Case *self, guint position, gint64 now_us);
/* {"cases": [...], "revision": n} */
json_t *case_list_json(const CaseList *self, gint64 now_us);
/* "cases" and "case" of the room's state. */
json_t *case_list_summary_json(const CaseList *self);
json_t *case_list_present_json(const CaseList *self);
