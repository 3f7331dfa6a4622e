/* mcu/api_media.c - WHIP and WHEP: media resources over HTTP (RFC 9725). */
#include "mcu/api_internal.h"
#include "media/base/clock.h"
#include "signaling/sdp.h"
#include <string.h>

/* The resource /v1/media/{id}. It lives as long as its peer. */
typedef struct {
  Peer *peer;       /* borrowed */
  char *key_id;     /* of the key that made it */
  guint generation; /* of the ICE session: its ETag */
} Media;

static void
media_free(gpointer data)
{
  Media *media = data;
  g_free(media->key_id);
  g_free(media);
}

GHashTable *
api_media_table_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, media_free);
}

void
api_media_peer_left(Peer *peer, gpointer user)
{
  assert_on_control();
  Api *self = user;
  g_hash_table_remove(self->media, peer_id(peer));
}

static void
set_etag(HttpRequest *request, const Media *media)
{
  char etag[16];
  g_snprintf(etag, sizeof etag, "\"%u\"", media->generation);
  http_request_set_header(request, "ETag", etag);
}

/* --- POST --- */

typedef struct {
  Api *api;
  HttpRequest *request;
  SdpPolicy policy;
  char key_id[17];
} Joining;

static void
joined(Peer *peer, const MediaLocal *local, gpointer data)
{
  assert_on_control();
  Joining *joining = data;
  HttpRequest *request = joining->request;
  if (peer == NULL) {
    http_request_respond_problem(request, PROBLEM_UNAVAILABLE, "no UDP port is free, or the seat was taken over");
  } else if (http_request_is_gone(request) || !http_request_is_authorized(request, clock_now_us())) {
    http_request_respond_problem(request, PROBLEM_UNAUTHORIZED, NULL);
    peer_leave(peer);
  } else {
    Media *media = g_new0(Media, 1);
    *media = (Media) { .peer = peer, .key_id = g_strdup(joining->key_id), .generation = 1 };
    g_hash_table_insert(joining->api->media, g_strdup(peer_id(peer)), media);
    g_autofree char *location = g_strconcat("/v1/media/", peer_id(peer), NULL);
    g_autofree char *answer = sdp_write_answer(connection_plan(peer_connection(peer)), local, &joining->policy);
    http_request_set_header(request, "Location", location);
    set_etag(request, media);
    http_request_respond(request, 201, "application/sdp", answer, -1);
  }
  g_free(joining);
}

static void
respond_sdp_problem(HttpRequest *request, const GError *error)
{
  bool no_codec = g_error_matches(error, SDP_ERROR, SDP_ERROR_NO_COMMON_CODEC);
  http_request_respond_problem(request, no_codec ? PROBLEM_NO_COMMON_CODEC : PROBLEM_BAD_SDP, error->message);
}

void
api_post_media(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  Room *room = api_room(self, request);
  if (room == NULL)
    return;
  const Identity *identity = http_request_identity(request);
  SdpPolicy policy = {
    .may_send = identity->role != ROLE_VIEWER,
    .may_receive = true,
    .max_bitrate_bps = self->config->uplink_bitrate_max_bps,
    .preferred_dtls_role = DTLS_ROLE_PASSIVE,
    .cname = CONNECTION_CNAME,
  };
  gsize length;
  const char *offer = http_request_body(request, &length);
  g_autoptr(GError) error = NULL;
  g_autofree MediaPlan *plan = g_new0(MediaPlan, 1);
  if (!sdp_negotiate(offer, length, &policy, plan, &error)) {
    respond_sdp_problem(request, error);
    return;
  }
  Joining *joining = g_new0(Joining, 1);
  *joining = (Joining) { .api = self, .request = request, .policy = policy };
  g_strlcpy(joining->key_id, identity->key_id, sizeof joining->key_id);
  http_request_hold(request);
  if (room_join(room, identity->site, http_request_is_loopback(request), plan, joined, joining, &error) == NULL) {
    api_respond_order(request, room, false, error);
    g_free(joining);
  }
}

/* --- PATCH, PUT and DELETE --- */

static Media *
find_media(Api *self, HttpRequest *request, bool chair_too)
{
  Media *media = g_hash_table_lookup(self->media, http_request_param(request, "id"));
  const Identity *identity = http_request_identity(request);
  if (media == NULL) {
    http_request_respond_problem(request, PROBLEM_UNKNOWN_SESSION, NULL);
    return NULL;
  }
  if (strcmp(media->key_id, identity->key_id) != 0 && !(chair_too && identity->role == ROLE_CHAIR)) {
    http_request_respond_problem(request, PROBLEM_FORBIDDEN, NULL);
    return NULL;
  }
  return media;
}

Peer *
api_own_media(Api *self, HttpRequest *request)
{
  const Media *media = find_media(self, request, false);
  return media != NULL ? media->peer : NULL;
}

typedef struct {
  Api *api;
  HttpRequest *request;
  bool is_answered;
} Restarting;

static void
restarted(Connection *connection, const MediaLocal *local, gpointer data)
{
  assert_on_control();
  Restarting *restarting = data;
  HttpRequest *request = restarting->request;
  Media *media = g_hash_table_lookup(restarting->api->media, http_request_param(request, "id"));
  restarting->is_answered = true;
  if (local == NULL || media == NULL) {
    http_request_respond_problem(request, PROBLEM_UNAVAILABLE, "ICE could not be restarted");
    return;
  }
  media->generation++;
  set_etag(request, media);
  g_autofree char *fragment = sdp_fragment_write(connection_plan(connection), local);
  http_request_respond(request, 200, "application/trickle-ice-sdpfrag", fragment, -1);
}

static void
restarting_free(gpointer data)
{
  Restarting *restarting = data;
  if (!restarting->is_answered)
    http_request_respond_problem(restarting->request, PROBLEM_UNKNOWN_SESSION, NULL);
  g_free(restarting);
}

/* RFC 9725 section 4.3: an ICE restart carries new credentials. */
static bool
is_restart(const SdpFragment *fragment, const MediaPlan *plan)
{
  return fragment->ufrag[0] != '\0' && strcmp(fragment->ufrag, plan->ufrag) != 0;
}

static bool
etag_matches(HttpRequest *request, const Media *media)
{
  const char *if_match = http_request_header(request, "If-Match");
  char etag[16];
  g_snprintf(etag, sizeof etag, "\"%u\"", media->generation);
  return if_match == NULL || strcmp(if_match, "*") == 0 || strcmp(if_match, etag) == 0;
}

void
api_patch_media(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Api *self = user;
  Media *media = find_media(self, request, false);
  if (media == NULL)
    return;
  gsize length;
  const char *body = http_request_body(request, &length);
  g_autofree SdpFragment *fragment = g_new0(SdpFragment, 1);
  g_autoptr(GError) error = NULL;
  if (!sdp_fragment_parse(body, length, fragment, &error)) {
    http_request_respond_problem(request, PROBLEM_BAD_SDP, error->message);
    return;
  }
  Connection *connection = peer_connection(media->peer);
  if (!etag_matches(request, media)) {
    http_request_respond_problem(request, PROBLEM_PRECONDITION, NULL);
  } else if (is_restart(fragment, connection_plan(connection))) {
    Restarting *restarting = g_new0(Restarting, 1);
    *restarting = (Restarting) { .api = self, .request = request };
    http_request_hold(request);
    connection_restart_ice(connection, fragment->ufrag, fragment->password, restarted, restarting,
                           restarting_free);
    for (guint i = 0; i < fragment->n_candidates; i++)
      connection_add_candidate(connection, fragment->candidates[i]);
  } else {
    for (guint i = 0; i < fragment->n_candidates; i++)
      connection_add_candidate(connection, fragment->candidates[i]);
    http_request_respond(request, 204, NULL, NULL, 0);
  }
}

/* --- PUT uplink --- */

/* Reads a whole number of 0 to @max. Returns: false if it is missing, though needed, or another
 * thing. */
static bool
read_number(const json_t *body, const char *name, bool is_needed, guint max, guint *out)
{
  const json_t *value = json_object_get(body, name);
  if (value == NULL)
    return !is_needed;
  /* A frame rate may be 29.97. */
  if (!json_is_number(value) || !(json_number_value(value) >= 0 && json_number_value(value) <= max))
    return false;
  *out = (guint)(json_number_value(value) + 0.5);
  return true;
}

static bool
read_report(const json_t *body, UplinkReport *out)
{
  enum { SEQ_MAX = G_MAXINT32, SIDE_MAX = 16384, FRAMERATE_MAX = 240 };
  *out = (UplinkReport) { 0 };
  const char *track = json_string_value(json_object_get(body, "track"));
  return (g_strcmp0(track, "camera") == 0 || g_strcmp0(track, "document") == 0)
         && json_is_integer(json_object_get(body, "seq"))
         && read_number(body, "seq", true, SEQ_MAX, &out->seq)
         && read_number(body, "width", true, SIDE_MAX, &out->width)
         && read_number(body, "height", true, SIDE_MAX, &out->height)
         && read_number(body, "framerate", false, FRAMERATE_MAX, &out->framerate)
         && read_number(body, "rotation", false, 270, &out->rotation) && out->rotation % 90 == 0
         && read_number(body, "cameraWidth", false, SIDE_MAX, &out->camera_width)
         && read_number(body, "cameraHeight", false, SIDE_MAX, &out->camera_height);
}

static bool
is_of_document(const json_t *body)
{
  return strcmp(json_string_value(json_object_get(body, "track")), "document") == 0;
}

void
api_put_uplink(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Media *media = find_media(user, request, false);
  if (media == NULL)
    return;
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  UplinkReport report;
  if (!read_report(body, &report))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE,
                                 "seq, track (\"camera\" or \"document\"), width and height are needed; rotation is 0, 90, 180 or 270");
  else if (is_of_document(body) ? !peer_report_document(media->peer, report.seq) : !peer_report_uplink(media->peer, &report))
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "this camera was never asked that");
  else
    http_request_respond(request, 204, NULL, NULL, 0);
  json_decref(body);
}

void
api_delete_media(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Media *media = find_media(user, request, true);
  if (media == NULL)
    return;
  if (strcmp(media->key_id, http_request_identity(request)->key_id) != 0)
    api_note_act(request, peer_room(media->peer), "site.disconnect", peer_site(media->peer), NULL);
  peer_leave(media->peer);
  http_request_respond(request, 200, NULL, NULL, 0);
}

void
api_end_key(Api *self, const char *key_id, const char *reason)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->media);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Media *media = value;
    if (strcmp(media->key_id, key_id) == 0)
      peer_send_away(media->peer, reason);
  }
}

/* --- life --- */

Api *
api_new(const Config *config, GPtrArray *rooms, LineControl *line, FigureSampler *figures, RecordingLibrary *recordings)
{
  Api *self = g_new0(Api, 1);
  self->config = config;
  self->rooms = rooms;
  self->line = line;
  self->figures = figures;
  self->recordings = recordings;
  self->media = api_media_table_new();
  figure_sampler_listen(figures, api_tell_figures, self);
  for (guint i = 0; i < rooms->len; i++)
    room_set_peer_left(g_ptr_array_index(rooms, i), api_media_peer_left, self);
  return self;
}

void
api_free(Api *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->rooms->len; i++)
    room_set_peer_left(g_ptr_array_index(self->rooms, i), NULL, NULL);
  g_hash_table_unref(self->media);
  g_free(self);
}
