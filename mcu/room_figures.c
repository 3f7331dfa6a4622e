/* mcu/room_figures.c - reads all that a room knows of its sites at one moment. */
#include "mcu/room_figures.h"
#include "mcu/room_internal.h"
#include "mcu/room_line.h"
#include "mcu/room_reception.h"
#include "media/base/clock.h"
#include <math.h>
#include <string.h>

static const char *const STATES[] = {
  [SITE_STATE_NONE] = "absent",           [SITE_STATE_ABSENT] = "absent",     [SITE_STATE_CONNECTING] = "connecting",
  [SITE_STATE_CONNECTED] = "connected",   [SITE_STATE_UNSTABLE] = "unstable",
};

typedef struct {
  RoomReading *out;
  guint    waiting;
  RoomRead done;
  gpointer data;
} Round;

/* One connection's way to the net thread and back. */
typedef struct {
  Round       *round;
  SiteReading *out;
  int sound_in, camera_in, sound_out, picture_out;  /* tracks, or -1 */
} Visit;

RoomReading *
room_reading_new(const Room *room)
{
  RoomReading *self = g_malloc0(sizeof *self + room->n_sites * sizeof self->sites[0]);
  self->n_sites = room->n_sites;
  for (guint i = 0; i < self->n_sites; i++)
    self->sites[i] = (SiteReading) { .state = STATES[SITE_STATE_ABSENT], .connection = G_MAXUINT };
  return self;
}

static void
finish_if_complete(Round *round)
{
  if (--round->waiting > 0)
    return;
  round->done(round->data);
  g_free(round);
}

static int
main_track(const MediaPlan *plan, MediaKind kind, bool is_received)
{
  for (guint i = 0; i < plan->n_tracks; i++) {
    const MediaTrackPlan *track = &plan->tracks[i];
    if (track->kind == kind && track->use == MEDIA_USE_MAIN && (is_received ? track->we_receive : track->we_send))
      return (int)i;
  }
  return -1;
}

static bool
take_track(int track, const MediaTrackStats *tracks, MediaTrackStats *out)
{
  if (track >= 0)
    *out = tracks[track];
  return track >= 0;
}

static void
on_media_stats(const MediaSessionStats *stats, gpointer data)
{
  assert_on_control();
  Visit *visit = data;
  SiteReading *out = visit->out;
  if (stats != NULL) {
    out->has_media = true;
    out->transport = stats->transport;
    out->rtt_ms = stats->rtt_ms;
    out->av_skew_ms = stats->has_av_skew ? stats->av_skew_ms : NAN;
    out->has_sound_in = take_track(visit->sound_in, stats->received, &out->sound_in);
    out->has_camera_in = take_track(visit->camera_in, stats->received, &out->camera_in);
    out->has_sound_out = take_track(visit->sound_out, stats->sent, &out->sound_out);
    out->has_picture_out = take_track(visit->picture_out, stats->sent, &out->picture_out);
  }
  finish_if_complete(visit->round);
  g_free(visit);
}

static void
read_line(const Room *self, const Peer *peer, SiteReading *out) ON_CONTROL
{
  const PeerLine *line = &peer->line;
  out->has_send = line->has_report;
  out->send = line->report.figures;
  out->reason = line->grant.reason;
  if (!view_is_slate(peer->view))
    out->rungs_below = (guint)MAX((int)self->ladder.n_rungs - 1 - line->grant.rung, 0);
  out->granted_kbps = room_line_granted_bps(self, peer) / 1000.0;
  if (!line->has_report || line->report.program == PROGRAM_NONE)
    return;
  guint program = (guint)line->report.program;
  guint tier_number = view_is_slate(program_view(program)) ? MIN(1, self->ladder.n_tiers - 1) : program_tier(program);
  const Tier *tier = &self->ladder.tiers[tier_number];
  out->width = tier->width;
  out->height = tier->height;
}

static void
read_sources(const Site *site, SiteReading *out) ON_CONTROL
{
  Connection *connection = site->peer->connection;
  AudioSource *sound = connection_audio_source(connection);
  connection_video_stats(connection, &out->camera);
  out->loudest = 127;
  if (sound == NULL)
    return;
  audio_source_stats(sound, &out->sound);
  out->loudest = audio_source_take_loudest(sound);
  EchoFinding echo = audio_source_echo(sound);
  if (echo.is_found) {
    out->echo_db = echo.loss_db;
    out->echo_ms = echo.delay_ms;
  }
}

static void
visit_media(Round *round, const Peer *peer, SiteReading *out) ON_CONTROL
{
  const MediaPlan *plan = connection_plan(peer->connection);
  Visit *visit = g_new(Visit, 1);
  *visit = (Visit) { .round = round, .out = out,
                     .sound_in = main_track(plan, MEDIA_KIND_AUDIO, true), .camera_in = main_track(plan, MEDIA_KIND_VIDEO, true),
                     .sound_out = main_track(plan, MEDIA_KIND_AUDIO, false), .picture_out = main_track(plan, MEDIA_KIND_VIDEO, false) };
  round->waiting++;
  connection_stats(peer->connection, on_media_stats, visit);
}

static void
read_site(const Room *self, const Site *site, Round *round, gint64 now_us, SiteReading *out) ON_CONTROL
{
  const UplinkSteering *steering = &site->steering;
  Presence presence = roster_presence(self->roster, site_index(self, site));
  bool is_unwanted = steering->has_request && !steering->current.is_active;
  *out = (SiteReading) {
    .taken_us = now_us, .state = STATES[site->state], .connection = G_MAXUINT,
    .is_expected = roster_is_open(self->roster) && presence != PRESENCE_REMOVED,
    .is_connected = site->state == SITE_STATE_CONNECTED || site->state == SITE_STATE_UNSTABLE,
    .is_muted = site_is_muted(self, site), .is_camera_off = site->is_camera_off || is_unwanted,
    .has_asked = steering->has_request, .asked = steering->current,
    .av_skew_ms = NAN, .echo_db = NAN, .echo_ms = NAN, .composed_ms = NAN,
  };
  const Peer *peer = site->peer;
  if (peer == NULL)
    return;
  out->connection = connection_id(peer->connection);
  out->client = peer->client;
  out->is_camera_off |= connection_video_slot(peer->connection) == NULL;
  read_line(self, peer, out);
  read_sources(site, out);
  visit_media(round, peer, out);
}

static void
read_case(Room *self, RoomReading *out) ON_CONTROL
{
  const Case *heard = room_session_case(self->session);
  out->is_session_open = room_session_id(self->session) != NULL;
  out->case_number = heard != NULL ? heard->number : 0;
}

void
room_read_figures(Room *self, RoomReading *out, RoomRead done, gpointer data)
{
  Round *round = g_new(Round, 1);
  *round = (Round) { .out = out, .waiting = 1 /* for this function */, .done = done, .data = data };
  gint64 now_us = clock_now_us();
  guint n_seated = 0;
  out->taken_us = now_us;
  out->latency = self->fanout_stats.latency;
  room_session_figures(self->session, &out->session);
  read_case(self, out);
  for (guint i = 0; i < self->n_sites; i++) {
    read_site(self, &self->sites[i], round, now_us, &out->sites[i]);
    n_seated += self->sites[i].peer != NULL;
    out->sites[i].is_level_secret = self->views.is_confidential;
  }
  out->n_viewers = g_hash_table_size(self->peers) - n_seated;
  finish_if_complete(round);
}

bool
peer_report_client(Peer *peer, const ClientReport *report, gint64 now_us)
{
  return client_reports_add(&peer->client, report, now_us);
}
