/* tests/signaling/test_http_fields.c - unit tests of signaling/http_fields. */
#include "signaling/http_fields.h"
#include <string.h>

static void
test_bearer_takes_a_token_and_nothing_else(void)
{
  static const struct {
    const char *field, *token;
  } CASES[] = {
    { "Bearer abc", "abc" },       { "bearer  abc-._~+/= ", "abc-._~+/=" },
    { "BEARER abc", "abc" },       { NULL, NULL },
    { "", NULL },                  { "Bearer", NULL },
    { "Bearer ", NULL },           { "Bearerabc", NULL },
    { "Basic abc", NULL },         { "Bearer a b", NULL },
    { "Bearer a,b", NULL },        { "Bearer \"a\"", NULL },
    { "Bearer 0123456789abcdef", NULL /* no room */ },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    char token[16] = "";
    bool found = http_field_bearer(CASES[i].field, token, sizeof token);
    g_test_message("%s", CASES[i].field != NULL ? CASES[i].field : "(none)");
    g_assert_cmpint(found, ==, CASES[i].token != NULL);
    if (found)
      g_assert_cmpstr(token, ==, CASES[i].token);
  }
}

static void
test_cookies_are_found_by_their_whole_name(void)
{
  static const struct {
    const char *field, *value;
  } CASES[] = {
    { "diemcau=1", "1" },
    { "a=b; diemcau=2", "2" },
    { "a=b;diemcau=3;c=d", "3" },
    { "diemcau=", "" },
    { "diemcau=4; diemcau=5", "4" },
    { "diemcau=a=b", "a=b" },
    { "xdiemcau=1", NULL },
    { "diemcaux=1", NULL },
    { "diemcau", NULL },
    { "Diemcau=1", NULL },
    { "", NULL },
    { ";;; ;", NULL },
    { NULL, NULL },
    { "diemcau=0123456789abcdef", NULL /* no room */ },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    char value[16] = "";
    bool found = http_field_cookie(CASES[i].field, "diemcau", value, sizeof value);
    g_test_message("%s", CASES[i].field != NULL ? CASES[i].field : "(none)");
    g_assert_cmpint(found, ==, CASES[i].value != NULL);
    if (found)
      g_assert_cmpstr(value, ==, CASES[i].value);
  }
}

static void
test_english_only_where_it_is_preferred(void)
{
  static const struct {
    const char *field;
    bool        english;
  } CASES[] = {
    { NULL, false },        { "", false },
    { "*", false },         { "fr", false },
    { "vi", false },        { "en", true },
    { "EN-gb", true },      { "english", false },
    { "vi,en", false },     { "en,vi", true },
    { "en;q=0.5,vi;q=0.9", false },
    { "en;q=0.9,vi;q=0.8", true },
    { "en-US,en;q=0.5", true },
    { "vi-VN,vi;q=0.9,fr-FR;q=0.8,fr;q=0.7,en-US;q=0.6,en;q=0.5", false },
    { "fr, en;q=0.001", true },
    { "en;q=0", false },    { "en;q=0.000, vi;q=0", false },
    { "en ; q=1.0", true }, { "en;q=9", false },
    { "en;q=", false },     { ";;;,,,q=1", false },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].field != NULL ? CASES[i].field : "(none)");
    g_assert_cmpint(http_field_wants_english(CASES[i].field), ==, CASES[i].english);
  }
}

static void
test_media_types_are_compared_without_their_parameters(void)
{
  static const struct {
    const char *field;
    bool        fits;
  } CASES[] = {
    { "application/json", true },
    { "Application/JSON", true },
    { "application/json; charset=utf-8", true },
    { "application/json;charset=\"UTF-8\"; x=y", true },
    { " application/json ", true },
    { "application/json; charset=latin1", false },
    { "application/jsonx", false },
    { "application/js", false },
    { "text/plain", false },
    { "", false },
    { NULL, false },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].field != NULL ? CASES[i].field : "(none)");
    g_assert_cmpint(http_field_is_media_type(CASES[i].field, "application/json"), ==, CASES[i].fits);
  }
}

static void
test_a_body_may_be_of_several_types(void)
{
  static const char BOTH[] = "application/json, text/csv";
  g_assert_true(http_field_is_one_of("application/json", BOTH));
  g_assert_true(http_field_is_one_of("text/csv; charset=utf-8", BOTH));
  g_assert_false(http_field_is_one_of("text/csv; charset=latin1", BOTH));
  g_assert_false(http_field_is_one_of("text/html", BOTH));
  g_assert_false(http_field_is_one_of("application/json, text/csv", BOTH));
  g_assert_false(http_field_is_one_of(NULL, BOTH));
}

static void
test_accept_is_weighed(void)
{
  static const struct { const char *field, *type; int weight; } ROWS[] = {
    { NULL, "text/csv", 0 }, { "", "text/csv", 0 }, { "text/csv", "text/csv", 1000 }, { "TEXT/CSV;q=0.5", "text/csv", 500 },
    { "*/*", "text/csv", 999 }, { "text/*;q=0.4", "text/csv", 399 }, { "text/*", "application/json", 0 },
    { "text/html, */*;q=0.8", "text/html", 1000 }, { "text/html, */*;q=0.8", "text/csv", 799 },
    { "text/csv;q=0, */*", "text/csv", 0 }, { "text/csvx", "text/csv", 0 }, { "application/*", "application/json", 999 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++)
    g_assert_cmpint(http_field_accept_weight(ROWS[i].field, ROWS[i].type), ==, ROWS[i].weight);
}

static void
test_etags_are_found_in_lists(void)
{
  g_assert_true(http_field_has_etag("\"a\"", "\"a\""));
  g_assert_true(http_field_has_etag("\"b\", W/\"a\"", "\"a\""));
  g_assert_true(http_field_has_etag("*", "\"a\""));
  g_assert_false(http_field_has_etag("\"ab\"", "\"a\""));
  g_assert_false(http_field_has_etag("a", "\"a\""));
  g_assert_false(http_field_has_etag(NULL, "\"a\""));
  g_assert_false(http_field_has_etag("", "\"a\""));
}

static void
test_event_ids_are_numbers(void)
{
  guint64 id = 0;
  g_assert_true(http_field_event_id("42", &id));
  g_assert_cmpuint(id, ==, 42);
  g_assert_true(http_field_event_id("18446744073709551600 ", &id));
  for (const char *const *bad = (const char *const[]) { "", "-1", "1x", "x", "99999999999999999999", " 1", NULL };
       *bad != NULL; bad++)
    g_assert_false(http_field_event_id(*bad, &id));
  g_assert_false(http_field_event_id(NULL, &id));
}

static void
test_own_origin_is_the_host_itself(void)
{
  g_assert_true(http_field_is_own_origin("http://localhost:8080", "localhost:8080", false));
  g_assert_true(http_field_is_own_origin("https://LOCALHOST:8443", "localhost:8443", true));
  g_assert_true(http_field_is_own_origin("https://hop.example", "hop.example", false));
  g_assert_false(http_field_is_own_origin("http://hop.example", "hop.example", true));
  g_assert_false(http_field_is_own_origin("http://localhost:8081", "localhost:8080", false));
  g_assert_false(http_field_is_own_origin("https://evil.example/localhost:8443", "localhost:8443", true));
  g_assert_false(http_field_is_own_origin("null", "localhost", false));
  g_assert_false(http_field_is_own_origin("null", "null", false));
  g_assert_false(http_field_is_own_origin(NULL, "localhost", false));
  g_assert_false(http_field_is_own_origin("http://", "", false));
  g_assert_false(http_field_is_own_origin("http://localhost", NULL, false));
}

static void
test_the_last_forwarded_address_counts(void)
{
  char address[64];
  g_assert_true(http_field_last_address("6.6.6.6, 10.0.0.7", address, sizeof address));
  g_assert_cmpstr(address, ==, "10.0.0.7");
  g_assert_true(http_field_last_address("2001:db8::1", address, sizeof address));
  g_assert_false(http_field_last_address("unknown", address, sizeof address));
  g_assert_false(http_field_last_address("10.0.0.7,", address, sizeof address) && address[0] == '\0');
  g_assert_false(http_field_last_address("", address, sizeof address));
  g_assert_false(http_field_last_address(NULL, address, sizeof address));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/http_fields/bearer_takes_a_token_and_nothing_else", test_bearer_takes_a_token_and_nothing_else);
  g_test_add_func("/signaling/http_fields/cookies_are_found_by_their_whole_name", test_cookies_are_found_by_their_whole_name);
  g_test_add_func("/signaling/http_fields/english_only_where_it_is_preferred", test_english_only_where_it_is_preferred);
  g_test_add_func("/signaling/http_fields/media_types_are_compared_without_their_parameters", test_media_types_are_compared_without_their_parameters);
  g_test_add_func("/signaling/http_fields/a_body_may_be_of_several_types", test_a_body_may_be_of_several_types);
  g_test_add_func("/signaling/http_fields/accept_is_weighed", test_accept_is_weighed);
  g_test_add_func("/signaling/http_fields/etags_are_found_in_lists", test_etags_are_found_in_lists);
  g_test_add_func("/signaling/http_fields/event_ids_are_numbers", test_event_ids_are_numbers);
  g_test_add_func("/signaling/http_fields/own_origin_is_the_host_itself", test_own_origin_is_the_host_itself);
  g_test_add_func("/signaling/http_fields/the_last_forwarded_address_counts", test_the_last_forwarded_address_counts);
  return g_test_run();
}
