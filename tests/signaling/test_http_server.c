/* tests/signaling/test_http_server.c - the server over real sockets. */
#include "tests/signaling/http_client.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROLES_ROOM (ROLE_CHAIR | ROLE_SITE)

static HttpRequest *held;

static void
echo(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  gsize length;
  const char *body = http_request_body(request, &length);
  g_assert_cmpint(body[length], ==, '\0');
  http_request_set_header(request, "Location", "/v1/media/1");
  http_request_respond(request, 201, "application/sdp", body, length);
}

static void
hold(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  g_assert_null(held);
  http_request_hold(request);
  held = request;
}

static void
room(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  const char *query = http_request_query(request, "q");
  http_request_respond_json(request, 200, json_pack(
      "{s:s, s:s, s:s, s:s}", "room", http_request_param(request, "room"), "site",
      http_request_identity(request)->site, "peer", http_request_peer(request), "query",
      query != NULL ? query : ""));
}

static void
layout(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  json_t *json = http_request_json(request);
  if (json == NULL)
    return;
  http_request_respond_json(request, 200, json);
}

static void
nothing(G_GNUC_UNUSED HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
}

static const HttpRoute ROUTES[] = {
  { "POST", "/v1/rooms/{room}/media", ROLES_ROOM, "application/sdp", 0, echo },
  { "GET", "/v1/rooms/{room}", ROLES_ROOM, NULL, 0, room },
  { "GET", "/v1/rooms/{room}/held", ROLES_ROOM, NULL, 0, hold },
  { "GET", "/v1/nothing", ROLE_ANYONE, NULL, 0, nothing },
  { "PUT", "/v1/rooms/{room}/layout", ROLE_CHAIR, "application/json", 256, layout },
  { NULL },
};

static TestServer *
new_server(void)
{
  return test_server_new(ROUTES, NULL, NULL, NULL, 0);
}

static char *
bearer(TestServer *server, const char *who)
{
  return g_strdup_printf("Authorization: Bearer %s\r\n", test_server_key(server, who));
}

static void
test_get_answers_with_parameters_and_query(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autoptr(TestReply) reply = test_request(server, "GET", "/v1/rooms/ti%65p-dan?q=a%20b", key, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpstr(reply->body->str, ==,
                  "{\"room\":\"tiep-dan\",\"site\":\"dong-ngan\",\"peer\":\"127.0.0.1\",\"query\":\"a b\"}");
}

static void
test_sdp_comes_back_whole(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autofree char *extra = g_strconcat(key, "Content-Type: application/sdp\r\n", NULL);
  g_autofree char *body = g_strnfill(65536, 'v');
  g_autoptr(TestReply) reply = test_request(server, "POST", "/v1/rooms/tiep-dan/media", extra, body);
  g_assert_cmpuint(reply->status, ==, 201);
  g_assert_cmpstr(reply->body->str, ==, body);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/http_server/get_answers_with_parameters_and_query", test_get_answers_with_parameters_and_query);
  g_test_add_func("/signaling/http_server/sdp_comes_back_whole", test_sdp_comes_back_whole);
  return g_test_run();
}
