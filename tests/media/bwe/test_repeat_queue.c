/* tests/media/bwe/test_repeat_queue.c - unit tests of media/bwe/repeat_queue. */
#include "media/bwe/repeat_queue.h"

enum { KBPS = 1000, START_US = 1000000, RTT_US = 40 * 1000, FAR_US = 300 * 1000 };

static void
test_repeats_only_what_is_small_over_a_lossy_network_with_room(void)
{
  assert_on_net();
  RepeatQueue queue = { 0 };
  g_assert_false(repeat_queue_decide(&queue, 0.02, RTT_US, 200 * KBPS, 900 * KBPS));   /* little is lost */
  g_assert_false(repeat_queue_decide(&queue, 0.10, RTT_US, 2000 * KBPS, 9000 * KBPS)); /* a large picture */
  g_assert_false(repeat_queue_decide(&queue, 0.10, RTT_US, 200 * KBPS, 650 * KBPS));   /* no room */
  g_assert_true(repeat_queue_decide(&queue, 0.10, RTT_US, 200 * KBPS, 750 * KBPS));
  /* The repetitions raise the rate that is seen; that alone ends nothing. */
  g_assert_true(repeat_queue_decide(&queue, 0.02, RTT_US, 320 * KBPS, 750 * KBPS));
  g_assert_false(repeat_queue_decide(&queue, 0.01, RTT_US, 320 * KBPS, 750 * KBPS));
}

static void
test_a_far_receiver_is_sent_any_picture_twice(void)
{
  assert_on_net();
  RepeatQueue queue = { 0 };
  g_assert_false(repeat_queue_decide(&queue, 0.01, RTT_US, 2000 * KBPS, 8000 * KBPS));
  g_assert_false(repeat_queue_decide(&queue, 0.001, FAR_US, 2000 * KBPS, 8000 * KBPS));
  g_assert_false(repeat_queue_decide(&queue, 0.01, FAR_US, 2000 * KBPS, 3000 * KBPS));
  g_assert_true(queue.is_wanted);  /* a higher rate is worth a probe */
  g_assert_true(repeat_queue_decide(&queue, 0.01, FAR_US, 2000 * KBPS, 3600 * KBPS));
  g_assert_true(repeat_queue_decide(&queue, 0.003, FAR_US, 3200 * KBPS, 3600 * KBPS));
  g_assert_false(repeat_queue_decide(&queue, 0.001, FAR_US, 3200 * KBPS, 3600 * KBPS));
}

static void
test_packets_come_out_in_order_after_the_wait(void)
{
  assert_on_net();
  RepeatQueue queue = { 0 };
  Repeat repeat;
  repeat_queue_add(&queue, 1, 6, START_US);  /* while it is off */
  repeat_queue_decide(&queue, 0.05, RTT_US, 200 * KBPS, 900 * KBPS);
  for (guint16 i = 0; i < 5; i++)
    repeat_queue_add(&queue, 1, (guint16)(65533 + i), START_US + i * 1000);
  g_assert_false(repeat_queue_take(&queue, START_US + REPEAT_AFTER_US - 1, &repeat));
  for (guint16 i = 0; i < 3; i++) {
    g_assert_true(repeat_queue_take(&queue, START_US + REPEAT_AFTER_US + 2000, &repeat));
    g_assert_cmpuint(repeat.track, ==, 1);
    g_assert_cmpuint(repeat.seq, ==, (guint16)(65533 + i));
  }
  g_assert_false(repeat_queue_take(&queue, START_US + REPEAT_AFTER_US + 2000, &repeat));
  repeat_queue_decide(&queue, 0, RTT_US, 200 * KBPS, 900 * KBPS);
  g_assert_false(repeat_queue_take(&queue, G_MAXINT64, &repeat));  /* off: nothing waits */
}

static void
test_it_never_holds_more_than_its_bound(void)
{
  assert_on_net();
  RepeatQueue queue = { 0 };
  guint n = 0;
  Repeat repeat;
  repeat_queue_decide(&queue, 0.05, RTT_US, 200 * KBPS, 900 * KBPS);
  for (guint16 i = 0; i < 3 * REPEAT_QUEUE_MAX; i++)
    repeat_queue_add(&queue, 0, i, START_US);
  while (repeat_queue_take(&queue, G_MAXINT64, &repeat))
    g_assert_cmpuint(repeat.seq, ==, n++);
  g_assert_cmpuint(n, ==, REPEAT_QUEUE_MAX);
}

static void
test_where_a_tenth_is_lost_each_packet_is_repeated_twice(void)
{
  assert_on_net();
  RepeatQueue queue = { 0 };
  Repeat repeat;
  repeat_queue_decide(&queue, 0.10, RTT_US, 200 * KBPS, 750 * KBPS);
  g_assert_false(queue.is_twice);  /* no room for it */
  repeat_queue_decide(&queue, 0.10, RTT_US, 200 * KBPS, 900 * KBPS);
  g_assert_true(queue.is_twice);
  repeat_queue_add(&queue, 1, 7, START_US);
  g_assert_true(repeat_queue_take(&queue, START_US + REPEAT_AFTER_US, &repeat));
  g_assert_false(repeat.is_second);
  g_assert_false(repeat_queue_take(&queue, START_US + 2 * REPEAT_AFTER_US - 1, &repeat));
  g_assert_true(repeat_queue_take(&queue, START_US + 2 * REPEAT_AFTER_US, &repeat));
  g_assert_true(repeat.is_second);
  g_assert_cmpuint(repeat.seq, ==, 7);
  g_assert_false(repeat_queue_take(&queue, G_MAXINT64, &repeat));
  g_assert_true(repeat_queue_decide(&queue, 0.04, RTT_US, 440 * KBPS, 900 * KBPS));
  g_assert_false(queue.is_twice);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/repeat_queue/" #name, test_##name)
  ADD(repeats_only_what_is_small_over_a_lossy_network_with_room);
  ADD(a_far_receiver_is_sent_any_picture_twice);
  ADD(packets_come_out_in_order_after_the_wait);
  ADD(where_a_tenth_is_lost_each_packet_is_repeated_twice);
  ADD(it_never_holds_more_than_its_bound);
#undef ADD
  return g_test_run();
}
