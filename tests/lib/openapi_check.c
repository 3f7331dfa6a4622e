/* tests/lib/openapi_check.c - does the API's description say what the route tables do? */
#include "tests/lib/openapi_check.h"
#include "signaling/role.h"
#include <string.h>

static const char *const METHODS[] = { "get", "put", "post", "patch", "delete" };

/* Follows "#/components/schemas/Room". */
static const json_t *
resolve(const json_t *document, const json_t *node)
{
  const char *reference = json_string_value(json_object_get(node, "$ref"));
  if (reference == NULL)
    return node;
  g_assert_true(g_str_has_prefix(reference, "#/"));
  g_auto(GStrv) names = g_strsplit(reference + 2, "/", -1);
  const json_t *found = document;
  for (char **name = names; *name != NULL; name++)
    found = json_object_get(found, *name);
  if (found == NULL)
    g_error("openapi.json: %s leads nowhere", reference);
  return resolve(document, found);
}

static void
check_references(const json_t *document, const json_t *node)
{
  const char *key;
  json_t *value;
  gsize index;
  if (json_is_object(node)) {
    resolve(document, node);
    json_object_foreach((json_t *)node, key, value)
      check_references(document, value);
  } else {
    json_array_foreach(node, index, value)
      check_references(document, value);
  }
}

/* Calls @visit for each operation. */
typedef void (*Visit)(const json_t *document, const char *path, const json_t *item,
                      const char *method, const json_t *operation, gpointer user);

static void
visit_operations(const json_t *document, Visit visit, gpointer user)
{
  const char *path;
  json_t *item;
  json_object_foreach(json_object_get(document, "paths"), path, item)
    for (guint i = 0; i < G_N_ELEMENTS(METHODS); i++) {
      const json_t *operation = json_object_get(item, METHODS[i]);
      if (operation != NULL)
        visit(document, path, item, METHODS[i], operation, user);
    }
}

static bool
has_parameter(const json_t *document, const json_t *list, const char *name)
{
  gsize index;
  json_t *value;
  json_array_foreach(list, index, value)
    if (g_strcmp0(json_string_value(json_object_get(resolve(document, value), "name")), name) == 0)
      return true;
  return false;
}

static void
check_parameters(const json_t *document, const char *path, const json_t *item, const json_t *operation)
{
  g_auto(GStrv) segments = g_strsplit(path, "/", -1);
  for (char **segment = segments; *segment != NULL; segment++) {
    if (**segment != '{')
      continue;
    g_autofree char *name = g_strndup(*segment + 1, strlen(*segment) - 2);
    if (!has_parameter(document, json_object_get(item, "parameters"), name)
        && !has_parameter(document, json_object_get(operation, "parameters"), name))
      g_error("openapi.json: %s: parameter %s is not described", path, name);
  }
}

static bool
needs_key(const json_t *operation)
{
  const json_t *security = json_object_get(operation, "security");
  return security == NULL || json_array_size(security) > 0;
}

static void
check_operation(const json_t *document, const char *path, const json_t *item, const char *method,
                const json_t *operation, gpointer user)
{
  GHashTable *ids = user;
  const char *id = json_string_value(json_object_get(operation, "operationId"));
  g_assert_nonnull(id);
  if (!g_hash_table_add(ids, (gpointer)id))
    g_error("openapi.json: operationId %s stands twice", id);
  g_assert_nonnull(json_object_get(operation, "summary"));
  check_parameters(document, path, item, operation);
  const char *status;
  json_t *response;
  bool has_success = false, has_401 = false;
  json_object_foreach(json_object_get(operation, "responses"), status, response) {
    const json_t *content = json_object_get(resolve(document, response), "content");
    g_assert_nonnull(json_object_get(resolve(document, response), "description"));
    has_success |= status[0] == '2';
    has_401 |= strcmp(status, "401") == 0;
    if (status[0] >= '4' && json_object_get(content, "application/problem+json") == NULL)
      g_error("openapi.json: %s %s: %s is no problem document", method, path, status);
  }
  g_assert_true(has_success);
  bool is_login = strcmp(id, "login") == 0;  /* open, but a wrong key in its body is a 401 */
  if (has_401 != (needs_key(operation) || is_login))
    g_error("openapi.json: %s %s: a 401 belongs where a key is needed", method, path);
}

void
openapi_check_document(const json_t *document)
{
  g_assert_true(json_is_object(document));
  g_assert_true(g_str_has_prefix(json_string_value(json_object_get(document, "openapi")), "3.1."));
  g_assert_nonnull(json_object_get(json_object_get(document, "info"), "title"));
  g_assert_nonnull(json_object_get(json_object_get(document, "info"), "version"));
  check_references(document, document);
  g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
  visit_operations(document, check_operation, ids);
  g_assert_cmpuint(g_hash_table_size(ids), >, 0);
}

/* "{path...}" of a route is "{path}" in the description, which has no word for it. */
static char *
described(const char *pattern)
{
  char *rest = strstr(pattern, "...}");
  return rest != NULL ? g_strdup_printf("%.*s}", (int)(rest - pattern), pattern) : g_strdup(pattern);
}

/* Returns: the mask of an operation's "x-roles" or "x-own"; 0 if it has none. */
static guint
described_roles(const char *path, const json_t *list)
{
  guint roles = 0;
  gsize index;
  json_t *value;
  json_array_foreach(list, index, value) {
    const char *name = json_string_value(value);
    guint role = g_strcmp0(name, "anyone") == 0 ? ROLE_ANYONE : role_from_text(name);
    if (role == ROLE_NONE || (roles & role) != 0)
      g_error("openapi.json: %s: \"%s\" is no role, or stands twice", path, name != NULL ? name : "");
    roles |= role;
  }
  return roles;
}

/* The permissions that the table enforces are those that are written down (and that
 * tests/integration/test_permissions.py tries on the running bridge, each role with each call). */
static void
check_roles(const HttpRoute *row, const json_t *operation)
{
  guint roles = described_roles(row->pattern, json_object_get(operation, "x-roles"));
  guint own = described_roles(row->pattern, json_object_get(operation, "x-own"));
  if (roles != row->roles)
    g_error("%s %s: \"x-roles\" of openapi.json gives the roles %#x, the table %#x", row->method, row->pattern, roles, row->roles);
  if ((own & ~roles) != 0)
    g_error("%s %s: \"x-own\" of openapi.json names a role that may not call it at all", row->method, row->pattern);
}

static void
check_row(const json_t *document, const HttpRoute *row)
{
  g_autofree char *path = described(row->pattern);
  const json_t *item = json_object_get(json_object_get(document, "paths"), path);
  g_autofree char *method = g_ascii_strdown(row->method, -1);
  const json_t *operation = json_object_get(item, method);
  if (operation == NULL)
    g_error("%s %s is not documented in openapi.json", row->method, row->pattern);
  if (needs_key(operation) != ((row->roles & ROLE_ANYONE) == 0))
    g_error("%s %s: openapi.json and the table differ on the need of a key", row->method, row->pattern);
  check_roles(row, operation);
  const json_t *content
      = json_object_get(resolve(document, json_object_get(operation, "requestBody")), "content");
  g_auto(GStrv) types = g_strsplit(row->content_type != NULL ? row->content_type : "", ", ", -1);
  bool agrees = json_object_size(content) == g_strv_length(types) && (row->content_type == NULL) == (content == NULL);
  for (char **type = types; row->content_type != NULL && *type != NULL; type++)
    agrees &= json_object_get(content, *type) != NULL;
  if (!agrees)
    g_error("%s %s: openapi.json and the table differ on the body's type", row->method, row->pattern);
}

void
openapi_check_rows(const json_t *document, const HttpRoute *table)
{
  for (const HttpRoute *row = table; row->method != NULL; row++)
    check_row(document, row);
}

typedef struct {
  const HttpRoute *const *tables;
  guint                   n_tables;
} Tables;

static void
find_row(G_GNUC_UNUSED const json_t *document, const char *path, G_GNUC_UNUSED const json_t *item,
         const char *method, G_GNUC_UNUSED const json_t *operation, gpointer user)
{
  const Tables *tables = user;
  for (guint t = 0; t < tables->n_tables; t++)
    for (const HttpRoute *row = tables->tables[t]; row->method != NULL; row++) {
      g_autofree char *row_path = described(row->pattern);
      if (strcmp(row_path, path) == 0 && g_ascii_strcasecmp(row->method, method) == 0)
        return;
    }
  g_error("openapi.json documents %s %s, which no table has", method, path);
}

void
openapi_check_routes(const json_t *document, const HttpRoute *const *tables, guint n_tables)
{
  Tables all = { tables, n_tables };
  visit_operations(document, find_row, &all);
  for (guint t = 0; t < n_tables; t++)
    openapi_check_rows(document, tables[t]);
}
