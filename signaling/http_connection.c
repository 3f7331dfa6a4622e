/* signaling/http_connection.c - the open connections: how many, and until when. */
#include "signaling/http_connection.h"
#include "media/base/log.h"
#include "signaling/tls_identity.h"
#include <arpa/inet.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

enum { UNACKNOWLEDGED_MAX_MS = 30000 };

struct HttpConnections {
  GMainContext          *context;
  guint                  connections_max, per_address;
  GQueue                 list;
  HttpConnectionsChanged changed;
  gpointer               changed_user;
  guint64                refused, closed_unknown;
};

HttpConnections *
http_connections_new(GMainContext *context, guint connections_max, guint per_address)
{
  HttpConnections *self = g_new0(HttpConnections, 1);
  self->context = g_main_context_ref(context);
  self->connections_max = connections_max;
  self->per_address = per_address;
  g_queue_init(&self->list);
  return self;
}

void
http_connections_free(HttpConnections *self)
{
  if (self == NULL)
    return;
  g_warn_if_fail(self->list.length == 0);
  g_main_context_unref(self->context);
  g_free(self);
}

void
http_connections_on_deadline(HttpConnections *self, HttpConnectionsChanged changed, gpointer user)
{
  self->changed = changed;
  self->changed_user = user;
}

/* Writes the address as text. Returns: true if it is the machine itself. */
static bool
read_address(const struct sockaddr *address, char out[HTTP_PEER_MAX])
{
  out[0] = '\0';
  struct in6_addr ip6;
  struct in_addr ip4;
  if (address->sa_family == AF_INET6) {
    ip6 = ((const struct sockaddr_in6 *)address)->sin6_addr;
    if (!IN6_IS_ADDR_V4MAPPED(&ip6)) {
      inet_ntop(AF_INET6, &ip6, out, HTTP_PEER_MAX);
      return IN6_IS_ADDR_LOOPBACK(&ip6);
    }
    memcpy(&ip4, &ip6.s6_addr[12], sizeof ip4);
  } else if (address->sa_family == AF_INET) {
    ip4 = ((const struct sockaddr_in *)address)->sin_addr;
  } else {
    return false;
  }
  inet_ntop(AF_INET, &ip4, out, HTTP_PEER_MAX);
  return g_ntohl(ip4.s_addr) >> 24 == 127;
}

static guint
count_of_address(const HttpConnections *self, const char *address)
{
  guint n = 0;
  for (const GList *l = self->list.head; l != NULL; l = l->next)
    n += strcmp(((const HttpConnection *)l->data)->address, address) == 0;
  return n;
}

bool
http_connections_may_add(HttpConnections *self, const struct sockaddr *address)
{
  char peer[HTTP_PEER_MAX], key[RATE_LIMIT_KEY_MAX];
  bool is_loopback = read_address(address, peer);
  rate_limit_key_for_address(peer, key);
  if (self->list.length < self->connections_max
      && (is_loopback || count_of_address(self, key) < self->per_address))
    return true;
  self->refused++;
  log_limited(G_LOG_LEVEL_MESSAGE, "too many connections: one from %s is refused", peer);
  return false;
}

HttpConnection *
http_connections_add(HttpConnections *self, int fd, const struct sockaddr *address, bool is_https)
{
  HttpConnection *connection = g_new0(HttpConnection, 1);
  connection->table = self;
  connection->link.data = connection;
  connection->fd = fd;
  connection->is_https = is_https;
  connection->is_loopback = read_address(address, connection->peer);
  rate_limit_key_for_address(connection->peer, connection->address);
  g_queue_push_tail_link(&self->list, &connection->link);
  /* A peer that vanished without a word is noticed while something waits for it. */
  int on = 1, unacknowledged_ms = UNACKNOWLEDGED_MAX_MS;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
  return connection;
}

void
http_connection_remove(HttpConnection *self)
{
  g_queue_unlink(&self->table->list, &self->link);
  tls_identity_unref(self->tls_identity);
  g_free(self);
}

void
http_connection_set_deadline(HttpConnection *self, gint64 deadline_us)
{
  self->deadline_us = deadline_us;
  if (deadline_us != 0 && self->table->changed != NULL)
    self->table->changed(deadline_us, self->table->changed_user);
}

void
http_connection_hang_up(HttpConnection *self)
{
  shutdown(self->fd, SHUT_RDWR);
}

gint64
http_connections_expire(HttpConnections *self, gint64 now_us)
{
  gint64 next_us = -1;
  for (GList *l = self->list.head; l != NULL; l = l->next) {
    HttpConnection *connection = l->data;
    if (connection->deadline_us == 0)
      continue;
    if (connection->deadline_us > now_us) {
      next_us = next_us < 0 ? connection->deadline_us : MIN(next_us, connection->deadline_us);
      continue;
    }
    connection->deadline_us = 0;
    self->closed_unknown += !connection->is_known;
    http_connection_hang_up(connection);
  }
  return next_us;
}

GMainContext *
http_connections_context(HttpConnections *self)
{
  return self->context;
}

GList *
http_connections_list(HttpConnections *self)
{
  return self->list.head;
}

guint
http_connections_count(const HttpConnections *self)
{
  return self->list.length;
}

guint64
http_connections_refused(const HttpConnections *self)
{
  return self->refused;
}

guint64
http_connections_closed_unknown(const HttpConnections *self)
{
  return self->closed_unknown;
}
