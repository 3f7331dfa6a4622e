/* tests/mcu/test_openapi.c - the API's description against all routes of the bridge, both ways. */
#include "mcu/api.h"
#include "signaling/builtin_routes.h"
#include "tests/lib/openapi_check.h"

static void
test_description_and_routes_agree(void)
{
  gsize length;
  const char *text = builtin_openapi(&length);
  json_t *document = json_loadb(text, length, 0, NULL);
  openapi_check_document(document);
  openapi_check_routes(document, (const HttpRoute *const[]) { API_ROUTES, BUILTIN_ROUTES }, 2);
  json_decref(document);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/openapi/description_and_routes_agree", test_description_and_routes_agree);
  return g_test_run();
}
