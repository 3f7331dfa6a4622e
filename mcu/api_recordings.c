/* mcu/api_recordings.c - calls about recordings: search, play, download, check. Role clerk only.
 *
 * Every call is taken apart on the control thread, does its work on the library's, and is answered
 * on the control thread again. What a call hands out is in the audit log before. */
#include "mcu/api_internal.h"
#include "recorder/bag_files.h"
#include "recorder/tar_stream.h"
#include "signaling/file_media_type.h"
#include "signaling/http_fields.h"
#include "signaling/http_range.h"
#include "signaling/http_source.h"
#include "signaling/role.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CASE_MAX = 9999, LIMIT_MAX = 200, ID_MAX = 48 };

typedef struct {
  HttpRequest *request;       /* held */
  Identity     identity;
  char         peer[64];
  /* in */
  char        *id, *path;
  guint        case_number;   /* 0: none */
  bool         is_download;
  char        *text, *from, *to, *site, *ticket, *cursor;
  guint        limit;
  /* out */
  ProblemKind  problem;
  char        *detail;
  guint        status;
  json_t      *json;
  int          fd;            /* of a file */
  TarStream   *tar;
  guint64      size;
  char         etag[80];
  char        *name;          /* of the download */
} Call;

static Call *
call_new(HttpRequest *request)
{
  Call *self = g_new0(Call, 1);
  self->request = request;
  self->identity = *http_request_identity(request);
  g_strlcpy(self->peer, http_request_peer(request), sizeof self->peer);
  self->id = g_strdup(http_request_param(request, "id"));
  self->fd = -1;
  self->status = 200;
  return self;
}

static void
call_free(Call *self)
{
  char *texts[] = { self->id, self->path, self->text, self->from, self->to, self->site, self->ticket, self->cursor,
                    self->detail, self->name };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  if (self->fd >= 0)
    close(self->fd);
  tar_stream_free(self->tar);
  json_decref(self->json);
  g_free(self);
}

/* --- library's thread --- */

static void
fail(Call *self, ProblemKind problem, const char *detail)
{
  self->problem = problem;
  self->detail = g_strdup(detail);
}

/* The recordings' disk or database cannot be had now. The log says why, the caller need not. */
static void
fail_on_disk(Call *self, const GError *error)
{
  g_warning("recordings: %s", error->message);
  fail(self, PROBLEM_UNAVAILABLE, "the recordings cannot be read now");
}

/* "1b4e28ba-2fa1-11d2-883f-0016d3cca427", and ".2" for a part in the fallback directory */
static bool
is_id(const char *id)
{
  return id != NULL && strlen(id) < ID_MAX && strspn(id, "0123456789abcdef-.") == strlen(id);
}

/* Returns: (transfer full): the session's directory; NULL: the call has failed. */
static char *
find_directory(Call *self, RecordingLibrary *library, json_t **summary)
{
  g_autoptr(GError) error = NULL;
  RecordingIndex *index = recording_library_index(library, &error);
  char *directory = index != NULL && is_id(self->id) ? recording_index_find(index, self->id, summary, &error) : NULL;
  if (error != NULL)
    fail_on_disk(self, error);
  else if (directory == NULL)
    fail(self, PROBLEM_NOT_FOUND, "no such recording");
  return directory;
}

static BagFiles *
read_files(Call *self, const char *directory)
{
  g_autoptr(GError) error = NULL;
  BagFiles *files = bag_files_read(directory, &error);
  if (files == NULL)
    fail(self, PROBLEM_CONFLICT, "the recording is not closed yet, or its manifest is gone");
  return files;
}

/* Returns: false: not written, and then nothing is handed out. */
static bool
write_down(Call *self, RecordingLibrary *library, const char *action, const char *object)
{
  g_autoptr(GError) error = NULL;
  AuditEntry entry = { .action = action, .role = role_to_text(self->identity.role), .key_id = self->identity.key_id,
                       .peer = self->peer, .recording = self->id, .object = object };
  if (audit_log_append(recording_library_audit(library), &entry, &error))
    return true;
  g_critical("audit: %s", error->message);
  fail(self, PROBLEM_UNAVAILABLE, "the audit log cannot be written");
  return false;
}

/* "2026-12-10T07-30-00+07-00_tiep-dan" of the directory's name, and what it is of it. */
static char *
download_name(const char *directory, const char *what)
{
  g_autofree char *base = g_path_get_basename(directory);
  char *last = strrchr(base, '_');
  if (last != NULL)
    *last = '\0';
  char *name = g_strconcat(base, what, NULL);
  return g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+-", '-');
}

static void
search_work(RecordingLibrary *library, gpointer data)
{
  Call *self = data;
  g_autoptr(GError) error = NULL;
  RecordingIndex *index = recording_library_index(library, &error);
  RecordingQuery query = { self->text, self->from, self->to, self->site, self->ticket, self->cursor, self->limit };
  if (index != NULL)
    self->json = recording_index_search(index, &query, &error);
  if (self->json != NULL && self->cursor == NULL)
    json_object_set_new(self->json, "sites", recording_index_sites(index, NULL));
  if (self->json != NULL)
    return;
  if (g_error_matches(error, RECORDING_INDEX_ERROR, RECORDING_INDEX_ERROR_CURSOR))
    fail(self, PROBLEM_UNPROCESSABLE, error->message);
  else
    fail_on_disk(self, error);
}

static json_t *
files_json(const char *directory)
{
  json_t *list = json_array();
  g_autoptr(BagFiles) files = bag_files_read(directory, NULL);
  for (guint i = 0; files != NULL && i < bag_files_count(files); i++) {
    const BagFile *file = bag_files_at(files, i);
    guint64 size = 0;
    gint64 mtime_s;
    int fd = bag_file_open(directory, file->path, &size, &mtime_s, NULL);
    json_t *bytes = fd >= 0 ? json_integer((json_int_t)size) : json_null();
    if (fd >= 0)
      close(fd);
    json_array_append_new(list, json_pack("{s:s, s:o, s:s?}", "path", file->path, "bytes", bytes, "sha256",
                                          file->sha256[0] != '\0' ? file->sha256 : NULL));
  }
  return list;
}

static void
view_work(RecordingLibrary *library, gpointer data)
{
  Call *self = data;
  json_t *summary = NULL;
  g_autofree char *directory = find_directory(self, library, &summary);
  if (directory != NULL && write_down(self, library, "recording.view", NULL)) {
    g_autofree char *path = g_build_filename(directory, "data", "session.json", NULL);
    json_t *session = json_load_file(path, 0, NULL);
    self->json = json_pack("{s:O, s:o, s:o, s:o}", "recording", summary, "session", session != NULL ? session : json_null(),
                           "check", recording_library_check_state(library, self->id), "files", files_json(directory));
  }
  json_decref(summary);
}

static void
file_work(RecordingLibrary *library, gpointer data)
{
  Call *self = data;
  g_autofree char *directory = find_directory(self, library, NULL);
  g_autoptr(BagFiles) files = directory != NULL ? read_files(self, directory) : NULL;
  if (files == NULL)
    return;
  const BagFile *file = bag_files_find(files, self->path);
  gint64 mtime_s = 0;
  if (file != NULL)
    self->fd = bag_file_open(directory, file->path, &self->size, &mtime_s, NULL);
  if (self->fd < 0) {
    fail(self, PROBLEM_NOT_FOUND, "no such file of the recording");
    return;
  }
  if (file->sha256[0] != '\0')
    g_snprintf(self->etag, sizeof self->etag, "\"%s\"", file->sha256);
  else
    g_snprintf(self->etag, sizeof self->etag, "\"%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x\"", mtime_s, self->size);
  if (self->is_download) {
    g_autofree char *what = g_strconcat("_", g_str_has_prefix(file->path, "data/") ? file->path + 5 : file->path, NULL);
    self->name = download_name(directory, what);
  }
  if (self->is_download || recording_library_is_new_view(library, self->identity.key_id, self->id, self->path))
    write_down(self, library, self->is_download ? "recording.download" : "recording.view", self->path);
}

/* With one case go the manifests and the signature: they prove its files by themselves. */
static bool
is_wanted(const char *path, const char *case_folder)
{
  return case_folder == NULL || !g_str_has_prefix(path, "data/") || g_str_has_prefix(path, case_folder);
}

static void
fill_tar(Call *self, const char *directory, const BagFiles *files, const char *case_folder)
{
  g_autoptr(GError) error = NULL;
  guint n_of_case = 0;
  self->tar = tar_stream_new(directory);
  for (guint i = 0; error == NULL && i < bag_files_count(files); i++) {
    const char *path = bag_files_at(files, i)->path;
    n_of_case += case_folder != NULL && g_str_has_prefix(path, case_folder);
    if (is_wanted(path, case_folder))
      tar_stream_add(self->tar, path, &error);
  }
  if (error != NULL) {
    g_warning("recordings: %s", error->message);
    fail(self, PROBLEM_CONFLICT, "a file of the recording is missing: check the recording");
  } else if (case_folder != NULL && n_of_case == 0) {
    fail(self, PROBLEM_NOT_FOUND, "no such case in the recording");
  }
  self->size = tar_stream_length(self->tar);
}

static void
archive_work(RecordingLibrary *library, gpointer data)
{
  Call *self = data;
  g_autofree char *directory = find_directory(self, library, NULL);
  g_autoptr(BagFiles) files = directory != NULL ? read_files(self, directory) : NULL;
  if (files == NULL)
    return;
  bool is_case = self->case_number > 0;
  g_autofree char *folder = is_case ? g_strdup_printf("data/cases/%03u/", self->case_number) : NULL;
  g_autofree char *what = is_case ? g_strdup_printf("_case-%03u.tar", self->case_number) : g_strdup(".tar");
  g_autofree char *object = is_case ? g_strdup_printf("cases/%u/archive", self->case_number) : g_strdup("archive");
  self->name = download_name(directory, what);
  fill_tar(self, directory, files, folder);
  if (self->problem == PROBLEM_NONE)
    write_down(self, library, "recording.download", object);
}

static void
check_work(RecordingLibrary *library, gpointer data)
{
  Call *self = data;
  g_autofree char *directory = find_directory(self, library, NULL);
  g_autoptr(BagFiles) files = directory != NULL ? bag_files_read(directory, NULL) : NULL;
  if (directory == NULL)
    return;
  g_autofree char *session = g_build_filename(directory, "data", "session.json", NULL);
  if (files == NULL && !g_file_test(session, G_FILE_TEST_EXISTS)) {
    fail(self, PROBLEM_CONFLICT, "the recording is not closed yet");
  } else if (write_down(self, library, "recording.verify", NULL)) {
    recording_library_start_check(library, self->id, directory);
    self->json = recording_library_check_state(library, self->id);
    self->status = 202;
  }
}

/* --- answers: control thread --- */

static gssize
read_file(gpointer user, guint8 *out, gsize room)
{
  gssize n;
  do
    n = read(GPOINTER_TO_INT(user), out, room);
  while (n < 0 && errno == EINTR);
  return n;
}

static void
close_file(gpointer user)
{
  close(GPOINTER_TO_INT(user));
}

static gssize
read_tar(gpointer user, guint8 *out, gsize room)
{
  g_autoptr(GError) error = NULL;
  gssize n = tar_stream_read(user, out, room, &error);
  if (n < 0)
    g_warning("recordings: a download ends early: %s", error->message);
  return n;
}

static void
set_disposition(Call *self)
{
  g_autofree char *value = g_strdup_printf("attachment; filename=\"%s\"", self->name);
  http_request_set_header(self->request, "Content-Disposition", value);
}

/* Browsers play VP8 and Opus in Matroska as the WebM that it nearly is. */
static const char *
media_type(const Call *self)
{
  bool is_played = !self->is_download && g_str_has_suffix(self->path, ".mkv");
  return is_played ? "video/webm" : file_media_type(self->path);
}

static void
answer_part(Call *self, HttpRange range) ON_CONTROL
{
  guint status = 200;
  HttpSource source = { self->size, read_file, GINT_TO_POINTER(self->fd), close_file };
  if (range.kind == HTTP_RANGE_PART) {
    g_autofree char *value = g_strdup_printf("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                                             range.first, range.last, self->size);
    http_request_set_header(self->request, "Content-Range", value);
    source.length = range.last - range.first + 1;
    lseek(self->fd, (off_t)range.first, SEEK_SET);
    status = 206;
  }
  self->fd = -1;
  http_request_respond_source(self->request, status, media_type(self), &source);
}

static void
answer_file(Call *self) ON_CONTROL
{
  HttpRequest *request = self->request;
  http_request_set_header(request, "ETag", self->etag);
  http_request_set_header(request, "Accept-Ranges", "bytes");
  http_request_set_header(request, "Cache-Control", "private, no-cache");
  if (self->is_download)
    set_disposition(self);
  if (http_field_has_etag(http_request_header(request, "If-None-Match"), self->etag)) {
    http_request_respond(request, 304, NULL, NULL, 0);
    return;
  }
  HttpRange range = { HTTP_RANGE_NONE, 0, 0 };
  if (http_range_applies(http_request_header(request, "If-Range"), self->etag))
    range = http_range_read(http_request_header(request, "Range"), self->size);
  if (range.kind != HTTP_RANGE_UNSATISFIABLE) {
    answer_part(self, range);
    return;
  }
  g_autofree char *value = g_strdup_printf("bytes */%" G_GUINT64_FORMAT, self->size);
  http_request_set_header(request, "Content-Range", value);
  http_request_respond_problem(request, PROBLEM_RANGE, NULL);
}

static void
answer_tar(Call *self) ON_CONTROL
{
  HttpSource source = { self->size, read_tar, g_steal_pointer(&self->tar), (GDestroyNotify)tar_stream_free };
  set_disposition(self);
  http_request_respond_source(self->request, 200, "application/x-tar", &source);
}

static void
answer(G_GNUC_UNUSED RecordingLibrary *library, gpointer data)
{
  assert_on_control();
  Call *self = data;
  if (self->problem != PROBLEM_NONE)
    http_request_respond_problem(self->request, self->problem, self->detail);
  else if (self->json != NULL)
    http_request_respond_json(self->request, self->status, g_steal_pointer(&self->json));
  else if (self->tar != NULL)
    answer_tar(self);
  else
    answer_file(self);
  call_free(self);
}

/* --- handlers: control thread --- */

static void
start(Call *self, gpointer user, LibraryFunc work) ON_CONTROL
{
  const Api *api = user;
  if (api->recordings == NULL) {
    http_request_respond_problem(self->request, PROBLEM_NOT_FOUND, "recording is switched off");
    call_free(self);
    return;
  }
  http_request_hold(self->request);
  recording_library_run(api->recordings, work, answer, self);
}

/* Refuses, and frees @self. */
static void
refuse(Call *self, const char *detail) ON_CONTROL
{
  http_request_respond_problem(self->request, PROBLEM_UNPROCESSABLE, detail);
  call_free(self);
}

static bool
is_day(const char *text)
{
  static const char SHAPE[] = "dddd-dd-dd";
  if (text == NULL || *text == '\0')
    return true;
  if (strlen(text) != sizeof SHAPE - 1)
    return false;
  for (guint i = 0; SHAPE[i] != '\0'; i++)
    if (SHAPE[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != SHAPE[i])
      return false;
  return true;
}

/* Returns: false if @text is there and no number of 1 to @max. */
static bool
read_count(const char *text, guint max, guint *out)
{
  guint64 value = 0;
  *out = 0;
  if (text == NULL)
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 1, max, &value, NULL))
    return false;
  *out = (guint)value;
  return true;
}

void
api_list_recordings(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Call *self = call_new(request);
  struct { const char *name; char **out; } fields[] = { { "q", &self->text }, { "from", &self->from }, { "to", &self->to },
    { "site", &self->site }, { "ticket", &self->ticket }, { "cursor", &self->cursor } };
  for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
    *fields[i].out = g_strdup(http_request_query(request, fields[i].name));
  if (!is_day(self->from) || !is_day(self->to))
    refuse(self, "from and to are days: 2026-12-10");
  else if (!read_count(http_request_query(request, "limit"), LIMIT_MAX, &self->limit))
    refuse(self, "limit is a number of 1 to 200");
  else
    start(self, user, search_work);
}

void
api_get_recording(HttpRequest *request, gpointer user)
{
  assert_on_control();
  start(call_new(request), user, view_work);
}

void
api_get_recording_file(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Call *self = call_new(request);
  self->path = g_strdup(http_request_param(request, "path"));
  self->is_download = g_strcmp0(http_request_query(request, "download"), "1") == 0;
  start(self, user, file_work);
}

void
api_get_recording_archive(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Call *self = call_new(request);
  if (read_count(http_request_param(request, "number"), CASE_MAX, &self->case_number))
    start(self, user, archive_work);
  else
    refuse(self, "a case has a number of 1 to 9999");
}

void
api_verify_recording(HttpRequest *request, gpointer user)
{
  assert_on_control();
  start(call_new(request), user, check_work);
}
