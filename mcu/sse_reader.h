/* mcu/sse_reader.h - reads server-sent events (HTML standard, section 9.2.6) from the bytes of a stream.
 *
 * Pure: no sockets, no timers. What waits for its end is at most SSE_EVENT_MAX_BYTES. One thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { SSE_EVENT_MAX_BYTES = 1 << 20, SSE_ID_MAX_BYTES = 256 };

typedef struct SseReader SseReader;

/* @name: "message" where the stream gives none. @data: lines joined by LF. Both valid UTF-8, until the
 * call returns. */
typedef void (*SseReaderEvent)(const char *name, const char *data, gpointer user);

SseReader  *sse_reader_new(SseReaderEvent event, gpointer user);
void        sse_reader_free(SseReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SseReader, sse_reader_free)

/* Calls back for each event that is whole. Returns: false: an event is too large; nothing more is read
 * until sse_reader_restart(). */
bool        sse_reader_feed(SseReader *self, const char *bytes, gsize n);
/* Another connection begins: half an event is forgotten, the last id is not. */
void        sse_reader_restart(SseReader *self);
/* What to send as Last-Event-ID: "": nothing. */
const char *sse_reader_last_id(const SseReader *self);
/* What the stream asked for, between 200 and 30000; 1000 before. */
guint       sse_reader_retry_ms(const SseReader *self);
