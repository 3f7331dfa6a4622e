/* tests/media/base/test_ring.c - unit tests of media/base/ring. */
#include "media/base/clock.h"
#include "media/base/ring.h"

static guint freed;

static void
count_free(gpointer item)
{
  freed++;
  g_free(item);
}

static int *
number(int n)
{
  int *item = g_new(int, 1);
  *item = n;
  return item;
}

static void
test_full_ring_gives_up_its_oldest(void)
{
  freed = 0;
  {
    g_autoptr(Ring) ring = ring_new(3, count_free);
    for (int i = 0; i < 5; i++)
      g_assert_cmpuint(ring_push(ring, number(i)), ==, i < 3 ? 0 : 1);
    g_assert_cmpuint(freed, ==, 2);
    g_assert_cmpuint(ring_dropped(ring), ==, 2);
    g_autofree int *oldest = ring_pop(ring);
    g_assert_cmpint(*oldest, ==, 2);
    g_assert_cmpuint(ring_length(ring), ==, 2);
  }
  g_assert_cmpuint(freed, ==, 4);
}

static void
test_pop_of_empty_ring_ends_at_its_deadline(void)
{
  g_autoptr(Ring) ring = ring_new(1, NULL);
  gint64 deadline_us = clock_now_us() + 2000;
  g_assert_null(ring_pop(ring));
  g_assert_null(ring_pop_wait(ring, deadline_us));
  g_assert_cmpint(clock_now_us(), >=, deadline_us);
}

enum { MANY = 20000 };

static gpointer
push_many(gpointer data)
{
  Ring *ring = data;
  for (int i = 1; i <= MANY; i++)
    ring_push(ring, GINT_TO_POINTER(i));
  return NULL;
}

static void
test_two_threads_keep_order(void)
{
  g_autoptr(Ring) ring = ring_new(64, NULL);
  GThread *thread = g_thread_new("push", push_many, ring);
  int last = 0, received = 0;
  while (last != MANY) {
    gpointer item = ring_pop_wait(ring, clock_now_us() + G_USEC_PER_SEC);
    g_assert_nonnull(item);
    g_assert_cmpint(GPOINTER_TO_INT(item), >, last);
    last = GPOINTER_TO_INT(item);
    received++;
  }
  g_thread_join(thread);
  g_assert_cmpuint(received + ring_dropped(ring), ==, MANY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/base/ring/full_ring_gives_up_its_oldest", test_full_ring_gives_up_its_oldest);
  g_test_add_func("/media/base/ring/pop_of_empty_ring_ends_at_its_deadline",
                  test_pop_of_empty_ring_ends_at_its_deadline);
  g_test_add_func("/media/base/ring/two_threads_keep_order", test_two_threads_keep_order);
  return g_test_run();
}
