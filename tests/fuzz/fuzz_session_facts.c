/* tests/fuzz/fuzz_session_facts.c - what a journal that somebody wrote says of its session: whole, in order, and no line too odd. */
#include "recorder/session_facts.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Gaps follow each other without overlap, in whatever order their lines came. */
static void
check_gaps(const json_t *facts)
{
  gint64 end_us = G_MININT64;
  gsize i;
  json_t *gap;
  json_array_foreach(json_object_get(facts, "gaps"), i, gap) {
    gint64 from_us = facts_time_us(gap, "from"), to_us = facts_time_us(gap, "to");
    g_assert_true(from_us > end_us || end_us == G_MININT64);
    g_assert_true(to_us >= from_us);
    end_us = to_us;
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  json_t *lines = json_array();
  for (gsize at = 0; at < size;) {
    const guint8 *end = memchr(data + at, '\n', size - at);
    gsize length = end != NULL ? (gsize)(end - data) - at : size - at;
    json_t *line = json_loadb((const char *)data + at, length, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(line))
      json_array_append(lines, line);
    json_decref(line);
    at += length + 1;
  }
  json_t *facts = session_facts(lines);
  check_gaps(facts);
  json_t *again = session_facts(lines);
  g_assert_true(json_equal(facts, again));  /* the verifier makes them anew and compares */
  char *text = json_dumps(facts, JSON_SORT_KEYS);
  g_assert_nonnull(text);
  free(text);
  json_decref(again);
  json_decref(facts);
  json_decref(lines);
  return 0;
}
