/* mcu/room_line.c - a room's part in LineControl's round. */
#include "mcu/room_line.h"
#include "mcu/room_internal.h"
#include "mcu/room_reception.h"
#include "media/base/clock.h"
#include "media/base/log.h"

enum {
  WIRE_PERCENT = 108,            /* RTP, SRTP, UDP and IP of packets of about 1100 bytes    */
  USABLE_PERCENT = 90,           /* of an estimate: it wavers                               */
  SOUND_WIRE_BPS = 36000,        /* headers and feedback of one Opus stream, besides it     */
  RISE_PERCENT = 130,            /* TierChoice's spare quarter and a little                 */
  START_LINE_BPS = 1200 * 1000,  /* a good office line; probes find the rest in a second    */
  ESTIMATE_MIN_BPS = 80 * 1000,
  PROGRAM_LINGERS_US = 2 * 1000 * 1000,
  RATE_STEP_PERCENT = 2,         /* smaller changes of an encoder's rate are not worth it   */
  LOSS_STEP_PERCENT = 5,
  SLATE_FPS = 5,
};

guint
line_wire_bps(guint bps)
{
  return (guint)((guint64)bps * WIRE_PERCENT / 100);
}

guint
room_line_uplinks(const Config *config, guint uplink_bps[LINE_UPLINKS_MAX])
{
  G_STATIC_ASSERT((int)UPLINK_SIZES <= (int)LINE_UPLINKS_MAX);
  for (guint i = 0; i < UPLINK_SIZES; i++)
    uplink_bps[i] = MIN(uplink_size_bitrate(i, config->fps), config->uplink_bitrate_max_bps);
  return UPLINK_SIZES;
}

static guint
sound_wire_bps(const Room *self)
{
  return self->config->audio_bitrate_bps + SOUND_WIRE_BPS;
}

/* An estimate that lets a picture of @needed_bps be chosen. */
static guint
estimate_for(const Room *self, guint needed_bps)
{
  guint64 bps = ((guint64)needed_bps * RISE_PERCENT / 100 + sound_wire_bps(self)) * 100 / USABLE_PERCENT;
  return (guint)MIN(bps, G_MAXUINT);
}

guint
room_line_granted_bps(const Room *self, const Peer *peer)
{
  if (peer->line.grant.rung < 0)
    return sound_wire_bps(self);
  const Rung *rung = &self->ladder.rungs[peer->line.grant.rung];
  guint64 bps = (guint64)rung->bitrate_bps * self->tier_bps[rung->tier] / MAX(self->ladder.tiers[rung->tier].bitrate_bps, 1);
  return line_wire_bps((guint)bps) + sound_wire_bps(self);
}

guint
room_line_best_bps(const Room *self, const Peer *peer)
{
  LineReason reason = peer->line.grant.reason;
  if (reason == LINE_REASON_LINE || reason == LINE_REASON_CPU)
    return room_line_granted_bps(self, peer);
  return line_wire_bps(self->ladder.rungs[self->ladder.n_rungs - 1].bitrate_bps) + sound_wire_bps(self);
}

static bool
is_via_line(const Peer *peer)
{
  return peer->site == NULL || peer->site->config->via == SITE_VIA_LINE;
}

static bool
has_floor(const Room *self, const Site *site)
{
  return site != NULL && (site->config->is_hub || site == self->floor_site);
}

/* --- what each could use --- */

static Peer *
find_peer(const Room *self, guint connection) ON_CONTROL
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    if (connection_id(peer->connection) == connection)
      return peer;
  }
  return NULL;
}

static bool
is_tier_shared(const Room *self, const Peer *peer)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Peer *other = value;
    if (other != peer && other->line.place.program == peer->line.place.program)
      return true;
  }
  return false;
}

static TierEvidence
evidence_of(const Room *self, Peer *peer, const FanoutReport *report)
{
  const MediaSendFigures *figures = &report->figures;
  PeerLine *line = &peer->line;
  gint64 usable = (gint64)figures->estimate.target_bps * USABLE_PERCENT / 100 - sound_wire_bps(self);
  TierEvidence evidence = {
    .available_bps = (guint)MAX(usable, 0),
    .is_congested = figures->estimate.overuses > line->report.figures.estimate.overuses
                    || figures->pacer.overflows > line->report.figures.pacer.overflows,
    .is_unheard = figures->estimate.limit == RATE_LIMIT_FEEDBACK_LOST,
    .keyframe_requests = report->keyframe_requests - line->report.keyframe_requests,
    .is_tier_shared = is_tier_shared(self, peer),
  };
  return evidence;
}

static int
wanted_uplink(const Peer *peer) ON_CONTROL
{
  const Site *site = peer->site;
  if (site == NULL || connection_video_slot(peer->connection) == NULL || site->is_camera_off || site->peer != peer)
    return LINE_UPLINK_NONE;
  return uplink_steering_wanted(&site->steering);
}

guint
room_line_describe(Room *self, const FanoutReport *reports, guint n_reports, const guint *needed_bps,
                   gint64 now_us, LineSite *out, guint max)
{
  guint n = 0;
  g_ptr_array_set_size(self->line_peers, 0);
  for (guint i = 0; i < n_reports && n < max; i++) {
    Peer *peer = find_peer(self, reports[i].id);
    if (peer == NULL)
      continue;
    TierEvidence evidence = evidence_of(self, peer, &reports[i]);
    guint own_needed_bps[RUNGS_MAX];
    const MediaSendFigures *figures = &reports[i].figures;
    tier_ladder_needed(&self->ladder, needed_bps, figures->lost_overhead, figures->copies_overhead, own_needed_bps);
    tier_choice_update(&peer->line.choice, &evidence, &self->ladder, own_needed_bps, now_us);
    peer->line.report = reports[i];
    peer->line.has_report = true;
    out[n++] = (LineSite) {
      .priority = has_floor(self, peer->site) ? LINE_PRIORITY_FLOOR : LINE_PRIORITY_REST,
      .is_via_line = is_via_line(peer),
      .sends_sound = connection_audio_source(peer->connection) != NULL, .receives_sound = true,
      .loss = figures->is_repeating ? 1 : figures->estimate.loss,
      .rung_max = view_is_slate(peer->view) ? MIN(peer->line.choice.rung, 0) : peer->line.choice.rung,
      .uplink_max = wanted_uplink(peer), .document_bps = figures->document_bps,
    };
    g_ptr_array_add(self->line_peers, peer);
  }
  return n;
}

/* --- what becomes of it --- */

typedef struct {
  Fanout *fanout;
  guint   n;
  FanoutPlace places[];
} Moves;

static void
move_on_net(gpointer data)
{
  assert_on_net();
  Moves *moves = data;
  for (guint i = 0; i < moves->n; i++)
    fanout_move(moves->fanout, &moves->places[i]);
  g_free(moves);
}

/* Where @peer's view and its tier lead. */
static void
aim(const Peer *peer, FanoutPlace *place)
{
  const PeerLine *line = &peer->line;
  place->program = line->tier < 0 ? PROGRAM_NONE : (int)view_program(peer->view, (guint)line->tier);
  place->is_base_only = line->is_base_only && !view_is_slate(peer->view);
  place->scene_min = peer->scene_min;
}

static FanoutPlace
place_for(const Room *self, Peer *peer, const LineGrant *grant, const guint *needed_bps) ON_CONTROL
{
  const TierLadder *ladder = &self->ladder;
  int rung = grant->rung;
  peer->line.tier = rung < 0 ? -1 : (int)ladder->rungs[rung].tier;
  peer->line.is_base_only = rung >= 0 && ladder->rungs[rung].is_base_only;
  /* There is no use in probing for more than the hub's line will give. */
  int hoped = grant->reason == LINE_REASON_LINE || grant->reason == LINE_REASON_CPU ? MAX(rung, 0) : (int)ladder->n_rungs - 1;
  FanoutPlace place = {
    .id = connection_id(peer->connection),
    .priority = has_floor(self, peer->site) ? LINE_PRIORITY_FLOOR : LINE_PRIORITY_REST,
    .wanted_bps = estimate_for(self, needed_bps[hoped]),
  };
  aim(peer, &place);
  return place;
}

/* A new wish alone is worth no message unless it is another by much. */
static bool
is_same_place(const FanoutPlace *a, const FanoutPlace *b)
{
  guint apart = a->wanted_bps > b->wanted_bps ? a->wanted_bps - b->wanted_bps : b->wanted_bps - a->wanted_bps;
  return a->program == b->program && a->is_base_only == b->is_base_only && a->priority == b->priority
         && a->scene_min == b->scene_min && apart <= b->wanted_bps / 10;
}

static void
log_move(const Room *self, const Peer *peer, const LineGrant *grant) ON_CONTROL
{
  if (view_is_slate(peer->view))
    return;
  if (grant->rung < 0)
    log_about(G_LOG_LEVEL_MESSAGE, &PEER_ABOUT(peer), "%s: %s is sent sound only (%s)", self->room->id, peer_name(peer),
              line_reason_name(grant->reason));
  else {
    const Rung *rung = &self->ladder.rungs[grant->rung];
    const Tier *tier = &self->ladder.tiers[rung->tier];
    log_about(G_LOG_LEVEL_MESSAGE, &PEER_ABOUT(peer), "%s: %s is sent %ux%u%s (%s)", self->room->id, peer_name(peer),
              tier->width, tier->height, rung->is_base_only ? ", half the frames" : "", line_reason_name(grant->reason));
  }
}

/* Returns: true if something of @peer's camera changed. */
static bool
grant_uplink(Peer *peer, const LineGrant *grant)
{
  Site *site = peer->site;
  const LineGrant *before = &peer->line.grant;
  if (site == NULL || site->peer != peer
      || (before->uplink == grant->uplink && before->uplink_bps == grant->uplink_bps))
    return false;
  uplink_steering_set_cap(&site->steering, grant->uplink, grant->uplink_bps);
  return true;
}

static void
follow_plan(Room *self, const LinePlan *plan)
{
  for (guint i = 0; i < self->ladder.n_tiers; i++) {
    guint now_bps = self->tier_bps[i], new_bps = plan->tier_bps[i];
    guint apart = now_bps > new_bps ? now_bps - new_bps : new_bps - now_bps;
    if (new_bps == 0 || apart * 100 <= now_bps * RATE_STEP_PERCENT)
      continue;
    self->tier_bps[i] = new_bps;
    video_program_set_bitrate(self->programs[view_program(VIEW_SITES, i)], new_bps);
    video_program_set_bitrate(self->programs[view_program(VIEW_HUB, i)], new_bps);
  }
}

/* Forward error correction is made for the loss that was measured, in coarse steps.
 * Returns: true if it is another step. */
static bool
follow_loss(Peer *peer)
{
  double loss = MAX(peer->line.report.figures.sound_loss, peer->line.report.figures.estimate.loss);
  guint percent = (guint)(loss * 100 + LOSS_STEP_PERCENT - 1) / LOSS_STEP_PERCENT * LOSS_STEP_PERCENT;
  bool is_changed = percent != peer->line.loss_percent;
  peer->line.loss_percent = percent;
  return is_changed;
}

void
room_line_apply(Room *self, const LineGrant *grants, guint n_grants, const LinePlan *plan,
                const guint *needed_bps, gint64 now_us)
{
  g_return_if_fail(n_grants == self->line_peers->len);
  Moves *moves = g_malloc(sizeof *moves + n_grants * sizeof moves->places[0]);
  *moves = (Moves) { .fanout = self->fanout };
  bool is_changed = false;
  for (guint i = 0; i < n_grants; i++) {
    Peer *peer = self->line_peers->pdata[i];
    LineGrant grant = grants[i];
    if (view_is_slate(peer->view))
      grant.reason = LINE_REASON_FULL;  /* it wants no more */
    FanoutPlace place = place_for(self, peer, &grant, needed_bps);
    if (!is_same_place(&place, &peer->line.place)) {
      if (place.program != peer->line.place.program || place.is_base_only != peer->line.place.is_base_only)
        log_move(self, peer, &grant);
      peer->line.place = moves->places[moves->n++] = place;
    }
    is_changed = grant_uplink(peer, &grant) || is_changed;
    is_changed = follow_loss(peer) || is_changed;
    is_changed = is_changed || grant.rung != peer->line.grant.rung || grant.reason != peer->line.grant.reason;
    peer->line.grant = grant;
  }
  follow_plan(self, plan);
  room_line_update_programs(self, now_us);  /* a program runs before somebody waits for it */
  if (moves->n > 0)
    loop_post(self->context->net, move_on_net, moves);
  else
    g_free(moves);
  if (is_changed)
    room_schedule_update(self);
}

void
room_line_follow_views(Room *self)
{
  Moves *moves = g_malloc(sizeof *moves + g_hash_table_size(self->peers) * sizeof moves->places[0]);
  *moves = (Moves) { .fanout = self->fanout };
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    FanoutPlace place = peer->line.place;
    aim(peer, &place);
    if (!is_same_place(&place, &peer->line.place))
      peer->line.place = moves->places[moves->n++] = place;
  }
  if (moves->n == 0) {
    g_free(moves);
    return;
  }
  room_line_update_programs(self, clock_now_us());
  loop_post(self->context->net, move_on_net, moves);
}

void
room_line_first_place(Room *self, Peer *peer, FanoutPlace *place, MediaSendConfig *send)
{
  const TierLadder *ladder = &self->ladder;
  bool is_by_line = is_via_line(peer);
  guint top_bps = estimate_for(self, line_wire_bps(ladder->tiers[0].bitrate_bps));
  guint start_bps = is_by_line ? MIN(START_LINE_BPS, top_bps) : top_bps;
  *send = (MediaSendConfig) {
    .is_estimating = true, .start_bps = start_bps, .min_bps = ESTIMATE_MIN_BPS,
    .max_bps = 2 * top_bps,  /* room for the last probe to pass beyond what is needed, and for repetitions */
    .token = self->context->probes, .line = is_by_line ? self->context->line : NULL,
    .priority = place->priority,
  };
  int rung = 0;
  while (rung + 1 < (int)ladder->n_rungs
         && (guint64)line_wire_bps(ladder->rungs[rung + 1].bitrate_bps) + sound_wire_bps(self)
              <= (guint64)start_bps * USABLE_PERCENT / 100)
    rung++;
  peer->line.tier = (int)ladder->rungs[rung].tier;
  peer->line.is_base_only = ladder->rungs[rung].is_base_only;
  place->wanted_bps = top_bps;
  aim(peer, place);
  peer->line.place = *place;
}

static bool
is_recent(gint64 since_us, gint64 now_us)
{
  return since_us > 0 && now_us < since_us + PROGRAM_LINGERS_US;
}

/* The recording takes the best picture of the sites' view that somebody watches; while nobody does, it keeps the one
 * it has, or has one made. */
static void
follow_recording(Room *self, gint64 now_us) ON_CONTROL
{
  if (!room_session_is_recording(self->session))
    return;
  int tier = record_tap_tier(self->tap);
  if (tier != RECORD_TAP_NO_TIER)
    self->program_needed_us[view_program(VIEW_SITES, (guint)tier)] = now_us;  /* until the new one's keyframe */
  guint wanted = 0;
  while (wanted < self->ladder.n_tiers && !is_recent(self->program_watched_us[view_program(VIEW_SITES, wanted)], now_us))
    wanted++;
  if (wanted == self->ladder.n_tiers)
    wanted = MAX(tier != RECORD_TAP_NO_TIER ? (guint)tier : 0, MIN(self->tiers_closed, self->ladder.n_tiers - 1));
  self->program_needed_us[view_program(VIEW_SITES, wanted)] = now_us;
  record_tap_set_tier(self->tap, wanted);
}

static void
note_watched(Room *self, int program, gint64 now_us)
{
  if (program != PROGRAM_NONE)
    self->program_watched_us[program] = self->program_needed_us[program] = now_us;
}

/* Returns: true if @view's largest running tier is another one now. */
static bool
note_largest(Room *self, View view, gint64 now_us)
{
  guint tier = 0;
  while (tier < self->ladder.n_tiers && !is_recent(self->program_needed_us[view_program(view, tier)], now_us))
    tier++;
  bool is_another = tier < self->ladder.n_tiers && tier != self->largest_tiers[view];
  if (is_another)
    self->largest_tiers[view] = tier;
  return is_another;
}

/* A program lingers a little, so that a receiver which moves back soon finds it running. */
void
room_line_update_programs(Room *self, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const PeerLine *line = &((Peer *)value)->line;
    note_watched(self, line->place.program, now_us);
    if (line->has_report)
      note_watched(self, line->report.program, now_us);  /* until the new one's keyframe */
  }
  follow_recording(self, now_us);
  for (guint i = 0; i < PROGRAMS_MAX; i++)
    if (self->programs[i] != NULL)
      video_program_set_active(self->programs[i], is_recent(self->program_needed_us[i], now_us));
  bool is_another = note_largest(self, VIEW_SITES, now_us);
  if (note_largest(self, VIEW_HUB, now_us) || is_another)
    room_schedule_update(self);
}

void
room_line_sample_cpu(Room *self, CpuSample *sample)
{
  for (guint i = 0; i < self->ladder.n_tiers && i <= sample->tier; i++) {
    guint64 due = 0, skipped = 0;
    bool is_active = false;
    for (View view = VIEW_SITES; view <= VIEW_HUB; view++) {
      VideoProgramStats stats;
      video_program_stats(self->programs[view_program(view, i)], &stats);
      is_active = is_active || stats.is_active;
      due += stats.ticks;
      skipped += stats.frames_skipped;
    }
    if (!is_active)
      continue;
    if (i < sample->tier)
      sample->frames_due = sample->frames_skipped = 0;
    sample->tier = i;
    sample->frames_due += due;
    sample->frames_skipped += skipped;
    return;
  }
}

guint
room_line_slate_divisor(const Room *self)
{
  return CLAMP(self->config->fps / SLATE_FPS, 1, VIDEO_FPS_DIVISOR_MAX);
}

void
room_line_limit_cpu(Room *self, guint fps_divisor, guint tiers_closed)
{
  self->tiers_closed = tiers_closed;
  for (guint i = 0; i < PROGRAMS_MAX; i++) {
    if (self->programs[i] == NULL)
      continue;
    guint own = view_is_slate(program_view(i)) ? room_line_slate_divisor(self) : self->ladder.tiers[program_tier(i)].fps_divisor;
    video_program_set_fps_divisor(self->programs[i], MAX(own, fps_divisor));
  }
}

void
room_line_note_fanout(Room *self, const FanoutStats *stats)
{
  self->fanout_stats = *stats;
}
