/* signaling/http_request.c - reading a request, and answering it now or later. */
#include "signaling/http_request.h"
#include "media/base/log.h"
#include "signaling/credentials.h"
#include "signaling/http_fields.h"
#include "signaling/http_json.h"
#include "signaling/mhd_source.h"
#include "signaling/problem.h"
#include "signaling/security_headers.h"
#include <glib-unix.h>
#include <poll.h>
#include <string.h>

static void
clear_field(gpointer data)
{
  HttpField *field = data;
  g_free(field->name);
  g_free(field->value);
}

static GArray *
new_fields(void)
{
  GArray *fields = g_array_new(FALSE, FALSE, sizeof(HttpField));
  g_array_set_clear_func(fields, clear_field);
  return fields;
}

static void
add_field(GArray *fields, const char *name, const char *value)
{
  HttpField field = { g_strdup(name), g_strdup(value != NULL ? value : "") };
  g_array_append_val(fields, field);
}

static const char *
find_field(const GArray *fields, const char *name, bool ignore_case)
{
  for (guint i = 0; i < fields->len; i++) {
    const HttpField *field = &g_array_index(fields, HttpField, i);
    if ((ignore_case ? g_ascii_strcasecmp(field->name, name) : strcmp(field->name, name)) == 0)
      return field->value;
  }
  return NULL;
}

static enum MHD_Result
copy_field(void *fields, G_GNUC_UNUSED enum MHD_ValueKind kind, const char *name, const char *value)
{
  add_field(fields, name, value);
  return MHD_YES;
}

static enum MHD_Result
copy_query(void *data, G_GNUC_UNUSED enum MHD_ValueKind kind, const char *name, const char *value)
{
  HttpRequest *self = data;
  char plain_name[64], plain_value[512];
  value = value != NULL ? value : "";
  if (!http_percent_decode(name, strlen(name), plain_name, sizeof plain_name)
      || !http_percent_decode(value, strlen(value), plain_value, sizeof plain_value))
    self->has_bad_query = true;
  else
    add_field(self->query, plain_name, plain_value);
  return MHD_YES;
}

HttpRequest *
http_request_new(struct MHD_Connection *mhd, HttpConnection *connection, const char *method)
{
  HttpRequest *self = g_new0(HttpRequest, 1);
  self->refs = 1;
  self->state = HTTP_REQUEST_READING;
  self->mhd = mhd;
  self->connection = connection;
  self->method = g_strdup(method);
  self->is_head = strcmp(method, "HEAD") == 0;
  self->is_https = connection->is_https;
  self->is_loopback = connection->is_loopback;
  self->identity.role = ROLE_ANYONE;
  g_strlcpy(self->peer, connection->peer, sizeof self->peer);
  self->headers = new_fields();
  self->query = new_fields();
  self->answer_headers = new_fields();
  self->body = g_byte_array_new();
  MHD_get_connection_values(mhd, MHD_HEADER_KIND, copy_field, self->headers);
  MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, copy_query, self);
  return self;
}

HttpRequest *
http_request_ref(HttpRequest *self)
{
  self->refs++;
  return self;
}

void
http_request_unref(HttpRequest *self)
{
  if (--self->refs > 0)
    return;
  if (self->answer != NULL)
    MHD_destroy_response(self->answer);
  g_free(self->method);
  g_array_unref(self->headers);
  g_array_unref(self->query);
  g_array_unref(self->answer_headers);
  g_byte_array_unref(self->body);
  g_free(self);
}

static void
stop_watch(HttpRequest *self)
{
  if (self->hang_up_watch == NULL)
    return;
  g_source_destroy(self->hang_up_watch);
  g_clear_pointer(&self->hang_up_watch, g_source_unref);
}

void
http_request_detach(HttpRequest *self)
{
  stop_watch(self);
  if (self->state != HTTP_REQUEST_ANSWERED)
    self->is_gone = true;
  self->mhd = NULL;
  self->connection = NULL;
  self->credentials = NULL;
  /* Never queued: a stream among its users must hear of it. */
  if (self->answer != NULL)
    MHD_destroy_response(g_steal_pointer(&self->answer));
}

/* --- waiting --- */

static gboolean
on_hang_up(G_GNUC_UNUSED gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer data)
{
  assert_on_control();
  HttpRequest *self = data;
  self->is_gone = true;
  http_request_resume(self);  /* libmicrohttpd asks again, and is told to close */
  return G_SOURCE_REMOVE;
}

void
http_request_suspend(HttpRequest *self)
{
  MHD_suspend_connection(self->mhd);
  /* A suspended connection is out of libmicrohttpd's poll set. The end of the peer's stream
   * (POLLRDHUP; GLib hands the bits to poll() as they are) counts as a hang-up, as it does
   * elsewhere in libmicrohttpd. */
  self->hang_up_watch = g_unix_fd_source_new(self->connection->fd,
                                             G_IO_HUP | G_IO_ERR | (GIOCondition)POLLRDHUP);
  g_source_set_callback(self->hang_up_watch, G_SOURCE_FUNC(on_hang_up), self, NULL);
  g_source_attach(self->hang_up_watch, http_connections_context(self->connection->table));
}

void
http_request_resume(HttpRequest *self)
{
  if (self->hang_up_watch == NULL || self->mhd == NULL)
    return;  /* not suspended, or on its way already */
  stop_watch(self);
  MHD_resume_connection(self->mhd);
  mhd_source_wake(self->connection->mhd_source);
}

/* --- reading --- */

const char *
http_request_param(const HttpRequest *self, const char *name)
{
  return http_match_param(&self->match, name);
}

const char *
http_request_query(const HttpRequest *self, const char *name)
{
  return find_field(self->query, name, false);
}

const char *
http_request_header(const HttpRequest *self, const char *name)
{
  return find_field(self->headers, name, true);
}

const char *
http_request_body(const HttpRequest *self, gsize *length)
{
  if (length != NULL)
    *length = self->body->len;
  return self->body->data != NULL ? (const char *)self->body->data : "";
}

const Identity *
http_request_identity(const HttpRequest *self)
{
  return &self->identity;
}

const char *
http_request_peer(const HttpRequest *self)
{
  return self->peer;
}

bool
http_request_is_loopback(const HttpRequest *self)
{
  return self->is_loopback;
}

bool
http_request_is_gone(const HttpRequest *self)
{
  return self->is_gone;
}

bool
http_request_is_authorized(const HttpRequest *self, gint64 now_us)
{
  Identity identity;
  if (self->credentials == NULL || self->identity.key_id[0] == '\0')
    return true;  /* its client is gone, or it needed no key */
  if (self->is_by_cookie)
    return credentials_check_cookie(self->credentials, self->cookie, now_us, &identity);
  return credentials_is_live(self->credentials, self->identity.key_id, now_us);
}

bool
http_request_wants_english(const HttpRequest *self)
{
  return http_field_wants_english(http_request_header(self, "Accept-Language"));
}

bool
http_request_announces_body(const HttpRequest *self)
{
  const char *length = http_request_header(self, "Content-Length");
  return http_request_header(self, "Transfer-Encoding") != NULL
      || (length != NULL && strspn(length, "0") != strlen(length));
}

json_t *
http_request_json(HttpRequest *self)
{
  gsize length;
  const char *body = http_request_body(self, &length);
  g_autoptr(GError) error = NULL;
  json_t *json = http_json_parse(body, length, &error);
  if (json == NULL)
    http_request_respond_problem(self, PROBLEM_BAD_REQUEST, error->message);
  return json;
}

/* --- answering --- */

void
http_request_hold(HttpRequest *self)
{
  assert_on_control();
  g_return_if_fail(!self->is_held && self->state == HTTP_REQUEST_HANDLING);
  self->is_held = true;
  http_request_ref(self);
}

void
http_request_set_header(HttpRequest *self, const char *name, const char *value)
{
  add_field(self->answer_headers, name, value);
}

void
http_request_answer(HttpRequest *self, guint status, struct MHD_Response *response)
{
  bool was_waiting = self->state == HTTP_REQUEST_WAITING, was_held = self->is_held;
  if (self->state == HTTP_REQUEST_ANSWERED) {
    g_critical("a request was answered twice");
    MHD_destroy_response(response);
    return;
  }
  security_headers_add(self, response);
  for (guint i = 0; i < self->answer_headers->len; i++) {
    const HttpField *field = &g_array_index(self->answer_headers, HttpField, i);
    if (MHD_add_response_header(response, field->name, field->value) != MHD_YES)
      g_warning("the answer's header field %s has a value that no field may have", field->name);
  }
  self->answer = response;
  self->status = status;
  self->is_held = false;
  self->state = HTTP_REQUEST_ANSWERED;
  if (was_waiting)
    http_request_resume(self);
  if (was_held)
    http_request_unref(self);
}

void
http_request_respond(HttpRequest *self, guint status, const char *content_type, const void *body,
                     gssize length)
{
  assert_on_control();
  gsize size = body == NULL ? 0 : length < 0 ? strlen(body) : (gsize)length;
  struct MHD_Response *response
      = MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY);
  if (content_type != NULL)
    http_request_set_header(self, "Content-Type", content_type);
  http_request_answer(self, status, response);
}

void
http_request_respond_json(HttpRequest *self, guint status, json_t *json)
{
  char *text = json_dumps(json, JSON_COMPACT);
  json_decref(json);
  g_return_if_fail(text != NULL);
  http_request_respond(self, status, "application/json", text, -1);
  free(text);
}

void
http_request_respond_problem(HttpRequest *self, ProblemKind kind, const char *detail)
{
  bool in_english = http_request_wants_english(self);
  json_t *json = problem_to_json(kind, detail, in_english);
  char *text = json_dumps(json, JSON_COMPACT);
  json_decref(json);
  http_request_set_header(self, "Content-Language", in_english ? "en" : "vi");
  http_request_set_header(self, "Vary", "Accept-Language");
  if (kind == PROBLEM_UNAUTHORIZED)
    http_request_set_header(self, "WWW-Authenticate", "Bearer");
  http_request_respond(self, problem_text(kind)->status, "application/problem+json", text, -1);
  free(text);
}
