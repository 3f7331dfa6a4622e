/* tests/signaling/http_client.c - a server with toy routes, and raw clients of it, on one loop. */
#include "tests/signaling/http_client.h"
#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 20 };

static void
read_keys(TestServer *self)
{
  g_autofree char *path = g_build_filename(self->folder, "keys.json", NULL);
  json_t *rows = json_load_file(path, 0, NULL);
  g_assert_true(json_is_array(rows));
  for (gsize i = 0; i < json_array_size(rows); i++) {
    const char *site, *role, *key;
    g_assert_cmpint(json_unpack(json_array_get(rows, i), "{s:s, s:s, s:s}", "site", &site, "role",
                                &role, "key", &key), ==, 0);
    g_hash_table_insert(self->keys, g_strconcat(role, "/", site, NULL), g_strdup(key));
  }
  json_decref(rows);
}

TestServer *
test_server_new(const HttpRoute *routes, gpointer user, const HttpServerLimits *limits,
                const char *web_dir, guint connections_max)
{
  assert_on_control();
  static const CredentialSeed SEEDS[] = {
    { "hub", ROLE_CHAIR }, { "dong-ngan", ROLE_SITE }, { "", ROLE_TECHNICIAN },
    { "", ROLE_CLERK } };
  g_autoptr(GError) error = NULL;
  TestServer *self = g_new0(TestServer, 1);
  self->folder = g_dir_make_tmp("diemcau-test-XXXXXX", &error);
  g_assert_no_error(error);
  self->credentials = credentials_open(self->folder, SEEDS, G_N_ELEMENTS(SEEDS), &error);
  g_assert_no_error(error);
  self->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  read_keys(self);
  HttpServerConfig config = { .http_address = "127.0.0.1", .web_dir = web_dir,
                              .connections_max = connections_max };
  if (limits != NULL)
    config.limits = *limits;
  self->server = http_server_new(&config, routes, self->credentials, user, &error);
  g_assert_no_error(error);
  return self;
}

void
test_server_free(TestServer *self)
{
  if (self == NULL)
    return;
  http_server_free(self->server);
  credentials_free(self->credentials);
  for (const char *const *name = (const char *const[]) { "keys.json", "credentials.json", "keys.lock", NULL };
       *name != NULL; name++) {
    g_autofree char *path = g_build_filename(self->folder, *name, NULL);
    g_unlink(path);
  }
  g_rmdir(self->folder);
  g_free(self->folder);
  g_hash_table_unref(self->keys);
  g_free(self);
}

const char *
test_server_key(TestServer *self, const char *role_and_site)
{
  const char *key = g_hash_table_lookup(self->keys, role_and_site);
  g_assert_nonnull(key);
  return key;
}

TestClient *
test_client_new(TestServer *server)
{
  assert_on_control();
  TestClient *self = g_new0(TestClient, 1);
  self->received = g_string_new(NULL);
  self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = g_htons(http_server_http_port(server->server)),
                                 .sin_addr.s_addr = g_htonl(INADDR_LOOPBACK) };
  g_assert_cmpint(connect(self->fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  return self;
}

void
test_client_free(TestClient *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  g_string_free(self->received, TRUE);
  g_free(self);
}

static gboolean
on_patience(gpointer data)
{
  *(bool *)data = true;
  return G_SOURCE_REMOVE;
}

static gboolean
on_tick(G_GNUC_UNUSED gpointer data)
{
  return G_SOURCE_CONTINUE;
}

bool
test_run_until(TestCondition condition, gpointer data)
{
  bool is_over = false, holds;
  guint patience = g_timeout_add_seconds(PATIENCE_S, on_patience, &is_over);
  guint tick = g_timeout_add(2, on_tick, NULL);  /* the clients' sockets are not on the loop */
  while (!(holds = condition(data)) && !is_over)
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(tick);
  if (!is_over)
    g_source_remove(patience);
  return holds;
}

void
test_client_poll(TestClient *self)
{
  char block[65536];
  ssize_t n;
  while ((n = recv(self->fd, block, sizeof block, MSG_DONTWAIT)) > 0)
    g_string_append_len(self->received, block, n);
  if (n == 0 || (errno != EAGAIN && errno != EINTR))
    self->is_closed = true;
}

typedef struct {
  TestClient *client;
  const char *data;
  gsize       left;
} Sending;

static bool
send_some(gpointer user)
{
  Sending *sending = user;
  ssize_t n = send(sending->client->fd, sending->data, sending->left, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n > 0) {
    sending->data += n;
    sending->left -= n;
  }
  return sending->left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

void
test_client_send(TestClient *self, const char *text, gssize length)
{
  Sending sending = { self, text, length < 0 ? strlen(text) : (gsize)length };
  if (!send_some(&sending))
    test_run_until(send_some, &sending);
}

typedef struct {
  TestClient *client;
  const char *text;
} Awaited;

static bool
has_text(gpointer data)
{
  Awaited *awaited = data;
  test_client_poll(awaited->client);
  return strstr(awaited->client->received->str, awaited->text) != NULL;
}

bool
test_client_wait_text(TestClient *self, const char *text)
{
  Awaited awaited = { self, text };
  return test_run_until(has_text, &awaited);
}

static bool
is_closed(gpointer data)
{
  test_client_poll(data);
  return ((TestClient *)data)->is_closed;
}

bool
test_client_wait_closed(TestClient *self)
{
  return test_run_until(is_closed, self);
}

static bool
has_head_or_closed(gpointer data)
{
  TestClient *client = data;
  test_client_poll(client);
  return strstr(client->received->str, "\r\n\r\n") != NULL || client->is_closed;
}

typedef struct {
  TestClient *client;
  gsize       length;
} AwaitedLength;

static bool
has_length_or_closed(gpointer data)
{
  AwaitedLength *awaited = data;
  test_client_poll(awaited->client);
  return awaited->client->received->len >= awaited->length || awaited->client->is_closed;
}

char *
test_reply_header(const TestReply *self, const char *name)
{
  g_auto(GStrv) lines = g_strsplit(self->head->str, "\n", -1);
  gsize length = strlen(name);
  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_strncasecmp(*line, name, length) == 0 && (*line)[length] == ':')
      return g_strdup(g_strstrip(*line + length + 1));
  return NULL;
}

TestReply *
test_client_reply(TestClient *self, bool is_head)
{
  if (!test_run_until(has_head_or_closed, self))
    return NULL;
  char *end = strstr(self->received->str, "\r\n\r\n");
  if (end == NULL)
    return NULL;
  TestReply *reply = g_new0(TestReply, 1);
  gsize head_length = end + 4 - self->received->str;
  reply->head = g_string_new_len(self->received->str, head_length);
  g_string_replace(reply->head, "\r\n", "\n", 0);
  g_string_erase(self->received, 0, head_length);
  g_assert_true(g_str_has_prefix(reply->head->str, "HTTP/1.1 "));
  reply->status = atoi(reply->head->str + 9);
  g_autofree char *length_text = test_reply_header(reply, "Content-Length");
  bool has_body = !is_head && reply->status != 204 && reply->status != 304;
  AwaitedLength awaited = { self, length_text != NULL && has_body ? strtoul(length_text, NULL, 10) : 0 };
  g_assert_true(test_run_until(has_length_or_closed, &awaited));
  gsize body_length = MIN(awaited.length, self->received->len);
  reply->body = g_string_new_len(self->received->str, body_length);
  g_string_erase(self->received, 0, body_length);
  return reply;
}

void
test_reply_free(TestReply *self)
{
  if (self == NULL)
    return;
  g_string_free(self->head, TRUE);
  g_string_free(self->body, TRUE);
  g_free(self);
}

TestReply *
test_request(TestServer *server, const char *method, const char *target, const char *extra,
             const char *body)
{
  g_autoptr(TestClient) client = test_client_new(server);
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_printf(text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target,
                  extra != NULL ? extra : "");
  if (body != NULL)
    g_string_append_printf(text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen(body));
  g_string_append_printf(text, "\r\n%s", body != NULL ? body : "");
  test_client_send(client, text->str, text->len);
  TestReply *reply = test_client_reply(client, strcmp(method, "HEAD") == 0);
  g_assert_nonnull(reply);
  return reply;
}

void
test_assert_problem(TestReply *reply, guint status, const char *slug)
{
  g_assert_nonnull(reply);
  g_assert_cmpuint(reply->status, ==, status);
  g_autofree char *content_type = test_reply_header(reply, "Content-Type");
  g_assert_cmpstr(content_type, ==, "application/problem+json");
  json_t *json = json_loads(reply->body->str, 0, NULL);
  g_assert_nonnull(json);
  g_autofree char *type = g_strconcat("/problems/", slug, NULL);
  g_assert_cmpstr(json_string_value(json_object_get(json, "type")), ==, type);
  g_assert_cmpint(json_integer_value(json_object_get(json, "status")), ==, status);
  g_assert_nonnull(json_string_value(json_object_get(json, "title")));
  g_assert_nonnull(json_string_value(json_object_get(json, "detail")));
  json_decref(json);
  test_reply_free(reply);
}
