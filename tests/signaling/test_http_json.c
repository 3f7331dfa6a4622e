/* tests/signaling/test_http_json.c - unit tests of signaling/http_json. */
#include "signaling/http_json.h"
#include <string.h>

static void
test_only_whole_objects_pass(void)
{
  static const char *const BAD[] = { "", "{", "[]", "1", "null", "{} x", "{\"a\":1,\"a\":2}", "{\"a\":}",
    "{\"a\":\"\xff\"}", "{'a':1}", "{\"a\":\"\\u0000\"}", "\xef\xbb\xbf{}" };
  for (guint i = 0; i < G_N_ELEMENTS(BAD); i++) {
    g_autoptr(GError) error = NULL;
    g_test_message("%s", BAD[i]);
    g_assert_null(http_json_parse(BAD[i], strlen(BAD[i]), &error));
    g_assert_error(error, HTTP_JSON_ERROR, 0);
  }
  g_autoptr(GError) error = NULL;
  json_t *json = http_json_parse(" {\"a\":{\"b\":[1,2.5,null]}} \n", 27, &error);
  g_assert_no_error(error);
  json_decref(json);
}

static void
test_errors_do_not_repeat_the_text(void)
{
  static const char TEXT[] = "{\"key\":\"secretsecret\",}";
  g_autoptr(GError) error = NULL;
  g_assert_null(http_json_parse(TEXT, strlen(TEXT), &error));
  g_assert_null(strstr(error->message, "secret"));
  g_assert_nonnull(strstr(error->message, "line 1"));
}

static void
test_deep_nesting_is_refused(void)
{
  g_autofree char *open = g_strnfill(65000, '[');
  g_autofree char *text = g_strconcat("{\"a\":", open, NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(http_json_parse(text, strlen(text), &error));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/http_json/only_whole_objects_pass", test_only_whole_objects_pass);
  g_test_add_func("/signaling/http_json/errors_do_not_repeat_the_text", test_errors_do_not_repeat_the_text);
  g_test_add_func("/signaling/http_json/deep_nesting_is_refused", test_deep_nesting_is_refused);
  return g_test_run();
}
