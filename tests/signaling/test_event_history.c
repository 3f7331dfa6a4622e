/* tests/signaling/test_event_history.c - unit tests of signaling/event_history. */
#include "signaling/event_history.h"
#include <string.h>

static void
test_frames_are_as_the_standard_has_them(void)
{
  g_autoptr(GBytes) with = event_frame_new(7, "room", "{\"a\":1}");
  g_autoptr(GBytes) without = event_frame_new(0, "uplink", "{}");
  g_assert_cmpmem(g_bytes_get_data(with, NULL), g_bytes_get_size(with),
                  "id: 7\nevent: room\ndata: {\"a\":1}\n\n", 33);
  g_assert_cmpmem(g_bytes_get_data(without, NULL), g_bytes_get_size(without),
                  "event: uplink\ndata: {}\n\n", 24);
}

static void
test_what_was_missed_is_found_in_order(void)
{
  g_autoptr(EventHistory) history = event_history_new(100);
  g_assert_cmpuint(event_history_newest(history), ==, 99);
  for (int i = 0; i < 5; i++)
    event_history_add(history, NULL, "room", "{}");
  guint64 id = 101;
  for (guint64 expected = 102; expected <= 104; expected++) {
    const HistoryEvent *event = event_history_next(history, id, "hub");
    g_assert_cmpuint(event->id, ==, expected);
    id = event->id;
  }
  g_assert_null(event_history_next(history, id, "hub"));
}

static void
test_events_of_a_site_are_for_it_alone(void)
{
  g_autoptr(EventHistory) history = event_history_new(1);
  event_history_add(history, "hub", "uplink", "{}");
  event_history_add(history, "tu-son", "uplink", "{}");
  event_history_add(history, NULL, "room", "{}");
  g_assert_cmpuint(event_history_next(history, 0, "hub")->id, ==, 1);
  g_assert_cmpuint(event_history_next(history, 1, "hub")->id, ==, 3);
  g_assert_cmpuint(event_history_next(history, 0, "tu-son")->id, ==, 2);
  g_assert_cmpuint(event_history_next(history, 0, "")->id, ==, 3);
}

static void
test_only_ids_that_are_still_here_can_be_resumed_from(void)
{
  g_autoptr(EventHistory) history = event_history_new(1000);
  g_assert_true(event_history_reaches(history, 999));
  g_assert_false(event_history_reaches(history, 998));
  g_assert_false(event_history_reaches(history, 1000));
  g_assert_false(event_history_reaches(history, G_MAXUINT64));
  g_assert_false(event_history_reaches(history, 0));
  for (int i = 0; i < EVENT_HISTORY_EVENTS + 10; i++)
    event_history_add(history, NULL, "room", "{}");
  guint64 newest = event_history_newest(history);
  g_assert_cmpuint(newest, ==, 999 + EVENT_HISTORY_EVENTS + 10);
  g_assert_true(event_history_reaches(history, newest));
  g_assert_true(event_history_reaches(history, newest - EVENT_HISTORY_EVENTS));
  g_assert_false(event_history_reaches(history, newest - EVENT_HISTORY_EVENTS - 1));
  guint n = 0;
  const HistoryEvent *event;
  for (guint64 id = 0; (event = event_history_next(history, id, "")) != NULL; id = event->id)
    n++;
  g_assert_cmpuint(n, ==, EVENT_HISTORY_EVENTS);
}

static void
test_ids_of_an_earlier_run_are_too_old(void)
{
  g_autoptr(EventHistory) before = event_history_new(4000000000u * (1ull << 20));
  for (int i = 0; i < 100; i++)
    event_history_add(before, NULL, "room", "{}");
  guint64 seen = event_history_newest(before);
  g_autoptr(EventHistory) after = event_history_new(4000000002u * (1ull << 20));
  for (int i = 0; i < 200; i++)
    event_history_add(after, NULL, "room", "{}");
  g_assert_false(event_history_reaches(after, seen));
  g_assert_cmpuint(event_history_newest(after), <, 1ull << 53);  /* exact in JavaScript */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/event_history/frames_are_as_the_standard_has_them", test_frames_are_as_the_standard_has_them);
  g_test_add_func("/signaling/event_history/what_was_missed_is_found_in_order", test_what_was_missed_is_found_in_order);
  g_test_add_func("/signaling/event_history/events_of_a_site_are_for_it_alone", test_events_of_a_site_are_for_it_alone);
  g_test_add_func("/signaling/event_history/only_ids_that_are_still_here_can_be_resumed_from", test_only_ids_that_are_still_here_can_be_resumed_from);
  g_test_add_func("/signaling/event_history/ids_of_an_earlier_run_are_too_old", test_ids_of_an_earlier_run_are_too_old);
  return g_test_run();
}
