/* signaling/http_server.h - libmicrohttpd on the control thread's GLib loop.
 *
 * Plain HTTP on loopback, HTTPS on every address. Requests are matched against a table of
 * routes; the caller's role is checked before the handler runs; the body is whole (and
 * within the route's limit) when it does. A handler answers at once or later, exactly
 * once. Control thread only.
 *
 * Who is calling: a bearer key, else a login cookie. A cookie counts only for pages of this
 * server: a call that changes something needs an Origin of our own beside it, and one from
 * another origin is taken as not logged in. WHIP/WHEP resources (see http_router.h) may be
 * called with a key from any page (CORS); nothing else may.
 *
 * Beside the caller's routes the server answers login, /v1/openapi.json,
 * /problems/... and the client's files (builtin_routes.h).
 *
 * Limits: see HttpServerLimits. An unauthenticated connection is closed when its request
 * has not come whole in time, whatever trickles in, and holds at most its share of memory:
 * a body is read only for who may send one. What is not HTTP at all (a broken request line,
 * header fields over 32 kB, a malformed length) is answered by libmicrohttpd with a bare
 * 4xx and closed; every other error is a problem document. */
#pragma once
#include "media/base/thread_role.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct HttpServer HttpServer;
typedef struct HttpRequest HttpRequest;

typedef enum {
  ROLE_NONE = 0,
  ROLE_CHAIR = 1 << 0,
  ROLE_SITE = 1 << 1,
  ROLE_TECHNICIAN = 1 << 2,
  ROLE_CLERK = 1 << 3,
  ROLE_VIEWER = 1 << 4,
  ROLE_ANYONE = 1 << 5,  /* no credential needed */
  ROLE_QUEUE = 1 << 6,   /* the queue system: a room's cases, nothing else */
} Role;

/* Who is calling. A chair has a site too (the hub). */
typedef struct {
  Role role;
  char site[64];  /* "" for those without */
  char key_id[17];
  char room[64];  /* the only room that the key opens; "": every room (that has its site) */
  bool may_see_restricted;  /* a clerk's right to recordings of confidential cases */
} Identity;

typedef void (*HttpHandler)(HttpRequest *request, gpointer user);

typedef struct {
  const char *method;        /* "GET"                                              */
  const char *pattern;       /* "/v1/rooms/{room}/media"; a last "{path...}" takes the rest   */
  guint       roles;         /* mask of Role                                       */
  const char *content_type;  /* of the body, or several: "application/json, text/csv"; NULL: no body is allowed */
  gsize       body_max;      /* bytes; 0: 65536                                    */
  HttpHandler handler;
} HttpRoute;  /* rows of one path use the same pattern text */

/* --- a request: valid in the handler and until it is answered --- */
const char     *http_request_param(const HttpRequest *self, const char *name);   /* path, percent-decoded */
const char     *http_request_query(const HttpRequest *self, const char *name);   /* nullable */
const char     *http_request_header(const HttpRequest *self, const char *name);  /* nullable */
const char     *http_request_body(const HttpRequest *self, gsize *length);       /* NUL-ended */
const Identity *http_request_identity(const HttpRequest *self);                  /* role ROLE_ANYONE: not logged in */
const char     *http_request_peer(const HttpRequest *self);                      /* address text */
bool            http_request_is_loopback(const HttpRequest *self);
bool            http_request_is_gone(const HttpRequest *self);  /* the client hung up while it waited */
/* True while the key (and the cookie) that it came with still opens something. For answers that come later. */
bool            http_request_is_authorized(const HttpRequest *self, gint64 now_us) ON_CONTROL;
bool            http_request_wants_english(const HttpRequest *self);  /* Accept-Language */

/* Parses the body as a JSON object. NULL: a 400 problem was sent. (transfer full) */
json_t *http_request_json(HttpRequest *self);

/* --- answering: once; the request is gone afterwards unless a hold was taken --- */
/* For answers that come later: keeps @self valid until its answer. */
void http_request_hold(HttpRequest *self);
void http_request_set_header(HttpRequest *self, const char *name, const char *value);
void http_request_respond(HttpRequest *self, guint status, const char *content_type,
                          const void *body, gssize length);  /* -1: strlen */
void http_request_respond_json(HttpRequest *self, guint status, json_t *json /* transfer full */);

/* RFC 9457 problems: stable types, texts in Vietnamese and English (signaling/problem.c). */
typedef enum {
  PROBLEM_NONE = 0,
  PROBLEM_BAD_REQUEST,        /* 400 malformed JSON, header or query          */
  PROBLEM_BAD_SDP,            /* 400                                          */
  PROBLEM_UNAUTHORIZED,       /* 401 no or unknown key                        */
  PROBLEM_FORBIDDEN,          /* 403 role or site does not allow it           */
  PROBLEM_RESTRICTED,         /* 403 a confidential case's recording          */
  PROBLEM_REMOVED,            /* 403 the chair sent this site out             */
  PROBLEM_UNKNOWN_ROOM,       /* 404                                          */
  PROBLEM_UNKNOWN_SITE,       /* 404                                          */
  PROBLEM_UNKNOWN_SESSION,    /* 404 media id                                 */
  PROBLEM_NOT_FOUND,          /* 404 anything else                            */
  PROBLEM_METHOD_NOT_ALLOWED, /* 405, with Allow                              */
  PROBLEM_CONFLICT,           /* 409                                          */
  PROBLEM_DOCUMENT_BUSY,      /* 409                                          */
  PROBLEM_LOCKED,             /* 409 nobody new is admitted                   */
  PROBLEM_SESSION_OPEN,       /* 409 not during a session                     */
  PROBLEM_PREFLIGHT_RUNNING,  /* 409                                          */
  PROBLEM_PRECONDITION,       /* 412 If-Match                                 */
  PROBLEM_BODY_TOO_LARGE,     /* 413                                          */
  PROBLEM_WRONG_CONTENT_TYPE, /* 415                                          */
  PROBLEM_RANGE,              /* 416, with Content-Range                      */
  PROBLEM_NO_COMMON_CODEC,    /* 422                                          */
  PROBLEM_UNPROCESSABLE,      /* 422 well-formed, but values out of range     */
  PROBLEM_TOO_MANY_REQUESTS,  /* 429, with Retry-After                        */
  PROBLEM_INTERNAL,           /* 500                                          */
  PROBLEM_UNAVAILABLE,        /* 503 no port, shutting down, too many seats   */
  PROBLEM_NO_SPACE,           /* 507 too little disk for what is asked        */
} ProblemKind;

/* @detail: (nullable): English text for this occurrence; never secrets. */
void http_request_respond_problem(HttpRequest *self, ProblemKind kind, const char *detail);

/* Zero stands for the value in brackets. Times are whole from the first byte to the last:
 * a peer that sends a byte now and then gains nothing. */
typedef struct {
  guint unauthenticated_ms;  /* [5000] to send a request whose key is known             */
  guint idle_ms;             /* [60000] between requests, once a key was known          */
  guint body_ms;             /* [15000] from a request's head to the end of its body    */
  guint answer_ms;           /* [60000] for an unauthenticated peer to take an answer   */
  guint stalled_ms;          /* [30000] for any peer to take a part of an answer        */
  guint per_address;         /* [128] connections of one address (IPv6: /64); loopback is free */
  guint requests_per_s;      /* [50] without a key, of one address; bursts of 8 times that   */
} HttpServerLimits;

typedef struct {
  const char *http_address;   /* "127.0.0.1", loopback only; NULL: no plain HTTP       */
  guint16     http_port;
  const char *https_address;  /* "::" for all; NULL: no HTTPS                          */
  guint16     https_port;
  const char *certificate_pem, *key_pem;  /* texts, from tls_certificate.h            */
  bool        has_configured_certificate; /* not our own one: then HSTS is sent         */
  guint       connections_max;            /* 512                                        */
  const char *web_dir;        /* static files of the client; NULL: none                 */
  HttpServerLimits limits;
} HttpServerConfig;  /* texts are copied; a port 0 takes a free one */

typedef struct Credentials Credentials;  /* signaling/credentials.h */

/* @routes: ended by a row with method NULL; borrowed. @credentials: borrowed.
 * Listens at once. NULL and @error if a port cannot be opened. */
HttpServer *http_server_new(const HttpServerConfig *config, const HttpRoute *routes,
                            Credentials *credentials, gpointer handler_user, GError **error) ON_CONTROL;
/* Hangs up on everybody. Requests still held stay valid until they are answered. */
void        http_server_free(HttpServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)
/* For connections that come from now on; those that are there stay as they are. PEM texts. @is_configured: not our
 * own one. false and @error: it is unusable, and nothing has changed. */
bool        http_server_set_certificate(HttpServer *self, const char *certificate_pem, const char *key_pem,
                                        bool is_configured, GError **error) ON_CONTROL;
/* Hangs up on the answers under way for that key (streams, downloads) at @deadline_us, monotonic: the events
 * published until then still arrive. */
void        http_server_end_key(HttpServer *self, const char *key_id, gint64 deadline_us) ON_CONTROL;
/* Returns: the port listened on; 0: none. */
guint16     http_server_http_port(const HttpServer *self) ON_CONTROL;
guint16     http_server_https_port(const HttpServer *self) ON_CONTROL;

typedef struct {
  guint64 requests, problems_4xx, problems_5xx, closed_unauthenticated, refused_too_many;
  guint   connections;
} HttpServerStats;
void http_server_stats(HttpServer *self, HttpServerStats *out) ON_CONTROL;
