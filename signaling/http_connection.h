/* signaling/http_connection.h - the open connections: how many, and until when.
 *
 * A connection has one deadline at a time (HttpServerLimits). Past it the socket is shut
 * down, which makes libmicrohttpd close it; the descriptor stays libmicrohttpd's. Control
 * thread. */
#pragma once
#include "signaling/http_server.h"
#include "signaling/rate_limit.h"
#include <sys/socket.h>

enum { HTTP_PEER_MAX = 64 };

typedef struct HttpConnections HttpConnections;
typedef struct MHD_Connection  MhdConnection;
typedef struct TlsIdentity     TlsIdentity;  /* signaling/tls_identity.h */

typedef struct {
  HttpConnections *table;                     /* borrowed                               */
  GList            link;                      /* in the table; link.data is this        */
  char             peer[HTTP_PEER_MAX];       /* address text; IPv4-mapped as IPv4      */
  char             address[RATE_LIMIT_KEY_MAX];
  int              fd;                        /* libmicrohttpd's                        */
  GSource         *mhd_source;                /* borrowed: of its daemon                */
  TlsIdentity     *tls_identity;              /* owned (nullable): what it shows        */
  bool             is_https, is_loopback;
  bool             is_known;                  /* a request of it carried a valid key    */
  gint64           deadline_us;               /* 0: none                                */
  gsize            taken_bytes;               /* over TLS, since the last request       */
  HttpRequest     *request;                   /* (nullable): the one in hand            */
} HttpConnection;

/* Returns: (transfer full). @context: the loop of the server. */
HttpConnections *http_connections_new(GMainContext *context, guint connections_max, guint per_address);
void             http_connections_free(HttpConnections *self);  /* empty by then */

/* Returns: false, and counts it, if a connection from @address would be one too many. */
bool  http_connections_may_add(HttpConnections *self, const struct sockaddr *address) ON_CONTROL;
/* Returns: (transfer none): until http_connection_remove(). */
HttpConnection *http_connections_add(HttpConnections *self, int fd, const struct sockaddr *address, bool is_https) ON_CONTROL;
void  http_connection_remove(HttpConnection *self) ON_CONTROL;
void  http_connection_set_deadline(HttpConnection *self, gint64 deadline_us) ON_CONTROL;
/* Shuts the socket down; libmicrohttpd notices. */
void  http_connection_hang_up(HttpConnection *self) ON_CONTROL;

/* Hangs up on those past their deadline. Returns: the next deadline; -1: none. */
gint64 http_connections_expire(HttpConnections *self, gint64 now_us) ON_CONTROL;
/* @changed is told of each deadline that is set, to wake up no later than it. */
typedef void (*HttpConnectionsChanged)(gint64 deadline_us, gpointer user);
void   http_connections_on_deadline(HttpConnections *self, HttpConnectionsChanged changed, gpointer user);

GMainContext *http_connections_context(HttpConnections *self);
GList  *http_connections_list(HttpConnections *self) ON_CONTROL;  /* (transfer none) */
guint   http_connections_count(const HttpConnections *self) ON_CONTROL;
guint64 http_connections_refused(const HttpConnections *self) ON_CONTROL;
guint64 http_connections_closed_unknown(const HttpConnections *self) ON_CONTROL;
