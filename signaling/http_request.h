/* signaling/http_request.h - the inside of a request, for the server's own files.
 *
 * Two parties hold a request: libmicrohttpd, until it tells that the request has ended, and
 * the handler, from http_request_hold() to its answer. What it carries is copied from the
 * connection, so it stays readable after the client hung up. Control thread. */
#pragma once
#include "signaling/http_connection.h"
#include "signaling/http_router.h"
#include <microhttpd.h>

typedef enum {
  HTTP_REQUEST_NONE = 0,
  HTTP_REQUEST_READING,   /* its body is coming in                                   */
  HTTP_REQUEST_HANDLING,  /* inside the handler                                      */
  HTTP_REQUEST_WAITING,   /* suspended: the handler answers later                    */
  HTTP_REQUEST_ANSWERED,  /* `answer` is there, or already queued                    */
} HttpRequestState;

typedef struct {
  char *name, *value;
} HttpField;

struct HttpRequest {
  int               refs;
  HttpRequestState  state;
  /* borrowed; NULL once the client is gone */
  struct MHD_Connection *mhd;
  HttpConnection   *connection;
  Credentials      *credentials;
  /* owned */
  char             *method;
  GArray           *headers, *query;    /* of HttpField, cleared with the array       */
  GByteArray       *body;
  GArray           *answer_headers;     /* of HttpField                               */
  struct MHD_Response *answer;          /* until it is queued                         */
  GSource          *hang_up_watch;      /* while suspended                            */
  /* state */
  HttpMatch         match;
  Identity          identity;
  char              cookie[33];         /* the login cookie it came with, or ""       */
  char              peer[HTTP_PEER_MAX];
  guint             status;
  gsize             body_max, body_seen;
  bool              is_head, is_https, is_loopback, is_held, is_gone;
  bool              has_unread_body;    /* answered without reading it                */
  bool              has_bad_query;      /* not readable: answered with 400           */
  bool              is_by_cookie;       /* `identity` comes from `cookie`             */
  bool              is_stream;          /* the answer has no end                      */
  bool              is_client_file;     /* the answer is a part of the web client      */
  bool              sends_hsts;
};

HttpRequest *http_request_new(struct MHD_Connection *mhd, HttpConnection *connection, const char *method) ON_CONTROL;
HttpRequest *http_request_ref(HttpRequest *self) ON_CONTROL;
void         http_request_unref(HttpRequest *self) ON_CONTROL;
/* The client is gone, or libmicrohttpd is done with it: nothing of the connection remains. */
void         http_request_detach(HttpRequest *self) ON_CONTROL;

/* True if the head says that a body follows. */
bool         http_request_announces_body(const HttpRequest *self);

/* Suspends the connection and watches for the client's hang-up; and back. */
void         http_request_suspend(HttpRequest *self) ON_CONTROL;
void         http_request_resume(HttpRequest *self) ON_CONTROL;

/* Makes @response (transfer full) the answer, with the headers that every answer has. */
void         http_request_answer(HttpRequest *self, guint status, struct MHD_Response *response) ON_CONTROL;
