/* tests/signaling/test_http_range.c - unit tests of signaling/http_range. */
#include "signaling/http_range.h"

static void
test_ranges_are_read_as_the_rfc_says(void)
{
  static const struct {
    const char   *field;
    guint64       size;
    HttpRangeKind kind;
    guint64       first, last;
  } CASES[] = {
    { NULL, 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=0-499", 1000, HTTP_RANGE_PART, 0, 499 },
    { "Bytes=500-", 1000, HTTP_RANGE_PART, 500, 999 },
    { "bytes=-1", 1000, HTTP_RANGE_PART, 999, 999 },
    { "bytes=-5000", 1000, HTTP_RANGE_PART, 0, 999 },
    { "bytes=999-5000", 1000, HTTP_RANGE_PART, 999, 999 },
    { "bytes= 0-0 ", 1000, HTTP_RANGE_PART, 0, 0 },
    { "bytes=1000-", 1000, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
    { "bytes=0-", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
    { "bytes=-0", 1000, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
    { "bytes=-5", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
    { "bytes=5-4", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=0-1,5-6", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=-", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=a-b", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "items=0-1", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=0x1-2", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=99999999999999999999-", 1000, HTTP_RANGE_NONE, 0, 0 },
    { "bytes=5000000000-5000000009", 6000000000, HTTP_RANGE_PART, 5000000000, 5000000009 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    HttpRange range = http_range_read(CASES[i].field, CASES[i].size);
    g_test_message("%s of %" G_GUINT64_FORMAT, CASES[i].field, CASES[i].size);
    g_assert_cmpint(range.kind, ==, CASES[i].kind);
    g_assert_cmpuint(range.first, ==, CASES[i].first);
    g_assert_cmpuint(range.last, ==, CASES[i].last);
  }
}

static void
test_a_range_of_another_version_does_not_count(void)
{
  g_assert_true(http_range_applies(NULL, "\"a\""));
  g_assert_true(http_range_applies("\"a\"", "\"a\""));
  g_assert_false(http_range_applies("\"b\"", "\"a\""));
  g_assert_false(http_range_applies("W/\"a\"", "\"a\""));
  g_assert_false(http_range_applies("Tue, 24 Nov 2026 10:00:00 GMT", "\"a\""));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/http_range/ranges_are_read_as_the_rfc_says", test_ranges_are_read_as_the_rfc_says);
  g_test_add_func("/signaling/http_range/a_range_of_another_version_does_not_count", test_a_range_of_another_version_does_not_count);
  return g_test_run();
}
