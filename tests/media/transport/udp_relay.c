/* tests/media/transport/udp_relay.c - stands between two UDP peers. */
#include "tests/media/transport/udp_relay.h"
#include <arpa/inet.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct UdpRelay {
  int      client_side, server_side;
  GSource *sources[2];
  guint    counts[2];
  struct sockaddr_in server, client;
  bool     has_client;
  UdpRelayFilter filter;
  gpointer user;
};

static int
open_socket(void)
{
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  g_assert_cmpint(bind(fd, (struct sockaddr *)&any, sizeof any), ==, 0);
  return fd;
}

static void
pass_on(UdpRelay *self, bool to_server, guint8 *data, gsize length)
{
  guint index = self->counts[to_server]++;
  guint copies
      = self->filter != NULL ? self->filter(to_server, index, data, length, self->user) : 1;
  for (guint i = 0; i < copies && (to_server || self->has_client); i++) {
    const struct sockaddr_in *to = to_server ? &self->server : &self->client;
    ssize_t sent = sendto(to_server ? self->server_side : self->client_side, data, length, 0,
                          (const struct sockaddr *)to, sizeof *to);
    (void)sent;  /* the network may lose */
  }
}

static gboolean
on_readable(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer user)
{
  UdpRelay *self = user;
  guint8 data[2048];
  struct sockaddr_in from;
  socklen_t from_length = sizeof from;
  ssize_t length = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &from_length);
  if (length < 0)
    return G_SOURCE_CONTINUE;
  bool to_server = fd == self->client_side;
  if (to_server) {
    self->client = from;
    self->has_client = true;
  }
  pass_on(self, to_server, data, (gsize)length);
  return G_SOURCE_CONTINUE;
}

UdpRelay *
udp_relay_new(GMainContext *context, guint16 server_port, UdpRelayFilter filter, gpointer user)
{
  UdpRelay *self = g_new0(UdpRelay, 1);
  self->client_side = open_socket();
  self->server_side = open_socket();
  self->server = (struct sockaddr_in){
    .sin_family = AF_INET,
    .sin_port = htons(server_port),
    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  self->filter = filter;
  self->user = user;
  int fds[2] = { self->client_side, self->server_side };
  for (int i = 0; i < 2; i++) {
    self->sources[i] = g_unix_fd_source_new(fds[i], G_IO_IN);
    g_source_set_callback(self->sources[i], G_SOURCE_FUNC(on_readable), self, NULL);
    g_source_attach(self->sources[i], context);
  }
  return self;
}

void
udp_relay_free(UdpRelay *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < 2; i++) {
    g_source_destroy(self->sources[i]);
    g_source_unref(self->sources[i]);
  }
  close(self->client_side);
  close(self->server_side);
  g_free(self);
}

guint16
udp_relay_port(UdpRelay *self)
{
  struct sockaddr_in own;
  socklen_t length = sizeof own;
  getsockname(self->client_side, (struct sockaddr *)&own, &length);
  return ntohs(own.sin_port);
}

void
udp_relay_inject(UdpRelay *self, const guint8 *data, gsize length)
{
  ssize_t sent = sendto(self->server_side, data, length, 0, (const struct sockaddr *)&self->server,
                        sizeof self->server);
  g_assert_cmpint(sent, ==, length);
}
