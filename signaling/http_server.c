/* signaling/http_server.c - libmicrohttpd on the control thread's GLib loop. */
#include "signaling/http_server.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include "signaling/builtin_routes.h"
#include "signaling/http_admission.h"
#include "signaling/http_listener.h"
#include "signaling/mhd_source.h"
#include "signaling/socket_linger.h"
#include "signaling/static_files.h"
#include "signaling/tls_identity.h"
#include "signaling/tls_intake.h"
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

enum {
  CONNECTIONS_MAX_DEFAULT = 512,
  CONNECTION_MEMORY_BYTES = 32768,
  CONNECTION_GROWTH_BYTES = 4096,
  DISCARD_FACTOR = 4,            /* a body of unknown length is read over its limit so far  */
  FLOODING_ADDRESSES_MAX = 4096,
  REQUESTS_BURST_FACTOR = 8,
};

/* TLS 1.2 and 1.3, forward secrecy, authenticated ciphers. */
static const char TLS_PRIORITIES[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:+AES-256-GCM:"
    "+AES-128-GCM:+CHACHA20-POLY1305:%SERVER_PRECEDENCE";

typedef struct {
  HttpServer        *server;
  struct MHD_Daemon *daemon;  /* NULL: not listening */
  GSource           *source;
  guint16            port;
  bool               is_https;
} Endpoint;

struct HttpServer {
  HttpServerLimits limits;
  bool             sends_hsts;
  /* borrowed */
  const HttpRoute *tables[2];
  Credentials     *credentials;
  gpointer         handler_user;
  /* owned */
  GMainContext    *context;
  HttpConnections *connections;
  SocketLingers   *lingers;
  StaticFiles     *files;        /* (nullable) */
  RateLimit       *requests;
  GSource         *deadline_timer;
  TlsIdentity     *identity;     /* (nullable): no HTTPS */
  Endpoint         http, https;
  /* state */
  HttpServerStats  stats;
};

/* --- deadlines --- */

static gint64
after(gint64 now_us, guint ms)
{
  return now_us + (gint64)ms * 1000;
}

static void
wake_up_by(gint64 deadline_us, gpointer user)
{
  HttpServer *self = user;
  gint64 set_us = g_source_get_ready_time(self->deadline_timer);
  if (set_us < 0 || deadline_us < set_us)
    g_source_set_ready_time(self->deadline_timer, deadline_us);
}

static gboolean
on_deadline(gpointer user)
{
  assert_on_control();
  HttpServer *self = user;
  g_source_set_ready_time(self->deadline_timer,
                          http_connections_expire(self->connections, clock_now_us()));
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer(G_GNUC_UNUSED GSource *source, GSourceFunc callback, gpointer user)
{
  return callback(user);
}

static GSourceFuncs timer_functions = { .dispatch = dispatch_timer };

/* --- from libmicrohttpd --- */

static HttpConnection *
connection_of(struct MHD_Connection *mhd)
{
  return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static enum MHD_Result
on_accept(void *user, const struct sockaddr *address, G_GNUC_UNUSED socklen_t length)
{
  assert_on_control();
  Endpoint *endpoint = user;
  return http_connections_may_add(endpoint->server->connections, address) ? MHD_YES : MHD_NO;
}

static void
on_connection(void *user, struct MHD_Connection *mhd, void **context,
              enum MHD_ConnectionNotificationCode code)
{
  assert_on_control();
  Endpoint *endpoint = user;
  HttpServer *self = endpoint->server;
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
    if (*context != NULL)
      http_connection_remove(*context);
    *context = NULL;
    return;
  }
  int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  HttpConnection *connection = http_connections_add(
      self->connections, fd,
      MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
      endpoint->is_https);
  connection->mhd_source = endpoint->source;
  *context = connection;
  if (endpoint->is_https) {
    connection->tls_identity = tls_identity_ref(self->identity);
    tls_intake_limit(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session,
                     connection);
  }
  http_connection_set_deadline(connection, after(clock_now_us(), self->limits.unauthenticated_ms));
}

static void
count_answer(HttpServer *self, guint status)
{
  self->stats.problems_4xx += status >= 400 && status < 500;
  self->stats.problems_5xx += status >= 500;
}

/* Hands the answer to libmicrohttpd, which sends it from here on. */
static enum MHD_Result
queue_answer(HttpServer *self, HttpRequest *request) ON_CONTROL
{
  if (request->is_gone)
    return MHD_NO;
  HttpConnection *connection = request->connection;
  gint64 deadline_us = connection->is_known || request->is_stream
                           ? 0 : after(clock_now_us(), self->limits.answer_ms);
  http_connection_set_deadline(connection, deadline_us);
  MHD_set_connection_option(request->mhd, MHD_CONNECTION_OPTION_TIMEOUT,
                            (self->limits.stalled_ms + 999) / 1000);
  count_answer(self, request->status);
  enum MHD_Result result = MHD_queue_response(request->mhd, request->status, request->answer);
  MHD_destroy_response(g_steal_pointer(&request->answer));
  return result;
}

static enum MHD_Result
answer_or_wait(HttpServer *self, HttpRequest *request) ON_CONTROL
{
  if (request->state == HTTP_REQUEST_ANSWERED)
    return queue_answer(self, request);
  if (!request->is_held) {
    g_critical("the handler of %s %s answered nothing", request->method,
               request->match.route->pattern);
    http_request_respond_problem(request, PROBLEM_INTERNAL, NULL);
    return queue_answer(self, request);
  }
  request->state = HTTP_REQUEST_WAITING;
  http_request_suspend(request);
  return MHD_YES;
}

static enum MHD_Result
run_handler(HttpServer *self, HttpRequest *request) ON_CONTROL
{
  http_connection_set_deadline(request->connection, 0);
  request->state = HTTP_REQUEST_HANDLING;
  /* The body is handed out NUL-ended. */
  g_byte_array_append(request->body, (const guint8 *)"", 1);
  g_byte_array_set_size(request->body, request->body->len - 1);
  bool is_builtin = request->match.table > 0;
  request->match.route->handler(request, is_builtin ? (gpointer)self->credentials : self->handler_user);
  return answer_or_wait(self, request);
}

static void
serve_file(HttpServer *self, HttpRequest *request, const char *path) ON_CONTROL
{
  if (self->files == NULL || !static_files_answer(self->files, request, path))
    http_request_respond_problem(request, PROBLEM_NOT_FOUND, NULL);
}

/* The head is there. What is refused with a body still to come is answered at once, and
 * libmicrohttpd closes the connection behind it; the rest is answered in its turn. */
static enum MHD_Result
on_head(HttpServer *self, HttpRequest *request, const char *path, const char *version)
{
  assert_on_control();
  gint64 now_us = clock_now_us();
  HttpAdmission admission = { self->tables, G_N_ELEMENTS(self->tables), self->credentials,
                              self->requests };
  self->stats.requests++;
  request->sends_hsts = self->sends_hsts && request->is_https;
  HttpAdmissionResult result = http_admission_check(&admission, request, path, version, now_us);
  if (result == HTTP_ADMISSION_NO_ROUTE)
    serve_file(self, request, path);
  if (request->identity.role != ROLE_ANYONE)
    request->connection->is_known = true;
  bool is_known = request->connection->is_known;
  http_connection_set_deadline(request->connection,
                               after(now_us, is_known ? self->limits.body_ms
                                                      : self->limits.unauthenticated_ms));
  request->has_unread_body = request->state == HTTP_REQUEST_ANSWERED
                          && http_request_announces_body(request);
  return request->has_unread_body ? queue_answer(self, request) : MHD_YES;
}

/* A body of declared length never gets here over its limit. One of unknown length is read
 * for a little longer without being kept, so that its sender gets to see the answer. */
static enum MHD_Result
on_body(HttpRequest *request, const char *data, size_t *length)
{
  request->body_seen += *length;
  if (request->body_seen > DISCARD_FACTOR * request->body_max)
    return MHD_NO;
  if (request->body_seen <= request->body_max)
    g_byte_array_append(request->body, (const guint8 *)data, *length);
  *length = 0;
  return MHD_YES;
}

static enum MHD_Result
on_request(void *user, struct MHD_Connection *mhd, const char *path, const char *method,
           const char *version, const char *data, size_t *length, void **context)
{
  assert_on_control();
  Endpoint *endpoint = user;
  HttpServer *self = endpoint->server;
  HttpRequest *request = *context;
  if (request == NULL) {
    HttpConnection *connection = connection_of(mhd);
    request = http_request_new(mhd, connection, method);
    connection->taken_bytes = 0;
    request->credentials = self->credentials;
    *context = connection->request = request;
    return on_head(self, request, path, version);
  }
  if (*length > 0)
    return on_body(request, data, length);
  if (request->is_gone)
    return MHD_NO;
  if (request->state == HTTP_REQUEST_READING && request->body_seen > request->body_max)
    http_request_respond_problem(request, PROBLEM_BODY_TOO_LARGE, NULL);
  if (request->state == HTTP_REQUEST_READING)
    return run_handler(self, request);
  return answer_or_wait(self, request);
}

static void
on_completed(void *user, struct MHD_Connection *mhd, void **context,
             G_GNUC_UNUSED enum MHD_RequestTerminationCode code)
{
  assert_on_control();
  Endpoint *endpoint = user;
  HttpServer *self = endpoint->server;
  HttpRequest *request = *context;
  *context = NULL;
  if (request == NULL)
    return;
  HttpConnection *connection = request->connection;
  if (request->has_unread_body)
    socket_lingers_add(self->lingers, connection->fd);
  http_request_detach(request);
  http_request_unref(request);
  connection->request = NULL;
  MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
  guint wait_ms = connection->is_known ? self->limits.idle_ms : self->limits.unauthenticated_ms;
  http_connection_set_deadline(connection, after(clock_now_us(), wait_ms));
}

static void
on_log(G_GNUC_UNUSED void *user, const char *format, va_list arguments)
{
  char line[256];
  g_vsnprintf(line, sizeof line, format, arguments);
  log_limited(G_LOG_LEVEL_DEBUG, "libmicrohttpd: %s", g_strchomp(line));
}

/* Targets stay as received: http_router decodes them, with checks. */
static size_t
keep_encoded(G_GNUC_UNUSED void *user, G_GNUC_UNUSED struct MHD_Connection *mhd, char *text)
{
  return strlen(text);
}

/* --- life --- */

static bool
start(HttpServer *self, Endpoint *endpoint, const HttpServerConfig *config, int fd, GError **error) ON_CONTROL
{
  endpoint->server = self;
  endpoint->port = http_listener_port(fd);
  struct MHD_OptionItem options[8];
  guint n = 0;
  if (endpoint->is_https) {
    options[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *)tls_identity_retrieve };
    options[n++] = (struct MHD_OptionItem) { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES };
  }
  options[n] = (struct MHD_OptionItem) { MHD_OPTION_END, 0, NULL };
  endpoint->daemon = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME
          | (endpoint->is_https ? MHD_USE_TLS : 0),
      endpoint->port, on_accept, endpoint, on_request, endpoint,
      MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
      MHD_OPTION_LISTEN_SOCKET, fd,
      MHD_OPTION_CONNECTION_LIMIT, config->connections_max + 8,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
      MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)CONNECTION_GROWTH_BYTES,
      MHD_OPTION_NOTIFY_CONNECTION, on_connection, endpoint,
      MHD_OPTION_NOTIFY_COMPLETED, on_completed, endpoint,
      MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
      MHD_OPTION_ARRAY, options, MHD_OPTION_END);
  if (endpoint->daemon == NULL) {
    close(fd);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the %s server does not start: out of resources?",
                endpoint->is_https ? "HTTPS" : "HTTP");
    return false;
  }
  endpoint->source = mhd_source_new(endpoint->daemon);
  g_source_attach(endpoint->source, self->context);
  return true;
}

static bool
listen_on(HttpServer *self, Endpoint *endpoint, const HttpServerConfig *config, const char *address,
          guint16 port, GError **error) ON_CONTROL
{
  int fd = http_listener_open(address, port, !endpoint->is_https, error);
  return fd >= 0 && start(self, endpoint, config, fd, error);
}

static guint
or_default(guint value, guint fallback)
{
  return value != 0 ? value : fallback;
}

static void
fill_limits(HttpServerLimits *limits)
{
  limits->unauthenticated_ms = or_default(limits->unauthenticated_ms, 5000);
  limits->idle_ms = or_default(limits->idle_ms, 60000);
  limits->body_ms = or_default(limits->body_ms, 15000);
  limits->answer_ms = or_default(limits->answer_ms, 60000);
  limits->stalled_ms = or_default(limits->stalled_ms, 30000);
  limits->per_address = or_default(limits->per_address, 128);
  limits->requests_per_s = or_default(limits->requests_per_s, 50);
}

static HttpServer *
allocate(const HttpServerConfig *config, const HttpRoute *routes, Credentials *credentials,
         gpointer handler_user)
{
  HttpServer *self = g_new0(HttpServer, 1);
  self->limits = config->limits;
  fill_limits(&self->limits);
  self->tables[0] = routes;
  self->tables[1] = BUILTIN_ROUTES;
  self->credentials = credentials;
  self->handler_user = handler_user;
  self->https.is_https = true;
  self->context = g_main_context_ref_thread_default();
  self->connections = http_connections_new(self->context, config->connections_max,
                                           self->limits.per_address);
  http_connections_on_deadline(self->connections, wake_up_by, self);
  self->lingers = socket_lingers_new(self->context);
  self->requests = rate_limit_new(self->limits.requests_per_s * REQUESTS_BURST_FACTOR,
                                  G_USEC_PER_SEC / self->limits.requests_per_s,
                                  FLOODING_ADDRESSES_MAX);
  self->deadline_timer = g_source_new(&timer_functions, sizeof(GSource));
  g_source_set_callback(self->deadline_timer, on_deadline, self, NULL);
  g_source_attach(self->deadline_timer, self->context);
  return self;
}

/* Without its pages the bridge still serves every other client: better than not starting. */
static void
open_files(HttpServer *self, const char *folder)
{
  g_autoptr(GError) error = NULL;
  if (folder != NULL && (self->files = static_files_new(folder, &error)) == NULL)
    g_warning("the web client is not served: %s", error->message);
}

bool
http_server_set_certificate(HttpServer *self, const char *certificate_pem, const char *key_pem, bool is_configured, GError **error)
{
  TlsIdentity *identity = tls_identity_new(certificate_pem, key_pem, error);
  if (identity == NULL)
    return false;
  tls_identity_unref(self->identity);
  self->identity = identity;
  self->sends_hsts = is_configured;
  return true;
}

HttpServer *
http_server_new(const HttpServerConfig *given, const HttpRoute *routes, Credentials *credentials,
                gpointer handler_user, GError **error)
{
  HttpServerConfig config = *given;
  config.connections_max = or_default(config.connections_max, CONNECTIONS_MAX_DEFAULT);
  g_autoptr(HttpServer) self = allocate(&config, routes, credentials, handler_user);
  open_files(self, config.web_dir);
  if (config.http_address != NULL
      && !listen_on(self, &self->http, &config, config.http_address, config.http_port, error))
    return NULL;
  if (config.https_address != NULL
      && !http_server_set_certificate(self, config.certificate_pem, config.key_pem, config.has_configured_certificate, error))
    return NULL;
  if (config.https_address != NULL
      && !listen_on(self, &self->https, &config, config.https_address, config.https_port, error))
    return NULL;
  return g_steal_pointer(&self);
}

static void
stop(Endpoint *endpoint)
{
  if (endpoint->daemon == NULL)
    return;
  g_source_destroy(endpoint->source);
  g_clear_pointer(&endpoint->source, g_source_unref);
  MHD_stop_daemon(g_steal_pointer(&endpoint->daemon));  /* closes the listening socket too */
}

void
http_server_free(HttpServer *self)
{
  assert_on_control();
  if (self == NULL)
    return;
  /* libmicrohttpd does not stop while connections are suspended. */
  for (GList *l = http_connections_list(self->connections); l != NULL; l = l->next) {
    HttpRequest *request = ((HttpConnection *)l->data)->request;
    if (request != NULL) {
      request->is_gone |= request->state != HTTP_REQUEST_ANSWERED;
      http_request_resume(request);
    }
  }
  stop(&self->http);
  stop(&self->https);
  g_source_destroy(self->deadline_timer);
  g_source_unref(self->deadline_timer);
  socket_lingers_free(self->lingers);
  http_connections_free(self->connections);
  rate_limit_free(self->requests);
  static_files_free(self->files);
  tls_identity_unref(self->identity);
  g_main_context_unref(self->context);
  g_free(self);
}

void
http_server_end_key(HttpServer *self, const char *key_id, gint64 deadline_us)
{
  for (GList *l = http_connections_list(self->connections); l != NULL; l = l->next) {
    HttpConnection *connection = l->data;
    const HttpRequest *request = connection->request;
    if (request != NULL && request->state == HTTP_REQUEST_ANSWERED && strcmp(request->identity.key_id, key_id) == 0)
      http_connection_set_deadline(connection, deadline_us);
  }
}

guint16
http_server_http_port(const HttpServer *self)
{
  return self->http.port;
}

guint16
http_server_https_port(const HttpServer *self)
{
  return self->https.port;
}

void
http_server_stats(HttpServer *self, HttpServerStats *out)
{
  *out = self->stats;
  out->connections = http_connections_count(self->connections);
  out->refused_too_many = http_connections_refused(self->connections);
  out->closed_unauthenticated = http_connections_closed_unknown(self->connections);
}
