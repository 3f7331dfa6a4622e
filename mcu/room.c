/* mcu/room.c - one permanent conference place: its sites, who is in, what all see and hear. */
#include "mcu/room.h"
#include "mcu/room_internal.h"
#include "mcu/room_line.h"
#include "media/base/clock.h"
#include <string.h>

enum {
  MAX_PIXELS = 1920 * 1088,
  TAKEOVER_NOTICE_MS = 200,    /* the event goes first, then BYE                         */
  AUDIO_OVERHEAD_BPS = 80000,  /* what REMB must leave for sound beside the camera       */
};

G_DEFINE_QUARK(diemcau-room-error, room_error)

/* --- programs' events --- */

static void
on_program_frame(EncodedFrame *frame, gpointer user)
{
  const TierFeed *feed = user;
  record_tap_on_picture(feed->room->tap, feed->tier, frame);
  fanout_video(feed->room->fanout, feed->tier, frame);
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
on_record_keyframe(guint tier, bool is_urgent, gpointer user)
{
  Room *self = user;
  video_program_request_keyframe(self->programs[tier], is_urgent);
}

/* --- what is shown and heard --- */

static const char *
slate_status(const Site *site)
{
  if (site->peer == NULL)
    return "Chưa kết nối";
  if (site->state == SITE_STATE_CONNECTING)
    return "Đang kết nối…";
  if (site->is_camera_off)
    return "Đã tắt camera";
  return "Chưa có hình";
}

static bool
is_speaking(const Room *self, const Site *site) ON_CONTROL
{
  return site->peer != NULL && !site->is_muted
         && connection_id(site->peer->connection) == self->speaker_id;
}

/* The sites in the order of the layout: the main one first where there is one. */
static void
order_sites(const Room *self, guint *out)
{
  guint n = 0;
  if (self->layout == VIDEO_LAYOUT_SPOTLIGHT)
    out[n++] = self->main_site;
  for (guint i = 0; i < self->n_sites; i++)
    if (self->layout != VIDEO_LAYOUT_SPOTLIGHT || i != self->main_site)
      out[n++] = i;
}

static void
update_picture(Room *self) ON_CONTROL
{
  guint order[CONFIG_SITES_MAX];
  VideoRect rects[VIDEO_TILES_MAX];
  order_sites(self, order);
  video_layout_compute(self->layout, self->n_sites, self->config->canvas_width,
                       self->config->canvas_height, rects);
  VideoScene *scene = video_scene_new(self->layout);
  const Tier *largest = &self->ladder.tiers[self->largest_tier];
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[order[i]];
    site->tile = rects[i];
    VideoSlot *slot = site->peer != NULL && !site->is_camera_off
                        ? connection_video_slot(site->peer->connection) : NULL;
    if (slot != NULL)
      video_slot_set_fit(slot, rects[i].width * largest->width / self->config->canvas_width,
                         rects[i].height * largest->height / self->config->canvas_height);
    video_scene_add(scene, slot, site->config->name, slate_status(site), "Mất tín hiệu",
                    site->is_muted, is_speaking(self, site));
  }
  const char *mark_text;
  VideoMarkKind mark = room_session_mark(self->session, &mark_text);
  video_scene_set_mark(scene, mark, mark_text);
  for (guint i = 0; i < self->ladder.n_tiers; i++)
    video_program_set_scene(self->programs[i], video_scene_ref(scene));
  video_scene_unref(scene);
}

static void
update_sound(Room *self) ON_CONTROL
{
  AudioScene *scene = audio_scene_new();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->peers);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Peer *peer = value;
    audio_scene_add(scene, connection_id(peer->connection),
                    connection_audio_source(peer->connection),
                    peer->site != NULL && peer->site->is_muted, true);
    audio_scene_set_loss(scene, peer->line.loss_percent);
  }
  if (room_session_is_recording(self->session))
    audio_scene_add(scene, ROOM_RECORDER_ID, NULL, false, true);
  audio_program_set_scene(self->audio, scene);
}

/* What a mute or a camera switched off forbids to show is not recorded either. */
static void
update_tap(Room *self) ON_CONTROL
{
  for (guint i = 0; i < self->n_sites && self->config->recording_site_streams; i++) {
    const Site *site = &self->sites[i];
    record_tap_set_site(self->tap, i, site->peer != NULL ? connection_id(site->peer->connection) : G_MAXUINT,
                        !site->is_camera_off, !site->is_muted);
  }
}

static void
send_uplink(Room *self, const Site *site) ON_CONTROL
{
  const UplinkRequest *request = &site->steering.current;
  event_stream_publish(self->events, site->config->id, "uplink",
                       json_pack("{s:i, s:s, s:b, s:i, s:i, s:i, s:i}", "seq", (int)request->seq,
                                 "track", "camera", "active", request->is_active,
                                 "maxWidth", (int)request->max_width,
                                 "maxHeight", (int)request->max_height,
                                 "maxFramerate", (int)request->max_framerate,
                                 "maxBitrate", (int)request->max_bitrate_bps));
  if (site->peer != NULL)
    connection_limit_peer(site->peer->connection, request->max_bitrate_bps + AUDIO_OVERHEAD_BPS);
}

static gboolean steer_again(gpointer data);

static void
update_steering(Room *self) ON_CONTROL
{
  gint64 now_us = clock_now_us(), due_us = 0;
  for (guint i = 0; i < self->n_sites; i++) {
    Site *site = &self->sites[i];
    if (site->peer == NULL || site->state == SITE_STATE_CONNECTING)
      continue;
    if (uplink_steering_update(&site->steering, site->tile.width, site->tile.height,
                               self->config->fps, self->config->uplink_bitrate_max_bps, now_us))
      send_uplink(self, site);
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
  update_picture(self);
  update_sound(self);
  update_tap(self);
  update_steering(self);
  room_line_update_programs(self, clock_now_us());
  json_t *state = room_state_json(self);
  room_session_observe(self->session, state);
  if (self->last_state == NULL || !json_equal(state, self->last_state)) {
    event_stream_publish(self->events, NULL, "room", json_incref(state));
    json_decref(self->last_state);
    self->last_state = json_incref(state);
  }
  json_decref(state);
  return G_SOURCE_REMOVE;
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
  }
  if (self->speaker_id == connection_id(peer->connection))
    self->speaker_id = G_MAXUINT;
  g_clear_handle_id(&peer->takeover_timer, g_source_remove);
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
    g_message("%s: %s is connected", peer->room->room->id, name);
    break;
  case TRANSPORT_STATE_UNSTABLE:
    g_message("%s: nothing was heard of %s for some seconds", peer->room->room->id, name);
    break;
  case TRANSPORT_STATE_CLOSED:
    g_message("%s: %s is gone (reason %d)", peer->room->room->id, name, reason);
    peer_drop(peer);
    return;
  case TRANSPORT_STATE_NONE:
  case TRANSPORT_STATE_NEW:
  case TRANSPORT_STATE_CONNECTING:
    return;
  }
  if (site != NULL && site->peer == peer) {
    site->state = state == TRANSPORT_STATE_CONNECTED ? SITE_STATE_CONNECTED : SITE_STATE_UNSTABLE;
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
takeover_is_told(gpointer data)
{
  assert_on_control();
  Peer *peer = data;
  peer->takeover_timer = 0;
  peer_drop(peer);
  return G_SOURCE_REMOVE;
}

/* The seat goes to the newcomer at once; who sat there hears of it, then goes. */
static void
give_seat(Room *self, Site *site, Peer *newcomer) ON_CONTROL
{
  Peer *old = site->peer;
  site->peer = newcomer;
  site->state = SITE_STATE_CONNECTING;
  uplink_steering_reset(&site->steering);
  if (old == NULL)
    return;
  event_stream_publish(self->events, site->config->id, "takeover",
                       json_pack("{s:s, s:s}", "reason", "same-key", "media", old->id));
  old->takeover_timer = g_timeout_add(TAKEOVER_NOTICE_MS, takeover_is_told, old);
}

static Site *
find_site(const Room *self, const char *id)
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
  Site *site = site_id[0] != '\0' ? find_site(self, site_id) : NULL;
  if (site == NULL && site_id[0] != '\0') {
    g_set_error(error, ROOM_ERROR, ROOM_ERROR_UNKNOWN_SITE, "room %s has no site %s",
                self->room->id, site_id);
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
  room_line_first_place(self, site == NULL || site->config->via == SITE_VIA_LINE, &config.place, &config.send);
  peer->line.place = config.place;
  peer->connection = connection_new(self->context, self->fanout, &config, plan, &events, peer);
  g_hash_table_insert(self->peers, peer->id, peer);
  if (site != NULL)
    give_seat(self, site, peer);
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

/* --- orders of the chair --- */

bool
room_set_layout(Room *self, VideoLayoutKind layout, const char *main_site)
{
  if (main_site != NULL) {
    const Site *site = find_site(self, main_site);
    if (site == NULL)
      return false;
    self->main_site = (guint)(site - self->sites);
  }
  self->layout = layout;
  room_schedule_update(self);
  return true;
}

bool
room_set_muted(Room *self, const char *site_id, bool is_muted)
{
  Site *site = find_site(self, site_id);
  if (site == NULL)
    return false;
  site->is_muted = is_muted;
  room_schedule_update(self);
  return true;
}

bool
room_set_camera_off(Room *self, const char *site_id, bool is_off)
{
  Site *site = find_site(self, site_id);
  if (site == NULL)
    return false;
  site->is_camera_off = is_off;
  room_schedule_update(self);
  return true;
}

bool
room_set_floor(Room *self, const char *site_id)
{
  const Site *site = site_id != NULL ? find_site(self, site_id) : NULL;
  if (site_id != NULL && site == NULL)
    return false;
  self->floor_site = site;
  room_schedule_update(self);
  return true;
}

/* --- state --- */

static const char *const SITE_STATE_NAMES[] = {
  [SITE_STATE_ABSENT] = "absent",
  [SITE_STATE_CONNECTING] = "connecting",
  [SITE_STATE_CONNECTED] = "connected",
  [SITE_STATE_UNSTABLE] = "unstable",
};

static json_t *
site_json(const Room *self, const Site *site) ON_CONTROL
{
  const VideoRect *tile = &site->tile;
  return json_pack("{s:s, s:s, s:b, s:s, s:b, s:b, s:b, s:{s:i, s:i, s:i, s:i}}",
                   "id", site->config->id, "name", site->config->name, "hub", site->config->is_hub,
                   "state", SITE_STATE_NAMES[site->state], "muted", site->is_muted,
                   "cameraOff", site->is_camera_off, "speaking", is_speaking(self, site),
                   "tile", "x", (int)tile->x, "y", (int)tile->y, "width", (int)tile->width,
                   "height", (int)tile->height);
}

json_t *
room_state_json(Room *self)
{
  json_t *sites = json_array(), *speaker = json_null();
  for (guint i = 0; i < self->n_sites; i++) {
    json_array_append_new(sites, site_json(self, &self->sites[i]));
    if (is_speaking(self, &self->sites[i]))
      speaker = json_string(self->sites[i].config->id);
  }
  json_t *state = json_pack("{s:s, s:s, s:{s:s, s:s}, s:s?, s:o, s:o, s:{s:i, s:i}}",
                   "room", self->room->id, "name", self->room->name,
                   "layout", "kind", self->layout == VIDEO_LAYOUT_SPOTLIGHT ? "spotlight" : "grid",
                   "main", self->sites[self->main_site].config->id,
                   "floor", self->floor_site != NULL ? self->floor_site->config->id : NULL,
                   "activeSpeaker", speaker, "sites", sites,
                   "canvas", "width", (int)self->config->canvas_width,
                   "height", (int)self->config->canvas_height);
  room_session_describe(self->session, state);
  return state;
}

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

bool
room_has_site(const Room *self, const char *site)
{
  return find_site(self, site) != NULL;
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
open_programs(Room *self, GError **error) ON_CONTROL
{
  static const VideoProgramEvents events = { .frame = on_program_frame };
  for (guint i = 0; i < self->ladder.n_tiers; i++) {
    const Tier *tier = &self->ladder.tiers[i];
    VideoProgramConfig config = {
      .width = tier->width, .height = tier->height, .bitrate_bps = tier->bitrate_bps,
      .fps_divisor = tier->fps_divisor, .encoder_threads = self->config->encoder_threads,
    };
    self->feeds[i] = (TierFeed) { self, i };
    self->tier_bps[i] = tier->bitrate_bps;
    self->programs[i] = video_program_new(self->context->video_mixer, &config, &events, &self->feeds[i], error);
    if (self->programs[i] == NULL)
      return false;
    fanout_set_program(self->fanout, i, self->programs[i]);
  }
  return true;
}

static void
on_session_changed(gpointer user)
{
  assert_on_control();
  room_schedule_update(user);
}

Room *
room_new(const MediaContext *context, const Config *config, const ConfigRoom *room, GError **error)
{
  static const AudioProgramEvents audio_events = { .mix = on_mix, .active_speaker = on_active_speaker };
  Room *self = g_new0(Room, 1);
  self->context = context;
  self->config = config;
  self->room = room;
  tier_ladder_init(&self->ladder, config->canvas_width, config->canvas_height, config->video_bitrate_bps);
  self->line_peers = g_ptr_array_new();
  self->layout = VIDEO_LAYOUT_GRID;
  self->main_site = hub_index(room);
  self->speaker_id = G_MAXUINT;
  self->n_sites = room->n_sites;
  for (guint i = 0; i < room->n_sites; i++)
    self->sites[i] = (Site) { .config = &room->sites[i], .state = SITE_STATE_ABSENT };
  self->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, peer_free);
  self->fanout = fanout_new(context->net);
  self->events = event_stream_new(state_for_events, self);
  self->tap = record_tap_new(on_record_keyframe, self);
  RoomSessionConfig session = { .config = config, .room = room, .control = context->control, .store = context->session_store,
                                .tap = self->tap, .changed = on_session_changed, .user = self };
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
  room_session_free(self->session);
  loop_call(self->context->net, nothing, NULL);  /* every connection has left the fanout */
  for (guint i = 0; i < TIERS_MAX; i++)
    video_program_free(self->programs[i]);
  audio_program_free(self->audio);
  while (g_main_context_iteration(loop_context(self->context->control), FALSE))
    ;  /* what the ticks posted for this room */
  g_clear_handle_id(&self->update_source, g_source_remove);
  g_clear_handle_id(&self->steering_timer, g_source_remove);
  event_stream_free(self->events);
  fanout_free(self->fanout);
  record_tap_free(self->tap);
  g_ptr_array_unref(self->line_peers);
  g_hash_table_unref(self->peers);
  json_decref(self->last_state);
  g_free(self);
}
