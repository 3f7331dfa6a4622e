/* signaling/http_router.h - finds the route of a request's method and path.
 *
 * Pure logic over a table of HttpRoute. Of two patterns that fit, the one with a literal
 * where the other has a parameter wins. A last segment "{path...}" takes one or more segments, joined
 * by '/'; none of them may be empty, "." or "..", or hold an encoded '/'. HEAD is served by GET's route; OPTIONS by the
 * router's caller, from `allow`. A pattern one of whose routes takes SDP is a WHIP/WHEP
 * resource (RFC 9725) and may be called from pages of other origins. Any thread. */
#pragma once
#include "signaling/http_server.h"

enum { HTTP_PARAMS_MAX = 4, HTTP_PARAM_NAME_MAX = 24, HTTP_PARAM_VALUE_MAX = 256 };

typedef enum {
  HTTP_MATCH_NONE = 0,
  HTTP_MATCH_ROUTE,
  HTTP_MATCH_OPTIONS,             /* the path is known, the method is OPTIONS          */
  HTTP_MATCH_NOT_FOUND,
  HTTP_MATCH_METHOD_NOT_ALLOWED,
  HTTP_MATCH_BAD_PATH,            /* broken percent-encoding, control characters ...   */
} HttpMatchKind;

typedef struct {
  char name[HTTP_PARAM_NAME_MAX];
  char value[HTTP_PARAM_VALUE_MAX];
} HttpParam;

typedef struct {
  HttpMatchKind    kind;
  const HttpRoute *route;           /* HTTP_MATCH_ROUTE                                */
  guint            table;           /* index of the table it came from                 */
  guint            n_params;
  HttpParam        params[HTTP_PARAMS_MAX];
  char             allow[80];       /* "GET, HEAD, OPTIONS": if the path is known      */
  const char      *accept_post;     /* (nullable): what POST takes here                */
  const char      *accept_patch;    /* (nullable)                                      */
  bool             is_cross_origin; /* a WHIP/WHEP resource                            */
} HttpMatch;

/* @tables: @n_tables tables, each ended by a row with method NULL; an earlier one wins.
 * @path: the request target as received, without the query. */
void http_router_match(const HttpRoute *const *tables, guint n_tables, const char *method,
                       const char *path, HttpMatch *out);
const char *http_match_param(const HttpMatch *self, const char *name);  /* (nullable) */

/* Decodes percent-encoding in place of a segment or a query value.
 * Returns: false for broken encoding, control characters, invalid UTF-8, or no room. */
bool http_percent_decode(const char *text, gsize length, char *out, gsize out_size);
