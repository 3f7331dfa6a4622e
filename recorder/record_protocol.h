/* recorder/record_protocol.h - what the bridge and one session's recorder say to each other.
 *
 * One UNIX stream socket a session. A message is a header of RECORD_HEADER_BYTES, little
 * endian, and a payload. The bridge's first message is OPEN; the end of the stream means that
 * the bridge is gone or done: the recorder finalises by itself. Pure bytes, no I/O here. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  RECORD_HEADER_BYTES = 24,
  RECORD_PAYLOAD_MAX  = 8 << 20,
  RECORD_STREAM_PICTURE = 0,  /* the composed picture, VP8 */
  RECORD_STREAM_MIX     = 1,  /* the full mix, Opus        */
  RECORD_STREAM_SITES   = 2,  /* the first of the sites' own, declared by TRACK */
};

typedef enum {
  RECORD_MESSAGE_NONE = 0,
  /* bridge -> recorder */
  RECORD_MESSAGE_OPEN     = 'O',  /* JSON */
  RECORD_MESSAGE_TRACK    = 'T',  /* JSON */
  RECORD_MESSAGE_FRAME    = 'F',  /* one encoded frame or packet */
  RECORD_MESSAGE_EVENT    = 'E',  /* JSON, a line of the journal without its chain */
  RECORD_MESSAGE_CASE     = 'C',  /* JSON */
  RECORD_MESSAGE_CLOSE    = 'X',
  /* recorder -> bridge */
  RECORD_MESSAGE_STATUS   = 'S',  /* JSON */
  RECORD_MESSAGE_KEYFRAME = 'K',
  RECORD_MESSAGE_CLOSED   = 'D',  /* JSON, the last status */
} RecordMessageType;

typedef struct {
  RecordMessageType type;
  bool    is_keyframe;
  guint   stream;
  gint64  time_us;        /* session media time: CLOCK_MONOTONIC since its opening */
  guint64 sequence;       /* of the sender's messages, from 1                      */
  gsize   payload_bytes;
} RecordHeader;

void record_header_write(const RecordHeader *header, guint8 out[RECORD_HEADER_BYTES]);
/* false: no such type, a flag or a stream out of range, or more than RECORD_PAYLOAD_MAX. */
bool record_header_parse(const guint8 in[RECORD_HEADER_BYTES], RecordHeader *out);
