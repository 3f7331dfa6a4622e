/* tests/signaling/test_http_router.c - unit tests of signaling/http_router. */
#include "signaling/http_router.h"
#include <string.h>

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/rooms", ROLE_CHAIR, NULL, 0, NULL },
  { "GET", "/v1/rooms/{room}", ROLE_CHAIR, NULL, 0, NULL },
  { "GET", "/v1/rooms/default", ROLE_CHAIR, NULL, 0, NULL },
  { "POST", "/v1/rooms/{room}/media", ROLE_SITE, "application/sdp", 0, NULL },
  { "PATCH", "/v1/media/{id}", ROLE_SITE, "application/trickle-ice-sdpfrag", 0, NULL },
  { "DELETE", "/v1/media/{id}", ROLE_SITE, NULL, 0, NULL },
  { "PATCH", "/v1/rooms/{room}/sites/{site}", ROLE_CHAIR, "application/json", 0, NULL },
  { "GET", "/v1/bags/{id}/files/{path...}", ROLE_CLERK, NULL, 0, NULL },
  { "GET", "/v1/bags/{id}/files/special", ROLE_CLERK, NULL, 0, NULL },
  { NULL },
};
static const HttpRoute MORE[] = {
  { "GET", "/healthz", ROLE_ANYONE, NULL, 0, NULL },
  { "GET", "/v1/rooms", ROLE_ANYONE, NULL, 0, NULL },
  { NULL },
};
static const HttpRoute *const TABLES[] = { ROUTES, MORE };

static HttpMatch
match(const char *method, const char *path)
{
  HttpMatch out;
  http_router_match(TABLES, G_N_ELEMENTS(TABLES), method, path, &out);
  return out;
}

static void
test_paths_find_their_routes(void)
{
  static const struct {
    const char   *method, *path;
    HttpMatchKind kind;
    const char   *pattern;
  } CASES[] = {
    { "GET", "/v1/rooms", HTTP_MATCH_ROUTE, "/v1/rooms" },
    { "GET", "/v1/rooms/tiep-dan", HTTP_MATCH_ROUTE, "/v1/rooms/{room}" },
    { "GET", "/v1/rooms/default", HTTP_MATCH_ROUTE, "/v1/rooms/default" },
    { "GET", "/v1/rooms/defaul%74", HTTP_MATCH_ROUTE, "/v1/rooms/default" },
    { "HEAD", "/v1/rooms", HTTP_MATCH_ROUTE, "/v1/rooms" },
    { "POST", "/v1/rooms/a/media", HTTP_MATCH_ROUTE, "/v1/rooms/{room}/media" },
    { "GET", "/healthz", HTTP_MATCH_ROUTE, "/healthz" },
    { "GET", "http://localhost:8080/healthz", HTTP_MATCH_ROUTE, "/healthz" },
    { "GET", "HTTPS://x/v1/rooms", HTTP_MATCH_ROUTE, "/v1/rooms" },
    { "GET", "/v1/bags/1/files/bagit.txt", HTTP_MATCH_ROUTE, "/v1/bags/{id}/files/{path...}" },
    { "GET", "/v1/bags/1/files/data/cases/012/case.mkv", HTTP_MATCH_ROUTE, "/v1/bags/{id}/files/{path...}" },
    { "GET", "/v1/bags/1/files/special", HTTP_MATCH_ROUTE, "/v1/bags/{id}/files/special" },
    { "GET", "/v1/bags/1/files", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/bags/1/files/", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/bags/1/files/data//x", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/bags/1/files/../x", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/bags/1/files/%2e%2e/x", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/bags/1/files/a%2f..%2fx", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/bags/1/files/a/./x", HTTP_MATCH_NOT_FOUND, NULL },
    { "OPTIONS", "/v1/rooms", HTTP_MATCH_OPTIONS, NULL },
    { "OPTIONS", "*", HTTP_MATCH_OPTIONS, NULL },
    { "OPTIONS", "/v1/other", HTTP_MATCH_NOT_FOUND, NULL },
    { "POST", "/v1/rooms", HTTP_MATCH_METHOD_NOT_ALLOWED, NULL },
    { "HEAD", "/v1/media/1", HTTP_MATCH_METHOD_NOT_ALLOWED, NULL },
    { "get", "/v1/rooms", HTTP_MATCH_METHOD_NOT_ALLOWED, NULL },
    { "GET", "/", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "http://localhost", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/rooms/", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "//v1/rooms", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/rooms/a%2fb", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/v1/rooms%2fdefault", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/1/2/3/4/5/6/7/8/9/10/11/12", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13", HTTP_MATCH_NOT_FOUND, NULL },
    { "GET", "", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "*", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "v1/rooms", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/%", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/%4", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/%zz", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/a%00b", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/a%0ab", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/%ff%fe", HTTP_MATCH_BAD_PATH, NULL },
    { "GET", "/v1/rooms/%c0%af", HTTP_MATCH_BAD_PATH, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    HttpMatch out = match(CASES[i].method, CASES[i].path);
    g_test_message("%s %s", CASES[i].method, CASES[i].path);
    g_assert_cmpint(out.kind, ==, CASES[i].kind);
    g_assert_cmpstr(out.route != NULL ? out.route->pattern : NULL, ==, CASES[i].pattern);
  }
}

static void
test_parameters_come_out_decoded(void)
{
  HttpMatch out = match("PATCH", "/v1/rooms/ti%E1%BA%BFp/sites/a+b%20c");
  g_assert_cmpstr(http_match_param(&out, "room"), ==, "tiếp");
  g_assert_cmpstr(http_match_param(&out, "site"), ==, "a+b c");
  g_assert_null(http_match_param(&out, "id"));
}

static void
test_long_paths_are_refused(void)
{
  g_autofree char *name = g_strnfill(HTTP_PARAM_VALUE_MAX - 1, 'a');
  g_autofree char *fits = g_strconcat("/v1/rooms/", name, NULL);
  g_autofree char *too_long = g_strconcat("/v1/rooms/b", name, NULL);
  g_assert_cmpint(match("GET", fits).kind, ==, HTTP_MATCH_ROUTE);
  g_assert_cmpint(match("GET", too_long).kind, ==, HTTP_MATCH_BAD_PATH);
  g_autofree char *endless = g_strnfill(100000, '/');
  g_assert_cmpint(match("GET", endless).kind, ==, HTTP_MATCH_BAD_PATH);
}

static void
test_allow_names_the_methods_of_the_path(void)
{
  g_assert_cmpstr(match("POST", "/v1/rooms").allow, ==, "GET, HEAD, OPTIONS");
  g_assert_cmpstr(match("GET", "/v1/media/1").allow, ==, "PATCH, DELETE, OPTIONS");
  g_assert_cmpstr(match("OPTIONS", "/v1/rooms/a/media").allow, ==, "POST, OPTIONS");
}

static void
test_whip_resources_are_open_to_other_origins(void)
{
  g_assert_true(match("OPTIONS", "/v1/rooms/a/media").is_cross_origin);
  g_assert_true(match("DELETE", "/v1/media/1").is_cross_origin);
  g_assert_false(match("GET", "/v1/rooms/a").is_cross_origin);
  g_assert_cmpstr(match("OPTIONS", "/v1/rooms/a/media").accept_post, ==, "application/sdp");
  g_assert_cmpstr(match("OPTIONS", "/v1/media/1").accept_patch, ==, "application/trickle-ice-sdpfrag");
}

static void
test_the_first_table_wins(void)
{
  g_assert_true(match("GET", "/v1/rooms").route == &ROUTES[0]);
  g_assert_cmpuint(match("GET", "/v1/rooms").table, ==, 0);
  g_assert_cmpuint(match("GET", "/healthz").table, ==, 1);
}

static void
test_the_rest_of_a_path_is_one_value(void)
{
  HttpMatch out = match("GET", "/v1/bags/7/files/data/c%c3%a1/case.mkv");
  g_assert_cmpstr(http_match_param(&out, "id"), ==, "7");
  g_assert_cmpstr(http_match_param(&out, "path"), ==, "data/cá/case.mkv");
  g_autofree char *longest = g_strnfill(HTTP_PARAM_VALUE_MAX / 2, 'a'), *path = g_strconcat("/v1/bags/7/files/", longest, "/", longest, NULL);
  out = match("GET", path);
  g_assert_cmpint(out.kind, ==, HTTP_MATCH_NOT_FOUND);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/http_router/the_rest_of_a_path_is_one_value", test_the_rest_of_a_path_is_one_value);
  g_test_add_func("/signaling/http_router/paths_find_their_routes", test_paths_find_their_routes);
  g_test_add_func("/signaling/http_router/parameters_come_out_decoded", test_parameters_come_out_decoded);
  g_test_add_func("/signaling/http_router/long_paths_are_refused", test_long_paths_are_refused);
  g_test_add_func("/signaling/http_router/allow_names_the_methods_of_the_path", test_allow_names_the_methods_of_the_path);
  g_test_add_func("/signaling/http_router/whip_resources_are_open_to_other_origins", test_whip_resources_are_open_to_other_origins);
  g_test_add_func("/signaling/http_router/the_first_table_wins", test_the_first_table_wins);
  return g_test_run();
}
