/* signaling/http_source.h - an answer of known length that is read from a disk while it is sent.
 *
 * Blocks are read by a few threads of their own, two ahead of what the peer has taken: a disk that
 * stands still holds up its own answer and nothing else, and a slow peer holds no memory but that.
 *
 *   worker: read() -> block  -- post -->  control: [ at most 2 blocks ] -> libmicrohttpd -> peer
 *
 * Control thread, except for the callback. */
#pragma once
#include "signaling/http_server.h"

/* On a worker thread, one call at a time. Returns: bytes written to @out (less than @room is fine),
 * 0 or -1 if there is no more: then the connection is closed in the middle, and the peer sees it. */
typedef gssize (*HttpSourceRead)(gpointer user, guint8 *out, gsize room);

typedef struct {
  guint64        length;     /* of the body                                      */
  HttpSourceRead read;
  gpointer       user;
  GDestroyNotify free_user;  /* once, on any thread, when nothing reads any more */
} HttpSource;

/* Answers @request. For HEAD the body is not read. */
void http_request_respond_source(HttpRequest *request, guint status, const char *content_type, const HttpSource *source) ON_CONTROL;
