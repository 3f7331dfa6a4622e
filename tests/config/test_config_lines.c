/* tests/config/test_config_lines.c - unit tests of config/config_lines. */
#include "config/config_lines.h"
#include <string.h>

static void
test_values_have_the_line_they_stand_on(void)
{
  static const char TEXT[] = "\n{ \"a\": 1,\n  \"b\": {\n    \"c\":\n 2, \"d\": [\n [], {\n\"e\": null }\n]\n"
                             "}, \"f\\\"g\": \"x\\\\\", \"h\"\n: true }\n";
  static const struct { const char *path; guint line; } CASES[] = {
    { "", 2 }, { "a", 2 }, { "b", 3 }, { "b.c", 4 }, { "b.d", 5 }, { "b.d[0]", 6 },
    { "b.d[1]", 6 }, { "b.d[1].e", 7 }, { "h", 9 },
  };
  g_autoptr(ConfigLines) lines = config_lines_new(TEXT, sizeof TEXT - 1);
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++)
    g_assert_cmpuint(config_lines_find(lines, CASES[i].path), ==, CASES[i].line);
}

static void
test_what_is_not_there_has_the_line_around_it(void)
{
  static const char TEXT[] = "{\n\"a\": {\n\"b\": [\n1 ] } }";
  g_autoptr(ConfigLines) lines = config_lines_new(TEXT, sizeof TEXT - 1);
  g_assert_cmpuint(config_lines_find(lines, "a.x"), ==, 2);
  g_assert_cmpuint(config_lines_find(lines, "a.b[0]"), ==, 4);
  g_assert_cmpuint(config_lines_find(lines, "a.b[7].c"), ==, 3);
  g_assert_cmpuint(config_lines_find(lines, "x.y[3].z"), ==, 1);
}

static void
test_deep_and_long_names_have_the_line_around_them(void)
{
  g_autoptr(GString) text = g_string_new("{\n\"");
  for (guint i = 0; i <= CONFIG_LINES_KEY_MAX; i++)
    g_string_append_c(text, 'k');
  g_string_append(text, "\": {\n\"in\": 1 },\n\"a\": [\n[\n[\n[\n[\n[\n[\n7 ] ] ] ] ] ] ], \n\"z\": 0 }");
  g_autoptr(ConfigLines) lines = config_lines_new(text->str, text->len);
  g_assert_cmpuint(config_lines_find(lines, "in"), ==, 1);
  g_assert_cmpuint(config_lines_find(lines, "a[0][0][0][0][0]"), ==, 9);
  g_assert_cmpuint(config_lines_find(lines, "a[0][0][0][0][0][0]"), ==, 9);
  g_assert_cmpuint(config_lines_find(lines, "z"), ==, 12);
}

static void
test_text_that_is_no_json_ends_early(void)
{
  static const char *const CASES[] = { "", " ", "{", "{\"a", "{\"a\"", "{\"a\":", "[1,,", "\\", "]", "{\"a\\" };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(ConfigLines) lines = config_lines_new(CASES[i], strlen(CASES[i]));
    g_assert_cmpuint(config_lines_find(lines, "a"), ==, 1);
  }
  g_autoptr(GString) deep = g_string_new(NULL);
  for (guint i = 0; i < 100000; i++)
    g_string_append_c(deep, '[');
  g_autoptr(ConfigLines) lines = config_lines_new(deep->str, deep->len);
  g_assert_cmpuint(config_lines_find(lines, "[0]"), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/config/config_lines/" #name, test_##name)
  ADD(values_have_the_line_they_stand_on);
  ADD(what_is_not_there_has_the_line_around_it);
  ADD(deep_and_long_names_have_the_line_around_them);
  ADD(text_that_is_no_json_ends_early);
  return g_test_run();
}
