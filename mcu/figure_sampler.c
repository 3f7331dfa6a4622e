/* mcu/figure_sampler.c - once a second: what is known of every site and of the box. */
#include "mcu/figure_sampler.h"
#include "mcu/mark_watch.h"
#include "mcu/process_figures.h"
#include "media/base/clock.h"
#include <math.h>

enum { LISTENERS_MAX = 8, RECORDERS_MAX = 32, SECONDS_A_DAY = 86400 };

typedef struct {
  RoomFigures    shown;
  RoomReading   *before, *now;  /* owned: the last whole reading, and the one under way */
  SiteFigures   *sites;         /* owned */
  SiteTotals    *totals;        /* owned */
  double        *sums;          /* owned */
  MarkWatch      watch;
} SampledRoom;

struct FigureSampler {
  /* borrowed */
  const MediaContext *context;
  const Config *config;
  LineControl  *line;
  /* owned */
  SampledRoom    *rooms;
  FigureHistory  *history;
  ProcessFigures *process;
  /* state */
  guint    n_rooms, waiting, timer, n_listeners;
  gint64   due_us;              /* of the second under way */
  gint64   wall_offset_us;      /* what a second's time is above itself; 0: not known yet */
  BoxState box;
  guint64  ticks_skipped;
  gint64   certificate_end_s;
  struct {
    FigureListener func;
    gpointer       user;
  } listeners[LISTENERS_MAX];
};

/* ---- the box ---- */

static void
read_mixers(FigureSampler *self, BoxFigures *out) ON_CONTROL
{
  VideoMixerStats video;
  video_mixer_stats(self->context->video_mixer, &video);
  out->ticks_missed = self->box.second >= 0 ? (double)(video.ticks_skipped - self->ticks_skipped) : 0;
  self->ticks_skipped = video.ticks_skipped;
  out->tick_lateness_ms = (double)video_mixer_lateness(self->context->video_mixer, &self->box.video_lateness) / 1000;
  out->audio_tick_lateness_ms = (double)audio_mixer_lateness(self->context->audio_mixer, &self->box.audio_lateness) / 1000;
}

static void
read_line(FigureSampler *self, BoxFigures *out) ON_CONTROL
{
  LineControlFigures line;
  line_control_figures(self->line, &line);
  self->box.limits = line.limits;
  self->box.committed_up_kbps = (double)line.plan.committed_up_bps / 1000;
  self->box.committed_down_kbps = (double)line.plan.committed_down_bps / 1000;
  bool is_shared = line.limits.shared_bps > 0;
  guint64 cap_bps = is_shared ? line.limits.shared_bps : line.limits.up_bps;
  guint64 committed_bps = line.plan.committed_up_bps + (is_shared ? line.plan.committed_down_bps : 0);
  out->fps_divisor = MAX(line.cpu.fps_divisor, 1);
  out->tiers_closed = line.cpu.tiers_closed;
  out->line_up_kbps = (double)line.line.used_up_bps / 1000;
  out->line_down_kbps = (double)line.line.used_down_bps / 1000;
  out->line_committed_kbps = (double)committed_bps / 1000;
  out->line_cap_kbps = cap_bps > 0 ? (double)cap_bps / 1000 : NAN;
}

/* The rooms share the disk; the one that would fill it first counts. */
static void
read_sessions(const FigureSampler *self, BoxFigures *out, int recorders[RECORDERS_MAX], guint *n_recorders)
{
  *n_recorders = 0;
  for (guint r = 0; r < self->n_rooms; r++) {
    const RoomSessionFigures *session = &self->rooms[r].now->session;
    out->disk_free_bytes = fmin(out->disk_free_bytes, session->disk_free_bytes);  /* NAN: the other one */
    out->disk_hours_left = fmin(out->disk_hours_left, session->disk_hours_left);
    out->recorder_lag_s = fmax(out->recorder_lag_s, session->recorder_lag_s);
    for (guint i = 0; i < session->n_recorders && *n_recorders < RECORDERS_MAX; i++)
      recorders[(*n_recorders)++] = session->recorders[i];
  }
}

static void
read_box(FigureSampler *self, gint64 now_us) ON_CONTROL
{
  BoxFigures *out = &self->box.figures;
  int recorders[RECORDERS_MAX];
  guint n_recorders;
  box_figures_clear(out);
  read_mixers(self, out);
  read_line(self, out);
  read_sessions(self, out, recorders, &n_recorders);
  process_figures_read(self->process, recorders, n_recorders, now_us, out);
  if (self->certificate_end_s > 0)
    out->certificate_days_left = (double)(self->certificate_end_s - self->box.wall_us / G_USEC_PER_SEC) / SECONDS_A_DAY;
}

/* ---- a room ---- */

static void
keep(const FigureSeries *table, guint n, const void *figures, double *sums, float *row)
{
  for (guint i = 0; i < n; i++) {
    double value = figure_series_get(&table[i], figures);
    if (row != NULL)
      row[i] = (float)value;
    if (table[i].is_summed && !isnan(value))
      sums[i] += value;
  }
}

/* The mean of the room's pictures of this second. NAN: none was composed. */
static double
composed_ms(const RoomReading *before, const RoomReading *now)
{
  guint64 n = delay_histogram_count(&now->latency) - delay_histogram_count(&before->latency);
  return n > 0 ? (double)(now->latency.sum_us - before->latency.sum_us) / 1000 / (double)n : NAN;
}

static void
conclude_room(FigureSampler *self, SampledRoom *room, float *row) ON_CONTROL
{
  double room_composed_ms = composed_ms(room->before, room->now);
  double tick_ms = 1000.0 / self->config->fps * self->box.figures.fps_divisor;
  for (guint i = 0; i < room->now->n_sites; i++) {
    SiteReading *now = &room->now->sites[i];
    now->composed_ms = room_composed_ms;
    now->tick_ms = tick_ms;
    site_figures_between(&room->before->sites[i], now, &room->sites[i]);
    site_totals_add(&room->totals[i], &room->before->sites[i], now);
    keep(SITE_SERIES, N_SITE_SERIES, &room->sites[i], room->sums + i * N_SITE_SERIES,
         row != NULL ? row + room->shown.first_column + i * N_SITE_SERIES : NULL);
  }
  mark_watch_note(&room->watch, room_config(room->shown.room), room->before, room->now, self->box.wall_us, room->shown.marks);
  RoomReading *past = room->before;
  room->shown.reading = room->before = room->now;
  room->now = past;
}

static void
sum_latencies(FigureSampler *self)
{
  self->box.composed = (DelayHistogram) { 0 };
  for (guint r = 0; r < self->n_rooms; r++) {
    const DelayHistogram *one = &self->rooms[r].now->latency;
    for (guint i = 0; i <= DELAY_BUCKETS; i++)
      self->box.composed.counts[i] += one->counts[i];
    self->box.composed.sum_us += one->sum_us;
  }
}

/* ---- the second ---- */

/* On a grid of whole seconds, as long as nobody sets the clock. */
static gint64
wall_time_of(FigureSampler *self, gint64 second, gint64 real_us)
{
  gint64 offset_us = real_us - second * G_USEC_PER_SEC;
  if (ABS(offset_us - self->wall_offset_us) > G_USEC_PER_SEC)
    self->wall_offset_us = offset_us;
  return self->wall_offset_us + second * G_USEC_PER_SEC;
}

static void
conclude(FigureSampler *self) ON_CONTROL
{
  gint64 second = self->due_us / G_USEC_PER_SEC;
  gint64 now_us = clock_now_us();
  self->box.taken_us = self->n_rooms > 0 ? self->rooms[0].now->taken_us : now_us;
  self->box.wall_us = wall_time_of(self, second, g_get_real_time() - (now_us - self->box.taken_us));
  sum_latencies(self);
  read_box(self, now_us);
  float *row = figure_history_append(self->history, second);
  keep(BOX_SERIES, N_BOX_SERIES, &self->box.figures, self->box.sums, row);
  for (guint r = 0; r < self->n_rooms; r++)
    conclude_room(self, &self->rooms[r], row);
  self->box.second = second;
  for (guint l = 0; l < self->n_listeners; l++)
    for (guint r = 0; r < self->n_rooms; r++) {
      const RoomFigures *room = &self->rooms[r].shown;
      self->listeners[l].func(room->room, room->n_sites, room->sites, &self->box.figures, self->box.taken_us,
                              self->listeners[l].user);
    }
}

static void
on_room_read(gpointer data)
{
  assert_on_control();
  FigureSampler *self = data;
  if (--self->waiting == 0 && self->timer != 0)  /* else it is being freed */
    conclude(self);
}

static gboolean begin(gpointer data);

/* Deadlines are absolute, in the middle of each second, so that no second has two or none. */
static void
wait_for_next(FigureSampler *self)
{
  gint64 now_us = clock_now_us();
  gint64 next_us = (now_us / G_USEC_PER_SEC) * G_USEC_PER_SEC + G_USEC_PER_SEC / 2;
  if (next_us <= now_us)
    next_us += G_USEC_PER_SEC;
  self->timer = g_timeout_add((guint)((next_us - now_us) / 1000 + 1), begin, self);
}

static gboolean
begin(gpointer data)
{
  assert_on_control();
  FigureSampler *self = data;
  wait_for_next(self);
  if (self->waiting > 0) {  /* the net thread is behind: one second at a time */
    self->box.seconds_missed++;
    return G_SOURCE_REMOVE;
  }
  self->due_us = clock_now_us();
  self->waiting = self->n_rooms + 1;
  for (guint r = 0; r < self->n_rooms; r++)
    room_read_figures(self->rooms[r].shown.room, self->rooms[r].now, on_room_read, self);
  on_room_read(self);
  return G_SOURCE_REMOVE;
}

/* ---- life ---- */

static guint
open_room(SampledRoom *out, Room *room, guint first_column) ON_CONTROL
{
  guint n = room_config(room)->n_sites;
  out->before = room_reading_new(room);
  out->now = room_reading_new(room);
  out->sites = g_new0(SiteFigures, n);
  out->totals = g_new0(SiteTotals, n);
  out->sums = g_new0(double, n * N_SITE_SERIES);
  for (guint i = 0; i < n; i++)
    site_figures_clear(&out->sites[i]);
  out->shown = (RoomFigures) { .room = room, .n_sites = n, .sites = out->sites, .reading = out->before, .totals = out->totals,
                               .sums = out->sums, .marks = figure_marks_new(), .first_column = first_column };
  return first_column + n * N_SITE_SERIES;
}

FigureSampler *
figure_sampler_new(const MediaContext *context, const Config *config, GPtrArray *rooms, LineControl *line)
{
  FigureSampler *self = g_new0(FigureSampler, 1);
  self->context = context;
  self->config = config;
  self->line = line;
  self->n_rooms = rooms->len;
  self->rooms = g_new0(SampledRoom, rooms->len);
  guint n_columns = N_BOX_SERIES;
  for (guint r = 0; r < rooms->len; r++)
    n_columns = open_room(&self->rooms[r], g_ptr_array_index(rooms, r), n_columns);
  self->history = figure_history_new(n_columns, FIGURE_HISTORY_BYTES_MAX);
  self->process = process_figures_new();
  self->box.second = -1;
  box_figures_clear(&self->box.figures);
  wait_for_next(self);
  return self;
}

void
figure_sampler_free(FigureSampler *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id(&self->timer, g_source_remove);
  while (self->waiting > 0)
    g_main_context_iteration(loop_context(self->context->control), TRUE);
  for (guint r = 0; r < self->n_rooms; r++) {
    SampledRoom *room = &self->rooms[r];
    g_free(room->before);
    g_free(room->now);
    g_free(room->sites);
    g_free(room->totals);
    g_free(room->sums);
    figure_marks_free(room->shown.marks);
  }
  g_free(self->rooms);
  figure_history_free(self->history);
  process_figures_free(self->process);
  g_free(self);
}

void
figure_sampler_set_certificate_end(FigureSampler *self, gint64 end_s)
{
  self->certificate_end_s = end_s;
}

void
figure_sampler_listen(FigureSampler *self, FigureListener listener, gpointer user)
{
  g_return_if_fail(self->n_listeners < LISTENERS_MAX);
  self->listeners[self->n_listeners].func = listener;
  self->listeners[self->n_listeners++].user = user;
}

/* ---- readers ---- */

const BoxState *
figure_sampler_box(const FigureSampler *self)
{
  return &self->box;
}

guint
figure_sampler_n_rooms(const FigureSampler *self)
{
  return self->n_rooms;
}

const RoomFigures *
figure_sampler_room(const FigureSampler *self, guint i)
{
  return &self->rooms[i].shown;
}

const RoomFigures *
figure_sampler_find(const FigureSampler *self, const Room *room)
{
  for (guint r = 0; r < self->n_rooms; r++)
    if (self->rooms[r].shown.room == room)
      return &self->rooms[r].shown;
  return NULL;
}

const FigureHistory *
figure_sampler_history(const FigureSampler *self)
{
  return self->history;
}

gint64
figure_sampler_wall_us(const FigureSampler *self, gint64 second)
{
  return self->box.wall_us + (second - self->box.second) * G_USEC_PER_SEC;
}

gint64
figure_sampler_second(const FigureSampler *self, gint64 wall_us)
{
  gint64 apart_us = wall_us - self->box.wall_us;
  return self->box.second + (apart_us + (apart_us >= 0 ? G_USEC_PER_SEC / 2 : -G_USEC_PER_SEC / 2)) / G_USEC_PER_SEC;
}
