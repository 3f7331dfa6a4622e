/* tests/load/web_client.h - HTTP requests and event streams by libcurl on a GLib loop.
 *
 * Many at once, nothing blocks. Control thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct WebClient WebClient;
typedef struct WebCall WebCall;

typedef struct {
  const char *method;        /* "GET"                                                */
  const char *url;
  const char *key;           /* bearer token; NULL: none                             */
  const char *content_type;  /* of @body; NULL: no body                              */
  const char *accept;        /* NULL: anything                                       */
  const char *body;
  const char *last_event_id; /* NULL or "": none                                     */
} WebRequest;

typedef struct {
  guint       status;        /* 0: no answer; @body then says why                    */
  const char *body;          /* NUL-ended; "" for a stream                           */
  gsize       length;
  const char *location;      /* nullable                                             */
} WebReply;

/* Called once, when the call has ended, unless it was cancelled. The call is gone afterwards. */
typedef void (*WebDone)(const WebReply *reply, gpointer user);
/* Called with each piece of the body of an answer with status 200. */
typedef void (*WebData)(const char *data, gsize length, gpointer user);

/* @accept_any_certificate: for HTTPS with a certificate that nobody signed. */
WebClient *web_client_new(GMainContext *context, bool accept_any_certificate) ON_CONTROL;
/* Cancels what is under way. */
void       web_client_free(WebClient *self) ON_CONTROL;

/* Returns: valid until @done is called or it is cancelled. */
WebCall *web_client_call(WebClient *self, const WebRequest *request, WebDone done, gpointer user) ON_CONTROL;
/* A body without end: no limit in time, pieces go to @data. */
WebCall *web_client_stream(WebClient *self, const WebRequest *request, WebData data, WebDone done,
                           gpointer user) ON_CONTROL;
void     web_call_cancel(WebCall *call) ON_CONTROL;  /* NULL is accepted */
/* Calls under way, streams included. */
guint    web_client_pending(const WebClient *self) ON_CONTROL;
