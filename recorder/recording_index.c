/* recorder/recording_index.c - the sessions and cases on disk, searchable. */
#include "recorder/recording_index_private.h"
#include "recorder/recording_scan.h"
#include "recorder/text_fold.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SCHEMA_VERSION = 1, BUSY_MS = 5000, WHOLE_SESSION = -1 };

G_DEFINE_QUARK(diemcau-recording-index-error, recording_index_error)

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

/* --- opening --- */

static bool
is_sound(RecordingIndex *self)
{
  if (index_read_number(self, "PRAGMA user_version") != SCHEMA_VERSION)
    return false;
  sqlite3_stmt *statement = index_prepare(self, "PRAGMA quick_check(1)", NULL, "");
  bool ok = statement != NULL && sqlite3_step(statement) == SQLITE_ROW && g_strcmp0(index_text_column(statement, 0), "ok") == 0;
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
    return index_fail(self, error);
  sqlite3_busy_timeout(self->db, BUSY_MS);
  if (!index_execute(self, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", error))
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
  return connect_to(self, error) && index_execute(self, sql, error);
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
    if (!index_finish(self, index_prepare(self, SQL[i], error, "i", row), error))
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
  bool ok = index_finish(self, index_prepare(self, "INSERT INTO entries(session, opened, day, number, site, ticket, json) VALUES(?,?,?,?,?,?,?)",
                                 error, "iisisss", session, summary->opened_s, summary->day, number,
                                 text_of(item, "site"), folded_ticket, json), error)
         && index_finish(self, index_prepare(self, "INSERT INTO entry_text(rowid, text) VALUES(?,?)", error, "is",
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
    if (!index_finish(self, index_prepare(self, "INSERT OR REPLACE INTO sites VALUES(?,?,?)", error, "iss", session,
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
    sqlite3_stmt *statement = index_prepare(self, "SELECT 1 FROM sessions WHERE id = ?", NULL, "s", id);
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
  bool ok = index_finish(self, index_prepare(self, "INSERT INTO sessions(id, directory, stamp, json) VALUES(?,?,?,?)", error,
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
  sqlite3_stmt *statement = index_prepare(self, "SELECT directory, row, stamp FROM sessions", error, "");
  if (statement == NULL)
    return NULL;
  GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  int result;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    Known *entry = g_new0(Known, 1);
    entry->row = sqlite3_column_int64(statement, 1);
    entry->stamp = sqlite3_column_int64(statement, 2);
    g_hash_table_insert(known, g_strdup(index_text_column(statement, 0)), entry);
  }
  if (result != SQLITE_DONE) {
    index_fail(self, error);
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
  bool ok = known != NULL && index_execute(self, "BEGIN IMMEDIATE", error);
  if (!ok)
    return false;
  for (char **root = self->roots; ok && *root != NULL; root++)
    ok = take_in_root(self, known, *root, error);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, known);
  while (ok && g_hash_table_iter_next(&iter, NULL, &value))
    ok = ((Known *)value)->is_there || forget(self, ((Known *)value)->row, error);
  return index_execute(self, ok ? "COMMIT" : "ROLLBACK", ok ? error : NULL) && ok;
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
  return (is_usable ? index_execute(self, EMPTY, error) : create(self, error)) && synchronise(self, error);
}
