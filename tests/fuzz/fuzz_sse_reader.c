/* tests/fuzz/fuzz_sse_reader.c - an event stream, in pieces and whole: the same events, each valid UTF-8. */
#include "mcu/sse_reader.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
note(const char *name, const char *data, gpointer user)
{
  if (!g_utf8_validate(name, -1, NULL) || !g_utf8_validate(data, -1, NULL))
    abort();
  g_string_append_printf(user, "%s\x1f%s\x1e", name, data);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  if (size < 1 || size > 65536)
    return 0;
  gsize piece = (gsize)data[0] % 16 + 1;
  const char *stream = (const char *)data + 1;
  size--;
  g_autoptr(GString) whole = g_string_new(NULL);
  g_autoptr(GString) pieces = g_string_new(NULL);
  g_autoptr(SseReader) first = sse_reader_new(note, whole);
  g_autoptr(SseReader) second = sse_reader_new(note, pieces);
  sse_reader_feed(first, stream, size);
  for (gsize at = 0; at < size; at += piece)
    sse_reader_feed(second, stream + at, MIN(piece, size - at));
  if (strcmp(whole->str, pieces->str) != 0 || strcmp(sse_reader_last_id(first), sse_reader_last_id(second)) != 0)
    abort();
  return 0;
}
