/* mcu/api_recordings.c - calls about recordings: search, play, download, check. Role clerk only.
 *
 * Every call is taken apart on the control thread, does its work on the library's (mcu/recording_work.h),
 * and is answered on the control thread again. */
#include "mcu/api_internal.h"
#include "mcu/recording_work.h"
#include "signaling/file_media_type.h"
#include "signaling/http_fields.h"
#include "signaling/http_range.h"
#include "signaling/http_source.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CASE_MAX = 9999, LIMIT_MAX = 200 };

static RecordingCall *
call_new(HttpRequest *request)
{
  RecordingCall *self = g_new0(RecordingCall, 1);
  self->request = request;
  self->identity = *http_request_identity(request);
  g_strlcpy(self->peer, http_request_peer(request), sizeof self->peer);
  self->id = g_strdup(http_request_param(request, "id"));
  self->fd = -1;
  self->status = 200;
  return self;
}

static void
call_free(RecordingCall *self)
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
set_disposition(RecordingCall *self)
{
  g_autofree char *value = g_strdup_printf("attachment; filename=\"%s\"", self->name);
  http_request_set_header(self->request, "Content-Disposition", value);
}

/* Browsers play VP8 and Opus in Matroska as the WebM that it nearly is. */
static const char *
media_type(const RecordingCall *self)
{
  bool is_played = !self->is_download && g_str_has_suffix(self->path, ".mkv");
  return is_played ? "video/webm" : file_media_type(self->path);
}

static void
answer_part(RecordingCall *self, HttpRange range) ON_CONTROL
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
answer_file(RecordingCall *self) ON_CONTROL
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
answer_tar(RecordingCall *self) ON_CONTROL
{
  HttpSource source = { self->size, read_tar, g_steal_pointer(&self->tar), (GDestroyNotify)tar_stream_free };
  set_disposition(self);
  http_request_respond_source(self->request, 200, "application/x-tar", &source);
}

static void
answer(G_GNUC_UNUSED RecordingLibrary *library, gpointer data)
{
  assert_on_control();
  RecordingCall *self = data;
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
start(RecordingCall *self, gpointer user, LibraryFunc work) ON_CONTROL
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
refuse(RecordingCall *self, const char *detail) ON_CONTROL
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
  RecordingCall *self = call_new(request);
  struct { const char *name; char **out; } fields[] = { { "q", &self->text }, { "from", &self->from }, { "to", &self->to },
    { "site", &self->site }, { "ticket", &self->ticket }, { "cursor", &self->cursor } };
  for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
    *fields[i].out = g_strdup(http_request_query(request, fields[i].name));
  if (!is_day(self->from) || !is_day(self->to))
    refuse(self, "from and to are days: 2026-12-10");
  else if (!read_count(http_request_query(request, "limit"), LIMIT_MAX, &self->limit))
    refuse(self, "limit is a number of 1 to 200");
  else
    start(self, user, recording_work_search);
}

void
api_get_recording(HttpRequest *request, gpointer user)
{
  assert_on_control();
  start(call_new(request), user, recording_work_view);
}

void
api_get_recording_file(HttpRequest *request, gpointer user)
{
  assert_on_control();
  RecordingCall *self = call_new(request);
  self->path = g_strdup(http_request_param(request, "path"));
  self->is_download = g_strcmp0(http_request_query(request, "download"), "1") == 0;
  start(self, user, recording_work_file);
}

void
api_get_recording_archive(HttpRequest *request, gpointer user)
{
  assert_on_control();
  RecordingCall *self = call_new(request);
  if (read_count(http_request_param(request, "number"), CASE_MAX, &self->case_number))
    start(self, user, recording_work_archive);
  else
    refuse(self, "a case has a number of 1 to 9999");
}

void
api_verify_recording(HttpRequest *request, gpointer user)
{
  assert_on_control();
  start(call_new(request), user, recording_work_check);
}
