/* tests/load/measure_run.c - joins sites, lets them settle, measures for a while, reports. */
#include "tests/load/measure_run.h"
#include "media/base/clock.h"
#include "tests/load/fault_child.h"
#include "tests/load/measure_internal.h"
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

/* --- who plays --- */

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

/* A site behind a line of its own is measured by the pictures and sounds of those that have none:
 * theirs have come by no other bad line. */
static guint64
set_aside(const MeasureRun *self, guint listener)
{
  g_autofree SiteLine *line = g_new(SiteLine, 1);
  guint64 behind = 0;
  for (guint i = 0; i < (guint)self->options->sites; i++) {
    load_options_line(self->options, key_at(self, i)->site, line);
    behind |= (guint64)line->has_relay << (i & 63);
  }
  guint64 all = self->options->sites >= 64 ? G_MAXUINT64 : ((guint64)1 << self->options->sites) - 1;
  return (behind >> (listener & 63) & 1) != 0 && behind != all ? behind : 0;
}

static Watcher *
make_watcher(const MeasureRun *self, guint site)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new();
  for (guint i = 0; i < (guint)self->options->sites; i++)
    g_ptr_array_add(ids, key_at(self, i)->site);
  return watcher_new((const char *const *)ids->pdata, ids->len, site, set_aside(self, site),
                     voice_bank_codec_delay(self->voices), self->book, self->options->changes);
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
    .up = line->up, .down = line->down, .echo_loss_db = (guint)self->options->echo_db,
  };
  load_options_flaws(self->options, key->site, &seat.flaws);
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
    .pace_bps = (guint)options->pace_kbps * 1000, .offers_red = options->red, .has_no_sound_nack = options->no_sound_nack, .obeys_steering = options->obeys_steering,
    .first_size = options->first_size, .clips = self->clips, .voices = self->voices, .with_markers = true,
    .turn_gap_packets = TURN_GAP_PACKETS, .turns = (guint)options->turns, .book = self->book,
    .audience = self->audience, .reports = options->reports, .rejoins = options->lines.outages != NULL,
  };
  self->stage = stage_new(&config);
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
  bool is_over = self->options->by_signal ? self->n_signals >= 2
                                          : now_us - self->phase_us >= (gint64)self->options->seconds * G_USEC_PER_SEC;
  if (!is_over && !self->is_interrupted)
    return;
  measure_end_window(self, now_us);
  if (self->options->by_signal)
    g_printerr("measured\n");
  enter(self, PHASE_STAYING, now_us);
}

static void
begin(MeasureRun *self, gint64 now_us) ON_CONTROL
{
  enter(self, PHASE_MEASURING, now_us);
  measure_begin_window(self);
}

/* Whoever gives the signals sees when they may come, and acts at once. */
static void
settled(MeasureRun *self, gint64 now_us) ON_CONTROL
{
  if (!self->options->by_signal) {
    begin(self, now_us);
    return;
  }
  g_printerr("ready\n");
  enter(self, PHASE_READY, now_us);
}

static void
begin_faults(MeasureRun *self) ON_CONTROL
{
  for (guint i = 0; i < self->children->len; i++)
    fault_child_strike(g_ptr_array_index(self->children, i));
  loop_call(self->context->net, measure_start_tampers, self);
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
    if ((age_ms >= settle_ms(self) && !clip_store_is_busy(self->clips)) || age_ms > SETTLE_WAIT_MS)
      settled(self, now_us);
    break;
  case PHASE_READY:
    if (self->n_signals > 0 || self->is_interrupted)
      begin(self, now_us);
    break;
  case PHASE_MEASURING:
    measure(self, now_us);
    break;
  case PHASE_STAYING:
    if (self->is_interrupted || !self->options->by_signal) {
      enter(self, PHASE_DONE, now_us);
      g_main_loop_quit(self->loop);
    }
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

static gboolean
take_signal(gpointer user)
{
  MeasureRun *self = user;
  self->n_signals += self->phase >= PHASE_READY;
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
    g_unix_signal_add(SIGTERM, interrupt, self), g_unix_signal_add(SIGUSR1, take_signal, self),
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
