/* signaling/builtin_routes.c - what the server answers by itself. */
#include "signaling/builtin_routes.h"
#include "media/base/clock.h"
#include "signaling-resources.h"
#include "signaling/credentials.h"
#include "signaling/http_admission.h"
#include "signaling/problem.h"
#include "signaling/role.h"
#include <openssl/crypto.h>
#include <string.h>

enum { LOGIN_BODY_MAX = 1024 };

static void
set_cookie(HttpRequest *request, const char *token, int max_age_s)
{
  g_autofree char *value = g_strdup_printf(
      "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", http_cookie_name(request), token,
      max_age_s, request->is_https ? "; Secure" : "");
  http_request_set_header(request, "Set-Cookie", value);
}

static void
respond_identity(HttpRequest *request, const Identity *identity)
{
  json_t *json = json_pack("{s:s, s:s}", "role", role_to_text(identity->role), "site", identity->site);
  if (identity->room[0] != '\0')
    json_object_set_new(json, "room", json_string(identity->room));
  if (identity->may_see_restricted)
    json_object_set_new(json, "restricted", json_true());
  http_request_respond_json(request, 200, json);
}

/* POST /v1/login {"key": "...", "site": "..." (optional: the key must be that site's)} */
static void
login(HttpRequest *request, gpointer user)
{
  assert_on_control();
  Credentials *credentials = user;
  gint64 now_us = clock_now_us();
  if (!http_request_is_own_page_or_none(request)) {
    http_request_respond_problem(request, PROBLEM_FORBIDDEN, "login from a page of another origin");
    return;
  }
  if (http_request_refuse_locked_out(request, credentials, now_us))
    return;
  json_t *json = http_request_json(request);
  if (json == NULL)
    return;
  const char *key = NULL, *site = NULL;
  json_error_t fault;
  Identity identity;
  if (json_unpack_ex(json, &fault, JSON_STRICT, "{s:s, s?s}", "key", &key, "site", &site) != 0) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE,
                                 "the body is {\"key\": text} with, if wanted, \"site\": text");
  } else if (!credentials_check_site_key(credentials, site, key, http_request_peer(request), now_us,
                                         &identity)) {
    http_request_refuse_key(request, credentials, site, now_us);
  } else {
    char token[33];
    if (request->cookie[0] != '\0')
      credentials_logout(credentials, request->cookie);
    credentials_login(credentials, &identity, now_us, token);
    set_cookie(request, token, CREDENTIALS_COOKIE_LIFE_S);
    respond_identity(request, &identity);
  }
  json_decref(json);
}

static void
logout(HttpRequest *request, gpointer user)
{
  assert_on_control();
  if (!http_request_is_own_page_or_none(request)) {
    http_request_respond_problem(request, PROBLEM_FORBIDDEN, "logout from a page of another origin");
    return;
  }
  if (request->cookie[0] != '\0')
    credentials_logout(user, request->cookie);
  set_cookie(request, "", 0);
  http_request_respond(request, 204, NULL, NULL, 0);
}

static void
who_am_i(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  respond_identity(request, http_request_identity(request));
}

const char *
builtin_openapi(gsize *length)
{
  /* Uncompressed resources lie in the program itself: the text outlives the GBytes. */
  g_autoptr(GBytes) bytes = g_resource_lookup_data(signaling_get_resource(), "/openapi.json",
                                                   G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  return g_bytes_get_data(bytes, length);
}

static void
openapi(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  gsize length;
  const char *text = builtin_openapi(&length);
  http_request_set_header(request, "Cache-Control", "no-cache");
  http_request_respond(request, 200, "application/json", text, length);
}

static void
problem(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  ProblemKind kind = problem_from_slug(http_request_param(request, "slug"));
  if (kind == PROBLEM_NONE)
    http_request_respond_problem(request, PROBLEM_NOT_FOUND, NULL);
  else
    http_request_respond_json(request, 200, problem_describe(kind));
}

#define ROLES_ALL (ROLE_CHAIR | ROLE_SITE | ROLE_TECHNICIAN | ROLE_CLERK | ROLE_VIEWER | ROLE_QUEUE)

const HttpRoute BUILTIN_ROUTES[] = {
  { "POST", "/v1/login", ROLE_ANYONE, "application/json", LOGIN_BODY_MAX, login },
  { "GET", "/v1/login", ROLES_ALL, NULL, 0, who_am_i },
  { "DELETE", "/v1/login", ROLE_ANYONE, NULL, 0, logout },
  { "GET", "/v1/openapi.json", ROLE_ANYONE, NULL, 0, openapi },
  { "GET", "/problems/{slug}", ROLE_ANYONE, NULL, 0, problem },
  { NULL },
};
