/* recorder/recording_index_sql.c - SQLite, in few words. */
#include "recorder/recording_index_private.h"
#include <stdarg.h>

bool
index_fail(RecordingIndex *self, GError **error)
{
  g_set_error(error, RECORDING_INDEX_ERROR, RECORDING_INDEX_ERROR_DATABASE, "%s: %s", self->path,
              self->db != NULL ? sqlite3_errmsg(self->db) : "out of memory");
  return false;
}

bool
index_execute(RecordingIndex *self, const char *sql, GError **error)
{
  return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || index_fail(self, error);
}

sqlite3_stmt *
index_prepare(RecordingIndex *self, const char *sql, GError **error, const char *types, ...)
{
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK) {
    index_fail(self, error);
    return NULL;
  }
  va_list values;
  va_start(values, types);
  for (int i = 0; types[i] != '\0'; i++) {
    if (types[i] == 's')
      sqlite3_bind_text(statement, i + 1, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
    else
      sqlite3_bind_int64(statement, i + 1, va_arg(values, gint64));
  }
  va_end(values);
  return statement;
}

bool
index_finish(RecordingIndex *self, sqlite3_stmt *statement, GError **error)
{
  if (statement == NULL)
    return false;
  bool ok = sqlite3_step(statement) == SQLITE_DONE || index_fail(self, error);
  sqlite3_finalize(statement);
  return ok;
}

const char *
index_text_column(sqlite3_stmt *statement, int column)
{
  return (const char *)sqlite3_column_text(statement, column);
}

json_t *
index_json_column(sqlite3_stmt *statement, int column)
{
  const char *text = index_text_column(statement, column);
  json_t *json = text != NULL ? json_loads(text, 0, NULL) : NULL;
  return json != NULL ? json : json_null();
}

gint64
index_read_number(RecordingIndex *self, const char *sql)
{
  sqlite3_stmt *statement = index_prepare(self, sql, NULL, "");
  gint64 value = statement != NULL && sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
  sqlite3_finalize(statement);
  return value;
}
