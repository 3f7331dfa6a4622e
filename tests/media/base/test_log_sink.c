/* tests/media/base/test_log_sink.c - unit tests of media/base/log_sink, and of log_about(). */
#include "media/base/log_sink.h"
#include "media/base/log.h"
#include <string.h>

#define TIME_US G_GINT64_CONSTANT(1796887800120000)  /* 2026-12-10T07:30:00.120Z */

static char *
format(LogForm form, GLogLevelFlags level, const char *domain, const char *message, const char *site)
{
  GLogField fields[] = { { "GLIB_DOMAIN", domain, -1 }, { "MESSAGE", message, -1 }, { "DIEMCAU_SITE", site, -1 } };
  GString *out = g_string_new(NULL);
  log_sink_format(out, form, level, fields, site != NULL ? 3 : 2, TIME_US, "control");
  return g_string_free(out, FALSE);
}

static void
test_a_json_line_is_one_object_with_its_fields(void)
{
  g_autofree char *line = format(LOG_FORM_JSON, G_LOG_LEVEL_WARNING, "diemcau", "Huyện \"Yên Phong\"\n\\\x01", "h-yen-phong");
  g_assert_cmpstr(line, ==,
                  "{\"time\":\"2026-12-10T07:30:00.120Z\",\"level\":\"warning\",\"thread\":\"control\","
                  "\"message\":\"Huyện \\\"Yên Phong\\\"\\u000a\\\\\\u0001\",\"site\":\"h-yen-phong\"}\n");
  g_autofree char *foreign = format(LOG_FORM_JSON, G_LOG_LEVEL_MESSAGE, "GLib", "x", NULL);
  g_assert_nonnull(strstr(foreign, "\"library\":\"GLib\",\"message\":\"x\"}\n"));
}

static void
test_what_is_no_utf8_or_too_long_makes_a_line_all_the_same(void)
{
  g_autofree char *broken = format(LOG_FORM_JSON, G_LOG_LEVEL_INFO, "diemcau", "a\xff\xfe" "b", "\xc3");
  g_assert_true(g_utf8_validate(broken, -1, NULL));
  g_autofree char *text = g_strnfill(3 * LOG_MESSAGE_BYTES_MAX, 'x');
  g_autofree char *cut = format(LOG_FORM_JSON, G_LOG_LEVEL_INFO, "diemcau", text, NULL);
  g_assert_cmpuint(strlen(cut), <, LOG_MESSAGE_BYTES_MAX + 200);
  g_assert_true(g_str_has_suffix(cut, "x\"}\n"));
}

static void
test_a_terminal_gets_a_plain_line(void)
{
  g_autofree char *line = format(LOG_FORM_TEXT, G_LOG_LEVEL_MESSAGE, "diemcau", "one\ntwo\x1b[31m", "hub");
  g_assert_nonnull(strstr(line, " info     one two [31m [site=hub]\n"));
  g_autofree char *plain = format(LOG_FORM_TEXT, G_LOG_LEVEL_CRITICAL, "diemcau", "x", NULL);
  g_assert_true(g_str_has_suffix(plain, " error    x\n"));
}

/* What a child process writes that logs with the sink. */
static void
log_in_child(void)
{
  log_sink_open(LOG_LEVEL_INFO);
  g_debug("unheard");
  g_message("heard");
  g_log("libnice", G_LOG_LEVEL_DEBUG, "ice-pwd unheard");
  log_sink_set_level(LOG_LEVEL_DEBUG);
  g_debug("heard, too");
  g_log("libnice", G_LOG_LEVEL_DEBUG, "ice-pwd unheard at any level");
  log_sink_set_level(LOG_LEVEL_ERROR);
  g_message("unheard again");
  log_about(G_LOG_LEVEL_CRITICAL, &(LogAbout) { .room = "r", .site = "", .session = NULL, .media = "m" }, "with %s", "fields");
}

static void
test_the_level_decides_at_run_time_and_libraries_say_nothing_for_debugging(void)
{
  if (g_test_subprocess()) {
    log_in_child();
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_passed();
  g_test_trap_assert_stderr("*\"message\":\"heard\"}\n*\"message\":\"heard, too\"}\n*\"level\":\"error\",\"message\":\"with "
                            "fields\",\"room\":\"r\",\"media\":\"m\"}\n");
  g_test_trap_assert_stderr_unmatched("*unheard*");
}

static void
test_levels_have_names(void)
{
  for (guint i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++)
    g_assert_cmpint(log_level_from_name(log_level_name((LogLevel)i)), ==, i);
  g_assert_cmpint(log_level_from_name("loud"), ==, LOG_LEVEL_NONE);
  g_assert_cmpint(log_level_from_name(NULL), ==, LOG_LEVEL_NONE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/base/log_sink/a_json_line_is_one_object_with_its_fields", test_a_json_line_is_one_object_with_its_fields);
  g_test_add_func("/media/base/log_sink/what_is_no_utf8_or_too_long_makes_a_line_all_the_same",
                  test_what_is_no_utf8_or_too_long_makes_a_line_all_the_same);
  g_test_add_func("/media/base/log_sink/a_terminal_gets_a_plain_line", test_a_terminal_gets_a_plain_line);
  g_test_add_func("/media/base/log_sink/the_level_decides_at_run_time_and_libraries_say_nothing_for_debugging",
                  test_the_level_decides_at_run_time_and_libraries_say_nothing_for_debugging);
  g_test_add_func("/media/base/log_sink/levels_have_names", test_levels_have_names);
  return g_test_run();
}
