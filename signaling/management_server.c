/* signaling/management_server.c - a few pages for the machines that watch over the bridge. */
#include "signaling/management_server.h"
#include "signaling/http_listener.h"
#include <gio/gio.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_S = 5, CONNECTION_MEMORY_BYTES = 8192 };

struct ManagementServer {
  /* borrowed */
  const ManagementPage *pages;
  gpointer              user;
  /* owned */
  struct MHD_Daemon    *daemon;
  guint16               port;
};

static const ManagementPage *
find_page(const ManagementServer *self, const char *path)
{
  for (const ManagementPage *page = self->pages; page->path != NULL; page++)
    if (strcmp(page->path, path) == 0)
      return page;
  return NULL;
}

/* @body: (transfer full). */
static enum MHD_Result
respond(struct MHD_Connection *connection, guint status, const char *type, char *body)
{
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(strlen(body), body, g_free);
  MHD_add_response_header(response, "Content-Type", type);
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
    MHD_add_response_header(response, "Allow", "GET, HEAD");
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

/* Whatever has a body is refused before it is read. */
static enum MHD_Result
on_request(void *user, struct MHD_Connection *connection, const char *path, const char *method,
           G_GNUC_UNUSED const char *version, G_GNUC_UNUSED const char *data, G_GNUC_UNUSED size_t *length,
           G_GNUC_UNUSED void **context)
{
  const ManagementServer *self = user;
  const ManagementPage *page = find_page(self, path);
  if (page == NULL)
    return respond(connection, MHD_HTTP_NOT_FOUND, "text/plain", g_strdup("no such page\n"));
  if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
    return respond(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", g_strdup("GET or HEAD\n"));
  char *body = NULL;
  guint status = page->render(&body, self->user);
  return respond(connection, status, page->content_type, body);
}

ManagementServer *
management_server_new(const char *address, guint16 port, const ManagementPage *pages, gpointer user, GError **error)
{
  int fd = http_listener_open(address, port, false, error);
  if (fd < 0)
    return NULL;
  ManagementServer *self = g_new0(ManagementServer, 1);
  self->pages = pages;
  self->user = user;
  self->port = http_listener_port(fd);
  self->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, self->port, NULL, NULL, on_request, self,
                                  MHD_OPTION_LISTEN_SOCKET, fd,
                                  MHD_OPTION_CONNECTION_LIMIT, (unsigned)MANAGEMENT_CONNECTIONS_MAX,
                                  MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
                                  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_END);
  if (self->daemon != NULL)
    return self;
  close(fd);
  g_free(self);
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the management server does not start: out of resources?");
  return NULL;
}

void
management_server_free(ManagementServer *self)
{
  if (self == NULL)
    return;
  MHD_stop_daemon(self->daemon);
  g_free(self);
}

guint16
management_server_port(const ManagementServer *self)
{
  return self->port;
}
