/* tests/signaling/test_http_limits.c - the server against peers that are slow, many, or silent.
 *
 * The limits are shortened by configuration; nothing asserts how long a thing took. */
#include "tests/signaling/http_client.h"
#include <string.h>
#include <sys/socket.h>

static HttpRequest *held;

static void
big(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  g_autofree char *text = g_strnfill(16 * 1024 * 1024, 'b');
  http_request_respond(request, 200, "text/plain", text, -1);
}

static void
small(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  http_request_respond(request, 200, "text/plain", "small", -1);
}

static void
hold(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  http_request_hold(request);
  held = request;
}

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/big", ROLE_ANYONE, NULL, 0, big },
  { "GET", "/v1/known-big", ROLE_CHAIR, NULL, 0, big },
  { "GET", "/v1/small", ROLE_CHAIR, NULL, 0, small },
  { "GET", "/v1/held", ROLE_CHAIR, NULL, 0, hold },
  { "POST", "/v1/body", ROLE_CHAIR, "application/sdp", 0, small },
  { NULL },
};

static const HttpServerLimits QUICK = { .unauthenticated_ms = 300, .idle_ms = 600, .body_ms = 600,
                                        .answer_ms = 600, .stalled_ms = 1000 };

static HttpServerStats
stats_of(TestServer *server) ON_CONTROL
{
  HttpServerStats stats;
  http_server_stats(server->server, &stats);
  return stats;
}

/* Sends a byte of @text again and again, until the server hangs up. */
static bool
trickle(TestClient *client, const char *text)
{
  gint64 last_us = 0;
  gsize sent = 0;
  for (int i = 0; i < 100000 && !client->is_closed; i++) {
    gint64 now_us = g_get_monotonic_time();
    if (now_us - last_us > 20000 && text[sent] != '\0') {
      test_client_send(client, text + sent++, 1);
      last_us = now_us;
    }
    g_main_context_iteration(NULL, FALSE);
    test_client_poll(client);
    g_usleep(500);
  }
  return client->is_closed;
}

static char *
request_text(TestServer *server, const char *method, const char *target, const char *more)
{
  return g_strdup_printf("%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n%s\r\n", method,
                         target, test_server_key(server, "chair/hub"), more);
}

static void
test_a_silent_stranger_is_hung_up_on(void)
{
  assert_on_control();
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 0);
  g_autoptr(TestClient) silent = test_client_new(server);
  g_assert_true(test_client_wait_closed(silent));
  g_assert_cmpuint(silent->received->len, ==, 0);
  g_assert_cmpuint(stats_of(server).closed_unauthenticated, ==, 1);
}

static void
test_a_trickling_head_does_not_win_time(void)
{
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  g_autofree char *endless = g_strnfill(100000, 'a');
  g_autofree char *text = g_strconcat("GET /v1/small HTTP/1.1\r\nX: ", endless, NULL);
  g_assert_true(trickle(client, text));
}

static void
test_a_trickling_login_body_does_not_win_time(void)
{
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  g_autofree char *body = g_strnfill(1000, ' ');
  g_autofree char *text = g_strconcat("POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                      "Content-Length: 1000\r\n\r\n", body, NULL);
  test_client_send(client, text, 100);
  g_assert_true(trickle(client, text + 100));
  g_assert_cmpuint(client->received->len, ==, 0);
}

static void
test_a_trickling_known_body_is_cut_off_too(void)
{
  assert_on_control();
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  g_autofree char *head = request_text(server, "POST", "/v1/body", "Content-Type: application/sdp\r\nContent-Length: 60000\r\n");
  g_autofree char *body = g_strnfill(60000, 'v');
  test_client_send(client, head, -1);
  g_assert_true(trickle(client, body));
  g_assert_cmpuint(stats_of(server).closed_unauthenticated, ==, 0);
}

static void
test_a_known_connection_may_rest_longer(void)
{
  HttpServerLimits limits = QUICK;
  limits.idle_ms = 0;  /* a minute */
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &limits, NULL, 0);
  g_autoptr(TestClient) known = test_client_new(server);
  g_autoptr(TestClient) stranger = test_client_new(server);
  g_autofree char *text = request_text(server, "GET", "/v1/small", "");
  test_client_send(known, text, -1);
  test_reply_free(test_client_reply(known, false));
  test_client_send(stranger, "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  test_reply_free(test_client_reply(stranger, false));
  g_assert_true(test_client_wait_closed(stranger));
  test_client_poll(known);
  g_assert_false(known->is_closed);
  test_client_send(known, text, -1);
  test_reply_free(test_client_reply(known, false));
}

static void
test_a_known_connection_does_not_rest_for_ever(void)
{
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 0);
  g_autoptr(TestClient) known = test_client_new(server);
  g_autofree char *text = request_text(server, "GET", "/v1/small", "");
  test_client_send(known, text, -1);
  test_reply_free(test_client_reply(known, false));
  g_assert_true(test_client_wait_closed(known));
}

static bool
is_held(G_GNUC_UNUSED gpointer data)
{
  return held != NULL;
}

static void
test_a_request_in_hand_is_not_hurried(void)
{
  HttpServerLimits limits = { .unauthenticated_ms = 300, .idle_ms = 300, .body_ms = 300,
                              .answer_ms = 300, .stalled_ms = 1000 };
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &limits, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  g_autoptr(TestClient) witness = NULL;
  g_autofree char *text = request_text(server, "GET", "/v1/held", "");
  test_client_send(client, text, -1);
  g_assert_true(test_run_until(is_held, NULL));
  for (int i = 0; i < 3; i++) {  /* others are hung up on meanwhile */
    g_clear_pointer(&witness, test_client_free);
    witness = test_client_new(server);
    g_assert_true(test_client_wait_closed(witness));
  }
  test_client_poll(client);
  g_assert_false(client->is_closed);
  g_assert_false(http_request_is_gone(held));
  http_request_respond(held, 200, "text/plain", "late", -1);
  g_autoptr(TestReply) reply = test_client_reply(client, false);
  g_assert_cmpuint(reply->status, ==, 200);
}

static void
test_who_does_not_take_the_answer_is_hung_up_on(void)
{
  static const struct {
    const char *path;
    bool        with_key;
  } CASES[] = { { "/v1/big", false }, { "/v1/known-big", true } };
  assert_on_control();
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 0);
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(TestClient) client = test_client_new(server);
    g_autofree char *text = CASES[i].with_key ? request_text(server, "GET", CASES[i].path, "")
        : g_strdup_printf("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", CASES[i].path);
    test_client_send(client, text, -1);
    guint64 requests = stats_of(server).requests;
    while (stats_of(server).requests == requests)
      g_main_context_iteration(NULL, TRUE);
    while (stats_of(server).connections > 0)  /* reads nothing */
      g_main_context_iteration(NULL, TRUE);
  }
}

static void
test_one_connection_too_many_is_refused(void)
{
  assert_on_control();
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, NULL, NULL, 5);
  TestClient *clients[5];
  for (int i = 0; i < 5; i++) {
    clients[i] = test_client_new(server);
    test_client_send(clients[i], "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\n\r\n", -1);
    test_reply_free(test_client_reply(clients[i], false));
  }
  g_autoptr(TestClient) refused = test_client_new(server);
  g_assert_true(test_client_wait_closed(refused));
  g_assert_cmpuint(stats_of(server).refused_too_many, ==, 1);
  g_assert_cmpuint(stats_of(server).connections, ==, 5);
  test_client_free(clients[0]);
  while (stats_of(server).connections == 5)
    g_main_context_iteration(NULL, TRUE);
  g_autoptr(TestReply) reply = test_request(server, "GET", "/problems/bad-sdp", NULL, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  for (int i = 1; i < 5; i++)
    test_client_free(clients[i]);
}

static bool
all_are_gone(gpointer data) ON_CONTROL
{
  return stats_of(data).connections == 0;
}

static void
test_a_crowd_leaves_nothing_behind(void)
{
  assert_on_control();
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, &QUICK, NULL, 100);
  TestClient *clients[150];
  for (int i = 0; i < 150; i++) {
    clients[i] = test_client_new(server);
    static const char *const PARTS[] = { "", "G", "GET /v1/big HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1/login HTTP/1.1\r\n",
      "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{" };
    send(clients[i]->fd, PARTS[i % 5], strlen(PARTS[i % 5]), MSG_DONTWAIT | MSG_NOSIGNAL);
    g_main_context_iteration(NULL, FALSE);
  }
  g_assert_true(test_run_until(all_are_gone, server));
  for (int i = 0; i < 150; i++)
    test_client_free(clients[i]);
}

/* A loop that spins would starve the rest of the control thread. */
static void
test_waiting_connections_do_not_keep_the_loop_busy(void)
{
  g_autoptr(TestServer) server = test_server_new(ROUTES, NULL, NULL, NULL, 0);
  g_autofree char *held_text = request_text(server, "GET", "/v1/held", "");
  g_autofree char *known_text = request_text(server, "GET", "/v1/known-big", "");
  const char *const texts[] = { "", "GET /v1", "GET /v1/big HTTP/1.1\r\nHost: a\r\n\r\nGET /problems/bad-sdp HTTP/1.1\r\n",
    "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    held_text, known_text };
  TestClient *clients[G_N_ELEMENTS(texts)];
  held = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    clients[i] = test_client_new(server);
    test_client_send(clients[i], texts[i], -1);
  }
  g_assert_true(test_run_until(is_held, NULL));
  test_client_send(clients[4], "GET /problems/bad-sdp HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  for (int i = 0; i < 2000; i++)  /* until all that can be done is done */
    g_main_context_iteration(NULL, FALSE);
  int busy = 0;
  for (int i = 0; i < 200; i++) {
    g_usleep(1000);
    busy += g_main_context_iteration(NULL, FALSE);
  }
  g_assert_cmpint(busy, <, 50);
  http_request_respond(held, 200, "text/plain", "", 0);
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    test_client_free(clients[i]);
}

#define ADD(name) g_test_add_func("/signaling/http_limits/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(a_silent_stranger_is_hung_up_on);
  ADD(a_trickling_head_does_not_win_time);
  ADD(a_trickling_login_body_does_not_win_time);
  ADD(a_trickling_known_body_is_cut_off_too);
  ADD(a_known_connection_may_rest_longer);
  ADD(a_known_connection_does_not_rest_for_ever);
  ADD(a_request_in_hand_is_not_hurried);
  ADD(who_does_not_take_the_answer_is_hung_up_on);
  ADD(one_connection_too_many_is_refused);
  ADD(a_crowd_leaves_nothing_behind);
  ADD(waiting_connections_do_not_keep_the_loop_busy);
  return g_test_run();
}
