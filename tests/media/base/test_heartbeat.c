/* tests/media/base/test_heartbeat.c - unit tests of media/base/heartbeat. */
#include "media/base/heartbeat.h"
#include "media/base/loop.h"

/* Returns: how many threads of @role are listed; @beat_us: of the last of them. */
static guint
count(ThreadRoleId role, gint64 *beat_us)
{
  g_autofree Heartbeat *beats = g_new(Heartbeat, HEARTBEATS_MAX);
  guint n = heartbeat_list(beats), found = 0;
  for (guint i = 0; i < n; i++)
    if (beats[i].role == role) {
      found++;
      *beat_us = beats[i].beat_us;
    }
  return found;
}

static void
beat(gpointer data)
{
  heartbeat_beat(*(const gint64 *)data);
}

static void
rest(G_GNUC_UNUSED gpointer data)
{
  heartbeat_rest();
}

static void
test_a_thread_is_listed_from_its_first_beat_to_its_end(void)
{
  gint64 at_us = 7, seen_us = -1;
  Loop *loop = loop_new_thread(THREAD_ROLE_NET);
  g_assert_cmpuint(count(THREAD_ROLE_NET, &seen_us), ==, 0);
  loop_call(loop, beat, &at_us);
  g_assert_cmpuint(count(THREAD_ROLE_NET, &seen_us), ==, 1);
  g_assert_cmpint(seen_us, ==, 7);
  at_us = 9;
  loop_call(loop, beat, &at_us);
  g_assert_cmpuint(count(THREAD_ROLE_NET, &seen_us), ==, 1);
  g_assert_cmpint(seen_us, ==, 9);
  loop_call(loop, rest, NULL);
  g_assert_cmpuint(count(THREAD_ROLE_NET, &seen_us), ==, 1);
  g_assert_cmpint(seen_us, ==, 0);
  loop_free(loop);
  g_assert_cmpuint(count(THREAD_ROLE_NET, &seen_us), ==, 0);
}

static void
test_places_are_taken_again(void)
{
  gint64 at_us = 1, seen_us;
  for (guint i = 0; i < HEARTBEATS_MAX + 8; i++) {
    Loop *loop = loop_new_thread(THREAD_ROLE_ENCODE);
    loop_call(loop, beat, &at_us);
    loop_free(loop);
  }
  g_assert_cmpuint(count(THREAD_ROLE_ENCODE, &seen_us), ==, 0);
}

static void
test_a_thread_without_a_role_leaves_no_sign(void)
{
  g_autofree Heartbeat *beats = g_new(Heartbeat, HEARTBEATS_MAX);
  heartbeat_beat(5);
  heartbeat_rest();
  g_assert_cmpuint(heartbeat_list(beats), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/base/heartbeat/a_thread_is_listed_from_its_first_beat_to_its_end",
                  test_a_thread_is_listed_from_its_first_beat_to_its_end);
  g_test_add_func("/media/base/heartbeat/places_are_taken_again", test_places_are_taken_again);
  g_test_add_func("/media/base/heartbeat/a_thread_without_a_role_leaves_no_sign", test_a_thread_without_a_role_leaves_no_sign);
  return g_test_run();
}
