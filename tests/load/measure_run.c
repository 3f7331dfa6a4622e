/* tests/load/measure_run.c - joins sites, lets them settle, measures for a while, reports. */
#include "tests/load/measure_run.h"
#include "media/base/clock.h"
#include "tests/lib/link_report.h"
#include "tests/load/fault_child.h"
#include "tests/load/server_watch.h"
#include "tests/load/stage.h"
#include "tests/load/tamper.h"
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  STEP_MS = 50,
  CONNECT_WAIT_MS = 30 * 1000,
  SETTLE_WAIT_MS = 20 * 1000,    /* for clips of a size that was asked for late */
  FORGED_WAIT_MS = 4000,         /* for a forged fingerprint to be found out    */
  SPEECH_MAX_S = 3,
  TURN_GAP_PACKETS = 25,
};

/* One site in this process. */
typedef struct {
  Seat    *seat;
  FaultKind fault;
  Watcher *watcher;   /* owned; NULL: not watched */
  Tamper  *tamper;    /* owned; net thread        */
  guint64  bytes_up, bytes_down;  /* at the begin of the window */
} Player;

typedef enum { PHASE_NONE = 0, PHASE_JOINING, PHASE_SETTLING, PHASE_MEASURING, PHASE_DONE } Phase;

typedef struct {
  LoadContext *context;          /* borrowed */
  const LoadOptions *options;    /* borrowed */
  /* owned */
  ClipStore   *clips;
  VoiceBank   *voices;
  LatencyBook *book;
  Stage       *stage;
  Audience    *audience;
  GPtrArray   *children;         /* of FaultChild */
  GMainLoop   *loop;
  LoadReport  *report;
  Player       players[ROOM_VIEW_SITES_MAX];
  guint        n_players;
  /* state */
  Phase        phase;
  gint64       phase_us, sampled_us;
  double       own_cpu_s;
  ServerWatch  server;
  bool         is_interrupted;
} MeasureRun;

/* --- who plays --- */

static bool
is_healthy(FaultKind fault)
{
  return fault == FAULT_NONE || fault == FAULT_REPLAY || fault == FAULT_WRONG_KEY;
}

static const SiteKey *
key_at(const MeasureRun *self, guint i)
{
  return g_ptr_array_index(self->context->keys, i);
}

/* The site that is decoded: the one asked for, else the hub, else the first healthy one. */
static guint
watching_site(const MeasureRun *self)
{
  guint first = G_MAXUINT;
  for (guint i = 0; i < (guint)self->options->sites; i++) {
    const SiteKey *key = key_at(self, i);
    if (!is_healthy(load_options_fault(self->options, key->site)))
      continue;
    if (self->options->watch != NULL ? strcmp(self->options->watch, key->site) == 0 : key->is_chair)
      return i;
    if (first == G_MAXUINT)
      first = i;
  }
  return first;
}

/* Someone that the watching site hears hums all the time. */
static guint
pilot_site(const MeasureRun *self, guint watching)
{
  for (guint i = 0; i < (guint)self->options->sites; i++)
    if (i != watching && is_healthy(load_options_fault(self->options, key_at(self, i)->site)))
      return i;
  return G_MAXUINT;
}

static Watcher *
make_watcher(const MeasureRun *self, guint site)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new();
  for (guint i = 0; i < (guint)self->options->sites; i++)
    g_ptr_array_add(ids, key_at(self, i)->site);
  return watcher_new((const char *const *)ids->pdata, ids->len, site, voice_bank_codec_delay(self->voices), self->book);
}

static void
add_player(MeasureRun *self, guint site, bool is_watched) ON_CONTROL
{
  const SiteKey *key = key_at(self, site);
  Player *player = &self->players[self->n_players++];
  player->fault = load_options_fault(self->options, key->site);
  if (is_watched)
    player->watcher = make_watcher(self, site);
  g_autofree SiteLine *line = g_new(SiteLine, 1);
  load_options_line(self->options, key->site, line);
  SeatConfig seat = {
    .site = site, .id = key->site, .key = key->key, .name = load_context_name(self->context, key->site),
    .has_relay = line->has_relay || player->fault == FAULT_REPLAY || player->fault == FAULT_WRONG_KEY,
    .forges_fingerprint = player->fault == FAULT_WRONG_FINGERPRINT, .watcher = player->watcher,
    .up = line->up, .down = line->down,
  };
  seat.up.steps[0].config.seed += 2 * site;
  seat.down.steps[0].config.seed += 2 * site + 1;
  player->seat = stage_add(self->stage, &seat);
}

static bool
start_child(MeasureRun *self, FaultKind fault, const char *site) ON_CONTROL
{
  g_autoptr(GError) error = NULL;
  FaultChild *child = fault_child_start(self->options, fault, site, &error);
  if (child == NULL) {
    g_printerr("%s\n", error->message);
    return false;
  }
  g_ptr_array_add(self->children, child);
  return true;
}

static bool
set_the_stage(MeasureRun *self) ON_CONTROL
{
  guint watching = watching_site(self);
  bool is_complete = true;
  for (guint i = 0; i < (guint)self->options->sites; i++) {
    FaultKind fault = load_options_fault(self->options, key_at(self, i)->site);
    if (fault_needs_child(fault))
      is_complete = start_child(self, fault, key_at(self, i)->site) && is_complete;
    else
      add_player(self, i, i == watching || (load_options_decodes(self->options, key_at(self, i)->site) && is_healthy(fault)));
  }
  g_strlcpy(self->report->watching, key_at(self, watching)->site, sizeof self->report->watching);
  return is_complete;
}

/* --- getting ready --- */

/* The sizes that will be wanted are encoded before anybody joins. */
static void
prepare_clips(MeasureRun *self)
{
  const LoadOptions *options = self->options;
  for (guint i = 0; i < (guint)options->sites; i++) {
    const SiteKey *key = key_at(self, i);
    if (fault_needs_child(load_options_fault(options, key->site)))
      continue;
    const char *name = load_context_name(self->context, key->site);
    ClipSpec first = clip_spec_for_wish(&options->first_size, (guint)options->fps, (guint)options->uplink_kbps);
    clip_store_get(self->clips, i, name, &first);
  }
  clip_store_wait(self->clips);
}

static void
prepare(MeasureRun *self) ON_CONTROL
{
  LoadContext *context = self->context;
  const LoadOptions *options = self->options;
  guint n_threads = g_get_num_processors(), watching = watching_site(self);
  self->clips = clip_store_new(n_threads);
  self->voices = voice_bank_new((guint)options->sites, pilot_site(self, watching), SPEECH_MAX_S, n_threads);
  prepare_clips(self);
  self->book = latency_book_new((guint)options->sites, CLIP_SECONDS * (guint)options->fps);
  self->audience = audience_new((guint)options->sites);
  StageConfig config = {
    .url = options->url, .room = options->room, .web = context->web, .control = context->control,
    .net = context->net, .env = &context->env, .with_loopback = context->is_local,
    .n_sites = (guint)options->sites, .fps = (guint)options->fps, .kbps = (guint)options->uplink_kbps,
    .pace_bps = (guint)options->pace_kbps * 1000, .offers_red = options->red, .obeys_steering = options->obeys_steering,
    .first_size = options->first_size, .clips = self->clips, .voices = self->voices, .with_markers = true,
    .turn_gap_packets = TURN_GAP_PACKETS, .book = self->book,
    .audience = self->audience, .rejoins = options->lines.outages != NULL,
  };
  self->stage = stage_new(&config);
}

static void
start_tampers(gpointer user)
{
  assert_on_net();
  MeasureRun *self = user;
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    SiteMedia *media = seat_media(player->seat);
    Relay *relay = media != NULL ? site_media_relay(media) : NULL;
    TamperKind kind = player->fault == FAULT_REPLAY      ? TAMPER_REPLAY
                      : player->fault == FAULT_WRONG_KEY ? TAMPER_WRONG_KEY
                                                         : TAMPER_NONE;
    if (kind != TAMPER_NONE && relay != NULL)
      player->tamper = tamper_new(relay, kind, i + 1);
  }
}

static void
stop_tampers(gpointer user)
{
  assert_on_net();
  MeasureRun *self = user;
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    if (player->tamper == NULL)
      continue;
    FaultReport *fault = &self->report->faults[self->report->n_faults++];
    fault->attempts = tamper_sent(player->tamper);
    g_strlcpy(fault->kind, fault_name(player->fault), sizeof fault->kind);
    g_strlcpy(fault->site, seat_id(player->seat), sizeof fault->site);
    g_clear_pointer(&player->tamper, tamper_free);
  }
}

/* --- the window --- */

static void
read_bytes(Player *player, guint64 *up, guint64 *down) ON_NET
{
  MediaSessionStats stats = { 0 };
  SiteMedia *media = seat_media(player->seat);
  if (media != NULL)
    media_session_stats(site_media_session(media), &stats);
  *up = stats.transport.bytes_out;
  *down = stats.transport.bytes_in;
}

static void
begin_on_net(gpointer user)
{
  assert_on_net();
  MeasureRun *self = user;
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    read_bytes(player, &player->bytes_up, &player->bytes_down);
    flow_meter_begin(seat_meter(player->seat), self->phase_us);
  }
}

/* Watchers tell when the tile of a site that was cut off moves again. */
static void
expect_returns(MeasureRun *self) ON_CONTROL
{
  for (guint i = 0; i < self->n_players; i++) {
    g_autofree SiteLine *line = g_new(SiteLine, 1);
    load_options_line(self->options, seat_id(self->players[i].seat), line);
    for (guint k = 0; k < self->n_players && line->up.n_outages > 0; k++)
      if (self->players[k].watcher != NULL)
        watcher_expect(self->players[k].watcher, seat_site(self->players[i].seat),
                       self->phase_us + line->up.outages[0].until_us);
  }
}

static void
begin_window(MeasureRun *self) ON_CONTROL
{
  g_printerr("measuring\n");  /* for whoever acts in the window */
  stage_start_lines(self->stage, self->phase_us);
  loop_call(self->context->net, begin_on_net, self);
  audience_begin(self->audience, self->phase_us);
  expect_returns(self);
  for (guint i = 0; i < self->n_players; i++)
    if (self->players[i].watcher != NULL)
      watcher_begin(self->players[i].watcher, self->phase_us);
  self->own_cpu_s = process_meter_own_cpu_s();
  self->server = server_watch_begin(self->options->pid, self->phase_us);
  self->sampled_us = self->phase_us;
}

static json_t *
line_json(Relay *relay, gint64 now_us)
{
  RelayStats stats;
  relay_stats(relay, &stats);
  return json_pack("{s:o, s:o}", "up", link_report_json(&stats.up, relay_meter(relay, RELAY_TO_SERVER), now_us, true),
                   "down", link_report_json(&stats.down, relay_meter(relay, RELAY_TO_CLIENT), now_us, true));
}

static void
end_site(Player *player, gint64 now_us, SiteReport *out) ON_NET
{
  guint64 up, down;
  MediaSessionStats stats = { 0 };
  SiteMedia *media = seat_media(player->seat);
  const ClipSpec *spec = seat_clip_spec(player->seat);
  flow_meter_end(seat_meter(player->seat), now_us, &out->flow);
  read_bytes(player, &up, &down);
  if (out->flow.window_s > 0 && up >= player->bytes_up && down >= player->bytes_down) {
    out->kbps_up = (double)(up - player->bytes_up) * 8 / 1000 / out->flow.window_s;
    out->kbps_down = (double)(down - player->bytes_down) * 8 / 1000 / out->flow.window_s;
  }
  if (media != NULL)
    media_session_stats(site_media_session(media), &stats);
  out->srtp_auth_failures = stats.transport.srtp_auth_failures;
  out->keyframe_requests = stats.sent[SITE_TRACK_VIDEO].plis + stats.sent[SITE_TRACK_VIDEO].firs;
  out->tiers = *flow_meter_tiers(seat_meter(player->seat));
  out->returns = *seat_returns(player->seat);
  Relay *relay = media != NULL ? site_media_relay(media) : NULL;
  if (relay != NULL)
    out->line = line_json(relay, now_us);
  if (spec != NULL) {
    out->uplink_width = spec->width;
    out->uplink_height = spec->height;
  }
}

static void
end_on_net(gpointer user)
{
  assert_on_net();
  MeasureRun *self = user;
  LoadReport *report = self->report;
  gint64 now_us = clock_now_us();
  FlowMeter *watching = NULL;
  for (guint i = 0; i < self->n_players; i++)
    if (strcmp(seat_id(self->players[i].seat), report->watching) == 0)
      watching = seat_meter(self->players[i].seat);
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    if (!is_healthy(player->fault))
      continue;
    SiteReport *site = &report->sites[report->n_sites++];
    g_strlcpy(site->site, seat_id(player->seat), sizeof site->site);
    end_site(player, now_us, site);
  }
  report->window_s = (double)(now_us - self->phase_us) / G_USEC_PER_SEC;
  for (guint i = 0, n = 0; i < self->n_players; i++) {
    if (!is_healthy(self->players[i].fault))
      continue;
    SiteReport *site = &report->sites[n++];
    if (site->flow.frames > 0 && watching != NULL)
      site->shared_percent = 100 * (double)flow_meter_shared_frames(seat_meter(self->players[i].seat), watching)
                             / (double)site->flow.frames;
  }
}

/* What of a site whose fingerprint was wrong came through: nothing should. */
static void
report_forgers(gpointer user)
{
  assert_on_net();
  MeasureRun *self = user;
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    if (player->fault != FAULT_WRONG_FINGERPRINT || self->report->n_faults == FAULTS_MAX)
      continue;
    FlowFigures flow;
    flow_meter_end(seat_meter(player->seat), clock_now_us(), &flow);
    FaultReport *fault = &self->report->faults[self->report->n_faults++];
    *fault = (FaultReport) { .attempts = 1, .media_received = flow.frames + flow.audio_packets };
    g_strlcpy(fault->kind, fault_name(player->fault), sizeof fault->kind);
    g_strlcpy(fault->site, seat_id(player->seat), sizeof fault->site);
  }
}

static void
report_sites(MeasureRun *self) ON_CONTROL
{
  LoadReport *report = self->report;
  g_autoptr(Samples) join_ms = samples_new();
  EarFigures ears[ROOM_VIEW_SITES_MAX];
  audience_end(self->audience, clock_now_us(), ears);
  for (guint i = 0, n = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    if (!is_healthy(player->fault))
      continue;
    SiteReport *site = &report->sites[n++];
    site->ear = ears[i];
    site->is_connected = seat_is_connected(player->seat);
    site->join_ms = seat_join_ms(player->seat);
    site->losses = seat_losses(player->seat);
    site->joins = seat_joins(player->seat);
    if (site->join_ms >= 0)
      samples_add(join_ms, site->join_ms);
  }
  report->join_ms = load_percentiles(join_ms);
  report->sites_wanted = report->n_sites;
}

static void
report_latencies(MeasureRun *self, const char *id, Samples *video_ms, Samples *audio_ms)
{
  for (guint i = 0; i < self->report->n_sites; i++) {
    SiteReport *site = &self->report->sites[i];
    if (strcmp(site->site, id) != 0)
      continue;
    site->has_latencies = true;
    site->video_ms = load_percentiles(video_ms);
    site->audio_ms = load_percentiles(audio_ms);
  }
}

static void
report_watched(MeasureRun *self, gint64 now_us)
{
  g_autoptr(Samples) video_ms = samples_new(), audio_ms = samples_new();
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    WatcherFigures figures;
    if (player->watcher == NULL)
      continue;
    g_autoptr(Samples) own_video_ms = samples_new(), own_audio_ms = samples_new();
    watcher_end(player->watcher, now_us, &figures, own_video_ms, own_audio_ms);
    report_latencies(self, seat_id(player->seat), own_video_ms, own_audio_ms);
    samples_add_all(video_ms, own_video_ms);
    samples_add_all(audio_ms, own_audio_ms);
    if (strcmp(seat_id(player->seat), self->report->watching) == 0)
      self->report->watched = figures;
  }
  self->report->video_ms = load_percentiles(video_ms);
  self->report->audio_ms = load_percentiles(audio_ms);
  self->report->codec_delay_ms = voice_bank_codec_delay(self->voices) / 48;
}

static void
end_window(MeasureRun *self, gint64 now_us) ON_CONTROL
{
  server_watch_sample(&self->server, now_us);
  self->report->server = self->server.report;
  double own_cpu_s = process_meter_own_cpu_s() - self->own_cpu_s;
  loop_call(self->context->net, end_on_net, self);
  loop_call(self->context->net, stop_tampers, self);
  loop_call(self->context->net, report_forgers, self);
  report_sites(self);
  report_watched(self, now_us);
  if (self->report->window_s > 0)
    self->report->load_cpu_percent = own_cpu_s / self->report->window_s * 100;
}

/* --- the course of a run --- */

static void
enter(MeasureRun *self, Phase phase, gint64 now_us)
{
  self->phase = phase;
  self->phase_us = now_us;
}

static bool
all_have_joined(const MeasureRun *self) ON_CONTROL
{
  for (guint i = 0; i < self->n_players; i++) {
    const Player *player = &self->players[i];
    if (is_healthy(player->fault) && !seat_has_picture(player->seat) && seat_losses(player->seat) == 0)
      return false;
  }
  for (guint i = 0; i < self->children->len; i++)
    if (!fault_child_is_ready(g_ptr_array_index(self->children, i)))
      return false;
  return true;
}

static guint
settle_ms(const MeasureRun *self)
{
  bool has_forger = self->options->faults[FAULT_WRONG_FINGERPRINT] != NULL;
  return MAX((guint)self->options->settle_ms, has_forger ? FORGED_WAIT_MS : 0);
}

static void
measure(MeasureRun *self, gint64 now_us) ON_CONTROL
{
  if (now_us - self->sampled_us >= G_USEC_PER_SEC) {
    self->sampled_us += G_USEC_PER_SEC;
    server_watch_sample(&self->server, now_us);
  }
  if (now_us - self->phase_us < (gint64)self->options->seconds * G_USEC_PER_SEC && !self->is_interrupted)
    return;
  end_window(self, now_us);
  enter(self, PHASE_DONE, now_us);
  g_main_loop_quit(self->loop);
}

static void
begin_faults(MeasureRun *self) ON_CONTROL
{
  for (guint i = 0; i < self->children->len; i++)
    fault_child_strike(g_ptr_array_index(self->children, i));
  loop_call(self->context->net, start_tampers, self);
}

static gboolean
step(gpointer user)
{
  assert_on_control();
  MeasureRun *self = user;
  gint64 now_us = clock_now_us(), age_ms = (now_us - self->phase_us) / 1000;
  switch (self->phase) {
  case PHASE_JOINING:
    if (all_have_joined(self) || age_ms > CONNECT_WAIT_MS || self->is_interrupted) {
      begin_faults(self);
      enter(self, PHASE_SETTLING, now_us);
    }
    break;
  case PHASE_SETTLING:
    if ((age_ms >= settle_ms(self) && !clip_store_is_busy(self->clips)) || age_ms > SETTLE_WAIT_MS) {
      enter(self, PHASE_MEASURING, now_us);
      begin_window(self);
    }
    break;
  case PHASE_MEASURING:
    measure(self, now_us);
    break;
  case PHASE_NONE:
  case PHASE_DONE:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
interrupt(gpointer user)
{
  MeasureRun *self = user;
  self->is_interrupted = true;
  return G_SOURCE_CONTINUE;
}

static void
finish_children(MeasureRun *self) ON_CONTROL
{
  for (guint i = 0; i < self->children->len && self->report->n_faults < FAULTS_MAX; i++)
    fault_child_finish(g_ptr_array_index(self->children, i), &self->report->faults[self->report->n_faults++]);
}

static void
print_report(const MeasureRun *self)
{
  if (self->options->json) {
    json_t *json = load_report_json(self->report);
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(json);
  } else {
    g_autofree char *text = load_report_text(self->report);
    printf("%s", text);
  }
  fflush(stdout);
}

static void
free_child(gpointer child)
{
  assert_on_control();
  fault_child_free(child);
}

static void
run(MeasureRun *self) ON_CONTROL
{
  self->loop = g_main_loop_new(NULL, FALSE);
  guint sources[] = {
    g_timeout_add(STEP_MS, step, self), g_unix_signal_add(SIGINT, interrupt, self),
    g_unix_signal_add(SIGTERM, interrupt, self),
  };
  enter(self, PHASE_JOINING, clock_now_us());
  stage_join(self->stage, (guint)self->options->join_interval_ms);
  g_main_loop_run(self->loop);
  finish_children(self);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  g_main_loop_unref(self->loop);
}

int
measure_run(LoadContext *context)
{
  const LoadOptions *options = context->options;
  if (context->keys->len < (guint)options->sites) {
    g_printerr("%s holds the keys of %u sites, not of %d\n", options->keys_path, context->keys->len, options->sites);
    return EXIT_FAILURE;
  }
  MeasureRun *self = g_new0(MeasureRun, 1);
  self->context = context;
  self->options = options;
  self->report = load_report_new();
  self->children = g_ptr_array_new_with_free_func(free_child);
  if (watching_site(self) == G_MAXUINT) {
    g_printerr("every site has a fault of its own: nobody is left to watch\n");
    return EXIT_FAILURE;
  }
  prepare(self);
  bool ok = set_the_stage(self);
  if (ok)
    run(self);
  print_report(self);
  ok = ok && load_report_connected(self->report) == self->report->sites_wanted;
  stage_free(self->stage);
  audience_free(self->audience);
  for (guint i = 0; i < self->n_players; i++)
    watcher_free(self->players[i].watcher);
  g_ptr_array_unref(self->children);
  latency_book_free(self->book);
  voice_bank_free(self->voices);
  clip_store_free(self->clips);
  load_report_free(self->report);
  g_free(self);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
