/* tests/load/load_report.c - the figures of one run. */
#include "tests/load/load_report.h"
#include "tests/load/site_report.h"
#include <math.h>

typedef struct {
  guint  freezes, audio_gaps;
  double kbps_up, kbps_down, fps_min, shared_percent, frame_gap_max_ms, audio_gap_max_ms;
} Totals;

LoadReport *
load_report_new(void)
{
  return g_new0(LoadReport, 1);
}

void
load_report_free(LoadReport *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_sites; i++) {
    json_decref(self->sites[i].line);
    json_decref(self->sites[i].changes);
  }
  g_free(self);
}

Percentiles
load_percentiles(Samples *samples)
{
  return (Percentiles) {
    .p50 = samples_percentile(samples, 50), .p95 = samples_percentile(samples, 95),
    .p99 = samples_percentile(samples, 99), .max = samples_max(samples), .n = samples_count(samples),
  };
}

guint
load_report_connected(const LoadReport *self)
{
  guint n = 0;
  for (guint i = 0; i < self->n_sites; i++)
    n += self->sites[i].is_connected && self->sites[i].join_ms >= 0;
  return n;
}

guint
load_report_tiles_alive(const LoadReport *self)
{
  guint n = 0;
  for (guint i = 0; i < self->watched.n_tiles; i++)
    n += self->watched.tiles[i].is_alive;
  return n;
}

static bool
is_watching(const LoadReport *self, const SiteReport *site)
{
  return g_str_equal(site->site, self->watching);
}

static Totals
add_up(const LoadReport *self)
{
  Totals totals = { .fps_min = HUGE_VAL, .shared_percent = 100 };
  bool has_others = false;
  for (guint i = 0; i < self->n_sites; i++) {
    const SiteReport *site = &self->sites[i];
    totals.freezes += site->flow.picture.over_200_ms;
    totals.audio_gaps += site->flow.audio_gaps;
    totals.kbps_up += site->kbps_up;
    totals.kbps_down += site->kbps_down;
    totals.frame_gap_max_ms = MAX(totals.frame_gap_max_ms, site->flow.picture.longest_ms);
    totals.audio_gap_max_ms = MAX(totals.audio_gap_max_ms, site->flow.audio_gap_max_ms);
    if (is_watching(self, site))
      continue;
    has_others = true;
    totals.fps_min = MIN(totals.fps_min, site->flow.fps);
    totals.shared_percent = MIN(totals.shared_percent, site->shared_percent);
  }
  if (!has_others)
    totals.fps_min = 0;
  return totals;
}

static double
fps_out(const LoadReport *self)
{
  for (guint i = 0; i < self->n_sites; i++)
    if (is_watching(self, &self->sites[i]))
      return self->sites[i].flow.fps;
  return 0;
}

static void
add_details(const LoadReport *self, json_t *root)
{
  json_t *sites = json_array(), *tiles = json_array(), *faults = json_array();
  for (guint i = 0; i < self->n_sites; i++)
    json_array_append_new(sites, site_report_json(&self->sites[i]));
  for (guint i = 0; i < self->watched.n_tiles; i++)
    json_array_append_new(tiles, tile_json(&self->watched.tiles[i]));
  for (guint i = 0; i < self->n_faults; i++) {
    const FaultReport *fault = &self->faults[i];
    json_array_append_new(faults, json_pack("{s:s, s:s, s:I, s:I}", "kind", fault->kind, "site", fault->site,
                                            "attempts", (json_int_t)fault->attempts,
                                            "media_received", (json_int_t)fault->media_received));
  }
  json_object_set_new(root, "sites", sites);
  json_object_set_new(root, "tiles", tiles);
  json_object_set_new(root, "faults", faults);
}

static void
add_server(const LoadReport *self, json_t *root)
{
  const ServerReport *server = &self->server;
  const struct { const char *name; double value; bool is_known; } FIGURES[] = {
    { "server_cpu_percent", server->cpu_percent, server->is_known },
    { "server_cpu_window_s", server->cpu_window_s, server->is_known },
    { "server_rss_mb", server->rss_mb_max, server->is_known },
    { "server_rss_mb_20s", server->rss_mb_20s, server->is_known && server->rss_mb_20s > 0 },
    { "server_rss_mb_60s", server->rss_mb_60s, server->is_known && server->rss_mb_60s > 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(FIGURES); i++)
    json_object_set_new(root, FIGURES[i].name, FIGURES[i].is_known ? load_number(FIGURES[i].value) : json_null());
  json_object_set_new(root, "server_threads", server->is_known ? json_integer(server->threads) : json_null());
}

json_t *
load_report_json(const LoadReport *self)
{
  Totals totals = add_up(self);
  json_t *root = json_pack(
    "{s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o}",
    "sites_wanted", (int)self->sites_wanted, "sites_connected", (int)load_report_connected(self),
    "tiles_alive", (int)load_report_tiles_alive(self), "fps_out", load_number(fps_out(self)),
    "fps_out_min_others", load_number(totals.fps_min),
    "video_latency_ms", load_percentiles_json(&self->video_ms),
    "audio_latency_ms", load_percentiles_json(&self->audio_ms), "av_skew_ms", load_skew_json(&self->skew),
    "join_ms", "p50", load_number(self->join_ms.p50), "max", load_number(self->join_ms.max),
    "kbps_up", load_number(totals.kbps_up), "kbps_down", load_number(totals.kbps_down),
    "freezes", (int)totals.freezes, "audio_gaps", (int)totals.audio_gaps,
    "frame_gap_max_ms", load_number(totals.frame_gap_max_ms), "audio_gap_max_ms", load_number(totals.audio_gap_max_ms),
    "frames_shared_percent", load_number(totals.shared_percent), "window_s", load_number(self->window_s));
  const WatcherFigures *watched = &self->watched;
  json_object_set_new(root, "latency_excludes", json_string("the client's own encoding and decoding of picture and sound"));
  json_object_set_new(root, "audio_codec_delay_ms", load_number(self->codec_delay_ms));
  json_object_set_new(root, "audio_silences", json_integer(watched->silences));
  json_object_set_new(root, "audio_concealed", json_integer((json_int_t)watched->audio_concealed));
  json_object_set_new(root, "markers_heard", json_integer(watched->markers_heard));
  json_object_set_new(root, "sound_peak", json_integer(watched->sound_peak));
  json_object_set_new(root, "markers_sent", json_integer(watched->markers_sent));
  json_object_set_new(root, "frames_decoded", json_integer((json_int_t)watched->frames_decoded));
  json_object_set_new(root, "decode_errors", json_integer((json_int_t)watched->decode_errors));
  json_object_set_new(root, "codes_missing", json_integer((json_int_t)watched->codes_missing));
  json_object_set_new(root, "tiles_misplaced", json_integer((json_int_t)watched->tiles_misplaced));
  json_object_set_new(root, "watcher_dropped", json_integer((json_int_t)watched->dropped));
  json_object_set_new(root, "watching", json_string(self->watching));
  json_object_set_new(root, "load_cpu_percent", load_number(self->load_cpu_percent));
  add_server(self, root);
  add_details(self, root);
  return root;
}

char *
load_report_text(const LoadReport *self)
{
  Totals totals = add_up(self);
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "sites      %u of %u connected, %u tiles alive, join p50 %.0f ms, max %.0f ms\n",
                         load_report_connected(self), self->sites_wanted, load_report_tiles_alive(self),
                         self->join_ms.p50, self->join_ms.max);
  g_string_append_printf(text, "picture    %.2f fps (others at least %.2f), %u freezes, longest gap %.0f ms\n",
                         fps_out(self), totals.fps_min, totals.freezes, totals.frame_gap_max_ms);
  g_string_append_printf(text, "           latency p50 %.1f, p95 %.1f, p99 %.1f ms (%u frames; client's codec excluded)\n",
                         self->video_ms.p50, self->video_ms.p95, self->video_ms.p99, self->video_ms.n);
  g_string_append_printf(text, "sound      %u gaps, %u silences, longest gap %.0f ms, %u of %u markers heard\n",
                         totals.audio_gaps, self->watched.silences, totals.audio_gap_max_ms,
                         self->watched.markers_heard, self->watched.markers_sent);
  g_string_append_printf(text, "           latency p50 %.1f, p95 %.1f, p99 %.1f ms\n",
                         self->audio_ms.p50, self->audio_ms.p95, self->audio_ms.p99);
  g_string_append_printf(text, "           after the picture by p50 %.1f, p95 %.1f, at least %.1f, at most %.1f ms\n",
                         self->skew.p50, self->skew.p95, self->skew.min, self->skew.max);
  g_string_append_printf(text, "network    %.0f kbit/s up, %.0f kbit/s down, of all sites\n", totals.kbps_up, totals.kbps_down);
  if (self->server.is_known)
    g_string_append_printf(text, "bridge     CPU %.1f %% of a core over %.0f s, %.0f MB, %u threads\n",
                           self->server.cpu_percent, self->server.cpu_window_s, self->server.rss_mb_max, self->server.threads);
  g_string_append_printf(text, "this tool  CPU %.1f %% of a core\n", self->load_cpu_percent);
  for (guint i = 0; i < self->n_faults; i++)
    g_string_append_printf(text, "fault      %s at %s: %" G_GUINT64_FORMAT " attempts, %" G_GUINT64_FORMAT " media packets received\n",
                           self->faults[i].kind, self->faults[i].site, self->faults[i].attempts, self->faults[i].media_received);
  return g_string_free(text, FALSE);
}
