/* media/rtp/red.h - redundant audio payloads (RFC 2198).
 *
 *   [1|PT|timestamp offset 14|length 10] ... [0|PT]  older data ... newest data
 *    one header for each older block          primary
 *
 * An older block repeats what an earlier packet carried; its timestamp lies so much before the
 * packet's own. Pure functions on bytes. */
#pragma once
#include "media/base/bytes.h"

enum {
  RED_OLDER_MAX = 8,                  /* blocks read of one packet, besides the primary */
  RED_OLDER_HEADER_BYTES = 4,
  RED_PRIMARY_HEADER_BYTES = 1,
  RED_TIMESTAMP_OFFSET_MAX = 0x3FFF,  /* 341 ms at 48 kHz */
  RED_BLOCK_BYTES_MAX = 0x3FF,
};

typedef struct {
  guint8  payload_type;
  guint16 timestamp_offset;  /* before the packet's own; primary: 0 */
  gsize   offset, length;    /* of the data, in the payload         */
} RedBlock;

typedef struct {
  guint    n_older;
  RedBlock older[RED_OLDER_MAX];  /* oldest first, as a rule: the peer decides */
  RedBlock primary;
} RedPayload;

/* Returns: false if @payload is no RED payload, or has more blocks than anybody sends. Blocks
 * lie inside @payload and may be empty. */
bool red_parse(RedPayload *out, const guint8 *payload, gsize length);

/* What is to be written: @data is borrowed. */
typedef struct {
  guint16       timestamp_offset;
  const guint8 *data;
  gsize         length;
} RedOlder;

/* Writes the payload; @writer fails if it does not fit. All blocks are of @payload_type;
 * @older within the limits above. */
void red_write(ByteWriter *writer, guint8 payload_type, const RedOlder *older, guint n_older,
               const guint8 *primary, gsize primary_length);
