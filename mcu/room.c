/* mcu/room.c - one permanent conference place: its sites, who is in, what all see and hear. */
#include "mcu/room.h"
#include "mcu/room_desk.h"
#include "mcu/room_internal.h"
#include "mcu/room_line.h"
#include "mcu/room_preflight.h"
#include "mcu/room_reception.h"
#include "mcu/room_scene.h"
#include "mcu/room_views.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include <string.h>

enum {
  MAX_PIXELS = 1920 * 1088,
  FAREWELL_MS = 200,           /* the event goes first, then BYE                         */
  SLATE_BPS = 150 * 1000,
  AUDIO_OVERHEAD_BPS = 80000,  /* what REMB must leave for sound beside the camera       */
};

G_DEFINE_QUARK(diemcau-room-error, room_error)

/* --- programs' events --- */

static void
on_program_frame(EncodedFrame *frame, gpointer user)
{
  const ProgramFeed *feed = user;
  if (program_view(feed->program) == VIEW_SITES)
    record_tap_on_picture(feed->room->tap, program_tier(feed->program), frame);
  fanout_video(feed->room->fanout, feed->program, frame);
}

static void
on_mix(AudioPacket *packet, const guint *ids, guint n_ids, gpointer user)
{
  Room *self = user;
  for (guint i = 0; i < n_ids; i++)
    if (ids[i] == ROOM_RECORDER_ID)
      record_tap_on_mix(self->tap, packet);
  fanout_audio(self->fanout, packet, ids, n_ids);
}

typedef struct {
  Room *room;
  guint id;
} SpeakerNote;

static void
speaker_changed(gpointer data)
{
  assert_on_control();
  SpeakerNote *note = data;
  note->room->speaker_id = note->id;
  room_schedule_update(note->room);
  g_free(note);
}

static void
on_active_speaker(guint id, gpointer user)
{
  Room *self = user;
  SpeakerNote *note = g_new(SpeakerNote, 1);
  *note = (SpeakerNote) { self, id };
  loop_post(self->context->control, speaker_changed, note);
}

static void
on_scene_taken(guint serial, gpointer user)
{
  room_views_sound_follows(user, serial);
}

static void
on_record_keyframe(guint tier, bool is_urgent, gpointer user)
{
  Room *self = user;
  video_program_request_keyframe(self->programs[view_program(VIEW_SITES, tier)], is_urgent);
}

/* --- uplinks --- */

static void
send_uplink(Room *self, const Site *site, const char *track, const UplinkRequest *request) ON_CONTROL
{
  event_stream_publish(self->events, site->config->id, "uplink",
                       json_pack("{s:i, s:s, s:b, s:i, s:i, s:i, s:i}", "seq", (int)request->seq,
                                 "track", track, "active", request->is_active,
                                 "maxWidth", (int)request->max_width,
                                 "maxHeight", (int)request->max_height,
                                 "maxFramerate", (int)request->max_framerate,
                                 "maxBitrate", (int)request->max_bitrate_bps));
  guint document_bps = site->document.is_active ? site->document.max_bitrate_bps : 0;
  if (site->peer != NULL)
    connection_limit_peer(site->peer->connection,
                          site->steering.current.max_bitrate_bps + document_bps + AUDIO_OVERHEAD_BPS);
}

static gboolean steer_again(gpointer data);

static void
update_steering(Room *self) ON_CONTROL
{
  const VideoRect whole = { .width = self->config->canvas_width, .height = self->config->canvas_height };
  gint64 now_us = clock_now_us(), due_us = 0;
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[i];
    if (site->peer == NULL || site->state == SITE_STATE_CONNECTING)
      continue;
    const VideoRect *tile = room_preflight_is_running(self) ? &whole
                            : site->hub_tile.width > site->tile.width ? &site->hub_tile : &site->tile;
    if (uplink_steering_update(&site->steering, tile->width, tile->height, self->config->fps,
                               self->config->uplink_bitrate_max_bps, now_us))
      send_uplink(self, site, "camera", &site->steering.current);
    if (room_document_steer(self, site))
      send_uplink(self, site, "document", &site->document);
    gint64 site_due_us = uplink_steering_due_us(&site->steering);
    if (site_due_us != 0 && (due_us == 0 || site_due_us < due_us))
      due_us = site_due_us;
  }
  g_clear_handle_id(&self->steering_timer, g_source_remove);
  if (due_us != 0)
    self->steering_timer = g_timeout_add((guint)(MAX(due_us - now_us, 0) / 1000) + 10, steer_again, self);
}

static gboolean
steer_again(gpointer data)
{
  assert_on_control();
  Room *self = data;
  self->steering_timer = 0;
  update_steering(self);
  return G_SOURCE_REMOVE;
}

static gboolean
update(gpointer data)
{
  assert_on_control();
  Room *self = data;
  self->update_source = 0;
  room_reception_follow_session(self);
  room_follow_case(self);
  room_scene_update(self);
  room_line_follow_views(self);
  update_steering(self);
  room_line_update_programs(self, clock_now_us());
  json_t *state = room_describe(self);
  room_session_observe(self->session, state);
  if (self->last_state == NULL || !json_equal(state, self->last_state)) {
    event_stream_publish(self->events, NULL, "room", json_incref(state));
    json_decref(self->last_state);
    self->last_state = json_incref(state);
  }
  json_decref(state);
  room_reception_remember(self);
  return G_SOURCE_REMOVE;
}

/* Who gave an order is answered with what came of it. */
json_t *
room_state_json(Room *self)
{
  if (self->update_source != 0) {
    g_source_remove(self->update_source);
    update(self);
  }
  return room_describe(self);
}

/* Many changes of one turn of the loop make one scene and one event. */
void
room_schedule_update(Room *self)
{
  if (self->update_source == 0 && !self->is_closing)
    self->update_source = g_idle_add_full(G_PRIORITY_DEFAULT, update, self, NULL);
}

/* --- peers --- */

const char *
peer_name(const Peer *peer)
{
  return peer->site != NULL ? peer->site->config->id : "viewer";
}

static void
peer_drop(Peer *peer) ON_CONTROL
{
  Room *self = peer->room;
  if (peer->is_leaving)
    return;
  peer->is_leaving = true;
  if (self->peer_left != NULL)
    self->peer_left(peer, self->peer_left_user);
  if (peer->joined != NULL) {
    RoomJoined joined = g_steal_pointer(&peer->joined);
    joined(NULL, NULL, peer->joined_data);
  }
  if (peer->site != NULL && peer->site->peer == peer) {
    peer->site->peer = NULL;
    peer->site->state = SITE_STATE_ABSENT;
    uplink_steering_reset(&peer->site->steering);
    room_document_forget(self, peer->site);
    room_reception_left(self, peer->site);
  }
  if (self->speaker_id == connection_id(peer->connection))
    self->speaker_id = G_MAXUINT;
  g_clear_handle_id(&peer->farewell_timer, g_source_remove);
  connection_close(peer->connection);
  g_hash_table_remove(self->peers, peer->id);
  room_schedule_update(self);
}

static void
peer_free(gpointer data)
{
  Peer *peer = data;
  g_free(peer->id);
  g_free(peer);
}

static void
on_opened(G_GNUC_UNUSED Connection *connection, const MediaLocal *local, gpointer user)
{
  assert_on_control();
  Peer *peer = user;
  RoomJoined joined = g_steal_pointer(&peer->joined);
  if (local == NULL) {
    peer->joined = joined;
    peer_drop(peer);
    return;
  }
  joined(peer, local, peer->joined_data);
}

static void
on_state_changed(G_GNUC_UNUSED Connection *connection, TransportState state,
                 TransportCloseReason reason, gpointer user)
{
  assert_on_control();
  Peer *peer = user;
  Site *site = peer->site;
  const char *name = peer_name(peer);
  switch (state) {
  case TRANSPORT_STATE_CONNECTED:
    log_about(G_LOG_LEVEL_MESSAGE, &PEER_ABOUT(peer), "%s: %s is connected", peer->room->room->id, name);
    break;
  case TRANSPORT_STATE_UNSTABLE:
    log_about(G_LOG_LEVEL_MESSAGE, &PEER_ABOUT(peer), "%s: nothing was heard of %s for some seconds", peer->room->room->id, name);
    break;
  case TRANSPORT_STATE_CLOSED:
    log_about(G_LOG_LEVEL_MESSAGE, &PEER_ABOUT(peer), "%s: %s is gone (reason %d)", peer->room->room->id, name, reason);
    peer_drop(peer);
    return;
  case TRANSPORT_STATE_NONE:
  case TRANSPORT_STATE_NEW:
  case TRANSPORT_STATE_CONNECTING:
    return;
  }
  if (site != NULL && site->peer == peer) {
    site->state = state == TRANSPORT_STATE_CONNECTED ? SITE_STATE_CONNECTED : SITE_STATE_UNSTABLE;
    room_reception_heard(peer->room, site);
    room_schedule_update(peer->room);
  }
}

static void
on_peer_left(G_GNUC_UNUSED Connection *connection, gpointer user)
{
  assert_on_control();
  peer_drop(user);
}

static gboolean
farewell_is_told(gpointer data)
{
  assert_on_control();
  Peer *peer = data;
  peer->farewell_timer = 0;
  peer_drop(peer);
  return G_SOURCE_REMOVE;
}

/* It is told why by event @name, then goes. @data: (transfer full). */
static void
bid_farewell(Peer *peer, const char *name, json_t *data) ON_CONTROL
{
  event_stream_publish(peer->room->events, peer_site(peer), name, data);
  if (peer->farewell_timer == 0)
    peer->farewell_timer = g_timeout_add(FAREWELL_MS, farewell_is_told, peer);
}

/* The seat goes to the newcomer at once; who sat there hears of it, then goes. */
static void
give_seat(Site *site, Peer *newcomer) ON_CONTROL
{
  Peer *old = site->peer;
  site->peer = newcomer;
  site->state = SITE_STATE_CONNECTING;
  uplink_steering_reset(&site->steering);
  site->document.is_active = false;  /* the newcomer was told nothing yet */
  if (old != NULL)
    bid_farewell(old, "takeover", json_pack("{s:s, s:s}", "reason", "same-key", "media", old->id));
}

Site *
room_find_site(const Room *self, const char *id)
{
  for (guint i = 0; i < self->n_sites; i++)
    if (strcmp(self->sites[i].config->id, id) == 0)
      return (Site *)&self->sites[i];
  return NULL;
}

Peer *
room_join(Room *self, const char *site_id, bool with_loopback, const MediaPlan *plan,
          RoomJoined done, gpointer data, GError **error)
{
  static const ConnectionEvents events = {
    .opened = on_opened, .state_changed = on_state_changed, .peer_left = on_peer_left,
  };
  Site *site = site_id[0] != '\0' ? room_find_site(self, site_id) : NULL;
  if (site == NULL && site_id[0] != '\0') {
    g_set_error(error, ROOM_ERROR, ROOM_ERROR_UNKNOWN_SITE, "room %s has no site %s",
                self->room->id, site_id);
    return NULL;
  }
  if (site != NULL && !roster_may_connect(self->roster, (guint)(site - self->sites))) {
    g_set_error(error, ROOM_ERROR, ROOM_ERROR_REMOVED, "the chair has sent %s out", site_id);
    return NULL;
  }
  if (self->is_draining && room_session_id(self->session) == NULL) {
    g_set_error(error, ROOM_ERROR, ROOM_ERROR_DRAINING, "the bridge is about to end");
    return NULL;
  }
  if (self->is_closing || g_hash_table_size(self->peers) >= AUDIO_MEMBERS_MAX - 1) {  /* one is the recording's */
    g_set_error(error, ROOM_ERROR, ROOM_ERROR_FULL, "room %s has no place left", self->room->id);
    return NULL;
  }
  Peer *peer = g_new0(Peer, 1);
  peer->room = self;
  peer->site = site;
  peer->id = g_uuid_string_random();
  peer->joined = done;
  peer->joined_data = data;
  ConnectionConfig config = {
    .with_loopback = with_loopback,
    .max_pixels = MAX_PIXELS,
    .place = { .id = self->next_connection_id++, .priority = LINE_PRIORITY_REST },
  };
  if (site != NULL && self->config->recording_site_streams) {
    config.tap = self->tap;
    config.tap_site = (guint)(site - self->sites);
  }
  peer->view = room_views_of(self, site)->view;
  peer->scene_min = self->views.public_serial;
  room_line_first_place(self, peer, &config.place, &config.send);
  peer->connection = connection_new(self->context, self->fanout, &config, plan, &events, peer);
  g_hash_table_insert(self->peers, peer->id, peer);
  if (site != NULL)
    give_seat(site, peer);
  room_schedule_update(self);
  return peer;
}

void
room_set_peer_left(Room *self, PeerLeft func, gpointer user)
{
  self->peer_left = func;
  self->peer_left_user = user;
}

const char *
peer_id(const Peer *peer)
{
  return peer->id;
}

const char *
peer_site(const Peer *peer)
{
  return peer->site != NULL ? peer->site->config->id : "";
}

Room *
peer_room(const Peer *peer)
{
  return peer->room;
}

Connection *
peer_connection(Peer *peer)
{
  return peer->connection;
}

void
peer_leave(Peer *peer)
{
  peer_drop(peer);
}

void
peer_send_away(Peer *peer, const char *reason)
{
  if (peer->is_leaving || peer->farewell_timer != 0)
    return;
  log_about(G_LOG_LEVEL_MESSAGE, &PEER_ABOUT(peer), "%s: %s is sent away: %s", peer->room->room->id, peer_name(peer), reason);
  bid_farewell(peer, "removed", json_pack("{s:s, s:s, s:s}", "site", peer_site(peer), "media", peer->id, "reason", reason));
}

bool
peer_report_uplink(Peer *peer, const UplinkReport *report)
{
  Site *site = peer->site;
  if (site == NULL || site->peer != peer || !uplink_steering_acknowledge(&site->steering, report))
    return false;
  if (!peer->room->is_closing)
    update_steering(peer->room);
  return true;
}

bool
peer_report_document(const Peer *peer, guint seq)
{
  return peer->site != NULL && peer->site->peer == peer && seq <= peer->site->document.seq && peer->site->document.seq > 0;
}

/* --- what others ask --- */

static json_t *
state_for_events(G_GNUC_UNUSED const Identity *identity, gpointer user)
{
  assert_on_control();
  return room_state_json(user);
}

const char *
room_id(const Room *self)
{
  return self->room->id;
}

const char *
room_name(const Room *self)
{
  return self->room->name;
}

const ConfigRoom *
room_config(const Room *self)
{
  return self->room;
}

bool
room_has_site(const Room *self, const char *site)
{
  return room_find_site(self, site) != NULL;
}

guint
room_count_connected(const Room *self)
{
  guint n = 0;
  for (guint i = 0; i < self->n_sites; i++)
    n += self->sites[i].state == SITE_STATE_CONNECTED || self->sites[i].state == SITE_STATE_UNSTABLE;
  return n;
}

RoomSession *
room_session(Room *self)
{
  return self->session;
}

EventStream *
room_events(Room *self)
{
  return self->events;
}

Fanout *
room_fanout(Room *self)
{
  return self->fanout;
}

/* --- life --- */

static guint
hub_index(const ConfigRoom *room)
{
  for (guint i = 0; i < room->n_sites; i++)
    if (room->sites[i].is_hub)
      return i;
  return 0;
}

static bool
open_program(Room *self, guint number, const VideoProgramConfig *config, GError **error) ON_CONTROL
{
  static const VideoProgramEvents events = { .frame = on_program_frame };
  self->feeds[number] = (ProgramFeed) { self, number };
  self->programs[number] = video_program_new(self->context->video_mixer, config, &events, &self->feeds[number], error);
  if (self->programs[number] == NULL)
    return false;
  fanout_set_program(self->fanout, number, self->programs[number]);
  return true;
}

static bool
open_programs(Room *self, GError **error) ON_CONTROL
{
  for (guint i = 0; i < self->ladder.n_tiers; i++) {
    const Tier *tier = &self->ladder.tiers[i];
    VideoProgramConfig config = {
      .width = tier->width, .height = tier->height, .bitrate_bps = tier->bitrate_bps,
      .fps_divisor = tier->fps_divisor, .encoder_threads = self->config->encoder_threads,
    };
    self->tier_bps[i] = tier->bitrate_bps;
    if (!open_program(self, view_program(VIEW_SITES, i), &config, error)
        || !open_program(self, view_program(VIEW_HUB, i), &config, error))
      return false;
  }
  /* A slate stands still: a few frames a second are enough, and one size for all. */
  const Tier *slate = &self->ladder.tiers[MIN(1, self->ladder.n_tiers - 1)];
  VideoProgramConfig config = {
    .width = slate->width, .height = slate->height, .bitrate_bps = SLATE_BPS,
    .fps_divisor = room_line_slate_divisor(self), .encoder_threads = 1,
  };
  return open_program(self, view_program(VIEW_WAITING, 0), &config, error)
         && open_program(self, view_program(VIEW_EXCLUDED, 0), &config, error);
}

static void
on_session_changed(gpointer user)
{
  assert_on_control();
  room_schedule_update(user);
}

static void
enter_confidential(gpointer user, const char *const *sites, guint n_sites, void (*done)(gpointer data), gpointer data)
{
  assert_on_control();
  room_enter_confidential(user, sites, n_sites, done, data);
}

static void
leave_confidential(gpointer user)
{
  assert_on_control();
  room_leave_confidential(user);
}

Room *
room_new(const MediaContext *context, const Config *config, const ConfigRoom *room, GError **error)
{
  static const AudioProgramEvents audio_events = { .mix = on_mix, .active_speaker = on_active_speaker,
                                                   .scene_taken = on_scene_taken };
  Room *self = g_new0(Room, 1);
  self->context = context;
  self->config = config;
  self->room = room;
  tier_ladder_init(&self->ladder, config->canvas_width, config->canvas_height, config->video_bitrate_bps);
  self->line_peers = g_ptr_array_new();
  self->hub = hub_index(room);
  self->speaker_id = G_MAXUINT;
  self->n_sites = room->n_sites;
  for (guint i = 0; i < room->n_sites; i++)
    self->sites[i] = (Site) { .config = &room->sites[i], .state = SITE_STATE_ABSENT };
  room_views_init(self);
  self->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, peer_free);
  self->fanout = fanout_new(context->net);
  self->events = event_stream_new(state_for_events, self);
  self->tap = record_tap_new(on_record_keyframe, self);
  RoomSessionConfig session = { .config = config, .room = room, .control = context->control, .store = context->session_store,
                                .tap = self->tap, .webhooks = context->webhooks,
                                .gate = { enter_confidential, leave_confidential, self }, .changed = on_session_changed, .keep = room_reception_keep,
                                .restore = room_reception_restore, .user = self };
  room_reception_begin(self);
  room_desk_begin(self);
  self->session = room_session_new(&session);
  if (!open_programs(self, error)) {
    room_free(self);
    return NULL;
  }
  self->audio = audio_program_new(context->audio_mixer, config->audio_bitrate_bps, &audio_events, self);
  update(self);
  return self;
}

static void
nothing(G_GNUC_UNUSED gpointer data)
{
}

void
room_drain(Room *self, const char *since)
{
  self->is_draining = true;
  event_stream_publish(self->events, self->room->sites[self->hub].id, "draining", json_pack("{s:s}", "since", since));
}

void
room_close(Room *self)
{
  self->is_closing = true;
  GHashTableIter iter;
  gpointer value;
  while (g_hash_table_size(self->peers) > 0) {
    g_hash_table_iter_init(&iter, self->peers);
    g_hash_table_iter_next(&iter, NULL, &value);
    peer_drop(value);
  }
}

void
room_free(Room *self)
{
  if (self == NULL)
    return;
  room_close(self);
  g_clear_handle_id(&self->update_source, g_source_remove);
  room_views_stop(self);
  room_session_free(self->session);
  room_reception_end(self);
  loop_call(self->context->net, nothing, NULL);  /* every connection has left the fanout */
  for (guint i = 0; i < PROGRAMS_MAX; i++)
    video_program_free(self->programs[i]);
  audio_program_free(self->audio);
  while (g_main_context_iteration(loop_context(self->context->control), FALSE))
    ;  /* what the ticks posted for this room */
  g_clear_handle_id(&self->steering_timer, g_source_remove);
  room_views_clear(self);
  room_desk_end(self);
  room_preflight_end(self);
  event_stream_free(self->events);
  fanout_free(self->fanout);
  record_tap_free(self->tap);
  g_ptr_array_unref(self->line_peers);
  g_hash_table_unref(self->peers);
  json_decref(self->last_state);
  g_free(self);
}
