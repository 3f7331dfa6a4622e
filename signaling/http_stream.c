/* signaling/http_stream.c - an answer without an end, written piece by piece. */
#include "signaling/http_stream.h"
#include <string.h>

enum { READ_BLOCK_BYTES = 16384, KERNEL_BUFFER_BYTES = 65536 };

/* Two hold it: its owner, until `closed` or http_stream_close(), and libmicrohttpd's
 * response, until that is destroyed. */
struct HttpStream {
  HttpRequest     *request;  /* owned */
  HttpStreamClosed closed;   /* NULL: the owner has let go */
  gpointer         user;
  GQueue           pieces;   /* of GBytes */
  gsize            waiting_bytes, front_offset;
  bool             is_ended;
};

static gsize
take(HttpStream *self, char *out, gsize room)
{
  gsize used = 0;
  while (used < room && self->pieces.length > 0) {
    GBytes *front = g_queue_peek_head(&self->pieces);
    gsize size, n;
    const char *data = g_bytes_get_data(front, &size);
    n = MIN(room - used, size - self->front_offset);
    memcpy(out + used, data + self->front_offset, n);
    used += n;
    self->front_offset += n;
    if (self->front_offset == size) {
      g_bytes_unref(g_queue_pop_head(&self->pieces));
      self->front_offset = 0;
    }
  }
  self->waiting_bytes -= used;
  return used;
}

static ssize_t
on_read(void *user, G_GNUC_UNUSED uint64_t position, char *out, size_t room)
{
  assert_on_control();
  HttpStream *self = user;
  if (self->is_ended || self->request->is_gone)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  gsize n = take(self, out, room);
  if (n == 0)
    http_request_suspend(self->request);  /* until there is more */
  return n;
}

static void
on_freed(void *user)
{
  assert_on_control();
  HttpStream *self = user;
  self->is_ended = true;
  if (self->closed != NULL)
    self->closed(self, self->user);
  g_queue_clear_full(&self->pieces, (GDestroyNotify)g_bytes_unref);
  http_request_unref(self->request);
  g_free(self);
}

HttpStream *
http_stream_open(HttpRequest *request, const char *content_type, HttpStreamClosed closed,
                 gpointer user)
{
  http_request_set_header(request, "X-Accel-Buffering", "no");  /* for an nginx in front */
  if (request->is_head || request->is_gone) {
    http_request_respond(request, 200, content_type, NULL, 0);
    return NULL;
  }
  HttpStream *self = g_new0(HttpStream, 1);
  self->request = http_request_ref(request);
  self->closed = closed;
  self->user = user;
  g_queue_init(&self->pieces);
  /* The limit is ours to keep, not the kernel's to stretch to megabytes. */
  int buffer_bytes = KERNEL_BUFFER_BYTES;
  setsockopt(request->connection->fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  request->is_stream = true;
  http_request_set_header(request, "Content-Type", content_type);
  http_request_answer(request, 200, MHD_create_response_from_callback(
      MHD_SIZE_UNKNOWN, READ_BLOCK_BYTES, on_read, self, on_freed));
  return self;
}

bool
http_stream_write(HttpStream *self, GBytes *piece)
{
  if (self->is_ended)
    return false;
  self->waiting_bytes += g_bytes_get_size(piece);
  if (self->waiting_bytes > HTTP_STREAM_WAITING_MAX_BYTES) {
    self->is_ended = true;
    if (self->request->connection != NULL)
      http_connection_hang_up(self->request->connection);
  } else if (g_bytes_get_size(piece) > 0) {
    g_queue_push_tail(&self->pieces, g_bytes_ref(piece));
  }
  http_request_resume(self->request);
  return !self->is_ended;
}

void
http_stream_close(HttpStream *self)
{
  self->closed = NULL;
  self->is_ended = true;
  if (self->request->connection != NULL)
    http_connection_hang_up(self->request->connection);
  http_request_resume(self->request);
}

gsize
http_stream_waiting(const HttpStream *self)
{
  return self->waiting_bytes;
}

bool
http_stream_is_authorized(const HttpStream *self, gint64 now_us)
{
  return http_request_is_authorized(self->request, now_us);
}
