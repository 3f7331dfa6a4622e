/* tests/signaling/test_http_source.c - bodies read by other threads, over real sockets. */
#include "signaling/http_source.h"
#include "tests/signaling/http_client.h"
#include <string.h>

enum { BIG_BYTES = 8 << 20 };

/* What the routes hand out. One reading at a time, on a thread that is not the control thread. */
typedef struct {
  guint64 length, position;
  guint64 fails_at;             /* 0: never */
  gint    reads, frees;         /* atomic   */
  GMutex  gate;                 /* held: the disk stands still */
  bool    has_gate;
} Disk;

static gssize
read_disk(gpointer user, guint8 *out, gsize room)
{
  Disk *self = user;
  g_atomic_int_inc(&self->reads);
  if (self->has_gate) {
    g_mutex_lock(&self->gate);
    g_mutex_unlock(&self->gate);
  }
  if (self->fails_at != 0 && self->position >= self->fails_at)
    return -1;
  for (gsize i = 0; i < room; i++)
    out[i] = (guint8)((self->position + i) * 31 >> 3);
  self->position += room;
  return room;
}

static void
free_disk(gpointer user)
{
  g_atomic_int_inc(&((Disk *)user)->frees);
}

static void
get_disk(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Disk *disk = user;
  disk->position = 0;
  HttpSource source = { disk->length, read_disk, disk, free_disk };
  http_request_respond_source(request, 200, "application/octet-stream", &source);
}

static void
get_other(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  http_request_respond(request, 200, "text/plain", "other", -1);
}

static const HttpRoute ROUTES[] = { { "GET", "/disk", ROLE_ANYONE, NULL, 0, get_disk },
                                    { "GET", "/other", ROLE_ANYONE, NULL, 0, get_other }, { NULL } };

static bool
is_freed(gpointer data)
{
  return g_atomic_int_get(&((Disk *)data)->frees) > 0;
}

static void
test_a_big_body_arrives_whole(void)
{
  Disk disk = { .length = BIG_BYTES + 12345 };
  g_autoptr(TestServer) server = test_server_new(ROUTES, &disk, NULL, NULL, 0);
  g_autoptr(TestReply) reply = test_request(server, "GET", "/disk", NULL, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpuint(reply->body->len, ==, disk.length);
  for (gsize i = 0; i < reply->body->len; i += 997)
    g_assert_cmpint((guint8)reply->body->str[i], ==, (guint8)(i * 31 >> 3));
  g_assert_true(test_run_until(is_freed, &disk));
}

static void
test_head_reads_nothing(void)
{
  Disk disk = { .length = 5000000000 };
  g_autoptr(TestServer) server = test_server_new(ROUTES, &disk, NULL, NULL, 0);
  g_autoptr(TestReply) reply = test_request(server, "HEAD", "/disk", NULL, NULL);
  g_autofree char *length = test_reply_header(reply, "Content-Length");
  g_assert_cmpstr(length, ==, "5000000000");
  g_assert_true(test_run_until(is_freed, &disk));
  g_assert_cmpint(disk.reads, ==, 0);
}

static void
test_an_empty_body_is_one(void)
{
  Disk disk = { 0 };
  g_autoptr(TestServer) server = test_server_new(ROUTES, &disk, NULL, NULL, 0);
  g_autoptr(TestReply) reply = test_request(server, "GET", "/disk", NULL, NULL);
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpuint(reply->body->len, ==, 0);
  g_assert_cmpint(disk.frees, ==, 1);
}

static void
test_a_failed_read_cuts_the_connection(void)
{
  Disk disk = { .length = BIG_BYTES, .fails_at = BIG_BYTES / 2 };
  g_autoptr(TestServer) server = test_server_new(ROUTES, &disk, NULL, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, "GET /disk HTTP/1.1\r\nHost: x\r\n\r\n", -1);
  g_assert_true(test_client_wait_closed(client));
  g_assert_cmpuint(client->received->len, <, BIG_BYTES);
  g_assert_true(test_run_until(is_freed, &disk));
}

/* Neither the others nor the client's going away wait for the disk. */
static void
test_a_disk_that_stands_still_holds_up_nobody_else(void)
{
  Disk disk = { .length = BIG_BYTES, .has_gate = true };
  g_mutex_init(&disk.gate);
  g_mutex_lock(&disk.gate);
  g_autoptr(TestServer) server = test_server_new(ROUTES, &disk, NULL, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, "GET /disk HTTP/1.1\r\nHost: x\r\n\r\n", -1);
  g_assert_true(test_client_wait_text(client, "200 OK"));
  g_autoptr(TestReply) reply = test_request(server, "GET", "/other", NULL, NULL);
  g_assert_cmpstr(reply->body->str, ==, "other");
  g_clear_pointer(&client, test_client_free);
  g_autoptr(TestReply) again = test_request(server, "GET", "/other", NULL, NULL);
  g_assert_cmpuint(again->status, ==, 200);
  g_assert_cmpint(g_atomic_int_get(&disk.frees), ==, 0);
  g_mutex_unlock(&disk.gate);
  g_assert_true(test_run_until(is_freed, &disk));
  g_assert_cmpint(disk.reads, ==, 1);
}

static void
test_a_reader_that_stops_is_not_read_ahead_for(void)
{
  Disk disk = { .length = 1 << 30 };
  g_autoptr(TestServer) server = test_server_new(ROUTES, &disk, NULL, NULL, 0);
  g_autoptr(TestClient) client = test_client_new(server);
  test_client_send(client, "GET /disk HTTP/1.1\r\nHost: x\r\n\r\n", -1);
  g_assert_true(test_client_wait_text(client, "200 OK"));
  /* The client reads no more: what is read is what the sockets and two blocks hold. */
  for (guint i = 0; i < 5; i++) {
    g_autoptr(TestReply) other = test_request(server, "GET", "/other", NULL, NULL);
    g_assert_cmpuint(other->status, ==, 200);
  }
  g_assert_cmpuint(g_atomic_int_get(&disk.reads), <, 256);
  g_clear_pointer(&client, test_client_free);
  g_assert_true(test_run_until(is_freed, &disk));
}

#define ADD(name) g_test_add_func("/signaling/http_source/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(a_big_body_arrives_whole);
  ADD(head_reads_nothing);
  ADD(an_empty_body_is_one);
  ADD(a_failed_read_cuts_the_connection);
  ADD(a_disk_that_stands_still_holds_up_nobody_else);
  ADD(a_reader_that_stops_is_not_read_ahead_for);
  return g_test_run();
}
