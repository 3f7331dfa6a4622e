/* tests/load/stage.c - simulated sites at work. */
#include "tests/load/stage_internal.h"
#include "media/base/clock.h"
#include <string.h>

enum {
  /* signaling/web/core/backoff.js: the web client's waits, and how often its event stream,
     whose return makes it try at once, looks for the bridge. */
  BACKOFF_FIRST_MS = 500, BACKOFF_MAX_MS = 5000, EVENTS_AGAIN_MS = 1000,
};

/* --- events of a seat's client --- */

/* By the bridge's sender reports. Returns: 0: not known yet. */
static gint64
capture_us(Seat *self, MediaKind kind, guint32 rtp_timestamp) ON_NET
{
  SiteMedia *media = seat_media(self);
  gint64 us;
  return media != NULL && media_session_capture_us(site_media_session(media), kind, rtp_timestamp, &us) ? us : 0;
}

static void
on_connected(gpointer user)
{
  Seat *self = user;
  clip_player_restart(&self->camera);  /* a new connection begins with a keyframe */
  g_atomic_int_set(&self->is_connected, 1);
}

static void
on_video_frame(EncodedFrame *frame, gint64 arrival_us, gpointer user)
{
  assert_on_net();
  Seat *self = user;
  gint64 shown_us = picture_playout_shown_us(&self->playout, arrival_us, frame->rtp_timestamp, frame->playout_min_ms);
  flow_meter_frame(self->meter, shown_us, frame->is_keyframe, frame->data, frame->length);
  flow_meter_size(self->meter, arrival_us, frame->width, frame->height);
  return_watch_picture(&self->returns, arrival_us);
  decode_report_picture(&self->decoding, seat_suffers(self, FLAW_SLOW_DECODER, arrival_us) ? DECODER_SLOW : DECODER_IN_TIME,
                        shown_us - arrival_us);
  if (!g_atomic_int_get(&self->has_picture) && flow_meter_first_frame_us(self->meter) != 0) {
    g_mutex_lock(&self->stage->lock);
    self->first_frame_us = arrival_us;
    g_mutex_unlock(&self->stage->lock);
    g_atomic_int_set(&self->has_picture, 1);
  }
  if (self->config.watcher != NULL)
    watcher_push_frame(self->config.watcher, frame, shown_us, capture_us(self, MEDIA_KIND_VIDEO, frame->rtp_timestamp));
  else
    encoded_frame_unref(frame);
}

static void
on_audio_packet(AudioPacket *packet, gpointer user)
{
  assert_on_net();
  Seat *self = user;
  flow_meter_audio(self->meter, packet->arrival_us, packet->rtp_timestamp);
  return_watch_sound(&self->returns, packet->arrival_us);
  if (seat_suffers(self, FLAW_ECHO, packet->arrival_us))
    echo_room_hear(self->echo, audio_packet_ref(packet));
  if (self->stage->config.audience != NULL)
    audience_packet(self->stage->config.audience, self->index, audio_packet_ref(packet));
  if (self->config.watcher != NULL)
    watcher_push_audio(self->config.watcher, packet, capture_us(self, MEDIA_KIND_AUDIO, packet->rtp_timestamp));
  else
    audio_packet_unref(packet);
}

static void
on_keyframe_requested(gpointer user)
{
  Seat *self = user;
  clip_player_restart(&self->camera);
  if (self->stage->config.keyframe != NULL)
    self->stage->config.keyframe(self->config.site, self->stage->config.user);
}

typedef struct {
  Seat      *seat;
  UplinkWish wish;
} WishNote;

/* The clip for it may still have to be made: it is reported when it plays. */
static void
obey(gpointer data)
{
  WishNote *note = data;
  assert_on_net();
  Seat *self = note->seat;
  const StageConfig *config = &self->stage->config;
  if (self->wish.is_paused && !note->wish.is_paused)
    on_keyframe_requested(self);
  self->wish = note->wish;
  ClipSpec spec = clip_spec_for_wish(&note->wish, config->fps, config->kbps);
  if (self->is_camera_slow)
    spec.fps = SLOW_CAMERA_FPS;
  self->camera.is_half_rate = !self->is_camera_slow && note->wish.max_fps * 10 < config->fps * 6;
  if (config->clips != NULL)
    self->wanted = spec;
  else
    seat_report_camera(self, &spec);
  g_free(note);
}

static void
on_uplink(const UplinkWish *wish, gpointer user)
{
  Seat *self = user;
  const StageConfig *config = &self->stage->config;
  if (config->uplink != NULL)
    config->uplink(self->config.site, wish, config->user);
  if (!config->obeys_steering)
    return;
  WishNote *note = g_new(WishNote, 1);
  *note = (WishNote) { self, *wish };
  loop_post(config->net, obey, note);
}

static void
on_room(const RoomView *room, gpointer user)
{
  Seat *self = user;
  if (self->config.watcher != NULL)
    watcher_set_room(self->config.watcher, room);
  if (self->stage->config.room_changed != NULL)
    self->stage->config.room_changed(room, self->stage->config.user);
}

static void seat_join(Seat *self) ON_CONTROL;
static void seat_leave(Seat *self) ON_CONTROL;

/* A line that is down lets no HTTP through either. */
static bool
is_cut_off(const Seat *self)
{
  gint64 start_us = self->stage->lines_start_us, elapsed_us = start_us == G_MAXINT64 ? 0 : clock_now_us() - start_us;
  LinkConfig up;
  if (!self->config.has_relay)
    return false;
  link_schedule_at(&self->config.up, elapsed_us, &up);
  return up.is_down;
}

static gboolean
on_join_timer(gpointer user)
{
  assert_on_control();
  Seat *self = user;
  self->join_timer = 0;
  if (is_cut_off(self))
    self->join_timer = g_timeout_add(EVENTS_AGAIN_MS, on_join_timer, self);
  else
    seat_join(self);
  return G_SOURCE_REMOVE;
}

/* Doubles, with a quarter of jitter either way. */
static guint
backoff_ms(Seat *self)
{
  guint base = MIN(BACKOFF_FIRST_MS << MIN(self->attempts, 10), BACKOFF_MAX_MS);
  self->attempts++;
  return (guint)((double)base * g_random_double_range(0.75, 1.25));
}

static void
on_ended(SiteClientEnd end, const char *text, gpointer user)
{
  assert_on_control();
  Seat *self = user;
  self->losses++;
  if (end == SITE_CLIENT_LOST)
    self->attempts = 0;  /* it had worked */
  seat_leave(self);
  if (self->stage->config.ended != NULL)
    self->stage->config.ended(self, end, text, self->stage->config.user);
  if (self->stage->config.rejoins && end != SITE_CLIENT_TAKEN_OVER && !self->stage->is_leaving)
    self->join_timer = g_timeout_add(backoff_ms(self), on_join_timer, self);
}

/* --- joining and leaving --- */

static void
let_play(gpointer user)
{
  Seat *self = user;
  self->playing = self->client;
  g_atomic_int_set(&self->is_connected, 0);
}

static void
let_rest(gpointer user)
{
  Seat *self = user;
  self->playing = NULL;
  g_atomic_int_set(&self->is_connected, 0);
}

static void
seat_join(Seat *self)
{
  static const SiteClientEvents EVENTS = {
    .connected = on_connected, .video_frame = on_video_frame, .audio_packet = on_audio_packet,
    .keyframe_requested = on_keyframe_requested, .uplink = on_uplink, .room = on_room, .ended = on_ended,
  };
  const StageConfig *stage = &self->stage->config;
  SiteClientConfig config = {
    .url = stage->url, .room = stage->room, .site = self->config.id, .key = self->config.key,
    .web = stage->web, .control = stage->control, .net = stage->net,
    .media = { .env = stage->env, .with_loopback = stage->with_loopback, .pace_bps = stage->pace_bps,
               .has_relay = self->config.has_relay, .up = self->config.up, .down = self->config.down,
               .lines_start_us = self->stage->lines_start_us, .offers_red = stage->offers_red,
               .has_no_sound_nack = stage->has_no_sound_nack,
               .forges_fingerprint = self->config.forges_fingerprint },
  };
  self->client = site_client_new(&config, &EVENTS, self);
  self->joins++;
  loop_call(stage->net, let_play, self);
  site_client_join(self->client);
}

static void
seat_leave(Seat *self)
{
  g_clear_handle_id(&self->join_timer, g_source_remove);
  if (self->client == NULL)
    return;
  g_mutex_lock(&self->stage->lock);
  self->post_us = site_client_post_us(self->client);
  g_mutex_unlock(&self->stage->lock);
  loop_call(self->stage->config.net, let_rest, self);
  site_client_leave(self->client);
  g_clear_pointer(&self->client, site_client_unref);
}

Stage *
stage_new(const StageConfig *config)
{
  Stage *self = g_new0(Stage, 1);
  self->lines_start_us = self->flaws_start_us = G_MAXINT64;
  self->config = *config;
  self->seats = g_ptr_array_new();
  g_mutex_init(&self->lock);
  return self;
}

static void
seat_free(Seat *self)
{
  flow_meter_free(self->meter);
  echo_room_free(self->echo);
  g_free((char *)self->config.id);
  g_free((char *)self->config.key);
  g_free((char *)self->config.name);
  g_free(self);
}

void
stage_free(Stage *self)
{
  if (self == NULL)
    return;
  stage_leave(self);
  loop_call(self->config.net, stage_stop_on_net, self);  /* after the posts that close the media */
  for (guint i = 0; i < self->seats->len; i++)
    seat_free(stage_seat(self, i));
  g_ptr_array_unref(self->seats);
  g_mutex_clear(&self->lock);
  g_free(self);
}

Seat *
stage_add(Stage *self, const SeatConfig *config)
{
  Seat *seat = g_new0(Seat, 1);
  seat->stage = self;
  seat->index = self->seats->len;
  seat->config = *config;
  seat->config.id = g_strdup(config->id);
  seat->config.key = g_strdup(config->key);
  seat->config.name = g_strdup(config->name);
  seat->meter = flow_meter_new();
  seat->camera.clock_fps = self->config.fps;
  if (site_flaws_has(&config->flaws, FLAW_ECHO))
    seat->echo = echo_room_new(config->echo_loss_db);
  seat->audio_ts = g_random_int();
  seat->wanted = clip_spec_for_wish(&self->config.first_size, self->config.fps, self->config.kbps);
  seat->voice = (VoicePlayer) { .bank = self->config.voices, .site = config->site, .n_sites = self->config.n_sites,
                                .with_markers = self->config.with_markers, .gap_packets = self->config.turn_gap_packets,
                                .turns = self->config.turns };
  g_ptr_array_add(self->seats, seat);
  return seat;
}

guint
stage_seats(const Stage *self)
{
  return self->seats->len;
}

Seat *
stage_seat(const Stage *self, guint i)
{
  return g_ptr_array_index(self->seats, i);
}

void
stage_join(Stage *self, guint interval_ms)
{
  loop_call(self->config.net, stage_start_on_net, self);
  for (guint i = 0; i < self->seats->len; i++) {
    Seat *seat = stage_seat(self, i);
    seat->join_timer = g_timeout_add(i * interval_ms, on_join_timer, seat);
  }
}

void
stage_leave(Stage *self)
{
  self->is_leaving = true;
  for (guint i = 0; i < self->seats->len; i++)
    seat_leave(stage_seat(self, i));
}

static void
start_lines(gpointer user)
{
  assert_on_net();
  Stage *self = user;
  self->flaws_start_us = self->lines_start_us;
  for (guint i = 0; i < self->seats->len; i++) {
    Seat *seat = stage_seat(self, i);
    SiteMedia *media = seat_media(seat);
    Relay *relay = media != NULL ? site_media_relay(media) : NULL;
    if (!seat->config.has_relay)
      continue;
    return_watch_begin(&seat->returns, &seat->config.down, self->lines_start_us);
    if (relay == NULL)
      continue;
    relay_start(relay, self->lines_start_us);
    relay_begin(relay, self->lines_start_us);
  }
}

void
stage_start_lines(Stage *self, gint64 now_us)
{
  self->lines_start_us = now_us;
  loop_call(self->config.net, start_lines, self);
}

/* --- a seat --- */

const char *
seat_id(const Seat *self)
{
  return self->config.id;
}

guint
seat_site(const Seat *self)
{
  return self->config.site;
}

bool
seat_is_connected(const Seat *self)
{
  return g_atomic_int_get(&self->is_connected) != 0;
}

bool
seat_has_picture(const Seat *self)
{
  return g_atomic_int_get(&self->has_picture) != 0;
}

double
seat_join_ms(const Seat *self)
{
  assert_on_control();
  g_mutex_lock(&self->stage->lock);
  gint64 post_us = self->client != NULL ? site_client_post_us(self->client) : self->post_us;
  gint64 first_us = self->first_frame_us;
  g_mutex_unlock(&self->stage->lock);
  return post_us == 0 || first_us == 0 ? -1 : (double)(first_us - post_us) / 1000;
}

guint
seat_joins(const Seat *self)
{
  return self->joins;
}

const ReturnWatch *
seat_returns(const Seat *self)
{
  return &self->returns;
}

guint
seat_losses(const Seat *self)
{
  return self->losses;
}

const ClipSpec *
seat_clip_spec(const Seat *self)
{
  return self->camera.clip != NULL ? clip_spec(self->camera.clip) : NULL;
}

FlowMeter *
seat_meter(Seat *self)
{
  return self->meter;
}

SiteMedia *
seat_media(Seat *self)
{
  return self->playing != NULL ? site_client_media(self->playing) : NULL;
}

guint
seat_mouth(const Seat *self)
{
  return (guint)g_atomic_int_get(&self->mouth);
}
