/* tests/load/measure_window.c - the measuring window of a run: what is noted when it begins and ends. */
#include "media/base/clock.h"
#include "tests/lib/link_report.h"
#include "tests/load/measure_internal.h"
#include "tests/load/process_meter.h"
#include <string.h>

void
measure_start_tampers(gpointer user)
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

void
measure_begin_window(MeasureRun *self)
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
    out->line = link_report_json(relay, now_us);
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
report_watcher(MeasureRun *self, const Player *player, const WatcherFigures *figures, const WatcherSamples *samples)
{
  for (guint i = 0; i < self->report->n_sites; i++) {
    SiteReport *site = &self->report->sites[i];
    if (strcmp(site->site, seat_id(player->seat)) != 0)
      continue;
    site->changes = watcher_changes(player->watcher);
    site->has_latencies = true;
    site->video_ms = load_percentiles(samples->video_ms);
    site->audio_ms = load_percentiles(samples->audio_ms);
    site->skew = skew_figures(samples->skew_ms);
    for (guint k = 0; k < figures->n_tiles; k++)
      site->tiles_alive += figures->tiles[k].is_alive;
    site->markers_heard = figures->markers_heard;
    site->sound_peak = figures->sound_peak;
    site->picture_change = figures->picture_change;
  }
}

static void
report_watched(MeasureRun *self, gint64 now_us)
{
  g_autoptr(Samples) video_ms = samples_new(), audio_ms = samples_new(), skew_ms = samples_new();
  for (guint i = 0; i < self->n_players; i++) {
    Player *player = &self->players[i];
    WatcherFigures figures;
    if (player->watcher == NULL)
      continue;
    g_autoptr(Samples) own_video_ms = samples_new(), own_audio_ms = samples_new(), own_skew_ms = samples_new();
    const WatcherSamples own = { own_video_ms, own_audio_ms, own_skew_ms };
    watcher_end(player->watcher, now_us, &figures, &own);
    report_watcher(self, player, &figures, &own);
    samples_add_all(video_ms, own_video_ms);
    samples_add_all(audio_ms, own_audio_ms);
    samples_add_all(skew_ms, own_skew_ms);
    if (strcmp(seat_id(player->seat), self->report->watching) == 0)
      self->report->watched = figures;
  }
  self->report->video_ms = load_percentiles(video_ms);
  self->report->audio_ms = load_percentiles(audio_ms);
  self->report->skew = skew_figures(skew_ms);
  self->report->codec_delay_ms = voice_bank_codec_delay(self->voices) / 48;
}

void
measure_end_window(MeasureRun *self, gint64 now_us)
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
