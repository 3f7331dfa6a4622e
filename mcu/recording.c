/* mcu/recording.c - the recording of one session: its recorder and how that does. */
#include "mcu/recording.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"
#include <unistd.h>

struct Recording {
  /* borrowed */
  RecordTap *tap;
  void     (*changed)(gpointer user);
  gpointer   user;
  /* owned */
  RecorderClient *client;
  char      *directory, *message;  /* of the view */
  /* state */
  RecordingView view;
  bool       is_tapped, is_closed;
};

/* No colons: the directory may lie on any file system. */
static char *
directory_name(const RecordingConfig *config)
{
  g_autofree char *time = wall_time_text(config->opened_us - config->opened_us % G_USEC_PER_SEC);
  g_auto(GStrv) parts = g_strsplit(g_strdelimit(time, ":", '-'), ".000", 2);
  return g_strdup_printf("%s%s_%s_%s", parts[0], parts[1], config->room->id, config->id);
}

char *
recording_program(void)
{
  static const char *const PLACES[] = { "diemcau-recorder", "../recorder/diemcau-recorder" };
  const char *from_environment = g_getenv("DIEMCAU_RECORDER");
  if (from_environment != NULL)
    return g_strdup(from_environment);
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname(self != NULL ? self : ".");
  for (guint i = 0; i < G_N_ELEMENTS(PLACES); i++) {
    char *path = g_build_filename(folder, PLACES[i], NULL);
    if (access(path, X_OK) == 0)
      return path;
    g_free(path);
  }
  return g_strdup("diemcau-recorder");
}

static json_t *
sites_json(const ConfigRoom *room)
{
  json_t *sites = json_array();
  for (guint i = 0; i < room->n_sites; i++)
    json_array_append_new(sites, json_pack("{s:s, s:s}", "id", room->sites[i].id, "name", room->sites[i].name));
  return sites;
}

static json_t *
open_json(const RecordingConfig *session)
{
  const Config *config = session->config;
  g_autofree char *name = directory_name(session), *opened_at = wall_time_text(session->opened_us);
  g_autofree char *directory = g_canonicalize_filename(config->recording_dir, NULL);
  g_autofree char *fallback = config->recording_fallback_dir != NULL
                                ? g_canonicalize_filename(config->recording_fallback_dir, NULL) : NULL;
  json_t *signing = config->signing_key != NULL
                      ? json_pack("{s:s, s:s}", "certificate", config->signing_certificate, "key", config->signing_key)
                      : json_null();
  return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s?, s:s, s:s?, s:i, s:o, s:o, s:s?, s:b, s:O?}",
                   "id", session->id, "room", session->room->id, "roomName", session->room->name,
                   "openedAt", opened_at, "originUs", (json_int_t)session->origin_us,
                   "software", "diemcau " DIEMCAU_VERSION, "directory", directory, "fallbackDirectory", fallback,
                   "name", name, "continues", session->continues,
                   "segmentSeconds", (int)config->recording_segment_minutes * 60,
                   "sites", sites_json(session->room), "signing", signing,
                   "timestampServer", config->timestamp_server, "siteStreams", config->recording_site_streams,
                   "disk", session->disk);
}

/* ---- the recorder's news ---- */

/* What changes every second is worth no news. */
static bool
is_other_for_people(const Recording *self, const RecorderStatus *status)
{
  const RecordingView *view = &self->view;
  return view->state != status->state || view->is_in_fallback != status->is_in_fallback
         || view->gaps != status->gaps || view->restarts != status->restarts
         || (status->is_in_fallback && (int)view->free_percent != (int)status->free_percent)
         || g_strcmp0(self->message, status->message) != 0 || g_strcmp0(self->directory, status->directory) != 0;
}

static void
take_status(Recording *self, const RecorderStatus *status) ON_CONTROL
{
  bool is_other = is_other_for_people(self, status);
  if (self->view.state != status->state || g_strcmp0(self->message, status->message) != 0)
    g_message("recording: %s -> %s%s%s", recorder_state_name(self->view.state), recorder_state_name(status->state),
              status->message != NULL ? ": " : "", status->message != NULL ? status->message : "");
  g_free(self->directory);
  g_free(self->message);
  self->directory = g_strdup(status->directory);
  self->message = g_strdup(status->message);
  self->view = (RecordingView) {
    .state = status->state,
    .has_run = self->view.has_run || status->state == RECORDER_STATE_RECORDING || status->state == RECORDER_STATE_DEGRADED,
    .is_in_fallback = status->is_in_fallback,
    .free_percent = status->total_bytes > 0 ? status->free_percent : -1,
    .free_bytes = status->free_bytes, .bytes = status->bytes, .dropped_frames = status->dropped_frames,
    .gaps = status->gaps, .restarts = status->restarts, .lag_ms = status->lag_ms,
    .directory = self->directory, .message = self->message,
  };
  if (is_other)
    self->changed(self->user);
}

static void
on_status(const RecorderStatus *status, gpointer data)
{
  assert_on_control();
  take_status(data, status);
}

static void
on_keyframe(gpointer data)
{
  assert_on_control();
  Recording *self = data;
  if (self->is_tapped)
    record_tap_force_keyframe(self->tap);
}

static void
on_closed(const RecorderStatus *status, gpointer data)
{
  assert_on_control();
  Recording *self = data;
  take_status(self, status);
  self->is_closed = true;
  self->changed(self->user);
}

/* ---- what is recorded ---- */

static void
sink_video(guint stream, EncodedFrame *frame, gint64 time_us, gpointer data)
{
  recorder_client_video(data, stream, frame, time_us);
}

static void
sink_audio(guint stream, AudioPacket *packet, gint64 time_us, gpointer data)
{
  recorder_client_audio(data, stream, packet, time_us);
}

static void
declare_streams(Recording *self, const RecordingConfig *config)
{
  for (guint i = 0; i < config->room->n_sites && i < RECORD_TAP_SITES_MAX; i++) {
    recorder_client_track(self->client, record_tap_site_video_stream(i), config->room->sites[i].id, "video");
    recorder_client_track(self->client, record_tap_site_audio_stream(i), config->room->sites[i].id, "audio");
  }
}

Recording *
recording_new(const RecordingConfig *config)
{
  static const RecordSink sink = { .video = sink_video, .audio = sink_audio };
  Recording *self = g_new0(Recording, 1);
  self->tap = config->tap;
  self->changed = config->changed;
  self->user = config->user;
  self->view.free_percent = -1;
  g_autofree char *program = recording_program();
  json_t *open = open_json(config);
  RecorderClientConfig client = {
    .program = program, .open = open, .origin_us = config->origin_us, .control = config->control,
    .callbacks = { .status = on_status, .keyframe = on_keyframe, .closed = on_closed }, .data = self,
  };
  self->client = recorder_client_new(&client);
  json_decref(open);
  if (config->config->recording_site_streams)
    declare_streams(self, config);
  record_tap_set_sink(self->tap, &sink, self->client);
  self->is_tapped = true;
  return self;
}

static void
end_tap(Recording *self) ON_CONTROL
{
  if (self->is_tapped)
    record_tap_set_sink(self->tap, NULL, NULL);
  self->is_tapped = false;
}

void
recording_close(Recording *self)
{
  end_tap(self);
  recorder_client_close(self->client);
}

void
recording_free(Recording *self)
{
  if (self == NULL)
    return;
  end_tap(self);
  recorder_client_free(self->client);
  g_free(self->directory);
  g_free(self->message);
  g_free(self);
}

bool
recording_is_closed(const Recording *self)
{
  return self->is_closed;
}

RecordingView
recording_view(const Recording *self)
{
  return self->view;
}

int
recording_pid(const Recording *self)
{
  return recorder_client_pid(self->client);
}

void
recording_event(Recording *self, const char *event, json_t *fields)
{
  recorder_client_event(self->client, event, fields, clock_now_us());
}

void
recording_case(Recording *self, json_t *fields)
{
  recorder_client_case(self->client, fields, clock_now_us());
  record_tap_force_keyframe(self->tap);
}
