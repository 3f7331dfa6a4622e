/* recorder/record_message.h - one message between bridge and recorder, and its way over a socket. */
#pragma once
#include "recorder/record_protocol.h"
#include <jansson.h>

/* Moved, never shared: one owner at a time. */
typedef struct {
  RecordHeader header;
  GBytes      *payload;  /* owned; never NULL, may be empty */
} RecordMessage;

/* @payload: (transfer full) (nullable); header->payload_bytes is set from it. */
RecordMessage *record_message_new(const RecordHeader *header, GBytes *payload);
/* @object: (transfer full): becomes the payload, keys sorted. */
RecordMessage *record_message_new_json(RecordMessageType type, gint64 time_us, json_t *object);
/* Shares the payload's bytes. */
RecordMessage *record_message_copy(const RecordMessage *self);
void           record_message_free(RecordMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordMessage, record_message_free)

/* Returns: (transfer full) (nullable): the payload if it is a JSON object. */
json_t *record_message_json(const RecordMessage *self);

typedef enum {
  RECORD_IO_NONE = 0,
  RECORD_IO_DONE,    /* a message is complete (receiver), or the message is sent (sender) */
  RECORD_IO_AGAIN,   /* the socket has nothing more, or takes nothing more                */
  RECORD_IO_END,     /* the other end is gone                                             */
  RECORD_IO_BROKEN,  /* the other end does not speak this protocol, or the socket failed  */
} RecordIo;

/* Collects messages of a non-blocking socket. Zero is its first state. */
typedef struct {
  guint8  header_bytes[RECORD_HEADER_BYTES];
  gsize   header_length;
  RecordHeader header;
  guint8 *payload;  /* owned */
  gsize   payload_length;
} RecordReceiver;

/* @out: (transfer full) with RECORD_IO_DONE. */
RecordIo record_receiver_read(RecordReceiver *self, int fd, RecordMessage **out);
void     record_receiver_clear(RecordReceiver *self);

/* Sends the rest of @message from @sent on, which it moves. Never blocks, never raises SIGPIPE. */
RecordIo record_message_send(const RecordMessage *message, int fd, gsize *sent);
