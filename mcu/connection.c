/* mcu/connection.c - one peer's media connection to a room. */
#include "mcu/connection.h"
#include <string.h>

enum { PLAYOUT_US = 200 * 1000 };  /* between two looks at the audio jitter buffer */

/* Referenced by its owner on the control thread, by the net half while it runs, and by
 * every post under way. */
struct Connection {
  gatomicrefcount ref_count;
  /* borrowed */
  const MediaContext *context;
  Fanout   *fanout;
  gpointer  user;
  /* owned */
  VideoSource *video, *document;  /* (nullable) made and freed on the control thread */
  AudioSource *audio;  /* (nullable) */
  /* state, fixed after connection_new() */
  ConnectionEvents events;
  ConnectionConfig config;
  MediaPlan plan;
  int video_in, document_in, audio_in, video_out, audio_out;  /* tracks of the plan, or -1 */
  /* state, control thread */
  bool is_closed;
  /* state, net thread */
  MediaSession *session;
  bool     is_receiving;  /* in the fanout, */
  bool     is_started;    /* and is sent    */
  gint64   next_playout_us;
};

static Connection *
connection_ref(Connection *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

static void
connection_unref(gpointer data)
{
  Connection *self = data;
  if (!g_atomic_ref_count_dec(&self->ref_count))
    return;
  audio_source_unref(self->audio);
  g_free(self);
}

/* --- what is told to the control thread --- */

typedef struct {
  Connection *connection;
  TransportState state;
  TransportCloseReason reason;
} StateNote;

static void
tell_state(gpointer data)
{
  StateNote *note = data;
  Connection *self = note->connection;
  if (!self->is_closed)
    self->events.state_changed(self, note->state, note->reason, self->user);
  connection_unref(self);
  g_free(note);
}

static void
tell_peer_left(gpointer data)
{
  Connection *self = data;
  if (!self->is_closed)
    self->events.peer_left(self, self->user);
  connection_unref(self);
}

typedef struct {
  Connection *connection;
  MediaLocal  local;
  bool        is_usable;
} OpenedNote;

static void
tell_opened(gpointer data)
{
  OpenedNote *note = data;
  Connection *self = note->connection;
  if (!self->is_closed)
    self->events.opened(self, note->is_usable ? &note->local : NULL, self->user);
  connection_unref(self);
  g_free(note);
}

/* --- the session's events, net thread --- */

static void
on_state_changed(TransportState state, TransportCloseReason reason, gpointer user)
{
  Connection *self = user;
  assert_on_net();
  if (state == TRANSPORT_STATE_CONNECTED && self->is_receiving && !self->is_started) {
    self->is_started = true;
    fanout_start(self->fanout, self->config.place.id);
  }
  StateNote *note = g_new(StateNote, 1);
  *note = (StateNote) { connection_ref(self), state, reason };
  loop_post(self->context->control, tell_state, note);
}

static void
on_video_frame(guint track, EncodedFrame *frame, gpointer user)
{
  Connection *self = user;
  assert_on_net();
  if ((int)track == self->video_in && self->config.tap != NULL)
    record_tap_on_site_video(self->config.tap, self->config.tap_site, self->config.place.id, frame);
  if ((int)track == self->video_in)
    video_source_push(self->video, frame);
  else if ((int)track == self->document_in)
    video_source_push(self->document, frame);
  else
    encoded_frame_unref(frame);
}

/* The jitter buffer runs on the audio tick, what it depends on is known here. */
static void
steer_sound(Connection *self) ON_NET
{
  AudioJitterStats stats;
  audio_source_stats(self->audio, &stats);
  AudioDelayWish wish = media_session_on_playout(self->session, &stats.playout);
  audio_source_set_extra_delay(self->audio, wish.lip_sync_ms);
  audio_source_set_resend_wait(self->audio, wish.resend_wait_ms);
}

static void
on_audio_packet(guint track, AudioPacket *packet, gpointer user)
{
  Connection *self = user;
  assert_on_net();
  if ((int)track != self->audio_in) {
    audio_packet_unref(packet);
    return;
  }
  gint64 now_us = packet->arrival_us;
  if (self->config.tap != NULL)
    record_tap_on_site_audio(self->config.tap, self->config.tap_site, self->config.place.id, packet);
  audio_source_push(self->audio, packet);
  if (now_us >= self->next_playout_us) {
    self->next_playout_us = now_us + PLAYOUT_US;
    steer_sound(self);
  }
}

static void
on_keyframe_requested(guint track, gpointer user)
{
  Connection *self = user;
  assert_on_net();
  if ((int)track == self->video_out)
    fanout_keyframe_requested(self->fanout, self->config.place.id);
}

static void
on_peer_left(gpointer user)
{
  Connection *self = user;
  loop_post(self->context->control, tell_peer_left, connection_ref(self));
}

static const MediaSessionEvents SESSION_EVENTS = {
  .state_changed = on_state_changed,
  .video_frame = on_video_frame,
  .audio_packet = on_audio_packet,
  .keyframe_requested = on_keyframe_requested,
  .peer_left = on_peer_left,
};

/* --- the decoder's event --- */

static void
ask_for_keyframe(gpointer data)
{
  Connection *self = data;
  assert_on_net();
  if (self->session != NULL && self->video_in >= 0)
    media_session_request_keyframe(self->session, (guint)self->video_in);
  connection_unref(self);
}

static void
on_decoder_needs_keyframe(gpointer user)
{
  Connection *self = user;
  loop_post(self->context->net, ask_for_keyframe, connection_ref(self));
}

static void
ask_for_document(gpointer data)
{
  Connection *self = data;
  assert_on_net();
  if (self->session != NULL)
    media_session_request_keyframe(self->session, (guint)self->document_in);
  connection_unref(self);
}

static void
on_document_needs_keyframe(gpointer user)
{
  Connection *self = user;
  loop_post(self->context->net, ask_for_document, connection_ref(self));
}

/* --- opening and closing --- */

static void
open_on_net(gpointer data)
{
  Connection *self = data;  /* the reference is now the net half's */
  assert_on_net();
  self->session = media_session_new(&self->context->transport, ICE_SIDE_CONTROLLED,
                                    self->config.with_loopback, CONNECTION_CNAME, &SESSION_EVENTS, self);
  OpenedNote *note = g_new0(OpenedNote, 1);
  note->connection = connection_ref(self);
  bool is_usable = media_session_local(self->session, &note->local);
  note->is_usable = is_usable;
  loop_post(self->context->control, tell_opened, note);  /* the note is no longer ours */
  if (!is_usable)
    return;
  media_session_configure_sending(self->session, &self->config.send);
  media_session_start(self->session, &self->plan);
  /* Known to the fanout before it is connected: no order to move it can be missed. */
  self->is_receiving = self->video_out >= 0 || self->audio_out >= 0;
  if (self->is_receiving)
    fanout_add(self->fanout, &self->config.place, self->session, self->video_out, self->audio_out);
  g_ptr_array_add(self->context->sessions, self->session);
}

static void
release_video(gpointer data)
{
  Connection *self = data;
  g_clear_pointer(&self->video, video_source_free);
  g_clear_pointer(&self->document, video_source_free);
  connection_unref(self);
}

static void
close_on_net(gpointer data)
{
  Connection *self = data;
  assert_on_net();
  if (self->is_receiving)
    fanout_remove(self->fanout, self->config.place.id);
  g_ptr_array_remove_fast(self->context->sessions, self->session);
  media_session_close(self->session);
  media_session_free(self->session);
  self->session = NULL;
  loop_post(self->context->control, release_video, self);
}

static int
find_track(const MediaPlan *plan, MediaKind kind, MediaUse use, bool incoming)
{
  for (guint i = 0; i < plan->n_tracks; i++) {
    const MediaTrackPlan *track = &plan->tracks[i];
    if (track->kind == kind && track->use == use
        && (incoming ? track->we_receive : track->we_send))
      return (int)i;
  }
  return -1;
}

Connection *
connection_new(const MediaContext *context, Fanout *fanout, const ConnectionConfig *config,
               const MediaPlan *plan, const ConnectionEvents *events, gpointer user)
{
  static const VideoSourceEvents video_events = { .needs_keyframe = on_decoder_needs_keyframe };
  static const VideoSourceEvents document_events = { .needs_keyframe = on_document_needs_keyframe };
  Connection *self = g_new0(Connection, 1);
  g_atomic_ref_count_init(&self->ref_count);
  self->context = context;
  self->fanout = fanout;
  self->events = *events;
  self->user = user;
  self->config = *config;
  self->plan = *plan;
  self->video_in = find_track(plan, MEDIA_KIND_VIDEO, MEDIA_USE_MAIN, true);
  self->document_in = find_track(plan, MEDIA_KIND_VIDEO, MEDIA_USE_DOCUMENT, true);
  self->audio_in = find_track(plan, MEDIA_KIND_AUDIO, MEDIA_USE_MAIN, true);
  self->video_out = find_track(plan, MEDIA_KIND_VIDEO, MEDIA_USE_MAIN, false);
  self->audio_out = find_track(plan, MEDIA_KIND_AUDIO, MEDIA_USE_MAIN, false);
  if (self->video_in >= 0)
    self->video = video_source_new(context->decode_pool, plan->tracks[self->video_in].video_codec,
                                   config->max_pixels, &video_events, self);
  if (self->document_in >= 0)
    self->document = video_source_new(context->decode_pool, plan->tracks[self->document_in].video_codec,
                                      config->max_pixels, &document_events, self);
  if (self->audio_in >= 0)
    self->audio = audio_source_new();
  loop_post(context->net, open_on_net, connection_ref(self));
  return self;
}

void
connection_close(Connection *self)
{
  if (self == NULL || self->is_closed)
    return;
  self->is_closed = true;
  loop_post(self->context->net, close_on_net, self);  /* gives the net half's reference back */
  connection_unref(self);
}

/* --- small things --- */

guint
connection_id(const Connection *self)
{
  return self->config.place.id;
}

const MediaPlan *
connection_plan(const Connection *self)
{
  return &self->plan;
}

VideoSlot *
connection_video_slot(Connection *self)
{
  return self->video != NULL ? video_source_slot(self->video) : NULL;
}

VideoSlot *
connection_document_slot(Connection *self)
{
  return self->document != NULL ? video_source_slot(self->document) : NULL;
}

AudioSource *
connection_audio_source(Connection *self)
{
  return self->audio;
}

void
connection_video_stats(Connection *self, VideoSourceStats *out)
{
  memset(out, 0, sizeof *out);
  if (self->video != NULL)
    video_source_stats(self->video, out);
}

typedef struct {
  Connection *connection;
  char       *candidate;
  guint       limit_bps;
} Order;

static void
add_candidate_on_net(gpointer data)
{
  Order *order = data;
  assert_on_net();
  if (order->connection->session != NULL)
    media_session_add_candidate(order->connection->session, order->candidate);
  connection_unref(order->connection);
  g_free(order->candidate);
  g_free(order);
}

void
connection_add_candidate(Connection *self, const char *candidate)
{
  Order *order = g_new0(Order, 1);
  *order = (Order) { .connection = connection_ref(self), .candidate = g_strdup(candidate) };
  loop_post(self->context->net, add_candidate_on_net, order);
}

static void
limit_on_net(gpointer data)
{
  Order *order = data;
  assert_on_net();
  if (order->connection->session != NULL)
    media_session_limit_peer(order->connection->session, order->limit_bps);
  connection_unref(order->connection);
  g_free(order);
}

void
connection_limit_peer(Connection *self, guint bps)
{
  Order *order = g_new0(Order, 1);
  *order = (Order) { .connection = connection_ref(self), .limit_bps = bps };
  loop_post(self->context->net, limit_on_net, order);
}

typedef struct {
  Connection *connection;
  char ufrag[MEDIA_TEXT_MAX], password[MEDIA_TEXT_MAX];
  MediaLocal local;
  bool is_done;
  ConnectionRestarted done;
  gpointer data;
  GDestroyNotify data_free;
} Restart;

static void
tell_restarted(gpointer data)
{
  Restart *restart = data;
  if (!restart->connection->is_closed)
    restart->done(restart->connection, restart->is_done ? &restart->local : NULL, restart->data);
  restart->data_free(restart->data);
  connection_unref(restart->connection);
  g_free(restart);
}

static void
restart_on_net(gpointer data)
{
  Restart *restart = data;
  Connection *self = restart->connection;
  assert_on_net();
  restart->is_done = self->session != NULL
                     && media_session_restart_ice(self->session, restart->ufrag,
                                                  restart->password, &restart->local);
  loop_post(self->context->control, tell_restarted, restart);
}

void
connection_restart_ice(Connection *self, const char *ufrag, const char *password,
                       ConnectionRestarted done, gpointer data, GDestroyNotify data_free)
{
  Restart *restart = g_new0(Restart, 1);
  restart->connection = connection_ref(self);
  g_strlcpy(restart->ufrag, ufrag, sizeof restart->ufrag);
  g_strlcpy(restart->password, password, sizeof restart->password);
  restart->done = done;
  restart->data = data;
  restart->data_free = data_free;
  loop_post(self->context->net, restart_on_net, restart);
}

typedef struct {
  Connection *connection;
  MediaSessionStats stats;
  bool is_known;
  ConnectionStatsDone done;
  gpointer data;
} StatsRequest;

static void
tell_stats(gpointer data)
{
  StatsRequest *request = data;
  request->done(request->is_known ? &request->stats : NULL, request->data);
  connection_unref(request->connection);
  g_free(request);
}

static void
stats_on_net(gpointer data)
{
  StatsRequest *request = data;
  assert_on_net();
  if (request->connection->session != NULL) {
    media_session_stats(request->connection->session, &request->stats);
    request->is_known = true;
  }
  loop_post(request->connection->context->control, tell_stats, request);
}

void
connection_stats(Connection *self, ConnectionStatsDone done, gpointer data)
{
  StatsRequest *request = g_new0(StatsRequest, 1);
  *request = (StatsRequest) { .connection = connection_ref(self), .done = done, .data = data };
  loop_post(self->context->net, stats_on_net, request);
}
