/* tests/load/sse_parser.h - server-sent events out of a stream of bytes (WHATWG HTML 9.2.6).
 *
 * Pure logic, one stream. An event of more than SSE_EVENT_BYTES_MAX is dropped. */
#pragma once
#include <glib.h>

enum { SSE_EVENT_BYTES_MAX = 256 * 1024 };

typedef struct SseParser SseParser;
/* @name: "message" if the event has none. */
typedef void (*SseEvent)(const char *name, const char *data, gpointer user);

SseParser *sse_parser_new(SseEvent event, gpointer user);
void       sse_parser_free(SseParser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SseParser, sse_parser_free)

void        sse_parser_push(SseParser *self, const char *data, gsize length);
/* Of the last event that had one; "" if none: to be sent as Last-Event-ID. */
const char *sse_parser_last_id(const SseParser *self);
