/* mcu/recording_work.c - the clerk's calls on the library's thread: index, audit log, opening files. */
#include "mcu/recording_work.h"
#include "mcu/recording_access.h"
#include "signaling/role.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ID_MAX = 48 };

static void
fail(RecordingCall *self, ProblemKind problem, const char *detail)
{
  self->problem = problem;
  self->detail = g_strdup(detail);
}

/* The recordings' disk or database cannot be had now. The log says why, the caller need not. */
static void
fail_on_disk(RecordingCall *self, const GError *error)
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
find_directory(RecordingCall *self, RecordingLibrary *library, json_t **summary)
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
read_files(RecordingCall *self, const char *directory)
{
  g_autoptr(GError) error = NULL;
  BagFiles *files = bag_files_read(directory, &error);
  if (files == NULL)
    fail(self, PROBLEM_CONFLICT, "the recording is not closed yet, or its manifest is gone");
  return files;
}

/* Returns: false: not written, and then nothing is handed out. */
static bool
write_down(RecordingCall *self, RecordingLibrary *library, const char *action, const char *object)
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
mark_results(RecordingCall *self)
{
  gsize i;
  json_t *result;
  json_array_foreach(json_object_get(self->json, "results"), i, result)
    recording_access_mark_case(json_object_get(result, "case"), self->identity.may_see_restricted);
}

static void
mark_cases(RecordingCall *self, const json_t *session)
{
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(session, "cases"), i, item)
    recording_access_mark_case(item, self->identity.may_see_restricted);
}

void
recording_work_search(RecordingLibrary *library, gpointer data)
{
  RecordingCall *self = data;
  g_autoptr(GError) error = NULL;
  RecordingIndex *index = recording_library_index(library, &error);
  RecordingQuery query = { self->text, self->from, self->to, self->site, self->ticket, self->cursor, self->limit,
                           .hides_confidential_text = !self->identity.may_see_restricted };
  if (index != NULL)
    self->json = recording_index_search(index, &query, &error);
  if (self->json != NULL && self->cursor == NULL)
    json_object_set_new(self->json, "sites", recording_index_sites(index, NULL));
  if (self->json != NULL) {
    mark_results(self);
    return;
  }
  if (g_error_matches(error, RECORDING_INDEX_ERROR, RECORDING_INDEX_ERROR_CURSOR))
    fail(self, PROBLEM_UNPROCESSABLE, error->message);
  else
    fail_on_disk(self, error);
}

static json_t *
files_json(const char *directory, const RecordingAccess *access)
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
    json_array_append_new(list, json_pack("{s:s, s:o, s:s?, s:b}", "path", file->path, "bytes", bytes, "sha256",
                                          file->sha256[0] != '\0' ? file->sha256 : NULL,
                                          "restricted", !recording_access_allows(access, file->path)));
  }
  return list;
}

void
recording_work_view(RecordingLibrary *library, gpointer data)
{
  RecordingCall *self = data;
  json_t *summary = NULL;
  g_autofree char *directory = find_directory(self, library, &summary);
  if (directory != NULL && write_down(self, library, "recording.view", NULL)) {
    g_autofree char *path = g_build_filename(directory, "data", "session.json", NULL);
    json_t *session = json_load_file(path, 0, NULL);
    g_autoptr(RecordingAccess) access = recording_access_new(directory, self->identity.may_see_restricted);
    mark_cases(self, session);
    self->json = json_pack("{s:O, s:o, s:o, s:o}", "recording", summary, "session", session != NULL ? session : json_null(),
                           "check", recording_library_check_state(library, self->id), "files", files_json(directory, access));
  }
  json_decref(summary);
}

/* That somebody asked is written down as well. */
static void
refuse_restricted(RecordingCall *self, RecordingLibrary *library, const char *object)
{
  if (write_down(self, library, "recording.refused", object))
    fail(self, PROBLEM_RESTRICTED, NULL);
}

void
recording_work_file(RecordingLibrary *library, gpointer data)
{
  RecordingCall *self = data;
  g_autofree char *directory = find_directory(self, library, NULL);
  g_autoptr(BagFiles) files = directory != NULL ? read_files(self, directory) : NULL;
  if (files == NULL)
    return;
  const BagFile *file = bag_files_find(files, self->path);
  g_autoptr(RecordingAccess) access = recording_access_new(directory, self->identity.may_see_restricted);
  if (file != NULL && !recording_access_allows(access, file->path)) {
    refuse_restricted(self, library, self->path);
    return;
  }
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

static bool
bag_has_folder(const BagFiles *files, const char *folder)
{
  for (guint i = 0; i < bag_files_count(files); i++)
    if (g_str_has_prefix(bag_files_at(files, i)->path, folder))
      return true;
  return false;
}

static void
fill_tar(RecordingCall *self, const char *directory, const BagFiles *files, const char *case_folder)
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

void
recording_work_archive(RecordingLibrary *library, gpointer data)
{
  RecordingCall *self = data;
  g_autofree char *directory = find_directory(self, library, NULL);
  g_autoptr(BagFiles) files = directory != NULL ? read_files(self, directory) : NULL;
  if (files == NULL)
    return;
  bool is_case = self->case_number > 0;
  g_autofree char *folder = is_case ? g_strdup_printf("data/cases/%03u/", self->case_number) : NULL;
  g_autofree char *what = is_case ? g_strdup_printf("_case-%03u.tar", self->case_number) : g_strdup(".tar");
  g_autofree char *object = is_case ? g_strdup_printf("cases/%u/archive", self->case_number) : g_strdup("archive");
  g_autoptr(RecordingAccess) access = recording_access_new(directory, self->identity.may_see_restricted);
  bool is_there = !is_case || bag_has_folder(files, folder);
  if (is_there && !(is_case ? recording_access_allows_case(access, self->case_number) : recording_access_allows_all(access))) {
    refuse_restricted(self, library, object);
    return;
  }
  self->name = download_name(directory, what);
  fill_tar(self, directory, files, folder);
  if (self->problem == PROBLEM_NONE)
    write_down(self, library, "recording.download", object);
}

void
recording_work_check(RecordingLibrary *library, gpointer data)
{
  RecordingCall *self = data;
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
