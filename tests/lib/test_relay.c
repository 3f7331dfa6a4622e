/* tests/lib/test_relay.c - unit tests of tests/lib/relay over loopback sockets. */
#include "tests/lib/link_report.h"
#include "tests/lib/relay_answer.h"
#include "media/base/clock.h"
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

static int
udp_socket(guint16 *port)
{
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
  *port = ntohs(address.sin_port);
  return fd;
}

static void
send_to(int fd, guint16 port, const void *data, gsize length)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  g_assert_cmpint(sendto(fd, data, length, 0, (struct sockaddr *)&to, sizeof to), ==, length);
}

/* Runs the relay until @fd has a datagram (or 2 s are over). Returns: its length, or -1. */
static gssize
wait_for(GMainContext *context, int fd, void *out, gsize size, guint16 *from)
{
  gint64 deadline_us = clock_now_us() + 2 * G_USEC_PER_SEC;
  while (clock_now_us() < deadline_us) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    ssize_t got = recvfrom(fd, out, size, 0, (struct sockaddr *)&address, &length);
    if (got >= 0) {
      *from = ntohs(address.sin_port);
      return got;
    }
    if (!g_main_context_iteration(context, FALSE))
      g_usleep(500);
  }
  return -1;
}

static void
test_datagrams_pass_both_ways_like_through_a_nat(void)
{
  guint16 server_port, client_port, from, relay_at;
  int server = udp_socket(&server_port), client = udp_socket(&client_port), other = udp_socket(&from);
  g_autoptr(GMainContext) context = g_main_context_new();
  LinkConfig good = { .delay_us = 3000 };
  g_autoptr(Relay) relay = relay_new(context, "127.0.0.1", 0, "127.0.0.1", server_port, &good, &good, NULL);
  g_assert_nonnull(relay);
  char text[64];
  send_to(client, relay_port(relay), "up", 2);
  g_assert_cmpint(wait_for(context, server, text, sizeof text, &relay_at), ==, 2);
  send_to(server, relay_at, "down", 4);
  g_assert_cmpint(wait_for(context, client, text, sizeof text, &from), ==, 4);
  g_assert_cmpuint(from, ==, relay_port(relay));
  g_assert_true(relay_inject(relay, "forged", 6));
  g_assert_cmpint(wait_for(context, server, text, sizeof text, &from), ==, 6);
  g_assert_cmpuint(from, ==, relay_at);

  send_to(other, relay_port(relay), "x", 1);  /* another address is another flow */
  g_assert_cmpint(wait_for(context, server, text, sizeof text, &from), ==, 1);
  g_assert_cmpuint(from, !=, relay_at);
  RelayStats stats;
  relay_stats(relay, &stats);
  g_assert_cmpuint(stats.flows, ==, 2);
  g_assert_cmpuint(stats.up.delivered, ==, 2);
  g_assert_cmpuint(stats.injected, ==, 1);
  close(server);
  close(client);
  close(other);
}

static void
test_a_line_that_loses_all_passes_nothing(void)
{
  guint16 server_port, client_port;
  int server = udp_socket(&server_port), client = udp_socket(&client_port);
  g_autoptr(GMainContext) context = g_main_context_new();
  LinkConfig dead = { .loss = 1 }, good = { 0 };
  g_autoptr(Relay) relay = relay_new(context, "127.0.0.1", 0, "127.0.0.1", server_port, &dead, &good, NULL);
  for (int i = 0; i < 20; i++)
    send_to(client, relay_port(relay), "up", 2);
  RelayStats stats = { 0 };
  gint64 deadline_us = clock_now_us() + 2 * G_USEC_PER_SEC;
  while (stats.up.offered < 20 && clock_now_us() < deadline_us) {
    g_main_context_iteration(context, FALSE);
    relay_stats(relay, &stats);
  }
  char text[8];
  g_assert_cmpuint(stats.up.lost, ==, 20);
  g_assert_cmpint(recv(server, text, sizeof text, 0), <, 0);
  close(server);
  close(client);
}

/* "RTP" of a payload type, to @port. */
static void
send_rtp(int fd, guint16 port, guint8 second_byte)
{
  guint8 data[40] = { 0x80, second_byte };
  send_to(fd, port, (const char *)data, sizeof data);
}

static void
test_rtp_is_counted_by_payload_type_from_the_begin_on(void)
{
  guint16 server_port, client_port, from;
  int server = udp_socket(&server_port), client = udp_socket(&client_port);
  g_autoptr(GMainContext) context = g_main_context_new();
  LinkConfig good = { .delay_us = 5000 }, dead = { .loss = 1 };
  g_autoptr(Relay) relay = relay_new(context, "127.0.0.1", 0, "127.0.0.1", server_port, &good, &good, NULL);
  char text[64];
  RelayStats stats;
  send_rtp(client, relay_port(relay), 96);
  g_assert_cmpint(wait_for(context, server, text, sizeof text, &from), ==, 40);
  relay_begin(relay, clock_now_us());
  relay_stats(relay, &stats);
  g_assert_true(stats.up.offered == 0 && stats.up_counts.rtp_offered[96] == 0 && stats.flows == 1);
  static const guint8 SECOND_BYTES[] = { 96, 0x80 | 96, 111, 200, 206 };  /* the last two are RTCP */
  for (gsize i = 0; i < G_N_ELEMENTS(SECOND_BYTES); i++) {
    send_rtp(client, relay_port(relay), SECOND_BYTES[i]);
    g_assert_cmpint(wait_for(context, server, text, sizeof text, &from), ==, 40);
  }
  relay_stats(relay, &stats);
  g_assert_cmpuint(stats.up_counts.n_held, ==, 5);
  g_assert_cmpint(stats.up_counts.held_us, >=, 5 * 5000);
  relay_configure(relay, &dead, &good);
  send_rtp(client, relay_port(relay), 111);
  send_to(client, relay_port(relay), "up", 2);
  gint64 deadline_us = clock_now_us() + 2 * G_USEC_PER_SEC;
  for (; stats.up.lost < 2 && clock_now_us() < deadline_us; relay_stats(relay, &stats))
    g_main_context_iteration(context, FALSE);
  g_assert_cmpuint(stats.up.offered, ==, 7);
  g_assert_true(stats.up_counts.rtp_offered[96] == 2 && stats.up_counts.rtp_lost[96] == 0);
  g_assert_true(stats.up_counts.rtp_offered[111] == 2 && stats.up_counts.rtp_lost[111] == 1);
  g_assert_cmpuint(stats.up_counts.rtp_offered[200 & 0x7f] + stats.up_counts.rtp_offered[206 & 0x7f], ==, 0);
  json_t *json = link_report_json(relay, clock_now_us());
  int offered = 0, lost = 0;
  g_assert_cmpint(json_unpack(json, "{s:{s:{s:[i, i]}}}", "up", "rtp", "111", &offered, &lost), ==, 0);
  g_assert_true(offered == 2 && lost == 1);
  json_decref(json);
  close(server);
  close(client);
}

static guint64
pass(GMainContext *context, Relay *relay, int client, guint n)
{
  RelayStats stats;
  relay_stats(relay, &stats);
  guint64 wanted = stats.up.offered + n, lost = stats.up.lost;
  for (guint i = 0; i < n; i++)
    send_to(client, relay_port(relay), "up", 2);
  gint64 deadline_us = clock_now_us() + 2 * G_USEC_PER_SEC;
  while (stats.up.offered < wanted && clock_now_us() < deadline_us) {
    g_main_context_iteration(context, FALSE);
    relay_stats(relay, &stats);
  }
  g_assert_cmpuint(stats.up.offered, ==, wanted);
  return stats.up.lost - lost;
}

static void
test_the_line_follows_its_schedule(void)
{
  guint16 server_port, client_port;
  int server = udp_socket(&server_port), client = udp_socket(&client_port);
  g_autoptr(GMainContext) context = g_main_context_new();
  LinkConfig good = LINK_CONFIG_DEFAULT;
  LinkSchedule up, down;
  link_schedule_constant(&down, &good);
  g_assert_true(link_schedule_parse("delay=0;10s:down;20s:up", &up, NULL));
  g_autoptr(Relay) relay = relay_new(context, "127.0.0.1", 0, "127.0.0.1", server_port, &good, &good, NULL);
  relay_schedule(relay, &up, &down, G_MAXINT64);
  g_assert_cmpuint(pass(context, relay, client, 10), ==, 0);
  relay_start(relay, clock_now_us() - 15 * G_USEC_PER_SEC);  /* in the midst of it */
  g_assert_cmpuint(pass(context, relay, client, 10), ==, 10);
  relay_start(relay, clock_now_us() - 20 * G_USEC_PER_SEC + 20000);  /* 20 ms before its end */
  RelayStats stats;
  gint64 deadline_us = clock_now_us() + 5 * G_USEC_PER_SEC;
  bool is_back = false;
  while (!is_back && clock_now_us() < deadline_us) {
    is_back = pass(context, relay, client, 1) == 0;
    g_usleep(2000);
  }
  g_assert_true(is_back);
  relay_stats(relay, &stats);
  g_assert_cmpuint(stats.up.lost, >=, 11);
  close(server);
  close(client);
}

static const char ANSWER[] =
  "v=0\r\n" "o=- 1 1 IN IP4 127.0.0.1\r\n" "s=-\r\n" "t=0 0\r\n" "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
  "a=candidate:1 1 udp 2122194687 192.0.2.7 40000 typ host\r\n"
  "a=candidate:2 1 UDP 2122194687 fe80::1 40001 typ host\r\n"
  "a=candidate:3 1 tcp 2122194687 127.0.0.1 9 typ host tcptype active\r\n"
  "a=candidate:4 1 udp 2122194687 127.0.0.1 40002 typ host\r\n"
  "a=end-of-candidates\r\n" "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" "a=mid:1\r\n";

static void
test_an_answer_is_rewritten_to_the_relay(void)
{
  char address[16];
  guint16 port;
  g_assert_true(relay_answer_target(ANSWER, address, &port));
  g_assert_cmpstr(address, ==, "127.0.0.1");
  g_assert_cmpuint(port, ==, 40002);
  g_autofree char *rewritten = relay_rewrite_answer(ANSWER, "127.0.0.1", 555);
  g_assert_true(relay_answer_target(rewritten, address, &port));
  g_assert_cmpuint(port, ==, 555);
  g_assert_null(strstr(rewritten, "192.0.2.7"));
  g_assert_null(strstr(rewritten, "fe80"));
  g_assert_nonnull(strstr(rewritten, "a=end-of-candidates\r\nm=video"));
  g_assert_true(g_str_has_suffix(rewritten, "a=mid:1\r\n"));
  g_assert_false(relay_answer_target("v=0\r\na=candidate:1 1 udp\r\n", address, &port));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/relay/datagrams_pass_both_ways_like_through_a_nat", test_datagrams_pass_both_ways_like_through_a_nat);
  g_test_add_func("/lib/relay/a_line_that_loses_all_passes_nothing", test_a_line_that_loses_all_passes_nothing);
  g_test_add_func("/lib/relay/rtp_is_counted_by_payload_type_from_the_begin_on", test_rtp_is_counted_by_payload_type_from_the_begin_on);
  g_test_add_func("/lib/relay/the_line_follows_its_schedule", test_the_line_follows_its_schedule);
  g_test_add_func("/lib/relay/an_answer_is_rewritten_to_the_relay", test_an_answer_is_rewritten_to_the_relay);
  return g_test_run();
}
