/* tests/media/base/test_loop.c - unit tests of media/base/loop. */
#include "media/base/loop.h"

typedef struct {
  int      calls;
  GThread *thread;
} Seen;

static void
note(gpointer data)
{
  Seen *seen = data;
  seen->calls++;
  seen->thread = g_thread_self();
}

static void
test_call_runs_on_the_loops_thread_after_earlier_posts(void)
{
  g_autoptr(Loop) loop = loop_new_thread(THREAD_ROLE_NET);
  Seen seen = { 0 };
  loop_post(loop, note, &seen);
  loop_post(loop, note, &seen);
  loop_call(loop, note, &seen);
  g_assert_cmpint(seen.calls, ==, 3);
  g_assert_true(seen.thread != g_thread_self());
}

static void
test_posts_before_the_end_still_run(void)
{
  Seen seen = { 0 };
  Loop *loop = loop_new_thread(THREAD_ROLE_NET);
  for (int i = 0; i < 100; i++)
    loop_post(loop, note, &seen);
  loop_free(loop);
  g_assert_cmpint(seen.calls, ==, 100);
}

static void
test_ticker_ticks_until_destroyed(void)
{
  g_autoptr(GMainContext) context = g_main_context_new();
  g_autoptr(Loop) loop = loop_new_wrap(context);
  Seen seen = { 0 };
  GSource *source = loop_add_ticker(loop, 1000, note, &seen);
  while (seen.calls < 5)
    g_main_context_iteration(context, TRUE);
  g_source_destroy(source);
  g_source_unref(source);
  g_assert_false(g_main_context_iteration(context, FALSE));
}

static void
test_many_signals_ring_once(void)
{
  g_autoptr(GMainContext) context = g_main_context_new();
  g_autoptr(Loop) loop = loop_new_wrap(context);
  Seen seen = { 0 };
  g_autoptr(LoopWake) wake = loop_wake_new(loop, note, &seen);
  for (int i = 0; i < 1000; i++)
    loop_wake_signal(wake);
  while (g_main_context_iteration(context, FALSE))
    ;
  g_assert_cmpint(seen.calls, ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/base/loop/call_runs_on_the_loops_thread_after_earlier_posts",
                  test_call_runs_on_the_loops_thread_after_earlier_posts);
  g_test_add_func("/media/base/loop/posts_before_the_end_still_run", test_posts_before_the_end_still_run);
  g_test_add_func("/media/base/loop/ticker_ticks_until_destroyed", test_ticker_ticks_until_destroyed);
  g_test_add_func("/media/base/loop/many_signals_ring_once", test_many_signals_ring_once);
  return g_test_run();
}
