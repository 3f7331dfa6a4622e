/* recorder/recording_index.c - the sessions and cases on disk, searchable. */
#include "recorder/recording_index.h"
#include "recorder/recording_scan.h"
#include "recorder/text_fold.h"
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SCHEMA_VERSION = 1, LIMIT_DEFAULT = 50, LIMIT_MAX = 500, WORDS_MAX = 16, BUSY_MS = 5000, WHOLE_SESSION = -1 };

G_DEFINE_QUARK(diemcau-recording-index-error, recording_index_error)

struct RecordingIndex {
  sqlite3 *db;      /* NULL: could not be opened */
  ino_t    inode;   /* of its file: another program may have made it anew */
  char    *path;
  char   **roots;
};

static const char SCHEMA[] =
    "CREATE TABLE sessions(row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, directory TEXT UNIQUE NOT NULL,"
    " stamp INTEGER NOT NULL, json TEXT NOT NULL);"
    "CREATE TABLE sites(session INTEGER NOT NULL, site TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY(session, site)) WITHOUT ROWID;"
    /* One row for a session (number -1) and one for each of its cases. */
    "CREATE TABLE entries(row INTEGER PRIMARY KEY, session INTEGER NOT NULL, opened INTEGER NOT NULL,"
    " day TEXT NOT NULL, number INTEGER NOT NULL, site TEXT, ticket TEXT, json TEXT);"
    "CREATE INDEX entries_in_order ON entries(opened DESC, session DESC, number);"
    "CREATE INDEX entries_of_session ON entries(session);"
    "CREATE VIRTUAL TABLE entry_text USING fts5(text, tokenize='unicode61 remove_diacritics 0', prefix='2 3');"
    "CREATE TABLE checks(id TEXT PRIMARY KEY, json TEXT NOT NULL);";

/* --- SQLite, in few words --- */

static bool
fail(RecordingIndex *self, GError **error)
{
  g_set_error(error, RECORDING_INDEX_ERROR, RECORDING_INDEX_ERROR_DATABASE, "%s: %s", self->path,
              self->db != NULL ? sqlite3_errmsg(self->db) : "out of memory");
  return false;
}

static bool
execute(RecordingIndex *self, const char *sql, GError **error)
{
  return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(self, error);
}

/* @types: a letter for each value: s (text, nullable), i (gint64). NULL: failed. */
static sqlite3_stmt *
prepare(RecordingIndex *self, const char *sql, GError **error, const char *types, ...)
{
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK) {
    fail(self, error);
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

/* Runs a statement that returns nothing, and frees it. */
static bool
finish(RecordingIndex *self, sqlite3_stmt *statement, GError **error)
{
  if (statement == NULL)
    return false;
  bool ok = sqlite3_step(statement) == SQLITE_DONE || fail(self, error);
  sqlite3_finalize(statement);
  return ok;
}

static const char *
text_column(sqlite3_stmt *statement, int column)
{
  return (const char *)sqlite3_column_text(statement, column);
}

static json_t *
json_column(sqlite3_stmt *statement, int column)
{
  const char *text = text_column(statement, column);
  json_t *json = text != NULL ? json_loads(text, 0, NULL) : NULL;
  return json != NULL ? json : json_null();
}

/* --- opening --- */

static gint64
read_number(RecordingIndex *self, const char *sql)
{
  sqlite3_stmt *statement = prepare(self, sql, NULL, "");
  gint64 value = statement != NULL && sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
  sqlite3_finalize(statement);
  return value;
}

static bool
is_sound(RecordingIndex *self)
{
  if (read_number(self, "PRAGMA user_version") != SCHEMA_VERSION)
    return false;
  sqlite3_stmt *statement = prepare(self, "PRAGMA quick_check(1)", NULL, "");
  bool ok = statement != NULL && sqlite3_step(statement) == SQLITE_ROW && g_strcmp0(text_column(statement, 0), "ok") == 0;
  sqlite3_finalize(statement);
  return ok;
}

/* 0: there is no such file. */
static ino_t
inode_of(const char *path)
{
  struct stat status;
  return stat(path, &status) == 0 ? status.st_ino : 0;
}

static bool
connect_to(RecordingIndex *self, GError **error)
{
  if (sqlite3_open_v2(self->path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    return fail(self, error);
  sqlite3_busy_timeout(self->db, BUSY_MS);
  if (!execute(self, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", error))
    return false;
  self->inode = inode_of(self->path);
  return true;
}

static void
disconnect(RecordingIndex *self)
{
  sqlite3_close(g_steal_pointer(&self->db));
}

/* Nothing is lost: everything in it comes from the bags. */
static void
remove_files(RecordingIndex *self)
{
  static const char *const ENDINGS[] = { "", "-wal", "-shm", "-journal" };
  disconnect(self);
  for (guint i = 0; i < G_N_ELEMENTS(ENDINGS); i++) {
    g_autofree char *path = g_strconcat(self->path, ENDINGS[i], NULL);
    g_unlink(path);
  }
}

static bool
create(RecordingIndex *self, GError **error)
{
  remove_files(self);
  g_autofree char *sql = g_strdup_printf("BEGIN IMMEDIATE; %s PRAGMA user_version=%d; COMMIT;", SCHEMA, SCHEMA_VERSION);
  return connect_to(self, error) && execute(self, sql, error);
}

RecordingIndex *
recording_index_open(const char *database, const char *const *roots, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(database);
  g_mkdir_with_parents(folder, 0750);
  RecordingIndex *self = g_new0(RecordingIndex, 1);
  self->path = g_strdup(database);
  self->roots = g_strdupv((char **)roots);
  bool is_there = g_file_test(database, G_FILE_TEST_EXISTS);
  if (is_there && connect_to(self, NULL) && is_sound(self))
    return self;
  if (is_there)
    g_message("recordings: the index %s is broken or of another version: it is made anew", database);
  if (create(self, error))
    return self;
  recording_index_close(self);
  return NULL;
}

void
recording_index_close(RecordingIndex *self)
{
  if (self == NULL)
    return;
  disconnect(self);
  g_free(self->path);
  g_strfreev(self->roots);
  g_free(self);
}

/* --- taking in --- */

static bool
forget(RecordingIndex *self, gint64 row, GError **error)
{
  static const char *const SQL[] = {
    "DELETE FROM entry_text WHERE rowid IN (SELECT row FROM entries WHERE session = ?)",
    "DELETE FROM entries WHERE session = ?", "DELETE FROM sites WHERE session = ?",
    "DELETE FROM sessions WHERE row = ?" };
  for (guint i = 0; i < G_N_ELEMENTS(SQL); i++)
    if (!finish(self, prepare(self, SQL[i], error, "i", row), error))
      return false;
  return true;
}

static void
add_text(GString *text, const char *more)
{
  if (more != NULL)
    g_string_append_printf(text, "%s\n", more);
}

static const char *
text_of(const json_t *object, const char *key)
{
  return json_string_value(json_object_get(object, key));
}

/* "2026-12-10" is also found as "10/12/2026". */
static void
add_day(GString *text, const char *day)
{
  add_text(text, day);
  if (strlen(day) == 10)
    g_string_append_printf(text, "%.2s/%.2s/%.4s\n", day + 8, day + 5, day);
}

static bool
add_entry(RecordingIndex *self, gint64 session, const RecordingSummary *summary, const json_t *item, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  add_text(text, text_of(summary->recording, "roomName"));
  add_day(text, summary->day);
  static const char *const SEARCHED[] = { "ticket", "siteName", "title", "note", "outcome" };
  for (guint i = 0; item != NULL && i < G_N_ELEMENTS(SEARCHED); i++)
    add_text(text, text_of(item, SEARCHED[i]));
  g_autofree char *folded = text_fold(text->str);
  const char *ticket = text_of(item, "ticket");
  g_autofree char *folded_ticket = ticket != NULL ? text_fold(ticket) : NULL;
  char *json = item != NULL ? json_dumps(item, JSON_COMPACT) : NULL;
  gint64 number = item != NULL ? json_integer_value(json_object_get(item, "number")) : WHOLE_SESSION;
  bool ok = finish(self, prepare(self, "INSERT INTO entries(session, opened, day, number, site, ticket, json) VALUES(?,?,?,?,?,?,?)",
                                 error, "iisisss", session, summary->opened_s, summary->day, number,
                                 text_of(item, "site"), folded_ticket, json), error)
         && finish(self, prepare(self, "INSERT INTO entry_text(rowid, text) VALUES(?,?)", error, "is",
                                 (gint64)sqlite3_last_insert_rowid(self->db), folded), error);
  free(json);
  return ok;
}

static bool
add_parts(RecordingIndex *self, gint64 session, const RecordingSummary *summary, GError **error)
{
  gsize i;
  json_t *item;
  if (!add_entry(self, session, summary, NULL, error))
    return false;
  json_array_foreach(summary->cases, i, item)
    if (!add_entry(self, session, summary, item, error))
      return false;
  json_array_foreach(summary->sites, i, item)
    if (!finish(self, prepare(self, "INSERT OR REPLACE INTO sites VALUES(?,?,?)", error, "iss", session,
                              text_of(item, "id"), text_of(item, "name")), error))
      return false;
  return true;
}

/* A session that went on in the fallback directory has the same UUID in its name there: its second
 * part is "UUID.2". */
static char *
free_id(RecordingIndex *self, const char *uuid)
{
  char *id = g_strdup(uuid);
  for (guint part = 2;; part++) {
    sqlite3_stmt *statement = prepare(self, "SELECT 1 FROM sessions WHERE id = ?", NULL, "s", id);
    bool is_taken = statement != NULL && sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    if (!is_taken)
      return id;
    g_free(id);
    id = g_strdup_printf("%s.%u", uuid, part);
  }
}

static bool
add(RecordingIndex *self, const char *directory, const char *name, const char *uuid, gint64 stamp, GError **error)
{
  RecordingSummary summary;
  recording_scan_read(directory, name, &summary);
  g_autofree char *id = free_id(self, uuid);
  json_object_set_new(summary.recording, "id", json_string(id));
  char *json = json_dumps(summary.recording, JSON_COMPACT);
  bool ok = finish(self, prepare(self, "INSERT INTO sessions(id, directory, stamp, json) VALUES(?,?,?,?)", error,
                                 "ssis", id, directory, stamp, json), error)
         && add_parts(self, sqlite3_last_insert_rowid(self->db), &summary, error);
  free(json);
  recording_summary_clear(&summary);
  return ok;
}

typedef struct {
  gint64 row, stamp;
  bool   is_there;
} Known;

static GHashTable *
list_known(RecordingIndex *self, GError **error)
{
  sqlite3_stmt *statement = prepare(self, "SELECT directory, row, stamp FROM sessions", error, "");
  if (statement == NULL)
    return NULL;
  GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  int result;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    Known *entry = g_new0(Known, 1);
    entry->row = sqlite3_column_int64(statement, 1);
    entry->stamp = sqlite3_column_int64(statement, 2);
    g_hash_table_insert(known, g_strdup(text_column(statement, 0)), entry);
  }
  if (result != SQLITE_DONE) {
    fail(self, error);
    g_clear_pointer(&known, g_hash_table_unref);
  }
  sqlite3_finalize(statement);
  return known;
}

static bool
take_in(RecordingIndex *self, GHashTable *known, const char *root, const char *name, GError **error)
{
  char uuid[RECORDING_ID_BYTES];
  if (!recording_scan_id(name, uuid))
    return true;
  g_autofree char *directory = g_build_filename(root, name, NULL);
  if (g_file_test(directory, G_FILE_TEST_IS_SYMLINK) || !g_file_test(directory, G_FILE_TEST_IS_DIR))
    return true;
  gint64 stamp = recording_scan_stamp(directory);
  Known *entry = g_hash_table_lookup(known, directory);
  if (entry != NULL)
    entry->is_there = true;
  if (entry != NULL && entry->stamp == stamp)
    return true;
  return (entry == NULL || forget(self, entry->row, error)) && add(self, directory, name, uuid, stamp, error);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
take_in_root(RecordingIndex *self, GHashTable *known, const char *root, GError **error)
{
  g_autoptr(GDir) folder = g_dir_open(root, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
    g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, by_name);
  for (guint i = 0; i < names->len; i++)
    if (!take_in(self, known, root, g_ptr_array_index(names, i), error))
      return false;
  return true;
}

static bool
synchronise(RecordingIndex *self, GError **error)
{
  g_autoptr(GHashTable) known = list_known(self, error);
  bool ok = known != NULL && execute(self, "BEGIN IMMEDIATE", error);
  if (!ok)
    return false;
  for (char **root = self->roots; ok && *root != NULL; root++)
    ok = take_in_root(self, known, *root, error);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, known);
  while (ok && g_hash_table_iter_next(&iter, NULL, &value))
    ok = ((Known *)value)->is_there || forget(self, ((Known *)value)->row, error);
  return execute(self, ok ? "COMMIT" : "ROLLBACK", ok ? error : NULL) && ok;
}

static bool
is_broken(RecordingIndex *self)
{
  int code = sqlite3_errcode(self->db);
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR || code == SQLITE_IOERR
      || code == SQLITE_READONLY;
}

bool
recording_index_sync(RecordingIndex *self, GError **error)
{
  g_autoptr(GError) fault = NULL;
  ino_t inode = inode_of(self->path);
  if (self->db != NULL && inode != 0 && inode != self->inode) {
    disconnect(self);
    if (!connect_to(self, NULL) || !is_sound(self))
      disconnect(self);
  }
  if (self->db != NULL && inode != 0) {
    if (synchronise(self, &fault))
      return true;
    if (!is_broken(self)) {
      g_propagate_error(error, g_steal_pointer(&fault));
      return false;
    }
    g_warning("recordings: %s: the index is made anew", fault->message);
  }
  return recording_index_rebuild(self, error);
}

bool
recording_index_rebuild(RecordingIndex *self, GError **error)
{
  static const char EMPTY[] = "BEGIN IMMEDIATE; DELETE FROM entry_text; DELETE FROM entries; DELETE FROM sites;"
                              " DELETE FROM sessions; COMMIT;";
  bool is_usable = self->db != NULL && inode_of(self->path) == self->inode && is_sound(self);
  return (is_usable ? execute(self, EMPTY, error) : create(self, error)) && synchronise(self, error);
}

/* --- asking --- */

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
    json_array_append_new(results, json_pack("{s:o, s:o}", "recording", json_column(page, 0), "case", json_column(page, 1)));
  }
  if (status == SQLITE_DONE)
    return json_pack("{s:o, s:o}", "results", results, "next", next);
  fail(self, error);
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
  sqlite3_stmt *count = prepare(self, "SELECT count(*)" WANTED, error, "sssssii", match, from, to, site, ticket, only_sessions,
                                hides);
  if (count == NULL || sqlite3_step(count) != SQLITE_ROW) {
    fail(self, count != NULL ? error : NULL);
    sqlite3_finalize(count);
    return NULL;
  }
  gint64 total = sqlite3_column_int64(count, 0);
  sqlite3_finalize(count);
  sqlite3_stmt *page = prepare(self,
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
  sqlite3_stmt *statement = prepare(self, "SELECT site, name, max(session) FROM sites GROUP BY site ORDER BY name", error, "");
  json_t *sites = statement != NULL ? json_array() : NULL;
  while (statement != NULL && sqlite3_step(statement) == SQLITE_ROW)
    json_array_append_new(sites, json_pack("{s:s, s:s}", "id", text_column(statement, 0), "name", text_column(statement, 1)));
  sqlite3_finalize(statement);
  return sites;
}

bool
recording_index_count(RecordingIndex *self, RecordingCounts *out, GError **error)
{
  gint64 sessions = read_number(self, "SELECT count(*) FROM sessions");
  gint64 entries = read_number(self, "SELECT count(*) FROM entries");
  if (sessions < 0 || entries < 0)
    return fail(self, error);
  *out = (RecordingCounts) { (guint)sessions, (guint)(entries - sessions) };
  return true;
}

char *
recording_index_find(RecordingIndex *self, const char *id, json_t **summary, GError **error)
{
  sqlite3_stmt *statement = prepare(self, "SELECT directory, json FROM sessions WHERE id = ?", error, "s", id);
  if (statement == NULL)
    return NULL;
  char *directory = NULL;
  int status = sqlite3_step(statement);
  if (status == SQLITE_ROW) {
    directory = g_strdup(text_column(statement, 0));
    if (summary != NULL)
      *summary = json_column(statement, 1);
  } else if (status != SQLITE_DONE) {
    fail(self, error);
  }
  sqlite3_finalize(statement);
  return directory;
}

bool
recording_index_set_check(RecordingIndex *self, const char *id, const json_t *check, GError **error)
{
  char *json = json_dumps(check, JSON_COMPACT);
  bool ok = finish(self, prepare(self, "INSERT OR REPLACE INTO checks VALUES(?,?)", error, "ss", id, json), error);
  free(json);
  return ok;
}

json_t *
recording_index_check(RecordingIndex *self, const char *id)
{
  sqlite3_stmt *statement = prepare(self, "SELECT json FROM checks WHERE id = ?", NULL, "s", id);
  json_t *check = statement != NULL && sqlite3_step(statement) == SQLITE_ROW ? json_column(statement, 0) : NULL;
  sqlite3_finalize(statement);
  return check;
}
