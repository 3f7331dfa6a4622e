/* tests/media/bwe/test_busy_rate.c - unit tests of media/bwe/busy_rate. */
#include "media/bwe/busy_rate.h"

enum { PACKET_BYTES = 1000, EVERY_US = 8000, LINE_BPS = 500 * 1000, OVER_US = 16 * 1000 };

/* Packets of a flow of 1 Mbit/s that come through a line of half of it: each waits 8 ms longer than the one before. */
static SentPacket
slowed(guint i)
{
  return (SentPacket) { .seq = i, .sent_us = (gint64)i * EVERY_US, .arrival_us = (gint64)i * OVER_US, .bytes = PACKET_BYTES };
}

static void
add(BusyRate *self, const SentPacket *packet)
{
  busy_rate_add(self, packet, packet->arrival_us - packet->sent_us);
}

static void
test_what_comes_out_of_a_queue_is_the_rate(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 14; i++) {
    SentPacket packet = slowed(i);
    add(&rate, &packet);
    g_assert_cmpfloat(rate.bps, ==, 0);  /* a queue of 50 ms since the 7th; not yet 0.12 s */
  }
  for (guint i = 14; i < 40; i++) {
    SentPacket packet = slowed(i);
    add(&rate, &packet);
  }
  g_assert_cmpfloat_with_epsilon(rate.bps, LINE_BPS, LINE_BPS / 100);
  SentPacket prompt = { .sent_us = 1000 * 1000, .arrival_us = 1000 * 1000 + 20 * 1000, .bytes = PACKET_BYTES };
  add(&rate, &prompt);
  g_assert_cmpfloat(rate.bps, ==, 0);  /* the queue is gone */
}

static void
test_what_was_sent_before_a_pause_still_tells(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 40; i++) {
    SentPacket packet = slowed(i);
    if (i > 25)
      packet.sent_us = (gint64)25 * EVERY_US;  /* all at once, then nothing */
    add(&rate, &packet);
  }
  g_assert_cmpfloat_with_epsilon(rate.bps, LINE_BPS, LINE_BPS / 100);
}

static void
test_a_longer_way_measures_nothing(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 100; i++) {
    SentPacket packet = { .seq = i, .sent_us = (gint64)i * EVERY_US, .arrival_us = (gint64)i * EVERY_US + 200 * 1000, .bytes = PACKET_BYTES };
    add(&rate, &packet);
    g_assert_cmpfloat(rate.bps, ==, 0);
  }
}

static void
test_a_queue_shared_with_others_measures_nothing(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 100; i++) {
    SentPacket packet = { .seq = i, .sent_us = (gint64)i * EVERY_US, .arrival_us = (gint64)i * EVERY_US * 13 / 10 + 60 * 1000, .bytes = PACKET_BYTES };
    add(&rate, &packet);
    g_assert_cmpfloat(rate.bps, ==, 0);
  }
}

static void
test_a_late_report_changes_nothing(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 34; i++) {
    SentPacket packet = slowed(i);
    add(&rate, &packet);
  }
  BusyRate before = rate;
  SentPacket late = slowed(20);
  add(&rate, &late);
  g_assert_cmpmem(&rate, sizeof rate, &before, sizeof before);
}

static void
test_a_clock_set_back_begins_anew(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 34; i++) {
    SentPacket packet = slowed(i);
    add(&rate, &packet);
  }
  g_assert_cmpfloat(rate.bps, >, 0);
  SentPacket after = slowed(34);
  after.arrival_us -= 10 * G_USEC_PER_SEC;
  busy_rate_add(&rate, &after, 100 * 1000);
  g_assert_cmpfloat(rate.bps, ==, 0);
}

static void
test_few_packets_measure_nothing(void)
{
  BusyRate rate = { 0 };
  for (guint i = 0; i < 5; i++) {
    SentPacket packet = { .seq = i, .sent_us = (gint64)i * EVERY_US, .arrival_us = 100 * 1000 + (gint64)i * 80 * 1000, .bytes = PACKET_BYTES };
    add(&rate, &packet);
    g_assert_cmpfloat(rate.bps, ==, 0);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/busy_rate/" #name, test_##name)
  ADD(what_comes_out_of_a_queue_is_the_rate);
  ADD(what_was_sent_before_a_pause_still_tells);
  ADD(a_longer_way_measures_nothing);
  ADD(a_queue_shared_with_others_measures_nothing);
  ADD(a_late_report_changes_nothing);
  ADD(a_clock_set_back_begins_anew);
  ADD(few_packets_measure_nothing);
  return g_test_run();
}
