/* mcu/support_bundle.c - what a technician sends to who helps. */
#include "mcu/support_bundle.h"
#include "mcu/metrics_text.h"
#include "mcu/wall_time.h"
#include "recorder/tar_stream.h"
#include <curl/curl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <sys/utsname.h>

enum { STEP_MIN_S = 10, FILES = 6, CHUNK = 64 * 1024 };
#define TOP "diemcau-support"

struct SupportBundle {
  FigureExtract *history;      /* owned */
  char *texts[FILES];          /* owned; that of HISTORY comes of `history` */
};

enum { HISTORY = 1 };
static const char *const NAMES[FILES] = { "figures.json", "history.csv", "marks.json", "metrics.txt", "config.json", "versions.json" };

static json_t *
rooms_json(const Config *config)
{
  json_t *rooms = json_array();
  for (guint r = 0; r < config->n_rooms; r++) {
    const ConfigRoom *room = &config->rooms[r];
    json_t *sites = json_array();
    for (guint i = 0; i < room->n_sites; i++)
      json_array_append_new(sites, json_pack("{s:s, s:s, s:b, s:s}", "id", room->sites[i].id, "name", room->sites[i].name, "hub",
                                             room->sites[i].is_hub, "via", room->sites[i].via == SITE_VIA_LAN ? "lan" : "line"));
    json_array_append_new(rooms, json_pack("{s:s, s:s, s:o}", "id", room->id, "name", room->name, "sites", sites));
  }
  return rooms;
}

static json_t *
texts_json(char *const *texts)
{
  json_t *array = json_array();
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_append_new(array, json_string(texts[i]));
  return array;
}

json_t *
support_bundle_config(const Config *config)
{
  json_t *server = json_pack("{s:s?, s:i, s:s?, s:i, s:b}", "httpAddress", config->http_address, "httpPort", (int)config->http_port,
                             "httpsAddress", config->https_address, "httpsPort", (int)config->https_port,
                             "hasCertificate", config->tls_certificate != NULL);
  json_t *media = json_pack("{s:o, s:o, s:i, s:i, s:b}", "addresses", texts_json(config->media_addresses),
                            "advertised", texts_json(config->advertised_addresses), "portMin", (int)config->port_min,
                            "portMax", (int)config->port_max, "hasStunServer", config->stun_server != NULL);
  json_t *video = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "width", (int)config->canvas_width,
                            "height", (int)config->canvas_height, "fps", (int)config->fps, "bitrateBps", (int)config->video_bitrate_bps,
                            "uplinkMaxBps", (int)config->uplink_bitrate_max_bps, "decodeThreads", (int)config->decode_threads,
                            "encoderThreads", (int)config->encoder_threads, "audioBitrateBps", (int)config->audio_bitrate_bps);
  json_t *line = json_pack("{s:I, s:I, s:I}", "sharedBps", (json_int_t)config->line_shared_bps, "upBps", (json_int_t)config->line_up_bps,
                           "downBps", (json_int_t)config->line_down_bps);
  json_t *recording = json_pack("{s:b, s:b, s:i, s:b, s:b, s:b}", "enabled", config->recording_enabled,
                                "hasFallback", config->recording_fallback_dir != NULL,
                                "segmentMinutes", (int)config->recording_segment_minutes, "siteStreams", config->recording_site_streams,
                                "isSigned", config->signing_certificate != NULL, "hasTimestampServer", config->timestamp_server != NULL);
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:b, s:b, s:o}", "server", server, "media", media, "video", video, "line", line,
                   "recording", recording, "webhooks", (int)config->n_webhooks, "lobby", config->has_lobby,
                   "togetherBeforeSession", config->is_together_before_session, "rooms", rooms_json(config));
}

static json_t *
versions_json(gint64 wall_us)
{
  struct utsname system = { 0 };
  uname(&system);
  g_autofree char *debian = g_get_os_info(G_OS_INFO_KEY_PRETTY_NAME);
  g_autofree char *glib = g_strdup_printf("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  return json_pack("{s:s, s:o, s:s?, s:s, s:s, s:i, s:s, s:s, s:s, s:s}", "diemcau", DIEMCAU_VERSION, "at", wall_time_json(wall_us),
                   "system", debian, "kernel", system.release, "machine", system.machine, "processors", (int)g_get_num_processors(),
                   "glib", glib, "openssl", OpenSSL_version(OPENSSL_VERSION), "jansson", jansson_version_str(), "curl", curl_version());
}

/* Takes @json. */
static char *
dump(json_t *json)
{
  char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
  json_decref(json);
  char *copy = g_strdup(text);
  free(text);
  return copy;
}

/* As fine as the bound of an extract allows. */
static guint
step_for(const FigureSampler *sampler, const RoomFigures *room) ON_CONTROL
{
  guint64 n_columns = N_BOX_SERIES + (guint64)room->n_sites * N_SITE_SERIES;
  guint64 n_values = n_columns * figure_history_capacity(figure_sampler_history(sampler));
  return MAX(STEP_MIN_S, (guint)(n_values / FIGURE_EXTRACT_VALUES_MAX) + 1);
}

SupportBundle *
support_bundle_new(const Config *config, const FigureSampler *sampler, const RoomFigures *room)
{
  SupportBundle *self = g_new0(SupportBundle, 1);
  const char *fault;
  gint64 wall_us = g_get_real_time();
  FigureQuestion question = { .step = step_for(sampler, room) };
  self->history = figure_extract_new(sampler, room, &question, &fault);
  json_t *texts[FILES] = {
    [0] = figures_now_json(sampler, room), [2] = figure_marks_json(room->marks, 0), [4] = support_bundle_config(config),
    [5] = versions_json(wall_us),
  };
  for (guint i = 0; i < FILES; i++)
    if (texts[i] != NULL)
      self->texts[i] = dump(texts[i]);
  self->texts[3] = metrics_text(sampler);
  return self;
}

void
support_bundle_free(SupportBundle *self)
{
  if (self == NULL)
    return;
  figure_extract_free(self->history);
  for (guint i = 0; i < FILES; i++)
    g_free(self->texts[i]);
  g_free(self);
}

/* ---- any thread ---- */

static bool
write_files(const SupportBundle *self, const char *folder, GError **error)
{
  if (g_mkdir(folder, 0700) != 0) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", folder);
    return false;
  }
  for (guint i = 0; i < FILES; i++) {
    g_autofree char *path = g_build_filename(folder, NAMES[i], NULL);
    g_autofree char *history = i == HISTORY && self->history != NULL ? figure_extract_csv(self->history) : NULL;
    const char *text = history != NULL ? history : self->texts[i];
    if (!g_file_set_contents(path, text != NULL ? text : "", -1, error))
      return false;
  }
  return true;
}

static GBytes *
read_tar(const char *folder, GError **error)
{
  g_autoptr(TarStream) tar = tar_stream_new(folder);
  for (guint i = 0; i < FILES; i++)
    if (!tar_stream_add(tar, NAMES[i], error))
      return NULL;
  gsize length = (gsize)tar_stream_length(tar), at = 0;
  g_autofree guint8 *bytes = g_malloc(length);
  gssize n;
  while (at < length && (n = tar_stream_read(tar, bytes + at, MIN(length - at, CHUNK), error)) > 0)
    at += (gsize)n;
  if (at == length)
    return g_bytes_new_take(g_steal_pointer(&bytes), length);
  if (error != NULL && *error == NULL)
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the bundle is shorter than it should be");
  return NULL;
}

GBytes *
support_bundle_make(const SupportBundle *self, GError **error)
{
  g_autofree char *made_in = g_dir_make_tmp("diemcau-XXXXXX", error);
  if (made_in == NULL)
    return NULL;
  g_autofree char *folder = g_build_filename(made_in, TOP, NULL);
  GBytes *tar = write_files(self, folder, error) ? read_tar(folder, error) : NULL;
  for (guint i = 0; i < FILES; i++) {
    g_autofree char *path = g_build_filename(folder, NAMES[i], NULL);
    g_unlink(path);
  }
  g_rmdir(folder);
  g_rmdir(made_in);
  return tar;
}
