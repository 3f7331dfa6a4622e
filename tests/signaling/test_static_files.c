/* tests/signaling/test_static_files.c - the client's files over real sockets. */
#include "signaling/static_files.h"
#include "tests/signaling/http_client.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const HttpRoute ROUTES[] = { { "PUT", "/page.html", ROLE_CHAIR, NULL, 0, NULL }, { NULL } };

static const char *const FILES[][2] = {
  { "web/index.html", "<!doctype html><title>Điểm Cầu</title>" },
  { "web/main.js", "export {};" },
  { "web/deep/er/style.css", "body{}" },
  { "web/.hidden", "secret" },
  { "web/noending", "x" },
  { "outside.txt", "secret" },
  { "web/page.html", "hidden by a route" },
};

typedef struct {
  char       *top, *web;
  TestServer *server;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  self->top = g_dir_make_tmp("diemcau-web-XXXXXX", NULL);
  self->web = g_build_filename(self->top, "web", NULL);
  g_autofree char *deep = g_build_filename(self->web, "deep", "er", NULL);
  g_assert_cmpint(g_mkdir_with_parents(deep, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS(FILES); i++) {
    g_autofree char *path = g_build_filename(self->top, FILES[i][0], NULL);
    g_assert_true(g_file_set_contents(path, FILES[i][1], -1, NULL));
  }
  g_autofree char *link = g_build_filename(self->web, "link.txt", NULL);
  g_autofree char *folder_link = g_build_filename(self->web, "up", NULL);
  g_autofree char *fifo = g_build_filename(self->web, "fifo.txt", NULL);
  g_assert_cmpint(symlink("../outside.txt", link), ==, 0);
  g_assert_cmpint(symlink("..", folder_link), ==, 0);
  g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
  self->server = test_server_new(ROUTES, NULL, NULL, self->web, 0);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  test_server_free(self->server);
  for (guint i = 0; i < G_N_ELEMENTS(FILES); i++) {
    g_autofree char *path = g_build_filename(self->top, FILES[i][0], NULL);
    g_unlink(path);
  }
  for (const char *const *name = (const char *const[]) { "link.txt", "up", "fifo.txt", "deep/er", "deep", NULL }; *name != NULL; name++) {
    g_autofree char *path = g_build_filename(self->web, *name, NULL);
    g_remove(path);
  }
  g_rmdir(self->web);
  g_rmdir(self->top);
  g_free(self->web);
  g_free(self->top);
}

static void
test_files_come_with_their_types(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const CASES[][3] = {
    { "/", "text/html; charset=utf-8", "<!doctype html><title>Điểm Cầu</title>" },
    { "/index.html", "text/html; charset=utf-8", "<!doctype html><title>Điểm Cầu</title>" },
    { "/main.js?v=1", "text/javascript; charset=utf-8", "export {};" },
    { "/deep/er/style.css", "text/css; charset=utf-8", "body{}" },
    { "/noending", "application/octet-stream", "x" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(TestReply) reply = test_request(self->server, "GET", CASES[i][0], NULL, NULL);
    g_autofree char *type = test_reply_header(reply, "Content-Type");
    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(type, ==, CASES[i][1]);
    g_assert_cmpstr(reply->body->str, ==, CASES[i][2]);
  }
}

static void
test_pages_have_a_strict_policy(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr(TestReply) reply = test_request(self->server, "GET", "/", NULL, NULL);
  g_autofree char *policy = test_reply_header(reply, "Content-Security-Policy");
  g_autofree char *permissions = test_reply_header(reply, "Permissions-Policy");
  g_autofree char *sniff = test_reply_header(reply, "X-Content-Type-Options");
  g_autofree char *cache = test_reply_header(reply, "Cache-Control");
  g_assert_nonnull(strstr(policy, "default-src 'self'"));
  g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
  g_assert_null(strstr(policy, "unsafe"));
  g_assert_nonnull(strstr(permissions, "camera=(self), microphone=(self)"));
  g_assert_cmpstr(sniff, ==, "nosniff");
  g_assert_cmpstr(cache, ==, "no-cache");
}

static void
test_an_unchanged_file_is_not_sent_again(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr(TestReply) first = test_request(self->server, "GET", "/main.js", NULL, NULL);
  g_autofree char *etag = test_reply_header(first, "ETag");
  g_autofree char *condition = g_strdup_printf("If-None-Match: %s\r\n", etag);
  g_autoptr(TestReply) second = test_request(self->server, "GET", "/main.js", condition, NULL);
  g_autofree char *second_etag = test_reply_header(second, "ETag");
  g_assert_cmpuint(second->status, ==, 304);
  g_assert_cmpstr(second_etag, ==, etag);
  g_autofree char *path = g_build_filename(self->web, "main.js", NULL);
  g_assert_true(g_file_set_contents(path, "export { changed };", -1, NULL));
  g_autoptr(TestReply) third = test_request(self->server, "GET", "/main.js", condition, NULL);
  g_assert_cmpuint(third->status, ==, 200);
  g_assert_cmpstr(third->body->str, ==, "export { changed };");
}

static void
test_head_tells_the_size(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr(TestReply) reply = test_request(self->server, "HEAD", "/main.js", NULL, NULL);
  g_autofree char *length = test_reply_header(reply, "Content-Length");
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpstr(length, ==, "10");
}

static void
test_nothing_outside_the_folder_exists(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const PATHS[] = {
    "/../outside.txt", "/deep/../../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt",
    "//outside.txt", "/./main.js", "/.hidden", "/link.txt", "/up/outside.txt", "/up", "/fifo.txt", "/deep",
    "/deep/", "/main.js/", "/main.js/x", "/\\..\\outside.txt", "/main.js%00.txt", "/none.js", "/etc/passwd" };
  for (guint i = 0; i < G_N_ELEMENTS(PATHS); i++) {
    g_test_message("%s", PATHS[i]);
    g_autoptr(TestReply) reply = test_request(self->server, "GET", PATHS[i], NULL, NULL);
    g_assert_true(reply->status == 404 || reply->status == 400);
    g_assert_null(strstr(reply->body->str, "secret"));
  }
}

static void
test_only_get_and_head_reach_files(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  test_assert_problem(test_request(self->server, "POST", "/main.js", NULL, NULL), 404, "not-found");
  test_assert_problem(test_request(self->server, "GET", "/page.html", NULL, NULL), 405, "method-not-allowed");
}

#define ADD(name) g_test_add("/signaling/static_files/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(files_come_with_their_types);
  ADD(pages_have_a_strict_policy);
  ADD(an_unchanged_file_is_not_sent_again);
  ADD(head_tells_the_size);
  ADD(nothing_outside_the_folder_exists);
  ADD(only_get_and_head_reach_files);
  return g_test_run();
}
