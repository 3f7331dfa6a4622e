/* recorder/recording_query.c - what is asked of the index: search, sites, counts, one session. */
#include "recorder/recording_index_private.h"
#include "recorder/text_fold.h"
#include <stdio.h>

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 500, WORDS_MAX = 16 };

/* Words of letters and digits, each of which may go on: `"khieu"* AND "nai"*`. The quotes make
 * FTS5's own operators plain words. NULL: no word in it. */
static char *
match_expression(const char *text)
{
  g_autofree char *folded = text_fold(text);
  GString *out = g_string_new(NULL);
  const char *p = folded;
  for (guint words = 0; *p != '\0' && words < WORDS_MAX;) {
    const char *start = p;
    while (*p != '\0' && g_unichar_isalnum(g_utf8_get_char(p)))
      p = g_utf8_next_char(p);
    if (p > start) {
      g_string_append_printf(out, "%s\"%.*s\"*", words > 0 ? " AND " : "", (int)(p - start), start);
      words++;
    }
    while (*p != '\0' && !g_unichar_isalnum(g_utf8_get_char(p)))
      p = g_utf8_next_char(p);
  }
  return g_string_free(out, out->len == 0);
}

#define WANTED \
    " FROM entries e JOIN sessions s ON s.row = e.session WHERE" \
    " (?1 IS NULL OR e.row IN (SELECT rowid FROM entry_text WHERE entry_text MATCH ?1))" \
    " AND (?2 IS NULL OR e.day >= ?2) AND (?3 IS NULL OR e.day <= ?3)" \
    " AND (?4 IS NULL OR e.site = ?4 OR (e.number = -1 AND EXISTS(SELECT 1 FROM sites t WHERE t.session = e.session AND t.site = ?4)))" \
    " AND (?5 IS NULL OR instr(e.ticket, ?5) > 0) AND (?6 = 0 OR e.number = -1)" \
    " AND (?1 IS NULL OR ?7 = 0 OR e.json IS NULL OR json_extract(e.json, '$.confidential') IS NOT 1)"

typedef struct {
  gint64 opened, session, number;
} Place;

static bool
read_cursor(const char *text, Place *out, GError **error)
{
  *out = (Place) { G_MAXINT64, G_MAXINT64, 0 };
  if (text == NULL)
    return true;
  char tail;
  long long opened, session, number;
  if (sscanf(text, "%lld.%lld.%lld%c", &opened, &session, &number, &tail) != 3) {
    g_set_error_literal(error, RECORDING_INDEX_ERROR, RECORDING_INDEX_ERROR_CURSOR, "the cursor is not of this server");
    return false;
  }
  *out = (Place) { opened, session, number };
  return true;
}

static json_t *
collect(RecordingIndex *self, sqlite3_stmt *page, guint limit, GError **error)
{
  json_t *results = json_array(), *next = json_null();
  Place last = { 0 };
  int status;
  while ((status = sqlite3_step(page)) == SQLITE_ROW) {
    if (json_array_size(results) == limit) {
      char text[80];
      g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, last.opened,
                 last.session, last.number);
      next = json_string(text);
      status = SQLITE_DONE;
      break;
    }
    last = (Place) { sqlite3_column_int64(page, 2), sqlite3_column_int64(page, 3), sqlite3_column_int64(page, 4) };
    json_array_append_new(results, json_pack("{s:o, s:o}", "recording", index_json_column(page, 0), "case", index_json_column(page, 1)));
  }
  if (status == SQLITE_DONE)
    return json_pack("{s:o, s:o}", "results", results, "next", next);
  index_fail(self, error);
  json_decref(results);
  json_decref(next);
  return NULL;
}

static const char *
or_null(const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

json_t *
recording_index_search(RecordingIndex *self, const RecordingQuery *query, GError **error)
{
  Place after;
  if (!read_cursor(query->cursor, &after, error))
    return NULL;
  guint limit = CLAMP(query->limit != 0 ? query->limit : LIMIT_DEFAULT, 1, LIMIT_MAX);
  g_autofree char *match = or_null(query->text) != NULL ? match_expression(query->text) : NULL;
  g_autofree char *ticket = or_null(query->ticket) != NULL ? text_fold(query->ticket) : NULL;
  const char *from = or_null(query->from), *to = or_null(query->to), *site = or_null(query->site);
  gint64 only_sessions = match == NULL && site == NULL && ticket == NULL, hides = query->hides_confidential_text;
  sqlite3_stmt *count = index_prepare(self, "SELECT count(*)" WANTED, error, "sssssii", match, from, to, site, ticket, only_sessions,
                                hides);
  if (count == NULL || sqlite3_step(count) != SQLITE_ROW) {
    index_fail(self, count != NULL ? error : NULL);
    sqlite3_finalize(count);
    return NULL;
  }
  gint64 total = sqlite3_column_int64(count, 0);
  sqlite3_finalize(count);
  sqlite3_stmt *page = index_prepare(self,
      "SELECT s.json, e.json, e.opened, e.session, e.number" WANTED
      " AND (e.opened < ?8 OR (e.opened = ?8 AND (e.session < ?9 OR (e.session = ?9 AND e.number > ?10))))"
      " ORDER BY e.opened DESC, e.session DESC, e.number LIMIT ?11", error, "sssssiiiiii", match, from, to, site, ticket,
      only_sessions, hides, after.opened, after.session, after.number, (gint64)limit + 1);
  json_t *found = page != NULL ? collect(self, page, limit, error) : NULL;
  sqlite3_finalize(page);
  if (found != NULL)
    json_object_set_new(found, "total", json_integer(total));
  return found;
}

json_t *
recording_index_sites(RecordingIndex *self, GError **error)
{
  sqlite3_stmt *statement = index_prepare(self, "SELECT site, name, max(session) FROM sites GROUP BY site ORDER BY name", error, "");
  json_t *sites = statement != NULL ? json_array() : NULL;
  while (statement != NULL && sqlite3_step(statement) == SQLITE_ROW)
    json_array_append_new(sites, json_pack("{s:s, s:s}", "id", index_text_column(statement, 0), "name", index_text_column(statement, 1)));
  sqlite3_finalize(statement);
  return sites;
}

bool
recording_index_count(RecordingIndex *self, RecordingCounts *out, GError **error)
{
  gint64 sessions = index_read_number(self, "SELECT count(*) FROM sessions");
  gint64 entries = index_read_number(self, "SELECT count(*) FROM entries");
  if (sessions < 0 || entries < 0)
    return index_fail(self, error);
  *out = (RecordingCounts) { (guint)sessions, (guint)(entries - sessions) };
  return true;
}

char *
recording_index_find(RecordingIndex *self, const char *id, json_t **summary, GError **error)
{
  sqlite3_stmt *statement = index_prepare(self, "SELECT directory, json FROM sessions WHERE id = ?", error, "s", id);
  if (statement == NULL)
    return NULL;
  char *directory = NULL;
  int status = sqlite3_step(statement);
  if (status == SQLITE_ROW) {
    directory = g_strdup(index_text_column(statement, 0));
    if (summary != NULL)
      *summary = index_json_column(statement, 1);
  } else if (status != SQLITE_DONE) {
    index_fail(self, error);
  }
  sqlite3_finalize(statement);
  return directory;
}

bool
recording_index_set_check(RecordingIndex *self, const char *id, const json_t *check, GError **error)
{
  char *json = json_dumps(check, JSON_COMPACT);
  bool ok = index_finish(self, index_prepare(self, "INSERT OR REPLACE INTO checks VALUES(?,?)", error, "ss", id, json), error);
  free(json);
  return ok;
}

json_t *
recording_index_check(RecordingIndex *self, const char *id)
{
  sqlite3_stmt *statement = index_prepare(self, "SELECT json FROM checks WHERE id = ?", NULL, "s", id);
  json_t *check = statement != NULL && sqlite3_step(statement) == SQLITE_ROW ? index_json_column(statement, 0) : NULL;
  sqlite3_finalize(statement);
  return check;
}
