/* tests/signaling/test_openapi.c - the API's description against the server's own routes. */
#include "signaling/builtin_routes.h"
#include "tests/lib/openapi_check.h"

static json_t *
document(void)
{
  gsize length;
  const char *text = builtin_openapi(&length);
  json_error_t fault;
  json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
  if (json == NULL)
    g_error("openapi.json: line %d: %s", fault.line, fault.text);
  return json;
}

static void
test_the_document_is_whole(void)
{
  json_t *json = document();
  openapi_check_document(json);
  json_decref(json);
}

static void
test_the_servers_own_routes_are_documented(void)
{
  json_t *json = document();
  openapi_check_rows(json, BUILTIN_ROUTES);
  json_decref(json);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/openapi/the_document_is_whole", test_the_document_is_whole);
  g_test_add_func("/signaling/openapi/the_servers_own_routes_are_documented", test_the_servers_own_routes_are_documented);
  return g_test_run();
}
