/* signaling/http_admission.c - what is decided from a request's head, before its body is read. */
#include "signaling/http_admission.h"
#include "signaling/credentials.h"
#include "signaling/http_fields.h"
#include <string.h>

enum { BODY_MAX_DEFAULT = 65536, BEARER_MAX = 256 };

const char *
http_cookie_name(const HttpRequest *request)
{
  return request->is_https ? "__Host-diemcau" : "diemcau";
}

/* Behind a proxy on this machine the caller is whom the proxy saw. A remote peer cannot
 * claim this: plain HTTP listens on loopback only, and on HTTPS the field is not read. */
static void
read_forwarding(HttpRequest *request)
{
  char address[HTTP_PEER_MAX];
  if (!request->is_loopback || request->is_https)
    return;
  const char *proto = http_request_header(request, "X-Forwarded-Proto");
  if (proto != NULL && g_ascii_strcasecmp(proto, "https") == 0)
    request->is_https = true;
  if (http_field_last_address(http_request_header(request, "X-Forwarded-For"), address,
                              sizeof address)) {
    g_strlcpy(request->peer, address, sizeof request->peer);
    request->is_loopback = false;
  }
}

static guint
count_headers(const HttpRequest *request, const char *name)
{
  guint n = 0;
  for (guint i = 0; i < request->headers->len; i++)
    n += g_ascii_strcasecmp(g_array_index(request->headers, HttpField, i).name, name) == 0;
  return n;
}

/* What two readers of the same bytes could take differently is refused: a proxy in front of
 * us must never see other requests than we do (RFC 9112 sections 3.2, 6.1 and 11.2). */
static const char *
find_ambiguity(const HttpRequest *request, const char *version)
{
  static const char *const SINGLE[] = { "Host", "Content-Length", "Transfer-Encoding",
                                        "Content-Type", "Authorization", "Origin" };
  for (guint i = 0; i < G_N_ELEMENTS(SINGLE); i++)
    if (count_headers(request, SINGLE[i]) > 1)
      return "a header field that may stand once stands twice";
  const char *coding = http_request_header(request, "Transfer-Encoding");
  if (coding != NULL && http_request_header(request, "Content-Length") != NULL)
    return "both Content-Length and Transfer-Encoding";
  if (coding != NULL && g_ascii_strcasecmp(coding, "chunked") != 0)
    return "a Transfer-Encoding other than chunked";
  if (strcmp(version, "HTTP/1.0") != 0 && count_headers(request, "Host") == 0)
    return "no Host field";
  return NULL;
}

bool
http_request_is_own_page_or_none(const HttpRequest *request)
{
  const char *origin = http_request_header(request, "Origin");
  return origin == NULL
      || http_field_is_own_origin(origin, http_request_header(request, "Host"), request->is_https);
}

static bool
changes_nothing(const HttpRequest *request)
{
  return strcmp(request->method, "GET") == 0 || request->is_head
      || strcmp(request->method, "OPTIONS") == 0;
}

static HttpAdmissionResult
refuse(HttpRequest *request, ProblemKind kind, const char *detail)
{
  http_request_respond_problem(request, kind, detail);
  return HTTP_ADMISSION_ANSWERED;
}

void
http_request_refuse_key(HttpRequest *request, Credentials *credentials, const char *site,
                        gint64 now_us)
{
  guint by_address_s = 0, by_site_s = 0;
  credentials_is_limited(credentials, request->peer, now_us, &by_address_s);
  if (site != NULL)
    credentials_is_site_limited(credentials, site, now_us, &by_site_s);
  if (by_address_s == 0 && by_site_s == 0) {
    http_request_respond_problem(request, PROBLEM_UNAUTHORIZED, NULL);
    return;
  }
  char seconds[12];
  g_snprintf(seconds, sizeof seconds, "%u", MAX(by_address_s, by_site_s));
  http_request_set_header(request, "Retry-After", seconds);
  http_request_respond_problem(request, PROBLEM_TOO_MANY_REQUESTS, NULL);
}

bool
http_request_refuse_locked_out(HttpRequest *request, Credentials *credentials, gint64 now_us)
{
  guint retry_after_s;
  if (request->is_loopback || !credentials_is_locked_out(credentials, request->peer, now_us, &retry_after_s))
    return false;
  char seconds[12];
  g_snprintf(seconds, sizeof seconds, "%u", retry_after_s);
  http_request_set_header(request, "Retry-After", seconds);
  http_request_respond_problem(request, PROBLEM_TOO_MANY_REQUESTS, NULL);
  return true;
}

/* Returns: HTTP_ADMISSION_HANDLE, with `identity` filled if the caller is known. */
static HttpAdmissionResult
authenticate(const HttpAdmission *self, HttpRequest *request, bool is_open, gint64 now_us) ON_CONTROL
{
  char key[BEARER_MAX];
  const char *authorization = http_request_header(request, "Authorization");
  if (authorization != NULL && is_open)
    return HTTP_ADMISSION_HANDLE;  /* needs no key, so none is tried */
  if (authorization != NULL) {
    if (http_request_refuse_locked_out(request, self->credentials, now_us))
      return HTTP_ADMISSION_ANSWERED;
    if (http_field_bearer(authorization, key, sizeof key)
        && credentials_check_key(self->credentials, key, request->peer, now_us, &request->identity))
      return HTTP_ADMISSION_HANDLE;
    http_request_refuse_key(request, self->credentials, NULL, now_us);
    return HTTP_ADMISSION_ANSWERED;
  }
  if (!http_field_cookie(http_request_header(request, "Cookie"), http_cookie_name(request),
                         request->cookie, sizeof request->cookie))
    return HTTP_ADMISSION_HANDLE;
  if (!http_request_is_own_page_or_none(request))
    return HTTP_ADMISSION_HANDLE;
  if (!credentials_check_cookie(self->credentials, request->cookie, now_us, &request->identity))
    return HTTP_ADMISSION_HANDLE;
  request->is_by_cookie = true;
  /* SameSite=Strict keeps foreign pages' cookies away already; this does it once more, and
   * for pages of other ports of this host, which are the same site. */
  if (!changes_nothing(request) && http_request_header(request, "Origin") == NULL && !is_open) {
    request->identity = (Identity) { .role = ROLE_ANYONE };
    return refuse(request, PROBLEM_FORBIDDEN, "a call with a cookie needs the Origin of this server");
  }
  return HTTP_ADMISSION_HANDLE;
}

static HttpAdmissionResult
check_body(HttpRequest *request)
{
  const HttpRoute *route = request->match.route;
  const char *length_text = http_request_header(request, "Content-Length");
  guint64 length = length_text != NULL ? g_ascii_strtoull(length_text, NULL, 10) : 0;
  bool is_chunked = http_request_header(request, "Transfer-Encoding") != NULL;
  request->body_max = route->body_max != 0 ? route->body_max : BODY_MAX_DEFAULT;
  if (route->content_type == NULL) {
    request->body_max = 0;
    if (length > 0 || is_chunked)
      return refuse(request, PROBLEM_BAD_REQUEST, "this call takes no body");
    return HTTP_ADMISSION_HANDLE;
  }
  if (!http_field_is_one_of(http_request_header(request, "Content-Type"), route->content_type)) {
    http_request_set_header(request, "Accept", route->content_type);
    return refuse(request, PROBLEM_WRONG_CONTENT_TYPE, route->content_type);
  }
  if (length > request->body_max)
    return refuse(request, PROBLEM_BODY_TOO_LARGE, NULL);
  return HTTP_ADMISSION_HANDLE;
}

static HttpAdmissionResult
answer_options(HttpRequest *request)
{
  http_request_set_header(request, "Allow", request->match.allow);
  if (request->match.accept_post != NULL)
    http_request_set_header(request, "Accept-Post", request->match.accept_post);
  if (request->match.accept_patch != NULL)
    http_request_set_header(request, "Accept-Patch", request->match.accept_patch);
  http_request_respond(request, 204, NULL, NULL, 0);
  return HTTP_ADMISSION_ANSWERED;
}

/* Slows down who has no key. Loopback is the machine itself: free. */
static bool
is_flooding(const HttpAdmission *self, const HttpRequest *request, gint64 now_us)
{
  char address[RATE_LIMIT_KEY_MAX];
  if (request->identity.role != ROLE_ANYONE || request->is_loopback)
    return false;
  rate_limit_key_for_address(request->peer, address);
  return !rate_limit_take(self->requests, address, now_us);
}

static HttpAdmissionResult
check_caller(const HttpAdmission *self, HttpRequest *request, gint64 now_us) ON_CONTROL
{
  bool has_route = request->match.kind == HTTP_MATCH_ROUTE;
  bool is_open = !has_route || (request->match.route->roles & ROLE_ANYONE) != 0;
  HttpAdmissionResult result = authenticate(self, request, is_open, now_us);
  if (result != HTTP_ADMISSION_HANDLE)
    return result;
  if (is_flooding(self, request, now_us)) {
    http_request_set_header(request, "Retry-After", "1");
    return refuse(request, PROBLEM_TOO_MANY_REQUESTS, NULL);
  }
  if (is_open)
    return HTTP_ADMISSION_HANDLE;
  if (request->identity.role == ROLE_ANYONE)
    return refuse(request, PROBLEM_UNAUTHORIZED, NULL);
  if ((request->match.route->roles & request->identity.role) == 0)
    return refuse(request, PROBLEM_FORBIDDEN, NULL);
  return HTTP_ADMISSION_HANDLE;
}

HttpAdmissionResult
http_admission_check(const HttpAdmission *self, HttpRequest *request, const char *path,
                     const char *version, gint64 now_us)
{
  const char *ambiguity = find_ambiguity(request, version);
  if (ambiguity != NULL)
    return refuse(request, PROBLEM_BAD_REQUEST, ambiguity);
  if (request->has_bad_query)
    return refuse(request, PROBLEM_BAD_REQUEST, "the query cannot be read");
  read_forwarding(request);
  http_router_match(self->tables, self->n_tables, request->method, path, &request->match);
  HttpAdmissionResult result = check_caller(self, request, now_us);
  if (result != HTTP_ADMISSION_HANDLE)
    return result;
  switch (request->match.kind) {
  case HTTP_MATCH_ROUTE:
    return check_body(request);
  case HTTP_MATCH_OPTIONS:
    return answer_options(request);
  case HTTP_MATCH_METHOD_NOT_ALLOWED:
    http_request_set_header(request, "Allow", request->match.allow);
    return refuse(request, PROBLEM_METHOD_NOT_ALLOWED, NULL);
  case HTTP_MATCH_BAD_PATH:
    return refuse(request, PROBLEM_BAD_REQUEST, "the path cannot be read");
  default:
    if (strcmp(request->method, "GET") == 0 || request->is_head)
      return HTTP_ADMISSION_NO_ROUTE;
    return refuse(request, PROBLEM_NOT_FOUND, NULL);
  }
}
