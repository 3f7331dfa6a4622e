/* recorder/recording_index_private.h - what the files of the index share: the database, and SQLite in few words. */
#pragma once
#include "recorder/recording_index.h"
#include <sqlite3.h>
#include <sys/types.h>

struct RecordingIndex {
  sqlite3 *db;      /* NULL: could not be opened */
  ino_t    inode;   /* of its file: another program may have made it anew */
  char    *path;
  char   **roots;
};

/* Takes SQLite's own words into @error. Returns: false. */
bool          index_fail(RecordingIndex *self, GError **error);
bool          index_execute(RecordingIndex *self, const char *sql, GError **error);
/* @types: a letter for each value: s (text, nullable), i (gint64). NULL: failed. */
sqlite3_stmt *index_prepare(RecordingIndex *self, const char *sql, GError **error, const char *types, ...);
/* Runs a statement (nullable) that returns nothing, and frees it. */
bool          index_finish(RecordingIndex *self, sqlite3_stmt *statement, GError **error);
const char   *index_text_column(sqlite3_stmt *statement, int column);
json_t       *index_json_column(sqlite3_stmt *statement, int column);
/* The first column of the first row; -1: there is none. */
gint64        index_read_number(RecordingIndex *self, const char *sql);
