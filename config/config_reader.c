/* config/config_reader.c - takes typed values out of a JSON text and notes every fault. */
#include "config/config_reader.h"
#include <math.h>
#include <string.h>

enum { SHOWN_CHARACTERS_MAX = 60 };  /* of a wrong value */

typedef struct {
  guint line;
  char *text;  /* owned */
} Fault;

struct ConfigReader {
  char        *file;    /* owned */
  json_t      *root;    /* owned; NULL after a fault of syntax */
  ConfigLines *lines;   /* owned */
  GArray      *faults;  /* owned, of Fault */
};

static void
fault_clear(gpointer fault)
{
  g_free(((Fault *)fault)->text);
}

static void
add_fault(ConfigReader *self, guint line, char *text)
{
  Fault fault = { line, text };
  g_array_append_val(self->faults, fault);
}

/* jansson passes over a NUL after a number. */
static bool
has_nul(ConfigReader *self, const char *text, gsize length)
{
  const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
  if (nul == NULL)
    return false;
  guint line = 1;
  for (const char *at = text; at < nul; at++)
    line += *at == '\n';
  add_fault(self, line, g_strdup("not valid JSON: a NUL character"));
  return true;
}

ConfigReader *
config_reader_new(const char *file, const char *text, gsize length)
{
  ConfigReader *self = g_new0(ConfigReader, 1);
  self->file = g_strdup(file);
  self->faults = g_array_new(FALSE, FALSE, sizeof(Fault));
  g_array_set_clear_func(self->faults, fault_clear);
  self->lines = config_lines_new(text, length);
  if (has_nul(self, text, length))
    return self;
  json_error_t error;
  self->root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (self->root == NULL)
    add_fault(self, (guint)MAX(error.line, 1), g_strdup_printf("not valid JSON: %s", error.text));
  return self;
}

void
config_reader_free(ConfigReader *self)
{
  if (self == NULL)
    return;
  json_decref(self->root);
  config_lines_free(self->lines);
  g_array_unref(self->faults);
  g_free(self->file);
  g_free(self);
}

ConfigNode
config_reader_root(ConfigReader *self)
{
  return (ConfigNode) { .json = self->root };
}

ConfigNode
config_node_member(const ConfigNode *object, const char *key)
{
  ConfigNode node = { .json = json_object_get(object->json, key) };
  g_snprintf(node.path, sizeof node.path, object->path[0] != '\0' ? "%s.%s" : "%s%s", object->path,
             key);
  return node;
}

ConfigNode
config_node_item(const ConfigNode *list, guint index)
{
  ConfigNode node = { .json = json_array_get(list->json, index) };
  g_snprintf(node.path, sizeof node.path, "%s[%u]", list->path, index);
  return node;
}

void
config_reader_fault(ConfigReader *self, const ConfigNode *node, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  add_fault(self, config_lines_find(self->lines, node->path),
            g_strdup_printf("%s%s%s", node->path, node->path[0] != '\0' ? " " : "", what));
}

static gint
by_line(gconstpointer a, gconstpointer b)
{
  guint line_a = ((const Fault *)a)->line, line_b = ((const Fault *)b)->line;
  return (line_a > line_b) - (line_a < line_b);
}

char *
config_reader_faults(const ConfigReader *self)
{
  if (self->faults->len == 0)
    return NULL;
  g_array_sort(self->faults, by_line);  /* stable: faults of one line stay in order */
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < self->faults->len; i++) {
    const Fault *fault = &g_array_index(self->faults, Fault, i);
    g_string_append_printf(text, "%s%s:%u: %s", i > 0 ? "\n" : "", self->file, fault->line,
                           fault->text);
  }
  return g_string_free(text, FALSE);
}

/* Returns: (transfer full): a value as it would be written, if it is short. */
static char *
show(const json_t *json)
{
  if (json_is_object(json))
    return g_strdup("an object");
  if (json_is_array(json))
    return g_strdup("a list");
  char *written = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
  g_autofree char *text = g_strdup(written != NULL ? written : "?");
  free(written);
  if (g_utf8_strlen(text, -1) <= SHOWN_CHARACTERS_MAX)
    return g_steal_pointer(&text);
  *g_utf8_offset_to_pointer(text, SHOWN_CHARACTERS_MAX) = '\0';
  return g_strconcat(text, "...", NULL);
}

static bool
refuse(ConfigReader *self, const ConfigNode *node, const char *allowed)
{
  g_autofree char *shown = show(node->json);
  config_reader_fault(self, node, "is %s: allowed is %s", shown, allowed);
  return false;
}

bool
config_reader_object(ConfigReader *self, const ConfigNode *node, const char *const *keys)
{
  if (node->json == NULL)
    return false;
  if (!json_is_object(node->json))
    return refuse(self, node, "an object");
  const char *key;
  json_t *value;
  json_object_foreach(node->json, key, value) {
    if (g_strv_contains(keys, key))
      continue;
    ConfigNode unknown = config_node_member(node, key);
    g_autofree char *list = g_strjoinv(", ", (char **)keys);
    json_t *name = json_string(key);
    g_autofree char *shown = show(name);
    json_decref(name);
    add_fault(self, config_lines_find(self->lines, unknown.path),
              g_strdup_printf("unknown key %s%s%s: allowed are %s", shown,
                              node->path[0] != '\0' ? " in " : "", node->path, list));
  }
  return true;
}

bool
config_reader_list(ConfigReader *self, const ConfigNode *node, guint min, guint max, guint *n)
{
  if (node->json == NULL)
    return false;
  g_autofree char *allowed = g_strdup_printf("a list of %u to %u", min, max);
  if (!json_is_array(node->json))
    return refuse(self, node, allowed);
  gsize size = json_array_size(node->json);
  if (size < min || size > max) {
    config_reader_fault(self, node, "has %" G_GSIZE_FORMAT " items: allowed is %s", size, allowed);
    return false;
  }
  *n = (guint)size;
  return true;
}

bool
config_reader_number(ConfigReader *self, const ConfigNode *node, guint min, guint max, guint *out)
{
  if (node->json == NULL)
    return false;
  /* 30.0 is a whole number too, for JSON Schema as for people. */
  double value = json_is_number(node->json) ? json_number_value(node->json) : NAN;
  if (!(value >= min && value <= max) || floor(value) != value) {
    g_autofree char *allowed = g_strdup_printf("a whole number of %u to %u", min, max);
    return refuse(self, node, allowed);
  }
  *out = (guint)value;
  return true;
}

bool
config_reader_flag(ConfigReader *self, const ConfigNode *node, bool *out)
{
  if (node->json == NULL)
    return false;
  if (!json_is_boolean(node->json))
    return refuse(self, node, "true or false");
  *out = json_is_true(node->json);
  return true;
}

bool
config_reader_text(ConfigReader *self, const ConfigNode *node, ConfigTextRule rule, char **out)
{
  if (node->json == NULL)
    return false;
  if (!json_is_string(node->json))
    return refuse(self, node, rule(""));
  const char *text = json_string_value(node->json);
  const char *allowed = rule(text);
  if (allowed != NULL)
    return refuse(self, node, allowed);
  g_free(*out);
  *out = g_strdup(text);
  return true;
}

bool
config_reader_text_or_null(ConfigReader *self, const ConfigNode *node, ConfigTextRule rule,
                           char **out)
{
  if (!json_is_null(node->json))
    return config_reader_text(self, node, rule, out);
  g_clear_pointer(out, g_free);
  return true;
}
