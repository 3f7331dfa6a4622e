/* config/config_lines.c - on which line of a JSON text each value stands. */
#include "config/config_lines.h"
#include <stdbool.h>
#include <string.h>

enum { RECURSION_MAX = 2048 };  /* jansson's own bound */

struct ConfigLines {
  GHashTable *by_path;  /* owned: char* -> GUINT_TO_POINTER(line) */
};

typedef struct {
  GHashTable *by_path;  /* borrowed */
  const char *at, *end; /* borrowed */
  guint       line;
  GString    *path;     /* owned */
  guint       depth;
  guint       unnamed;  /* how many levels around have no place in `path` */
} Walk;

static bool walk_value(Walk *walk);

static char
peek(Walk *walk)
{
  for (; walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL && *walk->at != '\0'; walk->at++)
    walk->line += *walk->at == '\n';
  return walk->at < walk->end ? *walk->at : '\0';
}

static bool
take(Walk *walk, char c)
{
  if (c == '\0' || peek(walk) != c)
    return false;
  walk->at++;
  return true;
}

/* Passes a string over. Returns: (nullable): what stands between its quotes. */
static const char *
take_string(Walk *walk, gsize *length)
{
  if (!take(walk, '"'))
    return NULL;
  const char *start = walk->at;
  for (; walk->at < walk->end && *walk->at != '"'; walk->at++) {
    walk->line += *walk->at == '\n';
    if (*walk->at == '\\' && walk->at + 1 < walk->end)
      walk->at++;
  }
  if (walk->at == walk->end)
    return NULL;
  *length = (gsize)(walk->at - start);
  walk->at++;
  return start;
}

static void
remember(Walk *walk)
{
  if (walk->unnamed == 0 && !g_hash_table_contains(walk->by_path, walk->path->str))
    g_hash_table_insert(walk->by_path, g_strndup(walk->path->str, walk->path->len),
                        GUINT_TO_POINTER(walk->line));
}

/* Appends a name to the path. Returns: false if it has no place there. */
static bool
enter(Walk *walk, const char *name, gsize length)
{
  walk->depth++;
  if (walk->unnamed > 0 || walk->depth > CONFIG_LINES_DEPTH_MAX || length > CONFIG_LINES_KEY_MAX
      || memchr(name, '\0', length) != NULL) {
    walk->unnamed++;
    return false;
  }
  g_string_append_len(walk->path, name, (gssize)length);
  return true;
}

static void
leave(Walk *walk, bool was_named, gsize path_length)
{
  walk->depth--;
  if (!was_named)
    walk->unnamed--;
  g_string_truncate(walk->path, path_length);
}

static bool
walk_member(Walk *walk)
{
  gsize path_length = walk->path->len, length = 0;
  const char *name = take_string(walk, &length);
  if (name == NULL)
    return false;
  if (path_length > 0 && walk->unnamed == 0)
    g_string_append_c(walk->path, '.');
  bool is_named = enter(walk, name, length);
  remember(walk);
  bool ok = take(walk, ':') && walk_value(walk);
  leave(walk, is_named, path_length);
  return ok;
}

static bool
walk_item(Walk *walk, guint index)
{
  gsize path_length = walk->path->len;
  char name[16];
  int length = g_snprintf(name, sizeof name, "[%u]", index);
  bool is_named = enter(walk, name, (gsize)length);
  peek(walk);
  remember(walk);
  bool ok = walk_value(walk);
  leave(walk, is_named, path_length);
  return ok;
}

static bool
walk_object(Walk *walk)
{
  if (take(walk, '}'))
    return true;
  do {
    if (!walk_member(walk))
      return false;
  } while (take(walk, ','));
  return take(walk, '}');
}

static bool
walk_list(Walk *walk)
{
  if (take(walk, ']'))
    return true;
  guint index = 0;
  do {
    if (!walk_item(walk, index++))
      return false;
  } while (take(walk, ','));
  return take(walk, ']');
}

static bool
walk_value(Walk *walk)
{
  if (walk->depth > RECURSION_MAX)
    return false;
  gsize length;
  if (take(walk, '{'))
    return walk_object(walk);
  if (take(walk, '['))
    return walk_list(walk);
  if (peek(walk) == '"')
    return take_string(walk, &length) != NULL;
  const char *start = walk->at;
  while (walk->at < walk->end && (g_ascii_isalnum(*walk->at) || strchr("+-.", *walk->at) != NULL)
         && *walk->at != '\0')
    walk->at++;
  return walk->at > start;
}

ConfigLines *
config_lines_new(const char *text, gsize length)
{
  ConfigLines *self = g_new0(ConfigLines, 1);
  self->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  Walk walk = { .by_path = self->by_path, .at = text, .end = text + length, .line = 1,
                .path = g_string_new(NULL) };
  peek(&walk);
  remember(&walk);
  walk_value(&walk);
  g_string_free(walk.path, TRUE);
  return self;
}

void
config_lines_free(ConfigLines *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->by_path);
  g_free(self);
}

guint
config_lines_find(const ConfigLines *self, const char *path)
{
  g_autofree char *around = g_strdup(path);
  for (;;) {
    gpointer line;
    if (g_hash_table_lookup_extended(self->by_path, around, NULL, &line))
      return GPOINTER_TO_UINT(line);
    char *dot = strrchr(around, '.'), *bracket = strrchr(around, '[');
    char *cut = dot != NULL && (bracket == NULL || dot > bracket) ? dot : bracket;
    if (cut == NULL)
      break;
    *cut = '\0';
  }
  gpointer line = g_hash_table_lookup(self->by_path, "");
  return line == NULL ? 1 : GPOINTER_TO_UINT(line);
}
