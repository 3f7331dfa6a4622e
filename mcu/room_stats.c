/* mcu/room_stats.c - figures of a room, gathered from every thread, as JSON. */
#include "mcu/room_internal.h"

/* One answer being put together; each connection's figures arrive from the net thread. */
typedef struct {
  json_t *peers;      /* owned: array */
  json_t *room;       /* owned: what was known at once */
  guint   waiting;
  RoomStatsDone done;
  gpointer data;
} Gathering;

typedef struct {
  Gathering *gathering;
  json_t    *peer;    /* owned */
} PeerPart;

static json_t *
track_json(const MediaTrackPlan *plan, const MediaTrackStats *track)
{
  return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:i, s:i}",
                   "kind", plan->kind == MEDIA_KIND_AUDIO ? "audio" : "video",
                   "packets", (json_int_t)track->packets, "bytes", (json_int_t)track->bytes,
                   "frames", (json_int_t)track->frames, "keyframes", (json_int_t)track->keyframes,
                   "lost", (json_int_t)track->lost, "lossFraction", track->loss_fraction,
                   "nacks", (json_int_t)track->nacks, "plis", (json_int_t)(track->plis + track->firs),
                   "rtxPackets", (json_int_t)track->rtx_packets, "redPackets", (json_int_t)track->red_packets,
                   "framesDropped", (json_int_t)track->frames_dropped,
                   "jitterMs", track->jitter_ms, "fps", track->fps, "kbps", track->kbps,
                   "width", (int)track->width, "height", (int)track->height);
}

static void
finish_if_complete(Gathering *self)
{
  if (self->waiting > 0)
    return;
  json_object_set_new(self->room, "peers", self->peers);
  self->done(self->room, self->data);
  g_free(self);
}

static void
add_media_stats(const MediaPlan *plan, const MediaSessionStats *stats, json_t *peer)
{
  json_t *received = json_array(), *sent = json_array();
  for (guint i = 0; i < stats->n_tracks; i++) {
    if (plan->tracks[i].we_receive)
      json_array_append_new(received, track_json(&plan->tracks[i], &stats->received[i]));
    if (plan->tracks[i].we_send)
      json_array_append_new(sent, track_json(&plan->tracks[i], &stats->sent[i]));
  }
  const TransportStats *transport = &stats->transport;
  json_object_set_new(peer, "received", received);
  json_object_set_new(peer, "sent", sent);
  json_object_set_new(peer, "rttMs", json_real(stats->rtt_ms));
  json_object_set_new(peer, "malformed", json_integer((json_int_t)stats->malformed));
  json_object_set_new(peer, "unknownSsrc", json_integer((json_int_t)stats->unknown_ssrc));
  json_object_set_new(peer, "transport",
                      json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}",
                                "packetsIn", (json_int_t)transport->packets_in,
                                "bytesIn", (json_int_t)transport->bytes_in,
                                "packetsOut", (json_int_t)transport->packets_out,
                                "bytesOut", (json_int_t)transport->bytes_out,
                                "demuxDropped", (json_int_t)transport->demux_dropped,
                                "authFailures", (json_int_t)transport->srtp_auth_failures,
                                "replays", (json_int_t)transport->srtp_replays,
                                "sendFailures", (json_int_t)transport->send_failures,
                                "srtpProfile", transport->srtp_profile, "pair", transport->pair));
}

typedef struct {
  PeerPart  part;
  MediaPlan plan;
} PeerWait;

static void
on_peer_stats(const MediaSessionStats *stats, gpointer data)
{
  PeerWait *wait = data;
  Gathering *gathering = wait->part.gathering;
  if (stats != NULL)
    add_media_stats(&wait->plan, stats, wait->part.peer);
  json_array_append_new(gathering->peers, wait->part.peer);
  g_free(wait);
  gathering->waiting--;
  finish_if_complete(gathering);
}

static json_t *
source_json(Peer *peer) ON_CONTROL
{
  VideoSourceStats video;
  AudioJitterStats audio = { 0 };
  connection_video_stats(peer->connection, &video);
  AudioSource *source = connection_audio_source(peer->connection);
  if (source != NULL)
    audio_source_stats(source, &audio);
  return json_pack("{s:{s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:f}, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i}}",
                   "decode", "framesIn", (json_int_t)video.frames_in,
                   "framesDecoded", (json_int_t)video.frames_decoded,
                   "framesDropped", (json_int_t)video.frames_dropped,
                   "errors", (json_int_t)video.decode_errors, "tooLarge", (json_int_t)video.too_large,
                   "width", (int)video.width, "height", (int)video.height,
                   "cpuSeconds", (double)video.decode_cpu_us / G_USEC_PER_SEC,
                   "audioJitter", "packets", (json_int_t)audio.packets, "late", (json_int_t)audio.late,
                   "malformed", (json_int_t)audio.malformed,
                   "concealed", (json_int_t)audio.pulls_concealed, "fec", (json_int_t)audio.pulls_fec,
                   "overflow", (json_int_t)audio.overflow, "targetMs", (int)audio.target_ms,
                   "depthMs", (int)audio.depth_ms);
}

static const char *const LIMIT_NAMES[] = {
  [RATE_LIMIT_NONE] = "none", [RATE_LIMIT_DELAY] = "delay", [RATE_LIMIT_LOSS] = "loss",
  [RATE_LIMIT_PEER] = "peer", [RATE_LIMIT_FEEDBACK_LOST] = "feedback-lost",
  [RATE_LIMIT_APPLICATION] = "application", [RATE_LIMIT_MAX] = "max",
};

/* What the peer is sent, and why not more. */

/* What its camera was asked for, and what the client says it sends. */
static json_t *
uplink_json(const UplinkSteering *steering)
{
  const UplinkRequest *asked = &steering->current;
  const UplinkReport *report = &steering->report;
  if (!steering->has_request)
    return json_null();
  return json_pack("{s:i, s:b, s:b, s:b, s:i, s:i, s:i, s:i, s:{s:i, s:i, s:i, s:i, s:i, s:i}}",
                   "seq", (int)asked->seq,
                   "acknowledged", uplink_steering_is_acknowledged(steering),
                   "ignored", steering->is_ignored, "active", asked->is_active,
                   "maxWidth", (int)asked->max_width, "maxHeight", (int)asked->max_height,
                   "maxFramerate", (int)asked->max_framerate,
                   "maxBitrate", (int)asked->max_bitrate_bps,
                   "reported", "width", (int)report->width, "height", (int)report->height,
                   "framerate", (int)report->framerate, "rotation", (int)report->rotation,
                   "cameraWidth", (int)report->camera_width,
                   "cameraHeight", (int)report->camera_height);
}

/* A slate is of the size of the second tier. */
static const Tier *
program_size(const Room *self, guint program)
{
  guint tier = view_is_slate(program_view(program)) ? 1 : program_tier(program);
  return &self->ladder.tiers[MIN(tier, self->ladder.n_tiers - 1)];
}

static json_t *
line_json(const Room *self, const Peer *peer)
{
  const PeerLine *line = &peer->line;
  const MediaSendFigures *figures = &line->report.figures;
  const Tier *tier = line->report.program != PROGRAM_NONE ? program_size(self, (guint)line->report.program) : NULL;
  return json_pack("{s:i, s:i, s:b, s:b, s:s, s:i, s:I, s:s, s:I, s:f, s:f, s:i, s:I, s:I, s:I, s:I, s:I}",
                   "width", tier != NULL ? (int)tier->width : 0, "height", tier != NULL ? (int)tier->height : 0,
                   "baseOnly", line->place.is_base_only, "repeated", figures->is_repeating,
                   "reason", line_reason_name(line->grant.reason),
                   "tierChanges", (int)line->report.program_changes,
                   "estimateKbps", (json_int_t)figures->estimate.target_bps / 1000,
                   "limitedBy", LIMIT_NAMES[figures->estimate.limit],
                   "ackedKbps", (json_int_t)figures->estimate.acked_bps / 1000,
                   "lossFraction", figures->estimate.loss, "queueMs", (double)figures->estimate.queue_us / 1000,
                   "pacerQueueMs", (int)(figures->pacer.queue_us / 1000),
                   "pacerOverflows", (json_int_t)figures->pacer.overflows,
                   "lineWaits", (json_int_t)figures->pacer.line_waits,
                   "refreshes", (json_int_t)figures->refreshes,
                   "keyframeRequests", (json_int_t)line->report.keyframe_requests,
                   "cameraKbps", (json_int_t)line->grant.uplink_bps / 1000);
}

static json_t *
video_json(const Room *self, guint program) ON_CONTROL
{
  static const char *const VIEW_NAMES[VIEWS] = {
    [VIEW_SITES] = "sites", [VIEW_HUB] = "hub", [VIEW_WAITING] = "waiting", [VIEW_EXCLUDED] = "excluded",
  };
  VideoProgramStats video;
  View view = program_view(program);
  const Tier *size = program_size(self, program);
  guint bps = view_is_slate(view) ? 0 : self->tier_bps[program_tier(program)];
  video_program_stats(self->programs[program], &video);
  return json_pack("{s:s, s:i, s:i, s:b, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f}",
                   "view", VIEW_NAMES[view], "width", (int)size->width, "height", (int)size->height,
                   "active", video.is_active, "kbps", (int)(bps / 1000),
                   "ticks", (json_int_t)video.ticks, "framesEncoded", (json_int_t)video.frames_encoded,
                   "framesSkipped", (json_int_t)video.frames_skipped, "keyframes", (json_int_t)video.keyframes,
                   "encodeErrors", (json_int_t)video.encode_errors, "bytes", (json_int_t)video.bytes,
                   "composeCpuSeconds", (double)video.compose_cpu_us / G_USEC_PER_SEC,
                   "encodeCpuSeconds", (double)video.encode_cpu_us / G_USEC_PER_SEC,
                   "tickLatenessMaxMs", (double)video.tick_lateness_max_us / 1000.0);
}

static json_t *
programs_json(Room *self) ON_CONTROL
{
  AudioProgramStats audio;
  audio_program_stats(self->audio, &audio);
  json_t *video = json_array();
  for (guint i = 0; i < PROGRAMS_MAX; i++)
    if (self->programs[i] != NULL)
      json_array_append_new(video, video_json(self, i));
  const FanoutStats *fanout = &self->fanout_stats;
  return json_pack("{s:o, s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I, s:f, s:f}}",
                   "video", video,
                   "fanout", "videoDropped", (json_int_t)fanout->video_dropped,
                   "audioDropped", (json_int_t)fanout->audio_dropped,
                   "keyframeRequests", (json_int_t)fanout->keyframe_requests,
                   "keyframeRequestsAnsweredAlready", (json_int_t)fanout->keyframe_requests_answered_already,
                   "audio", "ticks", (json_int_t)audio.ticks, "ticksLate", (json_int_t)audio.ticks_late,
                   "encodes", (json_int_t)audio.encodes, "encodeErrors", (json_int_t)audio.encode_errors,
                   "cpuSeconds", (double)audio.cpu_us / G_USEC_PER_SEC,
                   "tickLatenessMaxMs", (double)audio.tick_lateness_max_us / 1000.0);
}

void
room_stats(Room *self, RoomStatsDone done, gpointer data)
{
  Gathering *gathering = g_new0(Gathering, 1);
  gathering->room = json_pack("{s:s, s:o, s:o, s:o}", "room", self->room->id, "programs", programs_json(self),
                              "recording", room_session_stats(self->session),
                              "webhooks", webhooks_stats(self->context->webhooks));
  AuditFigures audit = audit_log_figures(self->context->audit);
  json_object_set_new(gathering->room, "audit", json_pack("{s:i, s:i}", "pending", (int)audit.pending, "lost", (int)audit.lost));
  gathering->peers = json_array();
  gathering->done = done;
  gathering->data = data;
  gathering->waiting = g_hash_table_size(self->peers) + 1;  /* one for this function */
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    PeerWait *wait = g_new0(PeerWait, 1);
    wait->part.gathering = gathering;
    wait->part.peer = source_json(peer);
    json_object_set_new(wait->part.peer, "site", json_string(peer_site(peer)));
    json_object_set_new(wait->part.peer, "media", json_string(peer->id));
    json_object_set_new(wait->part.peer, "line", line_json(self, peer));
    if (peer->site != NULL && peer->site->peer == peer)
      json_object_set_new(wait->part.peer, "uplink", uplink_json(&peer->site->steering));
    wait->plan = *connection_plan(peer->connection);
    connection_stats(peer->connection, on_peer_stats, wait);
  }
  gathering->waiting--;
  finish_if_complete(gathering);
}
