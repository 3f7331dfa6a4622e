/* tests/mixer/test_tick_thread.c - tests of mixer/tick_thread with its real thread. */
#include "mixer/tick_thread.h"
#include "tests/mixer/wait_until.h"
#include <stdbool.h>

typedef struct {
  int    n;           /* atomic */
  gint64 last_index;  /* the tick's */
  int    sleep_us;    /* atomic */
  int    is_inside;   /* atomic */
} Client;

static void
on_tick(const Tick *tick, gpointer user)
{
  Client *client = user;
  thread_role_check(THREAD_ROLE_VIDEO_TICK);
  g_atomic_int_set(&client->is_inside, 1);
  g_assert_cmpint(tick->index, >, client->last_index);
  g_assert_cmpint(tick->late_us, >=, 0);
  client->last_index = tick->index;
  int sleep_us = g_atomic_int_get(&client->sleep_us);
  if (sleep_us > 0)
    g_usleep((gulong)sleep_us);
  g_atomic_int_inc(&client->n);
  g_atomic_int_set(&client->is_inside, 0);
}

static TickThread *
new_thread(guint rate)
{
  TickerConfig config = { rate, 1, 1 };
  return tick_thread_new(THREAD_ROLE_VIDEO_TICK, THREAD_URGENCY_VIDEO_TICK, &config);
}

static void
test_every_client_gets_every_tick(void)
{
  g_autoptr(TickThread) thread = new_thread(200);
  Client clients[3] = { { .last_index = -1 }, { .last_index = -1 }, { .last_index = -1 } };
  for (guint i = 0; i < 3; i++)
    tick_thread_add(thread, on_tick, &clients[i]);
  wait_until(g_atomic_int_get(&clients[2].n) >= 20);
  for (guint i = 0; i < 3; i++)
    tick_thread_remove(thread, &clients[i]);
  g_assert_cmpint(clients[0].last_index, ==, clients[1].last_index);
  g_assert_cmpint(ABS(clients[0].n - clients[2].n), <=, 2);
}

static void
test_removal_waits_for_the_call_under_way(void)
{
  g_autoptr(TickThread) thread = new_thread(500);
  for (guint i = 0; i < 40; i++) {
    Client client = { .last_index = -1, .sleep_us = 1500 };
    tick_thread_add(thread, on_tick, &client);
    wait_until(g_atomic_int_get(&client.is_inside) || g_atomic_int_get(&client.n) > 0);
    tick_thread_remove(thread, &client);
    g_assert_cmpint(g_atomic_int_get(&client.is_inside), ==, 0);
    int n = g_atomic_int_get(&client.n);
    g_usleep(i % 4 == 0 ? 5000 : 0);
    g_assert_cmpint(g_atomic_int_get(&client.n), ==, n);
  }
}

static void
test_stalled_ticks_are_skipped(void)
{
  g_autoptr(TickThread) thread = new_thread(500);  /* 2 ms */
  Client client = { .last_index = -1, .sleep_us = 7000 };
  tick_thread_add(thread, on_tick, &client);
  wait_until(g_atomic_int_get(&client.n) >= 10);
  tick_thread_remove(thread, &client);
  g_assert_cmpint(client.last_index, >=, 3 * client.n - 3);  /* the clock went on */
}

/* The worst is told once; the histogram goes on. */
static void
test_lateness_is_counted_tick_by_tick(void)
{
  g_autoptr(TickThread) thread = new_thread(500);
  Client client = { .last_index = -1, .sleep_us = 7000 };
  DelayHistogram first, second;
  tick_thread_add(thread, on_tick, &client);
  wait_until(g_atomic_int_get(&client.n) >= 10);
  gint64 worst_us = tick_thread_lateness(thread, &first);
  g_assert_cmpint(worst_us, >, 0);
  g_assert_cmpuint(delay_histogram_count(&first), >=, 10);
  g_assert_cmpuint(first.sum_us, >=, (guint64)worst_us);
  wait_until(g_atomic_int_get(&client.n) >= 20);
  tick_thread_remove(thread, &client);
  tick_thread_lateness(thread, &second);
  g_assert_cmpuint(delay_histogram_count(&second), >=, delay_histogram_count(&first) + 9);
}

static void
test_a_delay_falls_into_the_bucket_that_ends_with_it(void)
{
  DelayHistogram histogram = { 0 };
  delay_histogram_add(&histogram, -5);
  delay_histogram_add(&histogram, DELAY_BOUNDS_US[0]);
  delay_histogram_add(&histogram, DELAY_BOUNDS_US[0] + 1);
  delay_histogram_add(&histogram, DELAY_BOUNDS_US[DELAY_BUCKETS - 1] + 1);
  g_assert_cmpuint(histogram.counts[0], ==, 2);
  g_assert_cmpuint(histogram.counts[1], ==, 1);
  g_assert_cmpuint(histogram.counts[DELAY_BUCKETS], ==, 1);
  g_assert_cmpuint(histogram.sum_us, ==, (guint64)(2 * DELAY_BOUNDS_US[0] + DELAY_BOUNDS_US[DELAY_BUCKETS - 1] + 2));
}

static void
test_freeing_an_idle_thread_ends_it(void)
{
  for (guint i = 0; i < 10; i++)
    tick_thread_free(new_thread(1000));
  tick_thread_free(NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/tick_thread/" #name, test_##name)
  ADD(every_client_gets_every_tick);
  ADD(removal_waits_for_the_call_under_way);
  ADD(stalled_ticks_are_skipped);
  ADD(lateness_is_counted_tick_by_tick);
  ADD(a_delay_falls_into_the_bucket_that_ends_with_it);
  ADD(freeing_an_idle_thread_ends_it);
  return g_test_run();
}
