/* tests/load/stage.c - simulated sites at work. */
#include "tests/load/stage.h"
#include "media/base/clock.h"
#include <string.h>

enum {
  POLL_US = 5 * 1000,
  /* signaling/web/core/backoff.js: the web client's waits, and how often its event stream,
     whose return makes it try at once, looks for the bridge. */
  BACKOFF_FIRST_MS = 500, BACKOFF_MAX_MS = 5000, EVENTS_AGAIN_MS = 1000,
  CATCH_UP_US = 500 * 1000,  /* a clock further behind than this starts anew */
  LOUD_LEVEL = 40,           /* -dBov: louder opens the mouth                */
};

struct Seat {
  Stage      *stage;         /* borrowed */
  SeatConfig  config;        /* its strings are owned */
  guint       index;         /* in the stage */
  /* control thread */
  SiteClient *client;        /* owned */
  guint       join_timer;
  guint       losses, attempts, joins;
  /* net thread */
  SiteClient *playing;       /* borrowed: client, as the net thread knows it; NULL: none */
  ClipPlayer  camera;
  ClipSpec    wanted;        /* width 0: nothing new is wanted */
  UplinkWish  wish;          /* that the camera obeys, or will  */
  VoicePlayer voice;
  FlowMeter  *meter;         /* owned */
  gint64      next_frame_us, next_packet_us;
  guint64     n_packets;
  guint32     audio_ts;
  ReturnWatch returns;
  /* both */
  gint        is_connected, has_picture, mouth;  /* atomic */
  gint64      post_us, first_frame_us;           /* under the stage's lock */
};

struct Stage {
  StageConfig config;
  GPtrArray  *seats;         /* owned, of Seat; not changed after the first join */
  GMutex      lock;
  GSource    *poll, *clock;  /* owned; net thread */
  bool        is_leaving;
  gint64      lines_start_us;  /* G_MAXINT64: not yet */
};

/* --- sending: net thread --- */

static void
report_camera(Seat *self, const ClipSpec *spec) ON_NET
{
  bool is_paused = self->wish.is_paused;
  guint fps = self->camera.is_half_rate ? spec->fps / 2 : spec->fps;
  if (self->playing != NULL && self->wish.seq != 0)
    site_client_report_uplink(self->playing, &self->wish, is_paused ? 0 : spec->width,
                              is_paused ? 0 : spec->height, is_paused ? 0 : fps);
}

static void
look_for_clip(Seat *self) ON_NET
{
  if (self->wanted.width == 0)
    return;
  const Clip *clip = clip_store_get(self->stage->config.clips, self->config.site, self->config.name, &self->wanted);
  if (clip == NULL)
    return;
  clip_player_change(&self->camera, clip);
  self->wanted.width = 0;
  report_camera(self, clip_spec(clip));
}

static void
send_camera_frame(Seat *self, gint64 now_us) ON_NET
{
  if (self->stage->config.clips == NULL)
    return;
  look_for_clip(self);
  guint number;
  const EncodedFrame *frame = clip_player_step(&self->camera, &number);
  if (frame == NULL || !g_atomic_int_get(&self->is_connected))
    return;
  g_autoptr(EncodedFrame) copy = encoded_frame_new(VIDEO_CODEC_VP8, frame->data, frame->length);
  copy->width = frame->width;
  copy->height = frame->height;
  copy->is_keyframe = frame->is_keyframe;
  copy->is_droppable = frame->is_droppable;
  copy->temporal_id = frame->temporal_id;
  copy->is_layer_sync = frame->is_layer_sync;
  copy->capture_us = now_us;
  if (self->stage->config.book != NULL)
    latency_book_frame_sent(self->stage->config.book, self->config.site, number, now_us);
  seat_send_frame(self, copy);
}

static void
send_voice_packet(Seat *self, gint64 now_us) ON_NET
{
  VoiceMoment moment = voice_player_at(&self->voice, self->n_packets++);
  g_autoptr(AudioPacket) packet = audio_packet_new(moment.packet->data, moment.packet->length);
  packet->rtp_timestamp = self->audio_ts;
  packet->has_level = true;
  packet->level = moment.packet->level;
  packet->is_voice = moment.packet->is_voice;
  packet->arrival_us = now_us;
  self->audio_ts += AUDIO_FRAME_SAMPLES;
  int loud = moment.is_speech ? MAX(LOUD_LEVEL - packet->level, 0) : 0;
  g_atomic_int_set(&self->mouth, MIN((loud + 7) / 8, 3));
  SiteMedia *media = seat_media(self);
  if (media == NULL || !g_atomic_int_get(&self->is_connected))
    return;
  if (moment.begins_marker && self->stage->config.book != NULL)
    latency_book_marker_sent(self->stage->config.book, self->config.site, moment.signature, now_us);
  media_session_send_audio(site_media_session(media), SITE_TRACK_AUDIO, packet);
}

void
seat_send_frame(Seat *self, EncodedFrame *frame)
{
  SiteMedia *media = seat_media(self);
  if (media != NULL && g_atomic_int_get(&self->is_connected) && !self->wish.is_paused)
    media_session_send_video(site_media_session(media), SITE_TRACK_VIDEO, frame);
}

/* Each seat's clocks have a phase of their own. */
static void
start_clocks(Seat *self, guint index, gint64 now_us)
{
  gint64 period_us = G_USEC_PER_SEC / self->stage->config.fps;
  self->next_frame_us = now_us + period_us * index / self->stage->seats->len;
  self->next_packet_us = now_us + (gint64)20000 * index / self->stage->seats->len;
}

static gint64
run_clocks(Seat *self, gint64 now_us) ON_NET
{
  gint64 period_us = G_USEC_PER_SEC / self->stage->config.fps;
  if (now_us - MIN(self->next_frame_us, self->next_packet_us) > CATCH_UP_US) {
    self->next_frame_us = MAX(self->next_frame_us, now_us);
    self->next_packet_us = MAX(self->next_packet_us, now_us);
  }
  for (; self->next_packet_us <= now_us; self->next_packet_us += 20000)
    send_voice_packet(self, now_us);
  for (; self->next_frame_us <= now_us; self->next_frame_us += period_us)
    send_camera_frame(self, now_us);
  return MIN(self->next_frame_us, self->next_packet_us);
}

static gboolean
on_clock(GSource *source, G_GNUC_UNUSED GSourceFunc callback, gpointer user)
{
  assert_on_net();
  Stage *self = user;
  gint64 next_us = G_MAXINT64;
  for (guint i = 0; i < self->seats->len; i++) {
    gint64 seat_us = run_clocks(stage_seat(self, i), clock_now_us());
    next_us = MIN(next_us, seat_us);
  }
  g_source_set_ready_time(source, next_us);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs CLOCK_FUNCS = { .dispatch = on_clock };

static void
on_poll(gpointer user)
{
  assert_on_net();
  Stage *self = user;
  gint64 now_us = clock_now_us();
  for (guint i = 0; i < self->seats->len; i++) {
    SiteMedia *media = seat_media(stage_seat(self, i));
    if (media != NULL)
      media_session_poll(site_media_session(media), now_us);
  }
}

static void
start_on_net(gpointer user)
{
  assert_on_net();
  Stage *self = user;
  gint64 now_us = clock_now_us();
  for (guint i = 0; i < self->seats->len; i++)
    start_clocks(stage_seat(self, i), i, now_us);
  self->poll = loop_add_ticker(self->config.net, POLL_US, on_poll, self);
  self->clock = g_source_new(&CLOCK_FUNCS, sizeof(GSource));
  g_source_set_callback(self->clock, NULL, self, NULL);
  g_source_set_ready_time(self->clock, now_us);
  g_source_attach(self->clock, loop_context(self->config.net));
}

static void
stop_on_net(gpointer user)
{
  Stage *self = user;
  GSource **sources[] = { &self->poll, &self->clock };
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
    if (*sources[i] == NULL)
      continue;
    g_source_destroy(*sources[i]);
    g_clear_pointer(sources[i], g_source_unref);
  }
}

/* --- events of a seat's client --- */

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
  Seat *self = user;
  flow_meter_frame(self->meter, arrival_us, frame->is_keyframe, frame->data, frame->length);
  flow_meter_size(self->meter, arrival_us, frame->width, frame->height);
  return_watch_picture(&self->returns, arrival_us);
  if (!g_atomic_int_get(&self->has_picture) && flow_meter_first_frame_us(self->meter) != 0) {
    g_mutex_lock(&self->stage->lock);
    self->first_frame_us = arrival_us;
    g_mutex_unlock(&self->stage->lock);
    g_atomic_int_set(&self->has_picture, 1);
  }
  if (self->config.watcher != NULL)
    watcher_push_frame(self->config.watcher, frame, arrival_us);
  else
    encoded_frame_unref(frame);
}

static void
on_audio_packet(AudioPacket *packet, gpointer user)
{
  Seat *self = user;
  flow_meter_audio(self->meter, packet->arrival_us, packet->rtp_timestamp);
  return_watch_sound(&self->returns, packet->arrival_us);
  if (self->stage->config.audience != NULL)
    audience_packet(self->stage->config.audience, self->index, audio_packet_ref(packet));
  if (self->config.watcher != NULL)
    watcher_push_audio(self->config.watcher, packet);
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
  self->camera.is_half_rate = note->wish.max_fps * 10 < config->fps * 6;
  if (config->clips != NULL)
    self->wanted = spec;
  else
    report_camera(self, &spec);
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
  self->lines_start_us = G_MAXINT64;
  self->config = *config;
  self->seats = g_ptr_array_new();
  g_mutex_init(&self->lock);
  return self;
}

static void
seat_free(Seat *self)
{
  flow_meter_free(self->meter);
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
  loop_call(self->config.net, stop_on_net, self);  /* after the posts that close the media */
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
  seat->audio_ts = g_random_int();
  seat->wanted = clip_spec_for_wish(&self->config.first_size, self->config.fps, self->config.kbps);
  seat->voice = (VoicePlayer) { .bank = self->config.voices, .site = config->site, .n_sites = self->config.n_sites,
                                .with_markers = self->config.with_markers, .gap_packets = self->config.turn_gap_packets };
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
  loop_call(self->config.net, start_on_net, self);
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
    link_meter_begin(relay_meter(relay, RELAY_TO_SERVER), self->lines_start_us);
    link_meter_begin(relay_meter(relay, RELAY_TO_CLIENT), self->lines_start_us);
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
