/* mcu/app.c - the whole bridge: threads, rooms and the server, made and ended in order. */
#include "mcu/app.h"
#include "mcu/api.h"
#include "mcu/figure_sampler.h"
#include "mcu/key_watch.h"
#include "mcu/line_control.h"
#include "mcu/operations.h"
#include "mcu/recording_library.h"
#include "mcu/room_desk.h"
#include "mcu/room_preflight.h"
#include "mcu/session_recovery.h"
#include "media/base/clock.h"
#include "media/base/heartbeat.h"
#include "media/transport/dtls_identity.h"
#include "signaling/credentials.h"
#include "signaling/tls_certificate.h"

enum { POLL_INTERVAL_US = 5000, KEY_END_NOTICE_US = 400000 };

struct App {
  /* borrowed */
  Config       *config;
  const char   *config_path;  /* (nullable) */
  ServiceNotify *notify;
  /* owned */
  MediaContext context;
  GSource      *poll;        /* net thread */
  GPtrArray    *rooms;       /* of Room */
  LineControl  *line;
  FigureSampler *figures;
  RecordingLibrary *recordings;  /* NULL: nothing is recorded */
  Api          *api;
  Credentials  *credentials;
  KeyWatch     *key_watch;
  HttpServer   *server;
  Operations   *operations;
  GMainLoop    *main_loop;
};

static void
poll_sessions(gpointer data)
{
  MediaContext *context = data;
  assert_on_net();
  gint64 now_us = clock_now_us();
  heartbeat_beat(now_us);
  for (guint i = 0; i < context->sessions->len; i++)
    media_session_poll(g_ptr_array_index(context->sessions, i), now_us);
}

static bool
start_media(App *self, GError **error)
{
  const Config *config = self->config;
  MediaContext *context = &self->context;
  DtlsIdentity *identity = dtls_identity_new(error);
  if (identity == NULL)
    return false;
  context->control = loop_new_wrap(NULL);
  context->net = loop_new_thread(THREAD_ROLE_NET);
  context->transport = (TransportEnv) {
    .loop = context->net, .identity = identity,
    .port_min = config->port_min, .port_max = config->port_max,
    .addresses = (const char *const *)config->media_addresses,
    .advertised = (const char *const *)config->advertised_addresses,
    .stun_server = config->stun_server,
  };
  LineConfig line = { .up_bps = config->line_up_bps, .down_bps = config->line_down_bps,
                      .shared_bps = config->line_shared_bps };
  context->line = line_bucket_new(&line);
  context->probes = probe_token_new();
  context->decode_pool = decode_pool_new(config->decode_threads);
  context->video_mixer = video_mixer_new(config->fps, 1);
  context->audio_mixer = audio_mixer_new();
  context->sessions = g_ptr_array_new();
  self->poll = loop_add_ticker(context->net, POLL_INTERVAL_US, poll_sessions, context);
  return true;
}

/* What was cut off in a session goes on first, then what is unfinished of before is finalised. */
static void
resume_sessions(App *self) ON_CONTROL
{
  const char *open[CONFIG_ROOMS_MAX + 1] = { NULL };
  guint n = 0;
  for (guint i = 0; i < self->rooms->len; i++) {
    RoomSession *session = room_session(g_ptr_array_index(self->rooms, i));
    room_session_resume(session);
    const char *id = room_session_id(session);
    if (id != NULL)
      open[n++] = id;
  }
  session_recovery_start(self->config, open);
}

static void
start_recordings(App *self) ON_CONTROL
{
  const Config *config = self->config;
  if (!config->recording_enabled)
    return;
  const char *directories[] = { config->recording_dir, config->recording_fallback_dir, NULL };
  RecordingLibraryConfig library = { .directories = directories, .state_dir = config->state_dir,
                                     .audit = self->context.audit, .trusted_certificate = config->signing_certificate };
  self->recordings = recording_library_new(&library);
}

static bool
start_rooms(App *self, GError **error) ON_CONTROL
{
  self->context.session_store = session_store_open(self->config->state_dir);
  WebhooksConfig webhooks = { .hooks = self->config->webhooks, .n_hooks = self->config->n_webhooks,
                              .state_dir = self->config->state_dir };
  self->context.webhooks = webhooks_new(&webhooks);
  g_autofree char *audit = g_build_filename(self->config->state_dir, "audit.jsonl", NULL);
  self->context.audit = audit_log_new(audit);
  for (guint i = 0; i < self->config->n_rooms; i++) {
    Room *room = room_new(&self->context, self->config, &self->config->rooms[i], error);
    if (room == NULL)
      return false;
    g_ptr_array_add(self->rooms, room);
  }
  self->line = line_control_new(&self->context, self->config, self->rooms);
  self->figures = figure_sampler_new(&self->context, self->config, self->rooms, self->line);
  figure_sampler_listen(self->figures, room_desk_judge, self->figures);  /* before those who tell of it */
  figure_sampler_listen(self->figures, room_preflight_observe, NULL);
  start_recordings(self);
  self->api = api_new(self->config, self->rooms, self->line, self->figures, self->recordings);
  return true;
}

/* One key for each site, and one for each role that sits nowhere; a room's queue has one when it is asked for. */
static GArray *
list_seeds(const Config *config)
{
  static const Role seatless[] = { ROLE_TECHNICIAN, ROLE_CLERK, ROLE_VIEWER };
  GArray *seeds = g_array_new(FALSE, FALSE, sizeof(CredentialSeed));
  for (guint r = 0; r < config->n_rooms; r++)
    for (guint s = 0; s < config->rooms[r].n_sites; s++) {
      const ConfigSite *site = &config->rooms[r].sites[s];
      CredentialSeed seed = { site->id, site->is_hub ? ROLE_CHAIR : ROLE_SITE, config->rooms[r].id, false };
      g_array_append_val(seeds, seed);
    }
  for (guint r = 0; r < config->n_rooms; r++) {
    CredentialSeed seed = { "", ROLE_QUEUE, config->rooms[r].id, true };
    g_array_append_val(seeds, seed);
  }
  for (guint i = 0; i < G_N_ELEMENTS(seatless); i++) {
    CredentialSeed seed = { "", seatless[i], NULL, false };
    g_array_append_val(seeds, seed);
  }
  return seeds;
}

static const char *
web_dir(void)
{
  const char *from_environment = g_getenv("DIEMCAU_WEB_DIR");
  return from_environment != NULL ? from_environment : DIEMCAU_WEB_DIR;
}

/* What it has open hears of it first, then is closed. */
static void
on_key_end(const char *key_id, CredentialsEnd why, gpointer user)
{
  assert_on_control();
  App *self = user;
  api_end_key(self->api, key_id, why == CREDENTIALS_END_EXPIRED ? "key-expired" : "key-revoked");
  http_server_end_key(self->server, key_id, clock_now_us() + KEY_END_NOTICE_US);
}

static void
on_drained(gpointer user)
{
  app_quit(user);
}

static bool
start_operations(App *self, const char *certificate_pem, GError **error) ON_CONTROL
{
  OperationsParts parts = {
    .reload = { .config = self->config, .path = self->config_path, .rooms = self->rooms, .server = self->server,
                .line = self->line, .figures = self->figures, .webhooks = self->context.webhooks },
    .notify = self->notify, .certificate_pem = certificate_pem, .ended = on_drained, .user = self,
  };
  self->operations = operations_new(&parts, error);
  return self->operations != NULL;
}

static bool
start_server(App *self, GError **error) ON_CONTROL
{
  const Config *config = self->config;
  g_autoptr(GArray) seeds = list_seeds(config);
  self->credentials = credentials_open(config->state_dir, (CredentialSeed *)seeds->data, seeds->len, error);
  if (self->credentials == NULL)
    return false;
  g_autofree char *certificate = NULL, *key = NULL;
  if (!tls_certificate_load(config->tls_certificate, config->tls_key, config->state_dir,
                            &certificate, &key, error))
    return false;
  figure_sampler_set_certificate_end(self->figures, tls_certificate_ends_s(certificate));
  HttpServerConfig server = {
    .http_address = config->http_address, .http_port = config->http_port,
    .https_address = config->https_address, .https_port = config->https_port,
    .certificate_pem = certificate, .key_pem = key,
    .has_configured_certificate = config->tls_certificate != NULL,
    .web_dir = web_dir(),
  };
  self->server = http_server_new(&server, API_ROUTES, self->credentials, self->api, error);
  if (self->server == NULL)
    return false;
  credentials_on_end(self->credentials, on_key_end, self);
  self->key_watch = key_watch_new(config->state_dir, self->credentials);
  return start_operations(self, certificate, error);
}

App *
app_new(Config *config, const char *config_path, ServiceNotify *notify, GError **error)
{
  assert_on_control();
  App *self = g_new0(App, 1);
  self->config = config;
  self->config_path = config_path;
  self->notify = notify;
  self->rooms = g_ptr_array_new();
  self->main_loop = g_main_loop_new(NULL, FALSE);
  if (start_media(self, error) && start_rooms(self, error) && start_server(self, error)) {
    resume_sessions(self);
    service_notify_send(notify, "READY=1");
    return self;
  }
  app_free(self);
  return NULL;
}

static void
end_media(App *self)
{
  MediaContext *context = &self->context;
  while (g_main_context_iteration(NULL, FALSE))
    ;  /* connections that the net thread has let go */
  if (self->poll != NULL) {
    g_source_destroy(self->poll);
    g_source_unref(self->poll);
  }
  loop_free(context->net);
  while (g_main_context_iteration(NULL, FALSE))
    ;
  decode_pool_free(context->decode_pool);
  video_mixer_free(context->video_mixer);
  audio_mixer_free(context->audio_mixer);
  line_bucket_free(context->line);
  probe_token_free(context->probes);
  if (context->sessions != NULL)
    g_ptr_array_unref(context->sessions);
  dtls_identity_free(context->transport.identity);
  loop_free(context->control);
}

void
app_free(App *self)
{
  assert_on_control();
  if (self == NULL)
    return;
  g_clear_pointer(&self->operations, operations_free);
  key_watch_free(self->key_watch);
  for (guint i = 0; i < self->rooms->len; i++)
    room_close(g_ptr_array_index(self->rooms, i));
  figure_sampler_free(self->figures);  /* it tells the API no more */
  api_free(self->api);
  http_server_free(self->server);
  recording_library_free(self->recordings);
  line_control_free(self->line);
  for (guint i = 0; i < self->rooms->len; i++)
    room_free(g_ptr_array_index(self->rooms, i));
  g_ptr_array_unref(self->rooms);
  webhooks_free(self->context.webhooks);
  session_store_free(self->context.session_store);
  audit_log_free(self->context.audit);
  credentials_free(self->credentials);
  if (self->context.control != NULL)
    end_media(self);
  g_main_loop_unref(self->main_loop);
  g_free(self);
}

void
app_run(App *self)
{
  g_main_loop_run(self->main_loop);
}

void
app_quit(App *self)
{
  service_notify_send(self->notify, "STOPPING=1");
  g_main_loop_quit(self->main_loop);
}

void
app_terminate(App *self)
{
  assert_on_control();
  if (self->operations != NULL)  /* else it is ending */
    operations_terminate(self->operations);
}

void
app_reload(App *self)
{
  assert_on_control();
  if (self->operations != NULL)
    operations_reload(self->operations);
}
