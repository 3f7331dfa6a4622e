/* recorder/record_message.c - one message between bridge and recorder, and its way over a socket. */
#include "recorder/record_message.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

RecordMessage *
record_message_new(const RecordHeader *header, GBytes *payload)
{
  RecordMessage *self = g_new0(RecordMessage, 1);
  self->header = *header;
  self->payload = payload != NULL ? payload : g_bytes_new(NULL, 0);
  self->header.payload_bytes = g_bytes_get_size(self->payload);
  return self;
}

RecordMessage *
record_message_new_json(RecordMessageType type, gint64 time_us, json_t *object)
{
  char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
  json_decref(object);
  GBytes *payload = text != NULL ? g_bytes_new(text, strlen(text)) : NULL;
  free(text);
  RecordHeader header = { .type = type, .time_us = time_us };
  return record_message_new(&header, payload);
}

RecordMessage *
record_message_copy(const RecordMessage *self)
{
  return record_message_new(&self->header, g_bytes_ref(self->payload));
}

void
record_message_free(RecordMessage *self)
{
  if (self == NULL)
    return;
  g_bytes_unref(self->payload);
  g_free(self);
}

json_t *
record_message_json(const RecordMessage *self)
{
  gsize length;
  const char *text = g_bytes_get_data(self->payload, &length);
  json_t *object = text == NULL ? NULL : json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object(object))
    return object;
  json_decref(object);
  return NULL;
}

static RecordIo
receive_some(int fd, guint8 *at, gsize wanted, gsize *length)
{
  while (*length < wanted) {
    ssize_t n = recv(fd, at + *length, wanted - *length, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno == ECONNRESET))
      return RECORD_IO_END;
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno == EAGAIN ? RECORD_IO_AGAIN : RECORD_IO_BROKEN;
    *length += (gsize)n;
  }
  return RECORD_IO_DONE;
}

RecordIo
record_receiver_read(RecordReceiver *self, int fd, RecordMessage **out)
{
  RecordIo io = RECORD_IO_DONE;
  if (self->payload == NULL) {
    io = receive_some(fd, self->header_bytes, RECORD_HEADER_BYTES, &self->header_length);
    if (io != RECORD_IO_DONE)
      return io;
    if (!record_header_parse(self->header_bytes, &self->header))
      return RECORD_IO_BROKEN;
    self->payload = g_malloc(MAX(self->header.payload_bytes, 1));
    self->payload_length = 0;
  }
  io = receive_some(fd, self->payload, self->header.payload_bytes, &self->payload_length);
  if (io != RECORD_IO_DONE)
    return io;
  *out = record_message_new(&self->header, g_bytes_new_take(g_steal_pointer(&self->payload), self->payload_length));
  self->header_length = 0;
  return RECORD_IO_DONE;
}

void
record_receiver_clear(RecordReceiver *self)
{
  g_free(self->payload);
  *self = (RecordReceiver) { 0 };
}

RecordIo
record_message_send(const RecordMessage *message, int fd, gsize *sent)
{
  guint8 header[RECORD_HEADER_BYTES];
  record_header_write(&message->header, header);
  gsize length;
  const guint8 *payload = g_bytes_get_data(message->payload, &length);
  while (*sent < RECORD_HEADER_BYTES + length) {
    struct iovec parts[2];
    struct msghdr what = { .msg_iov = parts };
    if (*sent < RECORD_HEADER_BYTES)
      parts[what.msg_iovlen++] = (struct iovec) { header + *sent, RECORD_HEADER_BYTES - *sent };
    gsize done = *sent > RECORD_HEADER_BYTES ? *sent - RECORD_HEADER_BYTES : 0;
    if (done < length)
      parts[what.msg_iovlen++] = (struct iovec) { (guint8 *)payload + done, length - done };
    ssize_t n = sendmsg(fd, &what, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno == EAGAIN ? RECORD_IO_AGAIN : errno == EPIPE || errno == ECONNRESET ? RECORD_IO_END : RECORD_IO_BROKEN;
    *sent += (gsize)n;
  }
  return RECORD_IO_DONE;
}
