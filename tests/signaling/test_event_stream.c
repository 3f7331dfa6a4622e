/* tests/signaling/test_event_stream.c - server-sent events over real sockets. */
#include "signaling/event_stream.h"
#include "tests/signaling/http_client.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static EventStream *stream;
static int state_number;

static json_t *
give_state(const Identity *identity, G_GNUC_UNUSED gpointer user)
{
  return json_pack("{s:i, s:s}", "state", state_number, "for", identity->site);
}

static void
events(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  event_stream_attach(stream, request);
}

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/rooms/{room}/events", ROLE_CHAIR | ROLE_SITE | ROLE_TECHNICIAN, NULL, 0, events },
  { NULL },
};

typedef struct {
  TestServer *server;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data) ON_CONTROL
{
  state_number = 1;
  stream = event_stream_new(give_state, NULL);
  self->server = test_server_new(ROUTES, NULL, NULL, NULL, 0);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  test_server_free(self->server);
  event_stream_free(stream);
}

static TestClient *
follow(Fixture *self, const char *who, const char *last_id)
{
  TestClient *client = test_client_new(self->server);
  g_autofree char *resume = last_id != NULL ? g_strdup_printf("Last-Event-ID: %s\r\n", last_id) : g_strdup("");
  g_autofree char *text = g_strdup_printf("GET /v1/rooms/a/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n%s\r\n",
                                          test_server_key(self->server, who), resume);
  test_client_send(client, text, -1);
  g_assert_true(test_client_wait_text(client, "retry: 1000\n\n"));
  return client;
}

static void
publish(const char *site, const char *name, int number) ON_CONTROL
{
  event_stream_publish(stream, site, name, json_pack("{s:i}", "n", number));
}

/* Returns: (transfer full): the last id received. */
static char *
last_id(const TestClient *client)
{
  const char *last = NULL;
  for (const char *at = client->received->str; (at = strstr(at, "id: ")) != NULL; at += 4)
    last = at + 4;
  g_assert_nonnull(last);
  return g_strndup(last, strcspn(last, "\n"));
}

static guint
count(const TestClient *client, const char *text)
{
  guint n = 0;
  for (const char *at = client->received->str; (at = strstr(at, text)) != NULL; at += strlen(text))
    n++;
  return n;
}

static bool
nobody_follows(G_GNUC_UNUSED gpointer data) ON_CONTROL
{
  return event_stream_clients(stream, NULL) == 0;
}

static void
test_a_new_client_gets_the_state_then_each_change(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) client = follow(self, "chair/hub", NULL);
  g_assert_true(test_client_wait_text(client, "event: room\ndata: {\"state\":1,\"for\":\"hub\"}\n\n"));
  g_assert_nonnull(strstr(client->received->str, "Content-Type: text/event-stream"));
  g_assert_nonnull(strstr(client->received->str, "Cache-Control: no-store"));
  for (int i = 0; i < 20; i++)
    publish(NULL, "room", i);
  g_assert_true(test_client_wait_text(client, "data: {\"n\":19}"));
  for (int i = 0; i < 20; i++) {
    g_autofree char *text = g_strdup_printf("{\"n\":%d}", i);
    g_assert_cmpuint(count(client, text), ==, 1);
  }
}

static void
test_ids_ascend(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) client = follow(self, "chair/hub", NULL);
  for (int i = 0; i < 5; i++)
    publish(NULL, "room", i);
  g_assert_true(test_client_wait_text(client, "{\"n\":4}"));
  guint64 before = 0;
  guint n = 0;
  for (const char *at = client->received->str; (at = strstr(at, "id: ")) != NULL; at += 4, n++) {
    guint64 id = strtoull(at + 4, NULL, 10);
    g_assert_cmpuint(id, >, before);
    before = id;
  }
  g_assert_cmpuint(n, ==, 6);
}

static void
test_a_client_that_comes_back_gets_what_it_missed(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  TestClient *client = follow(self, "chair/hub", NULL);
  publish(NULL, "room", 1);
  g_assert_true(test_client_wait_text(client, "{\"n\":1}"));
  g_autofree char *id = last_id(client);
  test_client_free(client);
  g_assert_true(test_run_until(nobody_follows, NULL));
  publish(NULL, "room", 2);
  publish("dong-ngan", "uplink", 3);
  publish("hub", "takeover", 4);
  g_autoptr(TestClient) again = follow(self, "chair/hub", id);
  g_assert_true(test_client_wait_text(again, "{\"n\":4}"));
  g_assert_nonnull(strstr(again->received->str, "{\"n\":2}"));
  g_assert_null(strstr(again->received->str, "{\"n\":1}"));
  g_assert_null(strstr(again->received->str, "{\"n\":3}"));
  g_assert_null(strstr(again->received->str, "\"state\""));
}

static void
test_a_client_that_missed_too_much_gets_the_state(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  TestClient *client = follow(self, "chair/hub", NULL);
  g_assert_true(test_client_wait_text(client, "\"state\":1"));
  g_autofree char *id = last_id(client);
  test_client_free(client);
  for (int i = 0; i < 300; i++)
    publish(NULL, "room", i);
  state_number = 2;
  const char *const ids[] = { id, "1", "99999999999999999", "nonsense", "" };
  for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
    g_autoptr(TestClient) again = follow(self, "chair/hub", ids[i]);
    g_assert_true(test_client_wait_text(again, "\"state\":2"));
    g_assert_null(strstr(again->received->str, "{\"n\":"));
  }
}

static void
test_a_long_replay_becomes_the_state(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  TestClient *client = follow(self, "chair/hub", NULL);
  g_assert_true(test_client_wait_text(client, "\"state\":1"));
  g_autofree char *id = last_id(client);
  test_client_free(client);
  g_autofree char *large = g_strnfill(4000, 'x');
  for (int i = 0; i < 200; i++)
    event_stream_publish(stream, NULL, "room", json_pack("{s:s}", "large", large));
  g_autoptr(TestClient) again = follow(self, "chair/hub", id);
  g_assert_true(test_client_wait_text(again, "\"state\":1"));
  g_assert_null(strstr(again->received->str, "large"));
}

static void
test_events_of_a_site_reach_its_clients_alone(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) hub = follow(self, "chair/hub", NULL);
  g_autoptr(TestClient) site = follow(self, "site/dong-ngan", NULL);
  g_autoptr(TestClient) technician = follow(self, "technician/", NULL);
  g_assert_cmpuint(event_stream_clients(stream, NULL), ==, 3);
  g_assert_cmpuint(event_stream_clients(stream, "hub"), ==, 1);
  g_assert_cmpuint(event_stream_clients(stream, "none"), ==, 0);
  publish("dong-ngan", "uplink", 1);
  publish(NULL, "room", 2);
  TestClient *const all[] = { hub, site, technician };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++)
    g_assert_true(test_client_wait_text(all[i], "{\"n\":2}"));
  g_assert_cmpuint(count(site, "{\"n\":1}"), ==, 1);
  g_assert_cmpuint(count(hub, "{\"n\":1}"), ==, 0);
  g_assert_cmpuint(count(technician, "{\"n\":1}"), ==, 0);
}

static void
test_what_is_told_reaches_a_role_alone_and_is_not_kept(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) technician = follow(self, "technician/", NULL);
  g_autoptr(TestClient) chair = follow(self, "chair/hub", NULL);
  g_assert_cmpuint(event_stream_listeners(stream, ROLE_TECHNICIAN), ==, 1);
  g_assert_cmpuint(event_stream_listeners(stream, ROLE_TECHNICIAN | ROLE_CHAIR), ==, 2);
  g_assert_cmpuint(event_stream_listeners(stream, ROLE_CLERK), ==, 0);
  publish(NULL, "room", 1);
  event_stream_tell(stream, ROLE_TECHNICIAN, "figures", "{\"loss\":0.5}");
  publish(NULL, "room", 2);
  g_assert_true(test_client_wait_text(technician, "{\"n\":2}"));
  g_assert_true(test_client_wait_text(chair, "{\"n\":2}"));
  g_assert_nonnull(strstr(technician->received->str, "\n\nevent: figures\ndata: {\"loss\":0.5}\n\n"));
  g_assert_null(strstr(chair->received->str, "figures"));
  g_autofree char *id = last_id(chair);
  g_autofree char *before = g_strdup_printf("%" G_GUINT64_FORMAT, g_ascii_strtoull(id, NULL, 10) - 1);
  g_autoptr(TestClient) again = follow(self, "technician/", before);
  g_assert_true(test_client_wait_text(again, "{\"n\":2}"));
  g_assert_null(strstr(again->received->str, "figures"));
}

static void
test_a_newcomer_learns_its_uplink_but_no_old_takeover(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  publish("dong-ngan", "uplink", 1);
  publish("dong-ngan", "uplink", 2);
  publish("dong-ngan", "takeover", 3);
  publish("hub", "uplink", 4);
  g_autoptr(TestClient) client = follow(self, "site/dong-ngan", NULL);
  g_assert_true(test_client_wait_text(client, "event: uplink\ndata: {\"n\":2}\n\n"));
  publish(NULL, "room", 5);
  g_assert_true(test_client_wait_text(client, "{\"n\":5}"));
  for (int i = 1; i < 5; i += i == 1 ? 2 : 1) {
    g_autofree char *text = g_strdup_printf("{\"n\":%d}", i);
    g_assert_cmpuint(count(client, text), ==, 0);
  }
}

static void
test_a_reader_that_stands_still_is_dropped(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) still = follow(self, "chair/hub", NULL);
  g_autoptr(TestClient) reads = follow(self, "site/dong-ngan", NULL);
  int small_bytes = 4096;
  setsockopt(still->fd, SOL_SOCKET, SO_RCVBUF, &small_bytes, sizeof small_bytes);
  g_autofree char *large = g_strnfill(8000, 'x');
  int n = 0;
  for (; n < 10000 && event_stream_clients(stream, "hub") > 0; n++) {
    event_stream_publish(stream, NULL, "room", json_pack("{s:s, s:i}", "large", large, "n", n));
    for (int i = 0; i < 5; i++)
      g_main_context_iteration(NULL, FALSE);
    test_client_poll(reads);
    g_string_truncate(reads->received, 0);
  }
  g_assert_cmpint(n, <, 10000);
  g_assert_cmpint(n, >, 256 / 8);
  g_assert_cmpuint(event_stream_clients(stream, "dong-ngan"), ==, 1);
  publish(NULL, "room", 77);
  g_assert_true(test_client_wait_text(reads, "{\"n\":77}"));
  g_assert_true(test_client_wait_closed(still));
}

static void
test_a_burst_too_large_for_the_limit_drops_cleanly(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) client = follow(self, "chair/hub", NULL);
  g_autofree char *large = g_strnfill(100000, 'x');
  for (int i = 0; i < 10; i++)  /* the loop does not run in between */
    event_stream_publish(stream, NULL, "room", json_pack("{s:s}", "large", large));
  g_assert_true(test_run_until(nobody_follows, NULL));
  g_assert_true(test_client_wait_closed(client));
}

static void
test_a_client_that_hangs_up_is_forgotten(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  test_client_free(follow(self, "chair/hub", NULL));
  g_assert_true(test_run_until(nobody_follows, NULL));
  publish(NULL, "room", 1);
}

static void
test_comment_lines_keep_the_stream_alive(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  event_stream_set_heartbeat_ms(stream, 20);
  g_autoptr(TestClient) client = follow(self, "chair/hub", NULL);
  g_assert_true(test_client_wait_text(client, "\n:\n\n"));
}

static void
test_a_stream_ends_with_its_login(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *body = g_strdup_printf("{\"key\":\"%s\"}", test_server_key(self->server, "chair/hub"));
  g_autoptr(TestReply) login = test_request(self->server, "POST", "/v1/login", "Content-Type: application/json\r\n", body);
  g_autofree char *set = test_reply_header(login, "Set-Cookie");
  g_autofree char *cookie = g_strdup_printf("Cookie: %.*s\r\n", (int)strcspn(set, ";"), set);
  g_autofree char *text = g_strdup_printf("GET /v1/rooms/a/events HTTP/1.1\r\nHost: a\r\n%s\r\n", cookie);
  g_autoptr(TestClient) client = test_client_new(self->server);
  test_client_send(client, text, -1);
  g_assert_true(test_client_wait_text(client, "\"state\":1"));
  event_stream_set_heartbeat_ms(stream, 20);
  g_assert_true(test_client_wait_text(client, "\n:\n\n"));
  test_reply_free(test_request(self->server, "DELETE", "/v1/login", cookie, NULL));
  g_assert_true(test_client_wait_closed(client));
  g_assert_true(nobody_follows(NULL));
}

static void
test_head_of_the_stream_is_answered_at_once(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autofree char *key = g_strdup_printf("Authorization: Bearer %s\r\n", test_server_key(self->server, "chair/hub"));
  g_autoptr(TestReply) reply = test_request(self->server, "HEAD", "/v1/rooms/a/events", key, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpuint(event_stream_clients(stream, NULL), ==, 0);
}

static void
test_the_stream_may_end_before_the_server(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) a = follow(self, "chair/hub", NULL);
  g_autoptr(TestClient) b = follow(self, "site/dong-ngan", NULL);
  publish(NULL, "room", 1);
  event_stream_free(g_steal_pointer(&stream));
  g_assert_true(test_client_wait_closed(a));
  g_assert_true(test_client_wait_closed(b));
}

static void
test_the_server_may_end_before_the_stream(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  assert_on_control();
  g_autoptr(TestClient) a = follow(self, "chair/hub", NULL);
  g_autoptr(TestClient) b = follow(self, "site/dong-ngan", NULL);
  publish(NULL, "room", 1);
  test_server_free(g_steal_pointer(&self->server));
  g_assert_cmpuint(event_stream_clients(stream, NULL), ==, 0);
  publish(NULL, "room", 2);
  g_assert_true(test_client_wait_closed(a));
  g_assert_true(test_client_wait_closed(b));
}

#define ADD(name) g_test_add("/signaling/event_stream/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(a_new_client_gets_the_state_then_each_change);
  ADD(ids_ascend);
  ADD(a_client_that_comes_back_gets_what_it_missed);
  ADD(a_client_that_missed_too_much_gets_the_state);
  ADD(a_long_replay_becomes_the_state);
  ADD(events_of_a_site_reach_its_clients_alone);
  ADD(what_is_told_reaches_a_role_alone_and_is_not_kept);
  ADD(a_newcomer_learns_its_uplink_but_no_old_takeover);
  ADD(a_reader_that_stands_still_is_dropped);
  ADD(a_burst_too_large_for_the_limit_drops_cleanly);
  ADD(a_client_that_hangs_up_is_forgotten);
  ADD(comment_lines_keep_the_stream_alive);
  ADD(a_stream_ends_with_its_login);
  ADD(head_of_the_stream_is_answered_at_once);
  ADD(the_stream_may_end_before_the_server);
  ADD(the_server_may_end_before_the_stream);
  return g_test_run();
}
