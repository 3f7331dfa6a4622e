/* signaling/tls_intake.c - how much an unknown peer may make GnuTLS collect. */
#include "signaling/tls_intake.h"
#include <errno.h>
#include <poll.h>

static ssize_t
pull(gnutls_transport_ptr_t transport, void *out, size_t size)
{
  HttpConnection *connection = transport;
  if (!connection->is_known && connection->taken_bytes >= TLS_INTAKE_MAX_BYTES) {
    errno = ECONNABORTED;
    return -1;
  }
  ssize_t n = recv(connection->fd, out, size, 0);
  if (n > 0)
    connection->taken_bytes += n;
  return n;
}

/* GnuTLS asks only in blocking use; it must not take our pointer for a descriptor then. */
static int
pull_timeout(gnutls_transport_ptr_t transport, unsigned int ms)
{
  struct pollfd wait = { .fd = ((HttpConnection *)transport)->fd, .events = POLLIN };
  return poll(&wait, 1, (int)MIN(ms, (guint)G_MAXINT));
}

void
tls_intake_limit(gnutls_session_t session, HttpConnection *connection)
{
  gnutls_transport_ptr_t send_transport = gnutls_transport_get_ptr(session);
  gnutls_transport_set_ptr2(session, connection, send_transport);
  gnutls_transport_set_pull_function(session, pull);
  gnutls_transport_set_pull_timeout_function(session, pull_timeout);
}
