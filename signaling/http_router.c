/* signaling/http_router.c - finds the route of a request's method and path. */
#include "signaling/http_router.h"
#include <string.h>

enum { SEGMENTS_MAX = 12, PATH_MAX_BYTES = 2048 };

typedef struct {
  const char *start;
  gsize       length;
} Segment;

bool
http_percent_decode(const char *text, gsize length, char *out, gsize out_size)
{
  gsize used = 0;
  for (gsize i = 0; i < length; i++) {
    guchar c = text[i];
    if (c == '%') {
      if (length - i < 3 || !g_ascii_isxdigit(text[i + 1]) || !g_ascii_isxdigit(text[i + 2]))
        return false;
      c = g_ascii_xdigit_value(text[i + 1]) << 4 | g_ascii_xdigit_value(text[i + 2]);
      i += 2;
    }
    if (c < 0x20 || c == 0x7f || used + 1 >= out_size)
      return false;
    out[used++] = c;
  }
  out[used] = '\0';
  return g_utf8_validate(out, used, NULL);
}

/* Returns: the number of segments of "/a/b", or -1 if there are too many. */
static int
split(const char *path, Segment segments[SEGMENTS_MAX])
{
  int n = 0;
  while (*path == '/') {
    const char *start = path + 1;
    gsize length = strcspn(start, "/");
    if (n == SEGMENTS_MAX)
      return -1;
    segments[n++] = (Segment) { start, length };
    path = start + length;
  }
  return n;
}

static bool
is_param(const Segment *segment)
{
  return segment->length > 2 && segment->start[0] == '{';
}

/* "{path...}" */
static bool
is_rest(const Segment *segment)
{
  return is_param(segment) && segment->length > 5 && memcmp(segment->start + segment->length - 4, "...}", 4) == 0;
}

static bool
is_plain(const char *name)
{
  return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Bit i from the top: segment i of the pattern is a literal. Greater is more specific.
 * Returns: 0 if @pattern does not fit ("/" cannot: it has a literal too). */
static guint
fit(const char *pattern, const char decoded[][HTTP_PARAM_VALUE_MAX], int n_segments)
{
  Segment wanted[SEGMENTS_MAX];
  int n_wanted = split(pattern, wanted);
  bool has_rest = n_wanted > 0 && is_rest(&wanted[n_wanted - 1]);
  if (has_rest ? n_segments < n_wanted : n_segments != n_wanted)
    return 0;
  for (int i = n_wanted - 1; has_rest && i < n_segments; i++)
    if (!is_plain(decoded[i]))
      return 0;
  guint score = 1;  /* so that a fit is never 0 */
  for (int i = 0; i < n_wanted; i++) {
    bool param = is_param(&wanted[i]);
    if (param && (decoded[i][0] == '\0' || strchr(decoded[i], '/') != NULL))
      return 0;
    if (!param && (strlen(decoded[i]) != wanted[i].length
                   || memcmp(decoded[i], wanted[i].start, wanted[i].length) != 0))
      return 0;
    if (!param)
      score |= 1u << (31 - i);
  }
  return score;
}

static bool
takes_sdp(const HttpRoute *route)
{
  return g_strcmp0(route->content_type, "application/sdp") == 0
      || g_strcmp0(route->content_type, "application/trickle-ice-sdpfrag") == 0;
}

static void
allow_method(HttpMatch *out, const char *method)
{
  if (out->allow[0] != '\0')
    g_strlcat(out->allow, ", ", sizeof out->allow);
  g_strlcat(out->allow, method, sizeof out->allow);
}

/* Returns: false if it is longer than a value may be. */
static bool
take_rest(HttpParam *param, const char decoded[][HTTP_PARAM_VALUE_MAX], int from, int n_segments)
{
  param->value[0] = '\0';
  gsize length = 0;
  for (int i = from; i < n_segments && length < sizeof param->value; i++) {
    if (i > from)
      length = g_strlcat(param->value, "/", sizeof param->value);
    length = g_strlcat(param->value, decoded[i], sizeof param->value);
  }
  return length < sizeof param->value;
}

static bool
take_params(HttpMatch *out, const char *pattern, const char decoded[][HTTP_PARAM_VALUE_MAX], int n_segments)
{
  Segment wanted[SEGMENTS_MAX];
  int n = split(pattern, wanted);
  for (int i = 0; i < n; i++) {
    if (!is_param(&wanted[i]) || out->n_params == HTTP_PARAMS_MAX)
      continue;
    HttpParam *param = &out->params[out->n_params++];
    bool has_rest = is_rest(&wanted[i]);
    gsize length = MIN(wanted[i].length - (has_rest ? 5 : 2), sizeof param->name - 1);
    memcpy(param->name, wanted[i].start + 1, length);
    param->name[length] = '\0';
    if (!has_rest)
      g_strlcpy(param->value, decoded[i], sizeof param->value);
    else if (!take_rest(param, decoded, i, n_segments))
      return false;
  }
  return true;
}

/* Goes through the rows of the pattern that was found: which methods it has, and ours. */
static void
read_rows(const HttpRoute *table, const char *pattern, const char *method, HttpMatch *out)
{
  bool is_head = strcmp(method, "HEAD") == 0;
  for (const HttpRoute *row = table; row->method != NULL; row++) {
    if (strcmp(row->pattern, pattern) != 0)
      continue;
    allow_method(out, row->method);
    if (strcmp(row->method, "GET") == 0)
      allow_method(out, "HEAD");
    if (strcmp(row->method, "POST") == 0)
      out->accept_post = row->content_type;
    if (strcmp(row->method, "PATCH") == 0)
      out->accept_patch = row->content_type;
    out->is_cross_origin |= takes_sdp(row);
    if (strcmp(row->method, is_head ? "GET" : method) == 0 && out->route == NULL)
      out->route = row;
  }
  allow_method(out, "OPTIONS");
}

/* Returns: the path after "http://authority" of an absolute-form target (RFC 9112 3.2.2). */
static const char *
skip_authority(const char *path)
{
  const char *rest = NULL;
  if (g_ascii_strncasecmp(path, "http://", 7) == 0)
    rest = path + 7;
  else if (g_ascii_strncasecmp(path, "https://", 8) == 0)
    rest = path + 8;
  if (rest == NULL)
    return path;
  const char *slash = strchr(rest, '/');
  return slash != NULL ? slash : "/";
}

static bool
decode_path(const char *path, char decoded[][HTTP_PARAM_VALUE_MAX], int *n_segments)
{
  Segment segments[SEGMENTS_MAX];
  *n_segments = split(path, segments);
  for (int i = 0; i < *n_segments; i++)
    if (!http_percent_decode(segments[i].start, segments[i].length, decoded[i],
                             HTTP_PARAM_VALUE_MAX))
      return false;
  return true;
}

void
http_router_match(const HttpRoute *const *tables, guint n_tables, const char *method,
                  const char *path, HttpMatch *out)
{
  memset(out, 0, sizeof *out);
  bool is_options = strcmp(method, "OPTIONS") == 0;
  if (is_options && strcmp(path, "*") == 0) {
    out->kind = HTTP_MATCH_OPTIONS;
    g_strlcpy(out->allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", sizeof out->allow);
    return;
  }
  path = skip_authority(path);
  char decoded[SEGMENTS_MAX][HTTP_PARAM_VALUE_MAX];
  int n_segments = 0;
  out->kind = HTTP_MATCH_BAD_PATH;
  if (path[0] != '/' || strnlen(path, PATH_MAX_BYTES) == PATH_MAX_BYTES
      || !decode_path(path, decoded, &n_segments))
    return;
  out->kind = HTTP_MATCH_NOT_FOUND;
  const char *best = NULL;
  guint best_score = 0;
  for (guint t = 0; t < n_tables && n_segments > 0; t++)
    for (const HttpRoute *row = tables[t]; row->method != NULL; row++) {
      guint score = fit(row->pattern, decoded, n_segments);
      if (score > best_score) {
        best_score = score;
        best = row->pattern;
        out->table = t;
      }
    }
  if (best == NULL)
    return;
  if (!take_params(out, best, decoded, n_segments))
    return;
  read_rows(tables[out->table], best, method, out);
  out->kind = out->route != NULL ? HTTP_MATCH_ROUTE
              : is_options       ? HTTP_MATCH_OPTIONS
                                 : HTTP_MATCH_METHOD_NOT_ALLOWED;
}

const char *
http_match_param(const HttpMatch *self, const char *name)
{
  for (guint i = 0; i < self->n_params; i++)
    if (strcmp(self->params[i].name, name) == 0)
      return self->params[i].value;
  return NULL;
}
