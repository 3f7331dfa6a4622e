/* tests/load/test_sse_parser.c - unit tests of tests/load/sse_parser and of what its events say. */
#include "tests/load/room_view.h"
#include "tests/load/sse_parser.h"
#include <string.h>

static void
note(const char *name, const char *data, gpointer user)
{
  g_string_append_printf(user, "[%s|%s]", name, data);
}

static const char STREAM[] =
  ": a comment\r\n\r\n"
  "event: room\nid: 17\ndata: {\"a\":1}\n\n"
  "data: one\r\ndata:two\rdata\n\n"
  "event: nothing\n\n"
  "id: 18\r\nevent:uplink\r\ndata: x\r\n\r\n"
  "data: unfinished";

static void
test_events_come_out_however_the_bytes_are_cut(void)
{
  for (gsize cut = 1; cut < sizeof STREAM; cut++) {
    g_autoptr(GString) heard = g_string_new(NULL);
    g_autoptr(SseParser) parser = sse_parser_new(note, heard);
    for (gsize at = 0; at < sizeof STREAM - 1; at += cut)
      sse_parser_push(parser, STREAM + at, MIN(cut, sizeof STREAM - 1 - at));
    g_assert_cmpstr(heard->str, ==, "[room|{\"a\":1}][message|one\ntwo\n][uplink|x]");
    g_assert_cmpstr(sse_parser_last_id(parser), ==, "18");
  }
}

static void
test_an_endless_event_is_dropped(void)
{
  g_autoptr(GString) heard = g_string_new(NULL);
  g_autoptr(SseParser) parser = sse_parser_new(note, heard);
  g_autofree char *line = g_strnfill(1000, 'x');
  for (guint i = 0; i < 400; i++) {
    sse_parser_push(parser, "data: ", 6);
    sse_parser_push(parser, line, 1000);
    sse_parser_push(parser, "\n", 1);
  }
  sse_parser_push(parser, "\ndata: ok\n\n", 11);
  g_assert_cmpstr(heard->str, ==, "[message|ok]");
}

static const char ROOM[] =
  "{\"room\": \"tiep-dan\", \"name\": \"P\", \"layout\": {\"kind\": \"grid\", \"main\": \"hub\"}, \"activeSpeaker\": null,"
  " \"canvas\": {\"width\": 1920, \"height\": 1080}, \"sites\": ["
  "{\"id\": \"hub\", \"name\": \"Tr\u1ee5 s\u1edf\", \"hub\": true, \"state\": \"absent\", \"muted\": false, \"cameraOff\": false,"
  " \"speaking\": false, \"tile\": {\"x\": 0, \"y\": 0, \"width\": 640, \"height\": 360}},"
  "{\"id\": \"h-tien-du\", \"name\": \"Huy\u1ec7n Ti\u00ean Du\", \"hub\": false, \"state\": \"absent\", \"muted\": false, \"cameraOff\": false,"
  " \"speaking\": false, \"tile\": {\"x\": 640, \"y\": 360, \"width\": 640, \"height\": 360}}]}";

static void
test_a_room_tells_where_its_tiles_are(void)
{
  g_autofree RoomView *room = g_new0(RoomView, 1);
  g_assert_true(room_view_parse(ROOM, room));
  g_assert_cmpuint(room->canvas_width, ==, 1920);
  g_assert_cmpuint(room->n_sites, ==, 2);
  const RoomViewSite *site = room_view_find(room, "h-tien-du");
  g_assert_nonnull(site);
  g_assert_cmpuint(site->x, ==, 640);
  g_assert_cmpstr(site->name, ==, "Huyện Tiên Du");
  g_assert_true(room_view_find(room, "hub")->is_hub);
  g_assert_null(room_view_find(room, "x"));
  g_assert_false(room_view_parse("{}", room));
  g_assert_false(room_view_parse("[", room));
  g_assert_cmpuint(room->n_sites, ==, 2);
}

static void
test_a_wish_is_read_or_refused(void)
{
  UplinkWish wish;
  g_assert_true(uplink_wish_parse("{\"track\":\"camera\",\"maxWidth\":640,\"maxHeight\":360,\"maxFramerate\":30,\"maxBitrate\":700000}", &wish));
  g_assert_cmpuint(wish.max_width, ==, 640);
  g_assert_cmpuint(wish.max_bps, ==, 700000);
  g_assert_cmpuint(wish.seq, ==, 0);
  g_assert_false(wish.is_paused);
  g_assert_true(uplink_wish_parse("{\"seq\":7,\"active\":false,\"track\":\"camera\",\"maxWidth\":640,\"maxHeight\":360,\"maxFramerate\":30,\"maxBitrate\":700000}", &wish));
  g_assert_cmpuint(wish.seq, ==, 7);
  g_assert_true(wish.is_paused);
  g_assert_false(uplink_wish_parse("{\"track\":\"document\",\"maxWidth\":640,\"maxHeight\":360,\"maxFramerate\":30,\"maxBitrate\":700000}", &wish));
  g_assert_false(uplink_wish_parse("{\"track\":\"camera\",\"maxWidth\":-1,\"maxHeight\":360,\"maxFramerate\":30,\"maxBitrate\":700000}", &wish));
  g_assert_false(uplink_wish_parse("{\"track\":\"camera\"}", &wish));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/sse_parser/events_come_out_however_the_bytes_are_cut", test_events_come_out_however_the_bytes_are_cut);
  g_test_add_func("/load/sse_parser/an_endless_event_is_dropped", test_an_endless_event_is_dropped);
  g_test_add_func("/load/room_view/a_room_tells_where_its_tiles_are", test_a_room_tells_where_its_tiles_are);
  g_test_add_func("/load/room_view/a_wish_is_read_or_refused", test_a_wish_is_read_or_refused);
  return g_test_run();
}
