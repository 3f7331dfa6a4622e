/* tests/signaling/test_http_server.c - the server over real sockets. */
#include "tests/signaling/http_client.h"
#include <gio/gio.h>
#include <stdlib.h>
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

/* --- errors --- */

static void
assert_refused(TestServer *server, guint status, const char *slug, const char *method,
               const char *target, const char *extra, const char *body)
{
  g_test_message("%s %s -> %u %s", method, target, status, slug);
  test_assert_problem(test_request(server, method, target, extra, body), status, slug);
}

static void
test_every_error_is_a_problem_document(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *site = bearer(server, "site/dong-ngan");
  g_autofree char *chair = bearer(server, "chair/hub");
  g_autofree char *technician = bearer(server, "technician/");
  g_autofree char *sdp = g_strconcat(site, "Content-Type: application/sdp\r\n", NULL);
  g_autofree char *json = g_strconcat(chair, "Content-Type: application/json\r\n", NULL);
  g_autofree char *site_json = g_strconcat(site, "Content-Type: application/json\r\n", NULL);
  g_autofree char *large = g_strnfill(65537, 'v');
  const char *media = "/v1/rooms/a/media", *layout_path = "/v1/rooms/a/layout";
  assert_refused(server, 404, "not-found", "GET", "/v1/other", site, NULL);
  assert_refused(server, 404, "not-found", "GET", "/", NULL, NULL);
  assert_refused(server, 404, "not-found", "DELETE", "/v1/other", site, NULL);
  assert_refused(server, 400, "bad-request", "GET", "/v1/rooms/%zz", site, NULL);
  assert_refused(server, 400, "bad-request", "GET", "/v1/rooms/a?q=%zz", site, NULL);
  assert_refused(server, 405, "method-not-allowed", "DELETE", "/v1/rooms/a", site, NULL);
  assert_refused(server, 405, "method-not-allowed", "BREW", "/v1/rooms/a", site, NULL);
  assert_refused(server, 401, "unauthorized", "GET", "/v1/rooms/a", NULL, NULL);
  assert_refused(server, 401, "unauthorized", "GET", "/v1/rooms/a", "Authorization: Bearer x\r\n", NULL);
  assert_refused(server, 401, "unauthorized", "GET", "/v1/rooms/a", "Authorization: Basic eDp5\r\n", NULL);
  assert_refused(server, 401, "unauthorized", "POST", media, "Content-Type: application/sdp\r\n", "v=0");
  assert_refused(server, 403, "forbidden", "PUT", layout_path, site_json, "{}");
  assert_refused(server, 403, "forbidden", "GET", "/v1/rooms/a", technician, NULL);
  assert_refused(server, 415, "wrong-content-type", "POST", media, site, "v=0");
  assert_refused(server, 415, "wrong-content-type", "POST", media, site_json, "v=0");
  assert_refused(server, 413, "body-too-large", "POST", media, sdp, large);
  assert_refused(server, 400, "bad-request", "GET", "/v1/rooms/a", site, "body");
  assert_refused(server, 400, "bad-request", "PUT", layout_path, json, "{");
  assert_refused(server, 400, "bad-request", "PUT", layout_path, json, "[]");
  assert_refused(server, 400, "bad-request", "PUT", layout_path, json, "");
  g_test_expect_message("diemcau", G_LOG_LEVEL_CRITICAL, "*answered nothing*");
  assert_refused(server, 500, "internal", "GET", "/v1/nothing", NULL, NULL);
  g_test_assert_expected_messages();
}

static void
test_ambiguous_requests_are_refused_and_cut_off(void)
{
  static const char *const HEADS[] = {
    "GET /problems/bad-sdp HTTP/1.1\r\n\r\n",
    "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /v1/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "GET /v1/rooms/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
  };
  g_autoptr(TestServer) server = new_server();
  for (guint i = 0; i < G_N_ELEMENTS(HEADS); i++) {
    g_autoptr(TestClient) client = test_client_new(server);
    g_test_message("%s", HEADS[i]);
    test_client_send(client, HEADS[i], -1);
    test_assert_problem(test_client_reply(client, false), 400, "bad-request");
    if (strstr(HEADS[i], "POST") != NULL)  /* where another reader would see a second request */
      g_assert_true(test_client_wait_closed(client));
  }
}

static void
test_405_names_what_is_allowed(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = test_request(server, "POST", "/v1/rooms/a", NULL, NULL);
  g_autofree char *allow = test_reply_header(reply, "Allow");
  g_assert_cmpstr(allow, ==, "GET, HEAD, OPTIONS");
}

static void
test_problems_speak_vietnamese_unless_english_is_wanted(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) vi = test_request(server, "GET", "/v1/rooms/a", NULL, NULL);
  g_autoptr(TestReply) en = test_request(server, "GET", "/v1/rooms/a", "Accept-Language: en-GB\r\n", NULL);
  g_autofree char *vi_language = test_reply_header(vi, "Content-Language");
  g_autofree char *en_language = test_reply_header(en, "Content-Language");
  g_autofree char *challenge = test_reply_header(en, "WWW-Authenticate");
  g_assert_cmpstr(vi_language, ==, "vi");
  g_assert_cmpstr(en_language, ==, "en");
  g_assert_cmpstr(challenge, ==, "Bearer");
  g_assert_nonnull(strstr(vi->body->str, "Cần có khóa truy cập"));
  g_assert_nonnull(strstr(en->body->str, "Key needed"));
}

static void
test_a_problems_type_is_served(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = test_request(server, "GET", "/problems/bad-sdp", NULL, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  assert_refused(server, 404, "not-found", "GET", "/problems/none", NULL, NULL);
}

static void
test_many_wrong_keys_are_slowed_down(void)
{
  g_autoptr(TestServer) server = new_server();
  for (int i = 0; i < CREDENTIALS_FAILURES_BURST - 1; i++)
    assert_refused(server, 401, "unauthorized", "GET", "/v1/rooms/a", "Authorization: Bearer x\r\n", NULL);
  g_autoptr(TestReply) reply = test_request(server, "GET", "/v1/rooms/a", "Authorization: Bearer x\r\n", NULL);
  g_assert_cmpuint(reply->status, ==, 429);
  g_autofree char *retry = test_reply_header(reply, "Retry-After");
  g_assert_cmpint(atoi(retry), >, 0);
  g_autofree char *right = bearer(server, "chair/hub");
  g_autoptr(TestReply) other = test_request(server, "GET", "/v1/rooms/a", right, NULL);
  g_assert_cmpuint(other->status, ==, 200);
}

/* --- HTTP --- */

static void
test_head_is_get_without_its_body(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "chair/hub");
  g_autoptr(TestReply) get = test_request(server, "GET", "/v1/rooms/a", key, NULL);
  g_autoptr(TestReply) head = test_request(server, "HEAD", "/v1/rooms/a", key, NULL);
  g_autofree char *get_length = test_reply_header(get, "Content-Length");
  g_autofree char *head_length = test_reply_header(head, "Content-Length");
  g_assert_cmpuint(head->status, ==, 200);
  g_assert_cmpstr(get_length, ==, head_length);
  g_assert_cmpuint(head->body->len, ==, 0);
}

static void
test_options_tells_what_a_path_takes(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = test_request(server, "OPTIONS", "/v1/rooms/a/media", NULL, NULL);
  g_autofree char *allow = test_reply_header(reply, "Allow");
  g_autofree char *accept = test_reply_header(reply, "Accept-Post");
  g_assert_cmpuint(reply->status, ==, 204);
  g_assert_cmpstr(allow, ==, "POST, OPTIONS");
  g_assert_cmpstr(accept, ==, "application/sdp");
  g_autoptr(TestReply) all = test_request(server, "OPTIONS", "*", NULL, NULL);
  g_assert_cmpuint(all->status, ==, 204);
}

static void
test_whip_may_be_called_from_other_origins_and_nothing_else(void)
{
  static const char PREFLIGHT[] = "Origin: https://obs.example\r\nAccess-Control-Request-Method: POST\r\n"
                                  "Access-Control-Request-Headers: authorization,content-type\r\n";
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) whip = test_request(server, "OPTIONS", "/v1/rooms/a/media", PREFLIGHT, NULL);
  g_autoptr(TestReply) room_reply = test_request(server, "OPTIONS", "/v1/rooms/a", PREFLIGHT, NULL);
  g_autofree char *origin = test_reply_header(whip, "Access-Control-Allow-Origin");
  g_autofree char *methods = test_reply_header(whip, "Access-Control-Allow-Methods");
  g_autofree char *headers = test_reply_header(whip, "Access-Control-Allow-Headers");
  g_autofree char *exposed = test_reply_header(whip, "Access-Control-Expose-Headers");
  g_autofree char *cookies = test_reply_header(whip, "Access-Control-Allow-Credentials");
  g_autofree char *room_origin = test_reply_header(room_reply, "Access-Control-Allow-Origin");
  g_assert_cmpstr(origin, ==, "*");
  g_assert_nonnull(strstr(methods, "POST"));
  g_assert_nonnull(strstr(headers, "Authorization"));
  for (const char *const *name = (const char *const[]) { "Location", "ETag", "Link", NULL }; *name != NULL; name++)
    g_assert_nonnull(strstr(exposed, *name));
  g_assert_null(cookies);
  g_assert_null(room_origin);
}

static void
test_every_answer_has_the_security_headers(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = test_request(server, "GET", "/problems/bad-sdp", NULL, NULL);
  static const char *const WANTED[][2] = {
    { "X-Content-Type-Options", "nosniff" }, { "Referrer-Policy", "no-referrer" },
    { "Cache-Control", "no-store" }, { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" } };
  for (guint i = 0; i < G_N_ELEMENTS(WANTED); i++) {
    g_autofree char *value = test_reply_header(reply, WANTED[i][0]);
    g_assert_cmpstr(value, ==, WANTED[i][1]);
  }
  g_autofree char *hsts = test_reply_header(reply, "Strict-Transport-Security");
  g_assert_null(hsts);
}

static void
test_pipelined_requests_are_answered_in_turn(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autoptr(GString) all = g_string_new(NULL);
  for (int i = 0; i < 50; i++)
    g_string_append_printf(all, "GET /v1/rooms/r%d HTTP/1.1\r\nHost: a\r\n%s\r\n", i, key);
  g_string_append(all, "GET /v1/rooms/none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, all->str, all->len);
  for (int i = 0; i < 50; i++) {
    g_autoptr(TestReply) reply = test_client_reply(client, false);
    g_autofree char *expected = g_strdup_printf("\"room\":\"r%d\"", i);
    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_nonnull(strstr(reply->body->str, expected));
  }
  test_assert_problem(test_client_reply(client, false), 401, "unauthorized");
  g_assert_true(test_client_wait_closed(client));
}

static void
test_refusals_without_a_body_keep_the_connection(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autofree char *good = g_strdup_printf("GET /v1/rooms/a HTTP/1.1\r\nHost: a\r\n%s\r\n", key);
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, "GET /v1/rooms/a HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  test_assert_problem(test_client_reply(client, false), 401, "unauthorized");
  test_client_send(client, good, -1);
  g_autoptr(TestReply) reply = test_client_reply(client, false);
  g_assert_cmpuint(reply->status, ==, 200);
}

static void
test_a_chunked_body_is_read(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autofree char *text = g_strdup_printf(
      "POST /v1/rooms/a/media HTTP/1.1\r\nHost: a\r\n%sContent-Type: application/sdp\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nv=0\r\n2;x=y\r\n\r\n\r\n0\r\n\r\n", key);
  g_autoptr(TestClient) client = test_client_new(server);
  for (const char *c = text; *c != '\0'; c++)  /* byte by byte */
    test_client_send(client, c, 1);
  g_autoptr(TestReply) reply = test_client_reply(client, false);
  g_assert_cmpuint(reply->status, ==, 201);
  g_assert_cmpstr(reply->body->str, ==, "v=0\r\n");
}

static void
test_an_oversize_body_is_refused_before_it_comes(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autofree char *head = g_strdup_printf(
      "POST /v1/rooms/a/media HTTP/1.1\r\nHost: a\r\n%sContent-Type: application/sdp\r\n"
      "Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n", key);
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, head, -1);
  test_assert_problem(test_client_reply(client, false), 413, "body-too-large");
  g_assert_true(test_client_wait_closed(client));
}

static void
test_a_refusal_survives_the_body_that_still_comes(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *block = g_strnfill(65536, 'x');
  for (int i = 0; i < 20; i++) {
    g_autoptr(TestClient) client = test_client_new(server);
    test_client_send(client, "POST /v1/rooms/a/media HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n", -1);
    for (int n = 0; n < 4; n++)
      test_client_send(client, block, 65536);
    test_assert_problem(test_client_reply(client, false), 401, "unauthorized");
  }
}

static void
test_an_oversize_chunked_body_is_refused(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autofree char *block = g_strnfill(65536, 'v');
  g_autofree char *text = g_strdup_printf(
      "POST /v1/rooms/a/media HTTP/1.1\r\nHost: a\r\n%sContent-Type: application/sdp\r\n"
      "Transfer-Encoding: chunked\r\n\r\n10000\r\n%s\r\n1\r\nv\r\n0\r\n\r\n", key, block);
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, text, -1);
  test_assert_problem(test_client_reply(client, false), 413, "body-too-large");
  g_autofree char *endless = g_strdup_printf(
      "POST /v1/rooms/a/media HTTP/1.1\r\nHost: a\r\n%sContent-Type: application/sdp\r\n"
      "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", key);
  g_autoptr(TestClient) other = test_client_new(server);
  test_client_send(other, endless, -1);
  for (int i = 0; i < 100 && !other->is_closed; i++)
    test_client_send(other, block, 65536);
  g_assert_true(test_client_wait_closed(other));
}

static void
test_what_is_not_http_is_cut_off(void)
{
  static const char *const TEXTS[] = { "\x16\x03\x01\x02\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n: x\r\nno colon\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n" };
  g_autoptr(TestServer) server = new_server();
  for (guint i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
    g_autoptr(TestClient) client = test_client_new(server);
    test_client_send(client, TEXTS[i], -1);
    g_assert_true(test_client_wait_closed(client));
    g_assert_null(strstr(client->received->str, "HTTP/1.1 2"));
  }
}

static void
test_a_head_over_its_memory_is_cut_off(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autofree char *block = g_strnfill(70000, 'a');
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\nX: ", -1);
  test_client_send(client, block, -1);
  g_assert_true(test_client_wait_closed(client));
  g_assert_null(strstr(client->received->str, "HTTP/1.1 200"));
}

/* --- late answers --- */

static bool
is_held(G_GNUC_UNUSED gpointer data)
{
  return held != NULL;
}

static bool
is_held_and_gone(G_GNUC_UNUSED gpointer data)
{
  return held != NULL && http_request_is_gone(held);
}

static TestClient *
ask_held(TestServer *server, const char *more)
{
  g_autofree char *key = bearer(server, "site/dong-ngan");
  g_autofree char *text = g_strdup_printf("GET /v1/rooms/a/held HTTP/1.1\r\nHost: a\r\n%s\r\n%s", key, more);
  TestClient *client = test_client_new(server);
  held = NULL;
  test_client_send(client, text, -1);
  g_assert_true(test_run_until(is_held, NULL));
  return client;
}

static void
test_a_late_answer_arrives(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestClient) client = ask_held(server, "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 20; i++)
    g_main_context_iteration(NULL, FALSE);
  test_client_poll(client);
  g_assert_cmpuint(client->received->len, ==, 0);
  g_assert_false(http_request_is_gone(held));
  http_request_respond(held, 200, "text/plain", "late", -1);
  g_autoptr(TestReply) reply = test_client_reply(client, false);
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpstr(reply->body->str, ==, "late");
  g_autoptr(TestReply) next = test_client_reply(client, false);  /* the pipelined one */
  g_assert_cmpuint(next->status, ==, 200);
}

static void
test_a_hang_up_while_an_answer_is_prepared_is_noticed(void) ON_CONTROL
{
  g_autoptr(TestServer) server = new_server();
  HttpServerStats stats;
  for (int how = 0; how < 2; how++) {
    TestClient *client = ask_held(server, "");
    if (how == 0)
      shutdown(client->fd, SHUT_WR);
    else
      test_client_free(g_steal_pointer(&client));
    g_assert_true(test_run_until(is_held_and_gone, NULL));
    g_assert_cmpstr(http_request_param(held, "room"), ==, "a");
    g_assert_nonnull(http_request_header(held, "Authorization"));
    http_request_respond(held, 200, "text/plain", "nobody", -1);
    while (g_main_context_iteration(NULL, FALSE))
      ;
    http_server_stats(server->server, &stats);
    g_assert_cmpuint(stats.connections, ==, 0);
    test_client_free(client);
  }
}

static void
test_the_server_may_end_before_a_held_request(void)
{
  TestServer *server = new_server();
  g_autoptr(TestClient) client = ask_held(server, "");
  test_server_free(server);
  g_assert_true(http_request_is_gone(held));
  g_assert_cmpstr(http_request_identity(held)->site, ==, "dong-ngan");
  http_request_respond_problem(held, PROBLEM_UNAVAILABLE, NULL);
  g_assert_true(test_client_wait_closed(client));
}

static bool
is_quiet(gpointer data) ON_CONTROL
{
  HttpServerStats stats;
  http_server_stats(((TestServer *)data)->server, &stats);
  return stats.connections == 0;
}

static void
test_figures_count_what_came(void) ON_CONTROL
{
  g_autoptr(TestServer) server = new_server();
  HttpServerStats stats;
  test_reply_free(test_request(server, "GET", "/problems/bad-sdp", NULL, NULL));
  test_reply_free(test_request(server, "GET", "/v1/rooms/a", NULL, NULL));
  g_assert_true(test_run_until(is_quiet, server));
  http_server_stats(server->server, &stats);
  g_assert_cmpuint(stats.requests, ==, 2);
  g_assert_cmpuint(stats.problems_4xx, ==, 1);
  g_assert_cmpuint(stats.problems_5xx, ==, 0);
}

static void
test_plain_http_is_refused_off_loopback(void) ON_CONTROL
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(GError) error = NULL;
  HttpServerConfig config = { .http_address = "0.0.0.0" };
  g_assert_null(http_server_new(&config, ROUTES, server->credentials, NULL, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error(&error);
  config = (HttpServerConfig) { .http_address = "127.0.0.1", .http_port = http_server_http_port(server->server) };
  g_assert_null(http_server_new(&config, ROUTES, server->credentials, NULL, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

#define ADD(name) g_test_add_func("/signaling/http_server/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(get_answers_with_parameters_and_query);
  ADD(sdp_comes_back_whole);
  ADD(every_error_is_a_problem_document);
  ADD(ambiguous_requests_are_refused_and_cut_off);
  ADD(405_names_what_is_allowed);
  ADD(problems_speak_vietnamese_unless_english_is_wanted);
  ADD(a_problems_type_is_served);
  ADD(many_wrong_keys_are_slowed_down);
  ADD(head_is_get_without_its_body);
  ADD(options_tells_what_a_path_takes);
  ADD(whip_may_be_called_from_other_origins_and_nothing_else);
  ADD(every_answer_has_the_security_headers);
  ADD(pipelined_requests_are_answered_in_turn);
  ADD(refusals_without_a_body_keep_the_connection);
  ADD(a_chunked_body_is_read);
  ADD(an_oversize_body_is_refused_before_it_comes);
  ADD(a_refusal_survives_the_body_that_still_comes);
  ADD(an_oversize_chunked_body_is_refused);
  ADD(what_is_not_http_is_cut_off);
  ADD(a_head_over_its_memory_is_cut_off);
  ADD(a_late_answer_arrives);
  ADD(a_hang_up_while_an_answer_is_prepared_is_noticed);
  ADD(the_server_may_end_before_a_held_request);
  ADD(figures_count_what_came);
  ADD(plain_http_is_refused_off_loopback);
  return g_test_run();
}
