/* tests/signaling/test_login.c - login, cookies and what protects them, over real sockets. */
#include "tests/signaling/http_client.h"
#include <stdlib.h>
#include <string.h>

static void
who(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  http_request_respond(request, 200, "text/plain", http_request_identity(request)->site, -1);
}

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/who", ROLE_CHAIR | ROLE_SITE, NULL, 0, who },
  { "PUT", "/v1/change", ROLE_CHAIR | ROLE_SITE, "application/json", 0, who },
  { "POST", "/v1/rooms/{room}/media", ROLE_CHAIR | ROLE_SITE, "application/sdp", 0, who },
  { NULL },
};

static TestServer *
new_server(void)
{
  return test_server_new(ROUTES, NULL, NULL, NULL, 0);
}

static TestReply *
log_in(TestServer *server, const char *who_is, const char *extra)
{
  g_autofree char *body = g_strdup_printf("{\"key\":\"%s\"}", test_server_key(server, who_is));
  g_autofree char *head = g_strconcat("Content-Type: application/json\r\n", extra, NULL);
  return test_request(server, "POST", "/v1/login", head, body);
}

/* Returns: "Cookie: diemcau=...\r\n". */
static char *
cookie_of(const TestReply *reply)
{
  g_autofree char *set = test_reply_header(reply, "Set-Cookie");
  g_assert_nonnull(set);
  char *end = strchr(set, ';');
  return g_strdup_printf("Cookie: %.*s\r\n", (int)(end - set), set);
}

static void
test_a_key_buys_a_cookie(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = log_in(server, "site/dong-ngan", "");
  g_assert_cmpuint(reply->status, ==, 200);
  g_assert_cmpstr(reply->body->str, ==, "{\"role\":\"site\",\"site\":\"dong-ngan\"}");
  g_autofree char *set = test_reply_header(reply, "Set-Cookie");
  g_assert_true(g_str_has_prefix(set, "diemcau="));
  g_assert_nonnull(strstr(set, "; HttpOnly"));
  g_assert_nonnull(strstr(set, "; SameSite=Strict"));
  g_assert_nonnull(strstr(set, "; Path=/;"));
  g_assert_null(strstr(set, "Secure"));  /* a plain loopback origin could not send it back */
  g_autofree char *cookie = cookie_of(reply);
  g_autoptr(TestReply) got = test_request(server, "GET", "/v1/who", cookie, NULL);
  g_assert_cmpuint(got->status, ==, 200);
  g_assert_cmpstr(got->body->str, ==, "dong-ngan");
  g_autoptr(TestReply) me = test_request(server, "GET", "/v1/login", cookie, NULL);
  g_assert_cmpstr(me->body->str, ==, "{\"role\":\"site\",\"site\":\"dong-ngan\"}");
  test_assert_problem(test_request(server, "GET", "/v1/login", NULL, NULL), 401, "unauthorized");
}

static void
test_behind_a_tls_proxy_the_cookie_is_secure(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = log_in(server, "site/dong-ngan", "X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.0.0.9\r\n");
  g_autofree char *set = test_reply_header(reply, "Set-Cookie");
  g_assert_true(g_str_has_prefix(set, "__Host-diemcau="));
  g_assert_nonnull(strstr(set, "; Secure"));
}

static void
test_logout_ends_the_cookie(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) reply = log_in(server, "chair/hub", "");
  g_autofree char *cookie = cookie_of(reply);
  g_autofree char *foreign = g_strconcat(cookie, "Origin: http://evil.example\r\n", NULL);
  test_assert_problem(test_request(server, "DELETE", "/v1/login", foreign, NULL), 403, "forbidden");
  g_autoptr(TestReply) out = test_request(server, "DELETE", "/v1/login", cookie, NULL);
  g_assert_cmpuint(out->status, ==, 204);
  g_autofree char *set = test_reply_header(out, "Set-Cookie");
  g_assert_nonnull(strstr(set, "Max-Age=0"));
  test_assert_problem(test_request(server, "GET", "/v1/who", cookie, NULL), 401, "unauthorized");
}

static void
test_a_second_login_ends_the_first_cookie(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) first = log_in(server, "chair/hub", "");
  g_autofree char *cookie = cookie_of(first);
  g_autoptr(TestReply) second = log_in(server, "site/dong-ngan", cookie);
  g_autofree char *new_cookie = cookie_of(second);
  g_assert_cmpstr(cookie, !=, new_cookie);
  test_assert_problem(test_request(server, "GET", "/v1/who", cookie, NULL), 401, "unauthorized");
}

static void
test_changes_by_cookie_need_our_own_origin(void)
{
  static const struct {
    const char *origin;
    guint       status;
    const char *slug;
  } CASES[] = {
    { "Origin: http://localhost\r\n", 200, NULL },
    { "", 403, "forbidden" },
    { "Origin: http://localhost:81\r\n", 401, "unauthorized" },
    { "Origin: http://evil.example\r\n", 401, "unauthorized" },
    { "Origin: null\r\n", 401, "unauthorized" },
  };
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) login = log_in(server, "chair/hub", "");
  g_autofree char *cookie = cookie_of(login);
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *extra = g_strconcat(cookie, CASES[i].origin, "Content-Type: application/json\r\n", NULL);
    TestReply *reply = test_request(server, "PUT", "/v1/change", extra, "{}");
    g_test_message("%s", CASES[i].origin);
    g_assert_cmpuint(reply->status, ==, CASES[i].status);
    if (CASES[i].slug != NULL)
      test_assert_problem(reply, CASES[i].status, CASES[i].slug);
    else
      test_reply_free(reply);
  }
}

static void
test_a_cookie_never_joins_from_another_origin(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) login = log_in(server, "chair/hub", "");
  g_autofree char *cookie = cookie_of(login);
  g_autofree char *by_cookie = g_strconcat(cookie, "Origin: https://evil.example\r\nContent-Type: application/sdp\r\n", NULL);
  test_assert_problem(test_request(server, "POST", "/v1/rooms/a/media", by_cookie, "v=0"), 401, "unauthorized");
  g_autofree char *by_key = g_strdup_printf("Authorization: Bearer %s\r\nOrigin: https://obs.example\r\n"
                                            "Content-Type: application/sdp\r\n", test_server_key(server, "chair/hub"));
  g_autoptr(TestReply) joined = test_request(server, "POST", "/v1/rooms/a/media", by_key, "v=0");
  g_assert_cmpuint(joined->status, ==, 200);
}

static void
test_a_wrong_key_beside_a_cookie_is_still_wrong(void)
{
  g_autoptr(TestServer) server = new_server();
  g_autoptr(TestReply) login = log_in(server, "chair/hub", "");
  g_autofree char *cookie = cookie_of(login);
  g_autofree char *both = g_strconcat(cookie, "Authorization: Bearer x\r\n", NULL);
  test_assert_problem(test_request(server, "GET", "/v1/who", both, NULL), 401, "unauthorized");
}

static void
test_bad_logins_are_refused(void)
{
  static const char JSON[] = "Content-Type: application/json\r\n";
  g_autoptr(TestServer) server = new_server();
  g_autofree char *site_mismatch = g_strdup_printf("{\"key\":\"%s\",\"site\":\"hub\"}", test_server_key(server, "site/dong-ngan"));
  g_autofree char *large = g_strnfill(1025, ' ');
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, "{\"key\":\"x\"}"), 401, "unauthorized");
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, site_mismatch), 401, "unauthorized");
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, "{\"key\":1}"), 422, "unprocessable");
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, "{}"), 422, "unprocessable");
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, "{\"key\":\"x\",\"more\":1}"), 422, "unprocessable");
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, "key"), 400, "bad-request");
  test_assert_problem(test_request(server, "POST", "/v1/login", JSON, large), 413, "body-too-large");
  test_assert_problem(test_request(server, "POST", "/v1/login", "Content-Type: text/plain\r\n", "{}"), 415, "wrong-content-type");
  g_autofree char *foreign = g_strconcat(JSON, "Origin: https://evil.example\r\n", NULL);
  test_assert_problem(test_request(server, "POST", "/v1/login", foreign, "{\"key\":\"x\"}"), 403, "forbidden");
}

static void
test_guessing_is_slowed_down(void)
{
  g_autoptr(TestServer) server = new_server();
  guint refused = 0, slowed = 0;
  for (int i = 0; i < 30; i++) {
    g_autoptr(TestReply) reply = test_request(server, "POST", "/v1/login", "Content-Type: application/json\r\n",
                                              "{\"key\":\"guess\",\"site\":\"hub\"}");
    refused += reply->status == 401;
    slowed += reply->status == 429;
  }
  g_assert_cmpuint(refused, ==, CREDENTIALS_FAILURES_BURST - 1);
  g_assert_cmpuint(slowed, ==, 30 - refused);
  g_autoptr(TestReply) right = log_in(server, "chair/hub", "");
  g_assert_cmpuint(right->status, ==, 200);
}

/* As a proxy on this machine hands over whom it saw. */
static TestReply *
ask_from(TestServer *server, const char *address, const char *key)
{
  g_autofree char *head = g_strdup_printf("Authorization: Bearer %s\r\nX-Forwarded-For: %s\r\n", key, address);
  return test_request(server, "GET", "/v1/who", head, NULL);
}

static void
test_who_goes_on_guessing_is_locked_out(void)
{
  g_autoptr(TestServer) server = new_server();
  const char *right = test_server_key(server, "chair/hub");
  g_autoptr(TestReply) neighbour = ask_from(server, "2001:db8:1::5", right);
  g_assert_cmpuint(neighbour->status, ==, 200);
  for (int i = 0; i < CREDENTIALS_LOCKOUT_BURST; i++) {
    test_reply_free(ask_from(server, "203.0.113.7", "guess"));
    test_reply_free(ask_from(server, "2001:db8:1::9", "guess"));
    test_reply_free(ask_from(server, "127.0.0.1", "guess"));
  }
  /* Not even a right key is looked at, by header or by login. */
  g_autoptr(TestReply) out = ask_from(server, "203.0.113.7", right);
  g_autofree char *wait = test_reply_header(out, "Retry-After");
  g_assert_cmpuint(out->status, ==, 429);
  g_assert_cmpint(atoi(wait), >, 0);
  test_assert_problem(log_in(server, "chair/hub", "X-Forwarded-For: 203.0.113.7\r\n"), 429, "too-many-requests");
  /* Others are, and an address from which a right key came today, and the machine itself. */
  g_autoptr(TestReply) other = ask_from(server, "203.0.113.8", right), same = ask_from(server, "2001:db8:1::5", right);
  g_autoptr(TestReply) here = log_in(server, "chair/hub", "");
  g_assert_cmpuint(other->status, ==, 200);
  g_assert_cmpuint(same->status, ==, 200);
  g_assert_cmpuint(here->status, ==, 200);
}

#define ADD(name) g_test_add_func("/signaling/login/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(a_key_buys_a_cookie);
  ADD(behind_a_tls_proxy_the_cookie_is_secure);
  ADD(logout_ends_the_cookie);
  ADD(a_second_login_ends_the_first_cookie);
  ADD(changes_by_cookie_need_our_own_origin);
  ADD(a_cookie_never_joins_from_another_origin);
  ADD(a_wrong_key_beside_a_cookie_is_still_wrong);
  ADD(bad_logins_are_refused);
  ADD(guessing_is_slowed_down);
  ADD(who_goes_on_guessing_is_locked_out);
  return g_test_run();
}
