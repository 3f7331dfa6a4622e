/* tests/fuzz/fuzz_http_router.c - "METHOD target": percent-decoding and the route table. */
#include "signaling/http_router.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static const HttpRoute ROUTES[] = {
  { "GET", "/v1/rooms", ROLE_CHAIR, NULL, 0, NULL },
  { "GET", "/v1/rooms/{room}", ROLE_CHAIR, NULL, 0, NULL },
  { "POST", "/v1/rooms/{room}/media", ROLE_SITE, "application/sdp", 0, NULL },
  { "PATCH", "/v1/rooms/{room}/sites/{site}", ROLE_CHAIR, "application/json", 0, NULL },
  { "PATCH", "/v1/media/{id}", ROLE_SITE, "application/trickle-ice-sdpfrag", 0, NULL },
  { "DELETE", "/v1/media/{id}", ROLE_SITE, NULL, 0, NULL },
  { NULL },
};
static const HttpRoute *const TABLES[] = { ROUTES };

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup((const char *)data, size);
  char *space = strchr(text, ' ');
  if (space == NULL)
    return 0;
  *space = '\0';
  HttpMatch match;
  http_router_match(TABLES, 1, text, space + 1, &match);
  if ((match.kind == HTTP_MATCH_ROUTE) != (match.route != NULL) || match.kind == HTTP_MATCH_NONE)
    abort();
  for (guint i = 0; i < match.n_params; i++) {
    const char *value = http_match_param(&match, match.params[i].name);
    if (value == NULL || *value == '\0' || strchr(value, '/') != NULL || !g_utf8_validate(value, -1, NULL))
      abort();
  }
  return 0;
}
