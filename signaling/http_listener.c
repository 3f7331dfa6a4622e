/* signaling/http_listener.c - listening TCP sockets. */
#include "signaling/http_listener.h"
#include <errno.h>
#include <gio/gio.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 256 };

static bool
is_loopback(const struct sockaddr *address)
{
  g_autoptr(GSocketAddress) native = g_socket_address_new_from_native(
      (gpointer)address, address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                        : sizeof(struct sockaddr_in));
  return native != NULL && g_inet_address_get_is_loopback(
             g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(native)));
}

static int
open_one(const struct addrinfo *info)
{
  int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  int on = 1, off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (info->ai_family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
    return fd;
  int code = errno;
  close(fd);
  errno = code;
  return -1;
}

int
http_listener_open(const char *address, guint16 port, bool loopback_only, GError **error)
{
  char service[8];
  g_snprintf(service, sizeof service, "%u", port);
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
  struct addrinfo *found = NULL;
  if (strcmp(address, "localhost") == 0)
    address = "127.0.0.1";
  int code = getaddrinfo(address, service, &hints, &found);
  if (code != 0) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                "'%s' is not a numeric IP address: %s", address, gai_strerror(code));
    return -1;
  }
  int fd = -1;
  if (loopback_only && !is_loopback(found->ai_addr)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                "plain HTTP is served on loopback only, not on '%s'", address);
  } else if ((fd = open_one(found)) < 0) {
    code = errno;
    if (code == EAFNOSUPPORT && strcmp(address, "::") == 0)
      fd = http_listener_open("0.0.0.0", port, false, error);
    else
      g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "cannot listen on %s port %u: %s",
                  address, port, g_strerror(code));
  }
  freeaddrinfo(found);
  return fd;
}

guint16
http_listener_port(int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (fd < 0 || getsockname(fd, (struct sockaddr *)&address, &length) != 0)
    return 0;
  return address.ss_family == AF_INET6
             ? g_ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
             : g_ntohs(((struct sockaddr_in *)&address)->sin_port);
}
