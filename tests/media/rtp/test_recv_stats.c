/* tests/media/rtp/test_recv_stats.c - unit tests of media/rtp/recv_stats and seq_window. */
#include "media/rtp/recv_stats.h"
#include "media/rtp/seq_window.h"

static RecvSeq
feed(RecvStats *stats, guint16 seq, gint64 *unwrapped) ON_NET
{
  return recv_stats_on_packet(stats, seq, 0, 90000, 0, false, unwrapped);
}

static void
test_loss_is_counted_over_the_wrap(void)
{
  assert_on_net();
  RecvStats stats;
  RtcpReportBlock block;
  gint64 seq;
  recv_stats_init(&stats);
  for (guint i = 0; i < 100; i++)
    if (i % 4 != 3)  /* 65486 ... 65535, 0 ... 49; the last of all is lost, so not yet missed */
      g_assert_cmpint(feed(&stats, (guint16)(65486 + i), &seq), ==, RECV_SEQ_NEWEST);
  recv_stats_report(&stats, &block);
  g_assert_cmpint(block.cumulative_lost, ==, 24);
  g_assert_cmpuint(block.fraction_lost, ==, 24 * 256 / 99);
  g_assert_cmpuint(block.highest_seq, ==, 0x10000 + 48);
  recv_stats_report(&stats, &block);
  g_assert_cmpuint(block.fraction_lost, ==, 0);
  g_assert_cmpint(block.cumulative_lost, ==, 24);
}

static void
test_late_and_repeated_packets_never_make_a_negative_fraction(void)
{
  assert_on_net();
  RecvStats stats;
  RtcpReportBlock block;
  gint64 seq;
  recv_stats_init(&stats);
  feed(&stats, 10, &seq);
  feed(&stats, 12, &seq);
  recv_stats_report(&stats, &block);
  g_assert_cmpint(block.cumulative_lost, ==, 1);
  g_assert_cmpint(feed(&stats, 11, &seq), ==, RECV_SEQ_LATE);
  g_assert_cmpint(feed(&stats, 11, &seq), ==, RECV_SEQ_LATE);
  recv_stats_report(&stats, &block);
  g_assert_cmpint(block.cumulative_lost, ==, -1);
  g_assert_cmpuint(block.fraction_lost, ==, 0);
}

static void
test_a_retransmission_changes_no_figure(void)
{
  assert_on_net();
  RecvStats stats;
  gint64 seq;
  recv_stats_init(&stats);
  g_assert_cmpint(recv_stats_on_packet(&stats, 5, 0, 90000, 0, true, &seq), ==, RECV_SEQ_BAD);
  feed(&stats, 10, &seq);
  feed(&stats, 12, &seq);
  gint64 newest = seq;
  g_assert_cmpint(recv_stats_on_packet(&stats, 11, 0, 90000, 0, true, &seq), ==, RECV_SEQ_LATE);
  g_assert_cmpint(seq, ==, newest - 1);
  g_assert_cmpint(recv_stats_lost(&stats), ==, 1);
}

static void
test_a_lone_jump_is_dropped_and_a_confirmed_one_restarts(void)
{
  assert_on_net();
  RecvStats stats;
  gint64 seq, before;
  recv_stats_init(&stats);
  feed(&stats, 100, &before);
  g_assert_cmpint(feed(&stats, 40000, &seq), ==, RECV_SEQ_BAD);
  g_assert_cmpint(feed(&stats, 101, &seq), ==, RECV_SEQ_NEWEST);
  g_assert_cmpint(seq, ==, before + 1);
  g_assert_cmpint(feed(&stats, 40000, &seq), ==, RECV_SEQ_BAD);
  g_assert_cmpint(feed(&stats, 40001, &seq), ==, RECV_SEQ_RESTART);
  g_assert_cmpint(seq, >, before + 1);
  g_assert_cmpint((guint16)seq, ==, 40001);
  g_assert_cmpint(feed(&stats, 40002, &seq), ==, RECV_SEQ_NEWEST);
  g_assert_cmpint(recv_stats_lost(&stats), ==, 0);
  /* backwards: still counts upwards */
  before = seq;
  g_assert_cmpint(feed(&stats, 20000, &seq), ==, RECV_SEQ_BAD);
  g_assert_cmpint(feed(&stats, 20001, &seq), ==, RECV_SEQ_RESTART);
  g_assert_cmpint(seq, >, before);
}

static void
test_jitter_follows_the_arrival_not_the_size_of_frames(void)
{
  assert_on_net();
  RecvStats even, uneven;
  gint64 seq;
  recv_stats_init(&even);
  recv_stats_init(&uneven);
  guint16 n = 0;
  for (guint frame = 0; frame < 300; frame++)
    for (guint k = 0; k < 5; k++, n++) {  /* a frame's packets are 1 ms apart */
      gint64 at_us = frame * 40000 + k * 1000;
      recv_stats_on_packet(&even, n, frame * 3600, 90000, at_us, false, &seq);
      recv_stats_on_packet(&uneven, n, frame * 3600, 90000, at_us + (frame % 2) * 10000, false, &seq);
    }
  g_assert_cmpfloat(even.jitter_units, <, 1);
  g_assert_cmpfloat(uneven.jitter_units, >, 800);  /* 10 ms = 900 */
  g_assert_cmpfloat(uneven.jitter_units, <, 1000);
  recv_stats_on_packet(&even, n, 0x80000000u, 90000, 300 * 40000, false, &seq);
  g_assert_cmpfloat(even.jitter_units, <, 1);  /* a new clock is no jitter */
}

static void
test_the_window_knows_each_number_once(void)
{
  SeqWindow window;
  seq_window_clear(&window);
  g_assert_true(seq_window_add(&window, 70000));
  g_assert_false(seq_window_add(&window, 70000));
  g_assert_true(seq_window_add(&window, 70002));
  g_assert_true(seq_window_add(&window, 70001));
  g_assert_false(seq_window_add(&window, 70001));
  g_assert_true(seq_window_add(&window, 69500));  /* from before the first */
  g_assert_true(seq_window_add(&window, 70002 + SEQ_WINDOW_BITS - 1));
  g_assert_false(seq_window_add(&window, 70002));
  g_assert_false(seq_window_add(&window, 70001));  /* too old to tell */
  g_assert_true(seq_window_add(&window, 70003));
  g_assert_true(seq_window_add(&window, 900000));  /* all forgotten */
  g_assert_true(seq_window_add(&window, 899999));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/recv_stats/" #name, test_##name)
  ADD(loss_is_counted_over_the_wrap);
  ADD(late_and_repeated_packets_never_make_a_negative_fraction);
  ADD(a_retransmission_changes_no_figure);
  ADD(a_lone_jump_is_dropped_and_a_confirmed_one_restarts);
  ADD(jitter_follows_the_arrival_not_the_size_of_frames);
  ADD(the_window_knows_each_number_once);
  return g_test_run();
}
