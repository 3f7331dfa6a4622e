/* signaling/http_stream.h - an answer without an end, written piece by piece.
 *
 * What the peer has not read yet waits here, shared by reference; past the limit the peer
 * is dropped, so a reader that stands still costs nobody anything. Control thread. */
#pragma once
#include "signaling/http_request.h"

enum { HTTP_STREAM_WAITING_MAX_BYTES = 256 * 1024 };

typedef struct HttpStream HttpStream;
/* The peer is gone, or was dropped: @self must not be used any more. Comes from the loop,
 * never from inside a call to the stream; not after http_stream_close(). */
typedef void (*HttpStreamClosed)(HttpStream *self, gpointer user);

/* Answers @request with a stream. Returns: (transfer none) (nullable): NULL for HEAD, which
 * got its answer, and when the client is gone. */
HttpStream *http_stream_open(HttpRequest *request, const char *content_type, HttpStreamClosed closed, gpointer user) ON_CONTROL;
/* Returns: false if the peer is too slow and was dropped. */
bool        http_stream_write(HttpStream *self, GBytes *piece) ON_CONTROL;
/* Ends the stream; what waits is not sent any more. */
void        http_stream_close(HttpStream *self) ON_CONTROL;
gsize       http_stream_waiting(const HttpStream *self) ON_CONTROL;
/* False once the login that opened it has ended. */
bool        http_stream_is_authorized(const HttpStream *self, gint64 now_us) ON_CONTROL;
