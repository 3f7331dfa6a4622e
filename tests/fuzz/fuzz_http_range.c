/* tests/fuzz/fuzz_http_range.c - a Range that a browser, or who says to be one, sends: never outside the file. */
#include "signaling/http_range.h"
#include <stdbool.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  guint64 whole;
  if (size < sizeof whole)
    return 0;
  memcpy(&whole, data, sizeof whole);
  g_autofree char *field = g_strndup((const char *)data + sizeof whole, size - sizeof whole);
  HttpRange range = http_range_read(field, whole);
  if (range.kind != HTTP_RANGE_PART) {
    g_assert_true(range.kind == HTTP_RANGE_NONE || range.kind == HTTP_RANGE_UNSATISFIABLE);
    return 0;
  }
  g_assert_true(range.first <= range.last && range.last < whole);
  /* what it means can be said plainly, and then means the same */
  g_autofree char *plain = g_strdup_printf("bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, range.first, range.last);
  HttpRange again = http_range_read(plain, whole);
  bool is_writable = range.last <= (G_MAXUINT64 - 9) / 10;  /* else it has more digits than are read */
  if (is_writable)
    g_assert_true(again.kind == HTTP_RANGE_PART && again.first == range.first && again.last == range.last);
  g_assert_true(http_range_applies(NULL, NULL) && !http_range_applies(field, NULL));
  return 0;
}
