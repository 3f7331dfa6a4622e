/* tests/mcu/test_sse_reader.c - unit tests of mcu/sse_reader: streams cut anywhere give the same events. */
#include "mcu/sse_reader.h"
#include <string.h>

static void
note(const char *name, const char *data, gpointer user)
{
  g_string_append_printf(user, "[%s|%s]", name, data);
}

static const struct {
  const char *stream, *events, *last_id;
} CASES[] = {
  { "data: a\n\n", "[message|a]", "" },
  { "event: room\ndata: {\"a\":1}\nid: 7\n\n", "[room|{\"a\":1}]", "7" },
  { "data: a\ndata:b\ndata\n\n", "[message|a\nb\n]", "" },
  { "data: a\r\n\r\ndata: b\r\rdata: c\n\n", "[message|a][message|b][message|c]", "" },
  { "\xef\xbb\xbf" "data: a\n\n", "[message|a]", "" },
  { ":\n\nretry: 1000\n\nid: 3\n\nevent: x\n\n", "", "3" },
  { "data:  two\nfoo: bar\nevent\n\n", "[message| two]", "" },
  { "data: never ended\n", "", "" },
  { "id: 1\ndata: a\n\nid\ndata: b\n\n", "[message|a][message|b]", "" },
  { "data: \xff\n\n", "[message|\xef\xbf\xbd]", "" },
};

static void
test_events_are_read_whatever_pieces_they_come_in(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++)
    for (gsize piece = 1; piece <= strlen(CASES[i].stream); piece++) {
      g_autoptr(GString) events = g_string_new(NULL);
      g_autoptr(SseReader) reader = sse_reader_new(note, events);
      gsize length = strlen(CASES[i].stream);
      for (gsize at = 0; at < length; at += piece)
        g_assert_true(sse_reader_feed(reader, CASES[i].stream + at, MIN(piece, length - at)));
      g_assert_cmpstr(events->str, ==, CASES[i].events);
      g_assert_cmpstr(sse_reader_last_id(reader), ==, CASES[i].last_id);
    }
}

static void
test_another_connection_keeps_the_id_and_forgets_half_an_event(void)
{
  g_autoptr(GString) events = g_string_new(NULL);
  g_autoptr(SseReader) reader = sse_reader_new(note, events);
  static const char FIRST[] = "retry: 50\nid: 5\ndata: a\n\nevent: room\ndata: ha", SECOND[] = "\xef\xbb\xbf" "data: b\n\n";
  g_assert_true(sse_reader_feed(reader, FIRST, strlen(FIRST)));
  g_assert_cmpuint(sse_reader_retry_ms(reader), ==, 200);
  sse_reader_restart(reader);
  g_assert_cmpstr(sse_reader_last_id(reader), ==, "5");
  g_assert_true(sse_reader_feed(reader, SECOND, strlen(SECOND)));
  g_assert_cmpstr(events->str, ==, "[message|a][message|b]");
}

static void
test_an_endless_event_is_refused(void)
{
  g_autoptr(GString) events = g_string_new(NULL);
  g_autoptr(SseReader) reader = sse_reader_new(note, events);
  g_autofree char *block = g_strnfill(65536, 'x');
  guint blocks = 0;
  while (blocks < 100 && sse_reader_feed(reader, block, 65536))
    blocks++;
  g_assert_cmpuint(blocks, ==, SSE_EVENT_MAX_BYTES / 65536);
  g_assert_false(sse_reader_feed(reader, "\n\n", 2));
  g_assert_cmpstr(events->str, ==, "");
  sse_reader_restart(reader);
  g_assert_true(sse_reader_feed(reader, "data: a\n\n", 9));
  g_assert_cmpstr(events->str, ==, "[message|a]");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/sse_reader/events_are_read_whatever_pieces_they_come_in", test_events_are_read_whatever_pieces_they_come_in);
  g_test_add_func("/mcu/sse_reader/another_connection_keeps_the_id_and_forgets_half_an_event",
                  test_another_connection_keeps_the_id_and_forgets_half_an_event);
  g_test_add_func("/mcu/sse_reader/an_endless_event_is_refused", test_an_endless_event_is_refused);
  return g_test_run();
}
