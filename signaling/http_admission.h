/* signaling/http_admission.h - what is decided from a request's head, before its body is read:
 * route, caller, role, content type, size. Control thread. */
#pragma once
#include "signaling/http_request.h"

typedef struct {
  const HttpRoute *const *tables;
  guint                   n_tables;
  Credentials            *credentials;
  RateLimit              *requests;     /* of addresses without a key */
} HttpAdmission;

typedef enum {
  HTTP_ADMISSION_NONE = 0,
  HTTP_ADMISSION_HANDLE,    /* its route's handler may have it once the body is there   */
  HTTP_ADMISSION_ANSWERED,  /* a problem, or the answer to OPTIONS                      */
  HTTP_ADMISSION_NO_ROUTE,  /* GET of no route: perhaps a file                          */
} HttpAdmissionResult;

/* @path: the request target without its query; @version: "HTTP/1.1". Fills `match`, `identity`, `body_max`. */
HttpAdmissionResult http_admission_check(const HttpAdmission *self, HttpRequest *request, const char *path, const char *version, gint64 now_us) ON_CONTROL;

/* The login cookie's name: one that only HTTPS can set, where there is HTTPS. */
const char *http_cookie_name(const HttpRequest *request);
/* True if the request comes from a page of this server, or from no page at all. */
bool        http_request_is_own_page_or_none(const HttpRequest *request);
/* Answers 429 and returns true if the caller's address is locked out: its key is not looked at then. */
bool        http_request_refuse_locked_out(HttpRequest *request, Credentials *credentials, gint64 now_us) ON_CONTROL;
/* Answers a wrong key: 401, or 429 where too many have failed. @site: (nullable): claimed. */
void        http_request_refuse_key(HttpRequest *request, Credentials *credentials, const char *site, gint64 now_us) ON_CONTROL;
