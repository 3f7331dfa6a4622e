/* tests/fuzz/fuzz_http_server.c - whole requests to the running server, over a socket.
 *
 * "@" in the input stands for a valid key, so that what lies behind one is reached too. */
#include "media/base/clock.h"
#include "signaling/credentials.h"
#include "signaling/event_stream.h"
#include "signaling/http_server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

enum { INPUT_MAX_BYTES = 8192, ROUNDS_MAX = 40, GONE_WITHIN_US = 5000000 };

static HttpServer *server;
static EventStream *stream;
static char *key;

static json_t *
give_state(G_GNUC_UNUSED const Identity *identity, G_GNUC_UNUSED gpointer user)
{
  return json_pack("{s:s}", "room", "a");
}

static void
events(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  event_stream_attach(stream, request);
}

static void
media(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  gsize length;
  const char *body = http_request_body(request, &length);
  http_request_respond(request, 201, "application/sdp", body, length);
}

static void
layout(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  json_t *json = http_request_json(request);
  if (json != NULL)
    http_request_respond_json(request, 200, json);
}

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/rooms/{room}/events", ROLE_CHAIR, NULL, 0, events },
  { "POST", "/v1/rooms/{room}/media", ROLE_CHAIR, "application/sdp", 0, media },
  { "PUT", "/v1/rooms/{room}/layout", ROLE_CHAIR, "application/json", 0, layout },
  { NULL },
};

static void
quiet(G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level,
      G_GNUC_UNUSED const char *text, G_GNUC_UNUSED gpointer user)
{
}

static void
start(void)
{
  assert_on_control();
  static const CredentialSeed SEEDS[] = { { "hub", ROLE_CHAIR } };
  g_log_set_default_handler(quiet, NULL);
  g_autofree char *folder = g_dir_make_tmp("diemcau-fuzz-XXXXXX", NULL);
  Credentials *credentials = credentials_open(folder, SEEDS, 1, NULL);
  g_autofree char *keys_path = g_build_filename(folder, "keys.json", NULL);
  json_t *keys = json_load_file(keys_path, 0, NULL);
  key = g_strdup(json_string_value(json_object_get(json_array_get(keys, 0), "key")));
  json_decref(keys);
  g_autofree char *hashes_path = g_build_filename(folder, "credentials.json", NULL);
  unlink(keys_path);  /* all is in memory now */
  unlink(hashes_path);
  g_autofree char *lock_path = g_build_filename(folder, "keys.lock", NULL);
  unlink(lock_path);
  rmdir(folder);
  HttpServerConfig config = { .http_address = "127.0.0.1", .web_dir = "." };
  stream = event_stream_new(give_state, NULL);
  server = http_server_new(&config, ROUTES, credentials, NULL, NULL);
  if (server == NULL)
    abort();
}

static int
connect_client(void)
{
  assert_on_control();
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons(http_server_http_port(server)),
                                 .sin_addr.s_addr = g_htonl(INADDR_LOOPBACK) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct linger reset = { .l_onoff = 1 };  /* or TIME-WAIT eats the ports */
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (TEMP_FAILURE_RETRY(connect(fd, (struct sockaddr *)&address, sizeof address)) != 0)  /* libFuzzer has an alarm */
    abort();
  return fd;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  assert_on_control();
  if (server == NULL)
    start();
  if (size > INPUT_MAX_BYTES)
    return 0;
  g_autoptr(GString) text = g_string_new(NULL);
  for (gsize i = 0; i < size; i++)
    if (data[i] == '@')
      g_string_append(text, key);
    else
      g_string_append_c(text, data[i]);
  int fd = connect_client();
  send(fd, text->str, text->len, MSG_DONTWAIT | MSG_NOSIGNAL);
  char block[4096];
  for (int i = 0; i < ROUNDS_MAX; i++) {
    g_main_context_iteration(NULL, FALSE);
    if (recv(fd, block, sizeof block, MSG_DONTWAIT) == 0)
      break;
  }
  close(fd);
  HttpServerStats stats;
  /* The reset is the kernel's to deliver, which may take a while on a busy machine. */
  gint64 until_us = clock_now_us() + GONE_WITHIN_US;
  do {
    g_main_context_iteration(NULL, FALSE);
    http_server_stats(server, &stats);
  } while (stats.connections > 0 && clock_now_us() < until_us);
  if (stats.connections > 0)
    abort();  /* a connection outlived its client */
  return 0;
}
