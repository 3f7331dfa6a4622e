/* tests/signaling/http_client.h - a server with toy routes, and raw clients of it, on one loop.
 *
 * The clients are non-blocking sockets; whoever waits lets the server's loop run meanwhile. */
#pragma once
#include "signaling/credentials.h"
#include "signaling/http_server.h"

typedef struct {
  char        *folder;        /* removed at the end */
  Credentials *credentials;
  HttpServer  *server;
  GHashTable  *keys;          /* "role/site" -> key */
} TestServer;

/* @limits, @web_dir: nullable. Seeds: hub chair; dong-ngan site; technician; clerk. */
TestServer *test_server_new(const HttpRoute *routes, gpointer user, const HttpServerLimits *limits,
                            const char *web_dir, guint connections_max);
void        test_server_free(TestServer *self);
const char *test_server_key(TestServer *self, const char *role_and_site);

typedef struct {
  int      fd;
  GString *received;
  bool     is_closed;   /* the server closed, or reset */
} TestClient;

TestClient *test_client_new(TestServer *server);
void        test_client_free(TestClient *self);
void        test_client_send(TestClient *self, const char *text, gssize length);
/* Lets the loop run until @condition or a generous time is over. Returns: whether it held. */
typedef bool (*TestCondition)(gpointer data);
bool        test_run_until(TestCondition condition, gpointer data);
void        test_client_poll(TestClient *self);
bool        test_client_wait_text(TestClient *self, const char *text);
bool        test_client_wait_closed(TestClient *self);

typedef struct {
  guint    status;
  GString *head;        /* with the status line; lines end in \n */
  GString *body;
} TestReply;

/* Waits for one whole answer (Content-Length or none) and takes it from `received`.
 * NULL: the connection closed before. */
TestReply *test_client_reply(TestClient *self, bool is_head);
void       test_reply_free(TestReply *self);
/* (transfer full) (nullable) */
char      *test_reply_header(const TestReply *self, const char *name);
/* One request on a connection of its own. @extra: further header lines, each ended by \r\n. */
TestReply *test_request(TestServer *server, const char *method, const char *target,
                        const char *extra, const char *body);
/* Asserts status and the problem's type. Frees @reply. */
void       test_assert_problem(TestReply *reply, guint status, const char *slug);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestServer, test_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestClient, test_client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestReply, test_reply_free)
