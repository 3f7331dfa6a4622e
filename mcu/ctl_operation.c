/* mcu/ctl_operation.c - the operations of the OpenAPI document, as `diemcau ctl` offers them. */
#include "mcu/ctl_operation.h"
#include <string.h>

enum { DEPTH_MAX = 8 };

G_DEFINE_QUARK(diemcau-ctl-error, ctl_error)

static const char *const METHODS[] = { "get", "put", "post", "patch", "delete" };

GArray *
ctl_operations(const json_t *document)
{
  GArray *list = g_array_new(FALSE, FALSE, sizeof(CtlOperation));
  const char *path;
  json_t *item;
  json_object_foreach(json_object_get(document, "paths"), path, item)
    for (guint i = 0; i < G_N_ELEMENTS(METHODS); i++) {
      const json_t *operation = json_object_get(item, METHODS[i]);
      const char *id = json_string_value(json_object_get(operation, "operationId"));
      const char *summary = json_string_value(json_object_get(operation, "summary"));
      if (id == NULL)
        continue;
      CtlOperation found = { document, item, operation, id, path, METHODS[i], summary != NULL ? summary : "" };
      g_array_append_val(list, found);
    }
  return list;
}

/* True if @name is @id but for capitals and '-'. */
static bool
is_name(const char *name, const char *id)
{
  for (;; name++, id++) {
    while (*name == '-')
      name++;
    if (g_ascii_tolower(*name) != g_ascii_tolower(*id))
      return false;
    if (*id == '\0')
      return true;
  }
}

static bool
is_short_name(const char *name, const char *id)
{
  return (g_str_has_prefix(id, "get") && is_name(name, id + 3)) || (g_str_has_prefix(id, "list") && is_name(name, id + 4));
}

bool
ctl_operation_find(const json_t *document, const char *name, CtlOperation *out)
{
  g_autoptr(GArray) list = ctl_operations(document);
  for (int is_short = 0; is_short < 2; is_short++)
    for (guint i = 0; i < list->len; i++) {
      *out = g_array_index(list, CtlOperation, i);
      if (is_short ? is_short_name(name, out->id) : is_name(name, out->id))
        return true;
    }
  return false;
}

const json_t *
ctl_resolve(const json_t *document, const json_t *node)
{
  for (int depth = 0; depth < DEPTH_MAX; depth++) {
    const char *reference = json_string_value(json_object_get(node, "$ref"));
    if (reference == NULL)
      return node;
    if (!g_str_has_prefix(reference, "#/"))
      return NULL;
    g_auto(GStrv) names = g_strsplit(reference + 2, "/", -1);
    node = document;
    for (char **name = names; *name != NULL; name++)
      node = json_object_get(node, *name);
  }
  return NULL;
}

/* --- parameters --- */

static const json_t *
find_parameter(const CtlOperation *self, const json_t *list, const char *where, const char *name)
{
  gsize i;
  json_t *entry;
  json_array_foreach(list, i, entry) {
    const json_t *parameter = ctl_resolve(self->document, entry);
    const char *found = json_string_value(json_object_get(parameter, "name"));
    if (g_strcmp0(json_string_value(json_object_get(parameter, "in")), where) == 0 && found != NULL
        && g_ascii_strcasecmp(found, name) == 0)
      return parameter;
  }
  return NULL;
}

const json_t *
ctl_operation_parameter(const CtlOperation *self, const char *where, const char *name)
{
  const json_t *found = find_parameter(self, json_object_get(self->operation, "parameters"), where, name);
  return found != NULL ? found : find_parameter(self, json_object_get(self->item, "parameters"), where, name);
}

static void
add_names(const CtlOperation *self, const json_t *list, const char *where, GPtrArray *out)
{
  gsize i;
  json_t *entry;
  json_array_foreach(list, i, entry) {
    const json_t *parameter = ctl_resolve(self->document, entry);
    const char *name = json_string_value(json_object_get(parameter, "name"));
    if (name != NULL && g_strcmp0(json_string_value(json_object_get(parameter, "in")), where) == 0)
      g_ptr_array_add(out, g_strdup(name));
  }
}

GPtrArray *
ctl_operation_parameters(const CtlOperation *self, const char *where)
{
  GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
  if (strcmp(where, "path") != 0) {
    add_names(self, json_object_get(self->item, "parameters"), where, out);
    add_names(self, json_object_get(self->operation, "parameters"), where, out);
    return out;
  }
  for (const char *at = strchr(self->path, '{'); at != NULL; at = strchr(at, '{')) {
    at++;
    g_ptr_array_add(out, g_strndup(at, strcspn(at, "}")));
  }
  return out;
}

/* --- the body --- */

const json_t *
ctl_operation_body(const CtlOperation *self)
{
  return json_object_get(ctl_resolve(self->document, json_object_get(self->operation, "requestBody")), "content");
}

static const json_t *
body_schema(const CtlOperation *self)
{
  const json_t *type = json_object_get(ctl_operation_body(self), "application/json");
  return ctl_resolve(self->document, json_object_get(type, "schema"));
}

/* Calls @visit for each field of @schema and of what it is made of. */
typedef void (*FieldVisit)(const char *name, const json_t *schema, gpointer user);

static void
visit_fields(const json_t *document, const json_t *schema, FieldVisit visit, gpointer user, int depth)
{
  static const char *const PARTS[] = { "allOf", "anyOf", "oneOf" };
  const char *name;
  json_t *value;
  schema = ctl_resolve(document, schema);
  if (schema == NULL || depth == 0)
    return;
  json_object_foreach(json_object_get(schema, "properties"), name, value)
    visit(name, value, user);
  for (guint p = 0; p < G_N_ELEMENTS(PARTS); p++) {
    gsize i;
    json_array_foreach(json_object_get(schema, PARTS[p]), i, value)
      visit_fields(document, value, visit, user, depth - 1);
  }
}

typedef struct {
  const char   *name;
  const json_t *schema;
} FieldSearch;

static void
compare_field(const char *name, const json_t *schema, gpointer user)
{
  FieldSearch *search = user;
  if (search->schema == NULL && strcmp(name, search->name) == 0)
    search->schema = schema;
}

const json_t *
ctl_operation_field(const CtlOperation *self, const char *name)
{
  FieldSearch search = { name, NULL };
  visit_fields(self->document, body_schema(self), compare_field, &search, DEPTH_MAX);
  return search.schema;
}

static void
add_field(const char *name, G_GNUC_UNUSED const json_t *schema, gpointer user)
{
  GPtrArray *out = user;
  if (!g_ptr_array_find_with_equal_func(out, name, g_str_equal, NULL))
    g_ptr_array_add(out, g_strdup(name));
}

GPtrArray *
ctl_operation_fields(const CtlOperation *self)
{
  GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
  visit_fields(self->document, body_schema(self), add_field, out, DEPTH_MAX);
  return out;
}

bool
ctl_operation_is_stream(const CtlOperation *self)
{
  const json_t *answer = json_object_get(json_object_get(self->operation, "responses"), "200");
  return json_object_get(json_object_get(ctl_resolve(self->document, answer), "content"), "text/event-stream") != NULL;
}

/* --- values --- */

enum {
  KIND_NULL = 1 << 0, KIND_BOOLEAN = 1 << 1, KIND_INTEGER = 1 << 2, KIND_NUMBER = 1 << 3,
  KIND_TEXT = 1 << 4, KIND_ARRAY = 1 << 5, KIND_OBJECT = 1 << 6,
};

static const struct {
  const char *name;
  guint       kind;
} KINDS[] = {
  { "null", KIND_NULL }, { "boolean", KIND_BOOLEAN }, { "integer", KIND_INTEGER }, { "number", KIND_NUMBER },
  { "string", KIND_TEXT }, { "array", KIND_ARRAY }, { "object", KIND_OBJECT },
};

static guint
kind_of_name(const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS(KINDS); i++)
    if (strcmp(KINDS[i].name, name) == 0)
      return KINDS[i].kind;
  return 0;
}

static guint
kind_of_value(const json_t *value)
{
  switch (json_typeof(value)) {
  case JSON_NULL: return KIND_NULL;
  case JSON_TRUE:
  case JSON_FALSE: return KIND_BOOLEAN;
  case JSON_INTEGER: return KIND_INTEGER;
  case JSON_REAL: return KIND_NUMBER;
  case JSON_STRING: return KIND_TEXT;
  case JSON_ARRAY: return KIND_ARRAY;
  default: return KIND_OBJECT;
  }
}

/* Returns: the kinds that @schema allows; 0: it does not say. */
static guint
kinds_of(const json_t *document, const json_t *schema, int depth)
{
  static const char *const PARTS[] = { "oneOf", "anyOf", "allOf" };
  guint kinds = 0;
  gsize i;
  json_t *value;
  schema = ctl_resolve(document, schema);
  if (schema == NULL || depth == 0)
    return 0;
  const json_t *type = json_object_get(schema, "type"), *constant = json_object_get(schema, "const");
  kinds |= kind_of_name(json_string_value(type));
  json_array_foreach(type, i, value)
    kinds |= kind_of_name(json_string_value(value));
  json_array_foreach(json_object_get(schema, "enum"), i, value)
    kinds |= kind_of_value(value);
  if (constant != NULL)
    kinds |= kind_of_value(constant);
  for (guint p = 0; p < G_N_ELEMENTS(PARTS); p++)
    json_array_foreach(json_object_get(schema, PARTS[p]), i, value)
      kinds |= kinds_of(document, value, depth - 1);
  return kinds;
}

static json_t *
split_array(const char *text)
{
  json_t *array = json_array();
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      json_array_append_new(array, json_string(*part));
  return array;
}

/* (nullable): JSON of one of @kinds. */
static json_t *
parse_json(const char *text, guint kinds)
{
  json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
  guint kind = value != NULL ? kind_of_value(value) : 0;
  if (kind == KIND_INTEGER && (kinds & KIND_NUMBER) != 0)
    kind = KIND_NUMBER;
  if ((kinds & kind) != 0)
    return value;
  json_decref(value);
  return NULL;
}

static json_t *
refuse(guint kinds, const char *text, GError **error)
{
  g_autoptr(GString) allowed = g_string_new(NULL);
  for (guint i = 0; i < G_N_ELEMENTS(KINDS); i++)
    if ((kinds & KINDS[i].kind) != 0)
      g_string_append_printf(allowed, "%s%s", allowed->len > 0 ? " or " : "", KINDS[i].name);
  g_set_error(error, CTL_ERROR, 0, "'%s' is no %s", text, allowed->str);
  return NULL;
}

json_t *
ctl_value(const json_t *document, const json_t *schema, const char *text, GError **error)
{
  guint kinds = kinds_of(document, schema, DEPTH_MAX);
  json_t *value = NULL;
  if (!g_utf8_validate(text, -1, NULL))
    return refuse(KIND_TEXT, "(not UTF-8)", error);
  if (kinds == 0)
    kinds = KIND_NULL | KIND_BOOLEAN | KIND_NUMBER | KIND_TEXT | KIND_ARRAY | KIND_OBJECT;
  if ((kinds & ~(guint)KIND_TEXT) != 0)
    value = parse_json(text, kinds & ~(guint)KIND_TEXT);
  if (value == NULL && (kinds & KIND_ARRAY) != 0 && (kinds & KIND_TEXT) == 0 && strchr("[{", text[0]) == NULL)
    value = split_array(text);
  if (value == NULL && (kinds & KIND_TEXT) != 0)
    value = json_string(text);
  return value != NULL ? value : refuse(kinds, text, error);
}
