/* recorder/recording_index.h - the sessions and cases on disk, searchable.
 *
 * SQLite (WAL) with FTS5 over folded text (text_fold.h). The bags are the truth: the database
 * may be deleted at any time, one that is missing, broken or of another version is made anew from
 * them, and a change on disk is seen by the next recording_index_sync(). What is asked twice costs
 * a directory listing and a stat() for each session.
 *
 * Blocks on the disk. One thread at a time. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct RecordingIndex RecordingIndex;

#define RECORDING_INDEX_ERROR (recording_index_error_quark())
GQuark recording_index_error_quark(void);
typedef enum {
  RECORDING_INDEX_ERROR_NONE = 0,
  RECORDING_INDEX_ERROR_DATABASE,  /* SQLite's, with its text               */
  RECORDING_INDEX_ERROR_CURSOR,    /* not one of ours                       */
} RecordingIndexError;

/* @database: path of the file; its folder is made. @roots: NULL-ended, the directories that hold
 * sessions; one that is not there holds none. Both are copied.
 * Errors: the file can be neither opened nor replaced. */
RecordingIndex *recording_index_open(const char *database, const char *const *roots, GError **error);
void            recording_index_close(RecordingIndex *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordingIndex, recording_index_close)

/* Takes in the sessions that came, changed or went since the last time. */
bool recording_index_sync(RecordingIndex *self, GError **error);
/* Makes the content again from the bags. A broken database is thrown away with its file, and with it
 * the results of checks (recording_index_set_check). Another program may have it open. */
bool recording_index_rebuild(RecordingIndex *self, GError **error);

typedef struct {
  const char *text;      /* (nullable) words, with or without diacritics; each may be a beginning */
  const char *from, *to; /* (nullable) "2026-12-10", both included                 */
  const char *site;      /* (nullable) site id                                     */
  const char *ticket;    /* (nullable) any part of it                              */
  const char *cursor;    /* (nullable) "next" of the page before                   */
  guint       limit;     /* of results; 0: 50                                      */
  bool        hides_confidential_text;  /* @text finds no confidential case: what it is about stays unknown */
} RecordingQuery;

/* Returns: (transfer full) {"results": [{"recording": {...}, "case": {...}|null}], "total": n,
 * "next": text|null}, newest session first, its cases by number. Without text, site and ticket
 * only whole sessions are listed (case null). */
json_t *recording_index_search(RecordingIndex *self, const RecordingQuery *query, GError **error);
/* Returns: (transfer full) every site that took part in a session: [{"id", "name"}]. */
json_t *recording_index_sites(RecordingIndex *self, GError **error);
typedef struct { guint sessions, cases; } RecordingCounts;
bool    recording_index_count(RecordingIndex *self, RecordingCounts *out, GError **error);

/* Returns: (transfer full) (nullable) the directory of session @id; @summary: (out) (nullable)
 * its "recording" object. NULL without @error: there is none. */
char   *recording_index_find(RecordingIndex *self, const char *id, json_t **summary, GError **error);

/* The last check of a session's bag, as an object of the caller's. */
bool    recording_index_set_check(RecordingIndex *self, const char *id, const json_t *check, GError **error);
/* Returns: (transfer full) (nullable): NULL: never checked. */
json_t *recording_index_check(RecordingIndex *self, const char *id);
