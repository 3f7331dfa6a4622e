/* tests/signaling/test_management_server.c - unit tests of signaling/management_server: it answers by itself, and little. */
#include "signaling/management_server.h"
#include <arpa/inet.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static guint
render(char **body, gpointer user)
{
  *body = g_strdup("{}\n");
  return *(guint *)user;
}

static const ManagementPage PAGES[] = { { "/healthz", "application/json", render }, { NULL, NULL, NULL } };

static int
connect_to(guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons(port), .sin_addr.s_addr = g_htonl(INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = 20 };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_true(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

/* Until the server hangs up. (transfer full) */
static char *
read_all(int fd)
{
  g_autoptr(GString) text = g_string_new(NULL);
  char part[1024];
  ssize_t n;
  while ((n = recv(fd, part, sizeof part, 0)) > 0)
    g_string_append_len(text, part, n);
  g_assert_cmpint(n, ==, 0);
  close(fd);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The caller's thread runs no loop meanwhile: nothing but the server's own thread can answer. */
static char *
ask(guint16 port, const char *request)
{
  int fd = connect_to(port);
  g_assert_cmpint(send(fd, request, strlen(request), MSG_NOSIGNAL), ==, (ssize_t)strlen(request));
  return read_all(fd);
}

#define END " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static void
test_pages_are_served_without_anybodys_loop(void)
{
  assert_on_control();
  guint status = 200;
  g_autoptr(GError) error = NULL;
  g_autoptr(ManagementServer) server = management_server_new("127.0.0.1", 0, PAGES, &status, &error);
  g_assert_no_error(error);
  guint16 port = management_server_port(server);
  g_autofree char *well = ask(port, "GET /healthz" END);
  g_assert_true(g_str_has_prefix(well, "HTTP/1.1 200 ") && g_str_has_suffix(well, "\r\n\r\n{}\n"));
  g_assert_nonnull(strstr(well, "Content-Type: application/json\r\n"));
  status = 503;
  g_autofree char *ill = ask(port, "GET /healthz" END), *head = ask(port, "HEAD /healthz" END);
  g_assert_true(g_str_has_prefix(ill, "HTTP/1.1 503 "));
  g_assert_true(g_str_has_prefix(head, "HTTP/1.1 503 ") && g_str_has_suffix(head, "\r\n\r\n"));
}

static void
test_nothing_else_is_answered(void)
{
  assert_on_control();
  guint status = 200;
  g_autoptr(ManagementServer) server = management_server_new("127.0.0.1", 0, PAGES, &status, NULL);
  guint16 port = management_server_port(server);
  static const struct {
    const char *request, *status;
  } CASES[] = {
    { "GET /" END, "HTTP/1.1 404 " },
    { "GET /healthz/" END, "HTTP/1.1 404 " },
    { "GET /../healthz" END, "HTTP/1.1 404 " },
    { "DELETE /healthz" END, "HTTP/1.1 405 " },
    { "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\n", "HTTP/1.1 405 " },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *reply = ask(port, CASES[i].request);
    g_assert_true(g_str_has_prefix(reply, CASES[i].status));
  }
}

/* Who takes every connection is hung up on, by the caps and by time; then others get in again. */
static void
test_silent_peers_hold_nothing_for_long(void)
{
  assert_on_control();
  guint status = 200;
  g_autoptr(ManagementServer) server = management_server_new("127.0.0.1", 0, PAGES, &status, NULL);
  guint16 port = management_server_port(server);
  int silent[MANAGEMENT_CONNECTIONS_MAX];
  for (guint i = 0; i < G_N_ELEMENTS(silent); i++)
    silent[i] = connect_to(port);
  for (guint i = 0; i < G_N_ELEMENTS(silent); i++) {
    g_autofree char *nothing = read_all(silent[i]);
    g_assert_cmpstr(nothing, ==, "");
  }
  g_autofree char *reply = ask(port, "GET /healthz" END);
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 200 "));
}

static void
test_a_port_that_is_taken_is_an_error(void)
{
  assert_on_control();
  guint status = 200;
  g_autoptr(GError) error = NULL;
  g_autoptr(ManagementServer) server = management_server_new("127.0.0.1", 0, PAGES, &status, NULL);
  g_assert_null(management_server_new("127.0.0.1", management_server_port(server), PAGES, &status, &error));
  g_assert_nonnull(error);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/management_server/pages_are_served_without_anybodys_loop", test_pages_are_served_without_anybodys_loop);
  g_test_add_func("/signaling/management_server/nothing_else_is_answered", test_nothing_else_is_answered);
  g_test_add_func("/signaling/management_server/silent_peers_hold_nothing_for_long", test_silent_peers_hold_nothing_for_long);
  g_test_add_func("/signaling/management_server/a_port_that_is_taken_is_an_error", test_a_port_that_is_taken_is_an_error);
  return g_test_run();
}
