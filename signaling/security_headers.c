/* signaling/security_headers.c - the header fields that every answer carries. */
#include "signaling/security_headers.h"

/* Pages: everything from here and nothing inline. What is not a page can do nothing. */
static const char PAGE_POLICY[] =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'";
static const char DATA_POLICY[] = "default-src 'none'; frame-ancestors 'none'";
static const char PERMISSIONS[] =
    "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), "
    "fullscreen=(self), screen-wake-lock=(self), speaker-selection=(self), geolocation=(), "
    "payment=(), usb=(), midi=(), serial=(), hid=(), accelerometer=(), gyroscope=(), "
    "magnetometer=()";

static bool
has_own(const HttpRequest *request, const char *name)
{
  for (guint i = 0; i < request->answer_headers->len; i++)
    if (g_ascii_strcasecmp(g_array_index(request->answer_headers, HttpField, i).name, name) == 0)
      return true;
  return false;
}

/* Any page may call a WHIP/WHEP resource, with a key that it was given: "*" never carries
 * cookies (Fetch standard, CORS protocol and credentials). */
static void
add_cross_origin(const HttpRequest *request, struct MHD_Response *response)
{
  MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "cross-origin");
  MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
  MHD_add_response_header(response, "Access-Control-Expose-Headers",
                          "Location, ETag, Link, Accept-Patch, Retry-After");
  if (request->match.kind != HTTP_MATCH_OPTIONS)
    return;
  MHD_add_response_header(response, "Access-Control-Allow-Methods", request->match.allow);
  MHD_add_response_header(response, "Access-Control-Allow-Headers",
                          "Authorization, Content-Type, If-Match");
  MHD_add_response_header(response, "Access-Control-Max-Age", "86400");
}

void
security_headers_add(const HttpRequest *request, struct MHD_Response *response)
{
  if (!has_own(request, "Content-Security-Policy"))
    MHD_add_response_header(response, "Content-Security-Policy",
                            request->is_client_file ? PAGE_POLICY : DATA_POLICY);
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
  if (request->is_client_file) {
    MHD_add_response_header(response, "Permissions-Policy", PERMISSIONS);
    MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
  }
  if (request->sends_hsts)
    MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
  if (!has_own(request, "Cache-Control"))
    MHD_add_response_header(response, "Cache-Control", "no-store");
  if (request->match.is_cross_origin)
    add_cross_origin(request, response);
  else
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
}
