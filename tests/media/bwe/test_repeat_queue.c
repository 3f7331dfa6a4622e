/* tests/media/bwe/test_repeat_queue.c - unit tests of media/bwe/repeat_queue. */
#include "media/bwe/repeat_queue.h"

enum { KBPS = 1000, START_US = 1000000, RTT_US = 40 * 1000, LONG_US = 100 * 1000, FAR_US = 300 * 1000 };

typedef struct {
  RepeatQueue queue;
  gint64  now_us;
  guint   picture_bps, base_percent;
  guint16 seq;
} Rig;

static Rig
rig_of(guint picture_bps, guint base_percent)
{
  return (Rig) { .now_us = START_US, .picture_bps = picture_bps, .base_percent = base_percent };
}

/* @seconds of a picture and of one loss, without taking any repetition out. Returns: the copies in the end. */
static guint
run(Rig *rig, guint seconds, double loss, gint64 rtt_us, guint room_bps) ON_NET
{
  gsize bytes = rig->picture_bps / 8 / 100;
  for (guint i = 0; i < 100 * seconds; i++) {
    repeat_queue_add(&rig->queue, 1, rig->seq++, bytes, i % 100 < rig->base_percent, rig->now_us);
    rig->now_us += 10 * 1000;
    repeat_queue_decide(&rig->queue, loss, rtt_us, room_bps, rig->now_us);
  }
  return rig->queue.copies;
}

static void
empty(Rig *rig) ON_NET
{
  Repeat repeat;
  for (guint i = 0; i < 4; i++) {
    rig->now_us += 2 * REPEAT_AFTER_US;
    while (repeat_queue_take(&rig->queue, rig->now_us, &repeat))
      ;
  }
}

static void
test_repeats_only_what_is_small_over_a_lossy_network_with_room(void)
{
  assert_on_net();
  Rig rig = rig_of(200 * KBPS, 60), large = rig_of(2000 * KBPS, 60);
  g_assert_cmpuint(run(&rig, 5, 0.02, RTT_US, 900 * KBPS), ==, 0);    /* little is lost */
  g_assert_cmpuint(run(&large, 5, 0.06, RTT_US, 9000 * KBPS), ==, 0);
  g_assert_cmpuint(run(&rig, 9, 0.06, RTT_US, 650 * KBPS), ==, 0);    /* no room */
  g_assert_cmpuint(rig.queue.copies_wanted, ==, 1);                   /* a higher rate is worth a probe */
  g_assert_cmpuint(run(&rig, 1, 0.06, RTT_US, 750 * KBPS), ==, 1);
  g_assert_cmpuint(run(&rig, 9, 0.02, RTT_US, 650 * KBPS), ==, 1);    /* once on, it stays on */
  g_assert_cmpuint(run(&rig, 20, 0.01, RTT_US, 750 * KBPS), ==, 0);
}

static void
test_a_far_receiver_is_sent_any_picture_twice(void)
{
  assert_on_net();
  Rig rig = rig_of(2000 * KBPS, 60);
  g_assert_cmpuint(run(&rig, 5, 0.001, FAR_US, 8000 * KBPS), ==, 0);
  g_assert_cmpuint(run(&rig, 9, 0.01, FAR_US, 3300 * KBPS), ==, 0);
  g_assert_cmpuint(rig.queue.copies_wanted, ==, 1);
  g_assert_cmpuint(run(&rig, 1, 0.01, FAR_US, 3600 * KBPS), ==, 1);
  g_assert_cmpuint(run(&rig, 9, 0.003, FAR_US, 3000 * KBPS), ==, 1);
  g_assert_cmpuint(run(&rig, 1, 0.003, FAR_US, 2700 * KBPS), ==, 0);
  g_assert_cmpuint(run(&rig, 20, 0.001, FAR_US, 8000 * KBPS), ==, 0);
}

static void
test_what_is_sent_again_counts_with_the_picture(void)
{
  assert_on_net();
  Rig near = rig_of(200 * KBPS, 60), far = rig_of(2000 * KBPS, 60), half = rig_of(2000 * KBPS, 100);
  run(&near, 9, 0.2, RTT_US, 900 * KBPS);
  g_assert_cmpfloat_with_epsilon(repeat_queue_overhead(&near.queue), 0.25, 0.01);  /* copies take what is to spare */
  run(&near, 20, 0.9, RTT_US, 900 * KBPS);
  g_assert_cmpfloat(repeat_queue_overhead(&near.queue), <, 0.5);
  run(&far, 9, 0, FAR_US, 8000 * KBPS);
  g_assert_cmpfloat_with_epsilon(repeat_queue_overhead(&far.queue), 0, 0.01);
  run(&far, 9, 0.2, FAR_US, 100 * KBPS);                                           /* no room: a smaller picture makes it */
  g_assert_cmpuint(far.queue.copies, ==, 0);
  g_assert_cmpfloat_with_epsilon(repeat_queue_overhead(&far.queue), 0.6, 0.02);
  run(&half, 9, 0.2, FAR_US, 8000 * KBPS);
  g_assert_cmpfloat_with_epsilon(repeat_queue_overhead(&half.queue), 1, 0.02);
}

/* A picture of which only the base layer is sent costs as much again for each copy. */
static void
test_two_copies_take_more_room_than_one(void)
{
  assert_on_net();
  Rig half = rig_of(200 * KBPS, 60), whole = rig_of(200 * KBPS, 100);
  g_assert_cmpuint(run(&half, 3, 0.10, FAR_US, 650 * KBPS), ==, 1);
  g_assert_cmpuint(run(&half, 1, 0.10, FAR_US, 680 * KBPS), ==, 2);
  g_assert_cmpuint(run(&half, 3, 0.10, FAR_US, 540 * KBPS), ==, 2);
  g_assert_cmpuint(run(&half, 1, 0.10, FAR_US, 500 * KBPS), ==, 1);
  g_assert_cmpuint(run(&whole, 3, 0.10, FAR_US, 800 * KBPS), ==, 1);
  g_assert_cmpuint(run(&whole, 3, 0.10, FAR_US, 950 * KBPS), ==, 2);
  g_assert_cmpuint(run(&whole, 20, 0.04, FAR_US, 950 * KBPS), ==, 1);
}

/* The noise of single seconds, and a keyframe, switch nothing. */
static void
test_noise_switches_nothing(void)
{
  assert_on_net();
  Rig rig = rig_of(300 * KBPS, 60);
  guint n_changes = 0, last = run(&rig, 5, 0.10, FAR_US, 600 * KBPS);
  for (guint i = 0; i < 60; i++) {
    rig.picture_bps = i % 10 == 0 ? 450 * KBPS : 285 * KBPS;
    guint copies = run(&rig, 1, i % 2 == 0 ? 0.05 : 0.15, FAR_US, 600 * KBPS);
    n_changes += copies != last;
    last = copies;
  }
  g_assert_cmpuint(last, ==, 1);
  g_assert_cmpuint(n_changes, ==, 0);
}

static void
test_packets_come_out_in_order_after_the_wait(void)
{
  assert_on_net();
  Rig rig = rig_of(200 * KBPS, 60);
  Repeat repeat;
  repeat_queue_add(&rig.queue, 1, 6, 100, true, START_US);  /* while it is off */
  g_assert_cmpuint(run(&rig, 3, 0.05, RTT_US, 900 * KBPS), ==, 1);
  empty(&rig);
  repeat_queue_add(&rig.queue, 1, 9, 100, false, rig.now_us);  /* of the upper layer */
  for (guint16 i = 0; i < 5; i++)
    repeat_queue_add(&rig.queue, 1, (guint16)(65533 + i), 100, true, rig.now_us + i * 1000);
  g_assert_false(repeat_queue_take(&rig.queue, rig.now_us + REPEAT_AFTER_US - 1, &repeat));
  for (guint16 i = 0; i < 3; i++) {
    g_assert_true(repeat_queue_take(&rig.queue, rig.now_us + REPEAT_AFTER_US + 2000, &repeat));
    g_assert_cmpuint(repeat.track, ==, 1);
    g_assert_cmpuint(repeat.seq, ==, (guint16)(65533 + i));
    g_assert_cmpuint(repeat.n, ==, 0);
  }
  g_assert_false(repeat_queue_take(&rig.queue, rig.now_us + REPEAT_AFTER_US + 2000, &repeat));
}

static void
test_where_a_tenth_is_lost_each_packet_is_repeated_twice(void)
{
  assert_on_net();
  Rig rig = rig_of(200 * KBPS, 60);
  Repeat repeat;
  g_assert_cmpuint(run(&rig, 3, 0.10, RTT_US, 750 * KBPS), ==, 1);  /* no room for two */
  g_assert_cmpuint(run(&rig, 3, 0.10, RTT_US, 900 * KBPS), ==, 2);
  empty(&rig);
  repeat_queue_add(&rig.queue, 1, 7, 100, true, rig.now_us);
  g_assert_true(repeat_queue_take(&rig.queue, rig.now_us + REPEAT_AFTER_US, &repeat));
  g_assert_cmpuint(repeat.n, ==, 0);
  g_assert_false(repeat_queue_take(&rig.queue, rig.now_us + 2 * REPEAT_AFTER_US - 1, &repeat));
  g_assert_true(repeat_queue_take(&rig.queue, rig.now_us + 2 * REPEAT_AFTER_US, &repeat));
  g_assert_cmpuint(repeat.n, ==, 1);
  g_assert_cmpuint(repeat.seq, ==, 7);
  g_assert_false(repeat_queue_take(&rig.queue, G_MAXINT64 / 2, &repeat));
}

/* What the peer asked for is followed by one copy, if that is sooner than the next request. */
static void
test_what_is_asked_for_leaves_twice_where_the_way_is_long(void)
{
  assert_on_net();
  Rig far = rig_of(200 * KBPS, 60), lossy = far, near = far, clean = far;
  Repeat repeat;
  run(&far, 5, 0.02, FAR_US, 100 * KBPS);
  run(&lossy, 5, 0.10, LONG_US, 100 * KBPS);
  run(&near, 5, 0.20, RTT_US, 100 * KBPS);
  run(&clean, 5, 0, FAR_US, 100 * KBPS);
  Rig *rigs[] = { &far, &lossy, &near, &clean };
  for (guint i = 0; i < G_N_ELEMENTS(rigs); i++) {
    repeat_queue_add_asked(&rigs[i]->queue, 1, 77, rigs[i]->now_us);
    g_assert_cmpint(repeat_queue_take(&rigs[i]->queue, rigs[i]->now_us + REPEAT_AFTER_US, &repeat), ==, i < 2);
    g_assert_false(repeat_queue_take(&rigs[i]->queue, G_MAXINT64 / 2, &repeat));
    if (i < 2) {
      g_assert_cmpuint(repeat.seq, ==, 77);
      g_assert_cmpuint(repeat.n, >, 0);  /* it answers nobody */
    }
  }
}

static void
test_it_never_holds_more_than_its_bound(void)
{
  assert_on_net();
  Rig rig = rig_of(200 * KBPS, 60);
  guint n = 0;
  Repeat repeat;
  run(&rig, 3, 0.05, RTT_US, 900 * KBPS);
  empty(&rig);
  for (guint16 i = 0; i < 3 * REPEAT_QUEUE_MAX; i++)
    repeat_queue_add(&rig.queue, 0, i, 100, true, rig.now_us);
  while (repeat_queue_take(&rig.queue, G_MAXINT64 / 2, &repeat))
    g_assert_cmpuint(repeat.seq, ==, n++);
  g_assert_cmpuint(n, ==, REPEAT_QUEUE_MAX);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/repeat_queue/" #name, test_##name)
  ADD(repeats_only_what_is_small_over_a_lossy_network_with_room);
  ADD(a_far_receiver_is_sent_any_picture_twice);
  ADD(what_is_sent_again_counts_with_the_picture);
  ADD(two_copies_take_more_room_than_one);
  ADD(noise_switches_nothing);
  ADD(packets_come_out_in_order_after_the_wait);
  ADD(where_a_tenth_is_lost_each_packet_is_repeated_twice);
  ADD(what_is_asked_for_leaves_twice_where_the_way_is_long);
  ADD(it_never_holds_more_than_its_bound);
#undef ADD
  return g_test_run();
}
