/* tests/media/bwe/test_passed_share.c - unit tests of media/bwe/passed_share. */
#include "media/bwe/passed_share.h"

enum { PACKETS = 400, PACKET_BYTES = 1000, EVERY_US = 10 * 1000, WAY_US = 20 * 1000, SENT_BPS = PACKET_BYTES * 8 * 100 };

/* A flow of equal packets, one every 10 ms, and the feedback about it. */
typedef struct {
  PassedShare share;
  SentPacket  packets[PACKETS];
  SentNews    news;
} Flow;

/* @slowness: what stands in for the way: a packet that left at t arrives at t * @slowness and later. */
static Flow *
flow_new(guint bytes, double slowness)
{
  Flow *self = g_new0(Flow, 1);
  for (guint i = 0; i < PACKETS; i++) {
    gint64 sent_us = (gint64)i * EVERY_US;
    self->packets[i] = (SentPacket) { .seq = i, .sent_us = sent_us, .arrival_us = WAY_US + (gint64)((double)sent_us * slowness),
                                      .total_bytes = (guint64)(i + 1) * bytes, .bytes = bytes, .state = SENT_STATE_RECEIVED };
  }
  passed_share_reset(&self->share);
  return self;
}

static void
tell(Flow *self, guint packet)
{
  self->news.received[self->news.n_received++] = &self->packets[packet];
}

static void
send_feedback(Flow *self)
{
  passed_share_add(&self->share, &self->news);
  self->news.n_received = 0;
}

/* A feedback for every ten packets from @from up to @until; of each ten the last @dropped never arrive. */
static void
run(Flow *self, guint from, guint until, guint dropped)
{
  for (guint i = from; i < until; i++) {
    if (i % 10 < 10 - dropped)
      tell(self, i);
    if (i % 10 == 9)
      send_feedback(self);
  }
}

static void
assert_near(double value, double wanted)
{
  g_assert_cmpfloat_with_epsilon(value, wanted, wanted * 0.03);
}

static void
test_a_free_way_passes_all(void)
{
  g_autofree Flow *flow = flow_new(PACKET_BYTES, 1);
  g_assert_cmpfloat(flow->share.share, ==, 1);
  run(flow, 0, 20, 0);  /* no window is full yet */
  g_assert_cmpfloat(flow->share.share, ==, 1);
  g_assert_cmpfloat(flow->share.received_bps, ==, 0);
  run(flow, 20, 100, 0);
  assert_near(flow->share.share, 1);
  assert_near(flow->share.received_bps, SENT_BPS);
}

static void
test_what_still_waits_has_not_passed(void)
{
  g_autofree Flow *flow = flow_new(PACKET_BYTES, 1 / 0.7);
  run(flow, 0, 100, 0);
  assert_near(flow->share.share, 0.7);
  assert_near(flow->share.received_bps, 0.7 * SENT_BPS);
}

static void
test_what_was_dropped_has_not_passed(void)
{
  g_autofree Flow *flow = flow_new(PACKET_BYTES, 1);
  run(flow, 0, 100, 3);
  assert_near(flow->share.share, 0.7);
  assert_near(flow->share.received_bps, 0.7 * SENT_BPS);
}

static void
test_too_little_says_nothing(void)
{
  g_autofree Flow *flow = flow_new(50, 1 / 0.5);
  run(flow, 0, 200, 0);
  g_assert_cmpfloat(flow->share.share, ==, 1);
  g_assert_cmpfloat(flow->share.received_bps, ==, 0);
}

static void
test_a_pause_of_the_feedback_is_measured_as_neither(void)
{
  g_autofree Flow *flow = flow_new(PACKET_BYTES, 1 / 0.7);
  run(flow, 0, 100, 0);
  double share = flow->share.share, received_bps = flow->share.received_bps;
  run(flow, 300, 310, 9);  /* 2 s are not known: the window begins again */
  g_assert_cmpfloat(flow->share.share, ==, share);
  g_assert_cmpfloat(flow->share.received_bps, ==, received_bps);
  run(flow, 310, 400, 3);
  assert_near(flow->share.share, 0.49);
}

static void
test_the_order_of_a_feedback_does_not_matter(void)
{
  g_autofree Flow *flow = flow_new(PACKET_BYTES, 1);
  tell(flow, 5);
  send_feedback(flow);
  tell(flow, 3);  /* late: before the window */
  for (guint i = 45; i > 5; i--)
    tell(flow, i);
  tell(flow, 0);
  send_feedback(flow);
  assert_near(flow->share.share, 1);
  assert_near(flow->share.received_bps, SENT_BPS);
}

static void
test_packets_that_left_at_once_are_no_rate(void)
{
  g_autofree Flow *flow = flow_new(PACKET_BYTES, 1);
  for (guint i = 0; i < 40; i++) {
    flow->packets[i].sent_us = 0;
    tell(flow, i);
    send_feedback(flow);
  }
  g_assert_cmpfloat(flow->share.share, ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/passed_share/" #name, test_##name)
  ADD(a_free_way_passes_all);
  ADD(what_still_waits_has_not_passed);
  ADD(what_was_dropped_has_not_passed);
  ADD(too_little_says_nothing);
  ADD(a_pause_of_the_feedback_is_measured_as_neither);
  ADD(the_order_of_a_feedback_does_not_matter);
  ADD(packets_that_left_at_once_are_no_rate);
  return g_test_run();
}
