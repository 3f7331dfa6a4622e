/* mcu/line_control.c - keeps all receivers on the right rung, the line below its cap and the
 * machine in step. */
#include "mcu/line_control.h"
#include "mcu/room_line.h"
#include "media/base/clock.h"

enum {
  ROUND_MS = 100,
  ROUNDS_A_SECOND = 1000 / ROUND_MS,
  LOG_INTERVAL_US = 10 * 1000 * 1000,
};

/* One round's way to the net thread and back. */
typedef struct {
  LineControl *owner;
  bool         with_fresh_peak;
  LineStats    line;
  guint64      sound_bps, uplink_bps;   /* reserve, on the way there */
  guint        n_reports[CONFIG_ROOMS_MAX];
  FanoutStats  fanouts[CONFIG_ROOMS_MAX];
  FanoutReport reports[];               /* AUDIO_MEMBERS_MAX for each room */
} Round;

struct LineControl {
  /* borrowed */
  const MediaContext *context;
  const Config *config;
  GPtrArray    *rooms;
  /* owned */
  LineGovernor *governor;
  Round        *round;
  LineSite     *sites;                  /* max_sites of them, as of grants */
  LineGrant    *grants;
  /* state */
  CpuGovernor cpu;
  LineTerms terms;
  LinePlan  plan;
  LineStats line;             /* as of the last round */
  guint     max_sites, timer, n_rounds;
  bool      is_under_way, is_over_line;
  gint64    logged_us;
};

static void
apply_limits_on_net(gpointer data)
{
  assert_on_net();
  LineControl *self = data;
  const LineLimits *limits = line_governor_limits(self->governor);
  LineConfig config = { .up_bps = limits->up_bps, .down_bps = limits->down_bps, .shared_bps = limits->shared_bps };
  line_bucket_configure(self->context->line, &config);
}

/* --- net --- */

static void conclude(gpointer data);

static void
look_around(gpointer data)
{
  assert_on_net();
  Round *round = data;
  LineControl *self = round->owner;
  LineBucket *line = self->context->line;
  for (guint i = 0; i < self->rooms->len; i++) {
    Fanout *fanout = room_fanout(g_ptr_array_index(self->rooms, i));
    round->n_reports[i] = fanout_report(fanout, &round->reports[i * AUDIO_MEMBERS_MAX], AUDIO_MEMBERS_MAX);
    fanout_stats(fanout, &round->fanouts[i]);
  }
  line_bucket_set_reserve(line, round->sound_bps, round->uplink_bps);
  line_bucket_stats(line, clock_now_us(), &round->line);
  if (round->with_fresh_peak)
    line_bucket_reset_peaks(line);
  loop_post(self->context->control, conclude, round);
}

/* --- control --- */

/* What each rung takes of a receiver's network at the rates of the moment. */
static void
needed_rates(const LineControl *self, guint needed_bps[RUNGS_MAX])
{
  const TierLadder *ladder = &self->terms.ladder;
  for (guint i = 0; i < ladder->n_rungs; i++) {
    const Rung *rung = &ladder->rungs[i];
    guint full_bps = ladder->tiers[rung->tier].bitrate_bps, now_bps = self->plan.tier_bps[rung->tier];
    guint64 bps = now_bps > 0 ? (guint64)rung->bitrate_bps * now_bps / full_bps : rung->bitrate_bps;
    needed_bps[i] = line_wire_bps((guint)bps);
  }
}

/* The bucket holds the line below its cap whatever happens; that it had to is worth knowing. */
static void
watch_line(LineControl *self, gint64 now_us)
{
  bool is_over = self->line.cap_window_bytes > 0 && self->line.peak_window_bytes > self->line.cap_window_bytes;
  if (is_over && !self->is_over_line && now_us >= self->logged_us + LOG_INTERVAL_US) {
    self->logged_us = now_us;
    g_warning("line: %" G_GUINT64_FORMAT " bytes in 100 ms, the cap is %" G_GUINT64_FORMAT
              ": sites send more than they were asked to", self->line.peak_window_bytes, self->line.cap_window_bytes);
  }
  self->is_over_line = is_over;
}

static void
decide(LineControl *self, const Round *round, gint64 now_us) ON_CONTROL
{
  LineSite *sites = self->sites;
  LineGrant *grants = self->grants;
  guint needed_bps[RUNGS_MAX], first[CONFIG_ROOMS_MAX + 1] = { 0 };
  needed_rates(self, needed_bps);
  for (guint i = 0; i < self->rooms->len; i++)
    first[i + 1] = first[i] + room_line_describe(g_ptr_array_index(self->rooms, i),
                                                 &round->reports[i * AUDIO_MEMBERS_MAX], round->n_reports[i],
                                                 needed_bps, now_us, &sites[first[i]], self->max_sites - first[i]);
  line_governor_on_used(self->governor, self->line.used_down_bps);
  line_governor_decide(self->governor, &self->terms, sites, first[self->rooms->len], grants, &self->plan);
  for (guint i = 0; i < self->rooms->len; i++)
    room_line_apply(g_ptr_array_index(self->rooms, i), &grants[first[i]], first[i + 1] - first[i], &self->plan,
                    needed_bps, now_us);
}

static void
conclude(gpointer data)
{
  assert_on_control();
  Round *round = data;
  LineControl *self = round->owner;
  gint64 now_us = clock_now_us();
  self->is_under_way = false;
  self->line = round->line;
  for (guint i = 0; i < self->rooms->len; i++)
    room_line_note_fanout(g_ptr_array_index(self->rooms, i), &round->fanouts[i]);
  watch_line(self, now_us);
  decide(self, round, now_us);
}

static void
watch_cpu(LineControl *self, gint64 now_us) ON_CONTROL
{
  VideoMixerStats mixer;
  video_mixer_stats(self->context->video_mixer, &mixer);
  CpuSample sample = { .ticks_due = mixer.ticks_due, .ticks_skipped = mixer.ticks_skipped,
                       .tier = self->terms.ladder.n_tiers };
  for (guint i = 0; i < self->rooms->len; i++)
    room_line_sample_cpu(g_ptr_array_index(self->rooms, i), &sample);
  if (!cpu_governor_update(&self->cpu, &sample, now_us))
    return;
  g_autofree char *text = cpu_governor_text(&self->cpu, self->config->fps);
  g_message("cpu: %s", text);
  self->terms.tiers_closed = self->cpu.order.tiers_closed;
  for (guint i = 0; i < self->rooms->len; i++)
    room_line_limit_cpu(g_ptr_array_index(self->rooms, i), self->cpu.order.fps_divisor, self->cpu.order.tiers_closed);
}

static gboolean
begin_round(gpointer data)
{
  assert_on_control();
  LineControl *self = data;
  bool is_new_second = ++self->n_rounds % ROUNDS_A_SECOND == 0;
  if (is_new_second)
    watch_cpu(self, clock_now_us());
  if (self->is_under_way)  /* the net thread is behind: one round at a time */
    return G_SOURCE_CONTINUE;
  self->is_under_way = true;
  self->round->with_fresh_peak = is_new_second;
  self->round->sound_bps = self->plan.sound_bps;
  self->round->uplink_bps = self->plan.uplink_bps;
  loop_post(self->context->net, look_around, self->round);
  return G_SOURCE_CONTINUE;
}

LineControl *
line_control_new(const MediaContext *context, const Config *config, GPtrArray *rooms)
{
  LineControl *self = g_new0(LineControl, 1);
  self->context = context;
  self->config = config;
  self->rooms = rooms;
  LineLimits limits = { .shared_bps = config->line_shared_bps, .up_bps = config->line_up_bps,
                        .down_bps = config->line_down_bps };
  self->governor = line_governor_new(&limits);
  tier_ladder_init(&self->terms.ladder, config->canvas_width, config->canvas_height, config->video_bitrate_bps);
  cpu_governor_init(&self->cpu, self->terms.ladder.n_tiers);
  self->terms.sound_bps = config->audio_bitrate_bps;
  self->terms.n_uplinks = room_line_uplinks(config, self->terms.uplink_bps);
  self->max_sites = rooms->len * AUDIO_MEMBERS_MAX;
  self->sites = g_new0(LineSite, self->max_sites);
  self->grants = g_new0(LineGrant, self->max_sites);
  self->round = g_malloc0(sizeof *self->round + self->max_sites * sizeof self->round->reports[0]);
  self->round->owner = self;
  loop_call(context->net, apply_limits_on_net, self);
  self->timer = g_timeout_add(ROUND_MS, begin_round, self);
  return self;
}

void
line_control_free(LineControl *self)
{
  if (self == NULL)
    return;
  g_source_remove(self->timer);
  while (self->is_under_way)
    g_main_context_iteration(loop_context(self->context->control), TRUE);
  line_governor_free(self->governor);
  g_free(self->round);
  g_free(self->sites);
  g_free(self->grants);
  g_free(self);
}

void
line_control_set_limits(LineControl *self, const LineLimits *limits)
{
  line_governor_set_limits(self->governor, limits);
  loop_call(self->context->net, apply_limits_on_net, self);
}

static json_t *
kbps(guint64 bps)
{
  return json_integer((json_int_t)(bps / 1000));
}

static json_t *
mbps_or_null(guint64 bps)
{
  return bps > 0 ? json_real((double)bps / 1e6) : json_null();
}

static json_t *
cpu_json(const LineControl *self)
{
  const CpuGovernorOrder *order = &self->cpu.order;
  g_autofree char *text = cpu_governor_text(&self->cpu, self->config->fps);
  return json_pack("{s:i, s:f, s:i, s:s}", "step", (int)order->step,
                   "fps", (double)self->config->fps / order->fps_divisor,
                   "tiersClosed", (int)order->tiers_closed, "text", text);
}

void
line_control_figures(const LineControl *self, LineControlFigures *out)
{
  *out = (LineControlFigures) { .limits = *line_governor_limits(self->governor), .plan = self->plan, .line = self->line,
                                .cpu = self->cpu.order };
}

json_t *
line_control_json(const LineControl *self)
{
  const LineLimits *limits = line_governor_limits(self->governor);
  json_t *tiers = json_array();
  for (guint i = 0; i < self->terms.ladder.n_tiers; i++) {
    const Tier *tier = &self->terms.ladder.tiers[i];
    json_array_append_new(tiers, json_pack("{s:i, s:i, s:o}", "width", (int)tier->width, "height", (int)tier->height,
                                           "kbps", kbps(self->plan.tier_bps[i])));
  }
  return json_pack("{s:o, s:o, s:o, s:{s:o, s:o}, s:{s:o, s:o, s:o, s:o}, s:{s:o, s:o}, s:{s:I, s:I, s:I, s:I, s:I}, s:o, s:o}",
                   "mbps", mbps_or_null(limits->shared_bps), "upMbps", mbps_or_null(limits->up_bps),
                   "downMbps", mbps_or_null(limits->down_bps),
                   "budgetKbps", "up", kbps(self->plan.budget_up_bps), "down", kbps(self->plan.budget_down_bps),
                   "committedKbps", "up", kbps(self->plan.committed_up_bps), "down", kbps(self->plan.committed_down_bps),
                   "sound", kbps(self->plan.sound_bps), "cameras", kbps(self->plan.uplink_bps),
                   "usedKbps", "up", kbps(self->line.used_up_bps), "down", kbps(self->line.used_down_bps),
                   "window", "milliseconds", (json_int_t)LINE_WINDOW_MS,
                   "capBytes", (json_int_t)self->line.cap_window_bytes,
                   "peakBytes", (json_int_t)self->line.peak_window_bytes,
                   "refusals", (json_int_t)self->line.refusals, "waiting", (json_int_t)self->line.n_waiting,
                   "tiers", tiers, "cpu", cpu_json(self));
}
