/* tests/load/site_client.c - one simulated site: joins over HTTP, follows the room's events, plays media. */
#include "tests/load/site_client.h"
#include "media/base/clock.h"
#include "tests/load/sse_parser.h"
#include <string.h>

enum { STREAM_AGAIN_MS = 1000 };

struct SiteClient {
  gatomicrefcount  ref_count;
  SiteClientConfig config;      /* its strings are owned */
  SiteClientEvents events;
  gpointer         user;
  /* control thread */
  WebCall   *post, *stream;
  SseParser *parser;            /* owned */
  char      *location;          /* owned */
  guint      stream_timer;
  gint64     post_us;
  bool       has_left, has_ended;
  /* net thread */
  SiteMedia *media;             /* owned */
  bool       is_connected, is_closed;
};

/* --- posts: each holds a reference --- */

typedef struct {
  SiteClient   *client;
  void        (*run)(SiteClient *client, const char *text);
  char         *text;
} Note;

static void
run_note(gpointer data)
{
  Note *note = data;
  note->run(note->client, note->text);
  site_client_unref(note->client);
  g_free(note->text);
  g_free(note);
}

static void
post(SiteClient *self, Loop *loop, void (*run)(SiteClient *client, const char *text), const char *text)
{
  Note *note = g_new(Note, 1);
  g_atomic_ref_count_inc(&self->ref_count);
  *note = (Note) { self, run, g_strdup(text) };
  loop_post(loop, run_note, note);
}

/* --- ends --- */

static void
end(SiteClient *self, SiteClientEnd how, const char *text) ON_CONTROL
{
  if (self->has_left || self->has_ended)
    return;
  self->has_ended = true;
  self->events.ended(how, text, self->user);
}

static void
end_refused(SiteClient *self, const char *text)
{
  assert_on_control();
  end(self, SITE_CLIENT_REFUSED, text);
}

static void
end_lost(SiteClient *self, const char *text)
{
  assert_on_control();
  end(self, SITE_CLIENT_LOST, text);
}

/* --- net thread --- */

static void
on_state_changed(TransportState state, TransportCloseReason reason, gpointer user)
{
  assert_on_net();
  SiteClient *self = user;
  bool was_connected = self->is_connected;
  self->is_connected = state == TRANSPORT_STATE_CONNECTED || state == TRANSPORT_STATE_UNSTABLE;
  if (self->is_connected && !was_connected)
    self->events.connected(self->user);
  if (state == TRANSPORT_STATE_CLOSED && !self->is_closed) {
    static const char *const WHY[] = {
      [TRANSPORT_CLOSE_NONE] = "?", [TRANSPORT_CLOSE_LOCAL] = "closed", [TRANSPORT_CLOSE_TIMEOUT] = "nothing was heard for 30 s",
      [TRANSPORT_CLOSE_DTLS_FAILED] = "DTLS failed", [TRANSPORT_CLOSE_WRONG_FINGERPRINT] = "wrong fingerprint",
      [TRANSPORT_CLOSE_PEER] = "the bridge closed it", [TRANSPORT_CLOSE_NO_PORT] = "no UDP port is free",
    };
    post(self, self->config.control, end_lost, WHY[reason]);
  }
}

static void
on_video_frame(guint track, EncodedFrame *frame, gpointer user)
{
  assert_on_net();
  SiteClient *self = user;
  if (track == SITE_TRACK_VIDEO && !self->is_closed)
    self->events.video_frame(frame, clock_now_us(), self->user);
  else
    encoded_frame_unref(frame);
}

static void
on_audio_packet(guint track, AudioPacket *packet, gpointer user)
{
  assert_on_net();
  SiteClient *self = user;
  if (track == SITE_TRACK_AUDIO && !self->is_closed)
    self->events.audio_packet(packet, self->user);
  else
    audio_packet_unref(packet);
}

static void
on_keyframe_requested(guint track, gpointer user)
{
  assert_on_net();
  SiteClient *self = user;
  if (track == SITE_TRACK_VIDEO && !self->is_closed)
    self->events.keyframe_requested(self->user);
}

static void
on_peer_left(gpointer user)
{
  SiteClient *self = user;
  post(self, self->config.control, end_lost, "the bridge said goodbye");
}

static void post_offer(SiteClient *self, const char *offer);

static void
open_media(SiteClient *self, G_GNUC_UNUSED const char *text)
{
  assert_on_net();
  static const SiteMediaEvents EVENTS = {
    .state_changed = on_state_changed, .video_frame = on_video_frame, .audio_packet = on_audio_packet,
    .keyframe_requested = on_keyframe_requested, .peer_left = on_peer_left,
  };
  if (self->is_closed)
    return;
  self->media = site_media_new(&self->config.media, &EVENTS, self);
  g_autofree char *offer = site_media_offer(self->media);
  if (offer != NULL)
    post(self, self->config.control, post_offer, offer);
  else
    post(self, self->config.control, end_refused, "no UDP port is free here");
}

static void
take_answer(SiteClient *self, const char *answer)
{
  assert_on_net();
  g_autoptr(GError) error = NULL;
  if (!self->is_closed && !site_media_answer(self->media, answer, &error))
    post(self, self->config.control, end_refused, error->message);
}

static void
close_media(SiteClient *self, G_GNUC_UNUSED const char *text)
{
  assert_on_net();
  self->is_closed = true;
  self->is_connected = false;
  g_clear_pointer(&self->media, site_media_free);
}

SiteMedia *
site_client_media(SiteClient *self)
{
  return self->media;
}

bool
site_client_is_connected(const SiteClient *self)
{
  return self->is_connected;
}

/* --- control thread: media over HTTP --- */

static char *
make_url(const SiteClient *self, const char *what)
{
  return g_strdup_printf("%s/v1/rooms/%s/%s", self->config.url, self->config.room, what);
}

static void
on_posted(const WebReply *reply, gpointer user)
{
  assert_on_control();
  SiteClient *self = user;
  self->post = NULL;
  if (reply->status == 201) {
    self->location = g_strdup(reply->location);
    post(self, self->config.net, take_answer, reply->body);
    return;
  }
  g_autofree char *text = g_strdup_printf("%u %s", reply->status, reply->body);
  end(self, SITE_CLIENT_REFUSED, text);
}

static void
post_offer(SiteClient *self, const char *offer)
{
  assert_on_control();
  if (self->has_left)
    return;
  g_autofree char *url = make_url(self, "media");
  WebRequest request = { .method = "POST", .url = url, .key = self->config.key,
                         .content_type = "application/sdp", .body = offer };
  self->post_us = clock_now_us();
  self->post = web_client_call(self->config.web, &request, on_posted, self);
}

static char *
media_url(const SiteClient *self)
{
  bool is_whole = strstr(self->location, "://") != NULL;
  return is_whole ? g_strdup(self->location) : g_strconcat(self->config.url, self->location, NULL);
}

static void
on_deleted(G_GNUC_UNUSED const WebReply *reply, gpointer user)
{
  site_client_unref(user);
}

static void
delete_media(SiteClient *self) ON_CONTROL
{
  if (self->location == NULL)
    return;
  g_autofree char *url = media_url(self);
  WebRequest request = { .method = "DELETE", .url = url, .key = self->config.key };
  g_atomic_ref_count_inc(&self->ref_count);
  web_client_call(self->config.web, &request, on_deleted, self);
}

static void
on_reported(G_GNUC_UNUSED const WebReply *reply, gpointer user)
{
  site_client_unref(user);
}

static void
tell(SiteClient *self, const char *method, const char *what, const char *report) ON_CONTROL
{
  if (self->location == NULL || self->has_left)
    return;  /* the bridge asks again, or the next one tells of both */
  g_autofree char *media = media_url(self), *url = g_strconcat(media, what, NULL);
  WebRequest request = { .method = method, .url = url, .key = self->config.key,
                         .content_type = "application/json", .body = report };
  g_atomic_ref_count_inc(&self->ref_count);
  web_client_call(self->config.web, &request, on_reported, self);
}

static void
put_uplink(SiteClient *self, const char *report)
{
  assert_on_control();
  tell(self, "PUT", "/uplink", report);
}

static void
post_decoding(SiteClient *self, const char *report)
{
  assert_on_control();
  tell(self, "POST", "/report", report);
}

void
site_client_report_decoding(SiteClient *self, const char *report)
{
  post(self, self->config.control, post_decoding, report);
}

void
site_client_report_uplink(SiteClient *self, const UplinkWish *wish, guint width, guint height, guint fps)
{
  g_autofree char *report
      = g_strdup_printf("{\"seq\":%u,\"track\":\"camera\",\"width\":%u,\"height\":%u,\"framerate\":%u,"
                        "\"rotation\":0}", wish->seq, width, height, fps);
  post(self, self->config.control, put_uplink, report);
}

/* --- control thread: events --- */

static bool
is_our_takeover(const SiteClient *self, const char *data)
{
  const char *id = self->location != NULL ? strrchr(self->location, '/') : NULL;
  return id != NULL && strstr(data, id + 1) != NULL;
}

static void
on_event(const char *name, const char *data, gpointer user)
{
  assert_on_control();
  SiteClient *self = user;
  UplinkWish wish;
  if (strcmp(name, "uplink") == 0 && uplink_wish_parse(data, &wish)) {
    self->events.uplink(&wish, self->user);
  } else if (strcmp(name, "room") == 0) {
    g_autofree RoomView *room = g_new0(RoomView, 1);
    if (room_view_parse(data, room))
      self->events.room(room, self->user);
  } else if (strcmp(name, "takeover") == 0 && is_our_takeover(self, data)) {
    end(self, SITE_CLIENT_TAKEN_OVER, "another client took the seat");
  }
}

static void
on_stream_data(const char *data, gsize length, gpointer user)
{
  SiteClient *self = user;
  g_atomic_ref_count_inc(&self->ref_count);  /* an event may make the owner let go */
  sse_parser_push(self->parser, data, length);
  site_client_unref(self);
}

static void open_stream(SiteClient *self) ON_CONTROL;

static gboolean
on_stream_timer(gpointer user)
{
  assert_on_control();
  SiteClient *self = user;
  self->stream_timer = 0;
  open_stream(self);
  return G_SOURCE_REMOVE;
}

static void
on_stream_ended(G_GNUC_UNUSED const WebReply *reply, gpointer user)
{
  SiteClient *self = user;
  self->stream = NULL;
  if (!self->has_left)
    self->stream_timer = g_timeout_add(STREAM_AGAIN_MS, on_stream_timer, self);
}

static void
open_stream(SiteClient *self)
{
  g_autofree char *url = make_url(self, "events");
  WebRequest request = { .method = "GET", .url = url, .key = self->config.key, .accept = "text/event-stream",
                         .last_event_id = sse_parser_last_id(self->parser) };
  self->stream = web_client_stream(self->config.web, &request, on_stream_data, on_stream_ended, self);
}

/* --- life --- */

SiteClient *
site_client_new(const SiteClientConfig *config, const SiteClientEvents *events, gpointer user)
{
  SiteClient *self = g_new0(SiteClient, 1);
  g_atomic_ref_count_init(&self->ref_count);
  self->config = *config;
  self->config.url = g_strdup(config->url);
  self->config.room = g_strdup(config->room);
  self->config.site = g_strdup(config->site);
  self->config.key = g_strdup(config->key);
  self->config.media.cname = self->config.site;
  self->events = *events;
  self->user = user;
  self->parser = sse_parser_new(on_event, self);
  return self;
}

void
site_client_unref(SiteClient *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  sse_parser_free(self->parser);
  g_free(self->location);
  g_free((char *)self->config.url);
  g_free((char *)self->config.room);
  g_free((char *)self->config.site);
  g_free((char *)self->config.key);
  g_free(self);
}

void
site_client_join(SiteClient *self)
{
  open_stream(self);
  post(self, self->config.net, open_media, NULL);
}

void
site_client_leave(SiteClient *self)
{
  if (self->has_left)
    return;
  self->has_left = true;
  g_clear_pointer(&self->post, web_call_cancel);
  g_clear_pointer(&self->stream, web_call_cancel);
  g_clear_handle_id(&self->stream_timer, g_source_remove);
  delete_media(self);
  post(self, self->config.net, close_media, NULL);
}

gint64
site_client_post_us(const SiteClient *self)
{
  return self->post_us;
}
