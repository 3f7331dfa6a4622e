/* tests/media/codec/test_audio_packet_queue.c - unit tests of media/codec/audio_packet_queue. */
#include "media/codec/audio_packet_queue.h"

static QueuedPacket
item(gint64 ts)
{
  return (QueuedPacket) { audio_packet_new((const guint8 *)"x", 1), ts, ts / 960, 960 };
}

static void
test_packets_come_out_in_the_order_of_their_time(void)
{
  AudioPacketQueue queue = { 0 };
  static const gint64 order[] = { 3, 1, 2, 0, 5, 4 };
  for (gsize i = 0; i < G_N_ELEMENTS(order); i++)
    g_assert_cmpint(audio_packet_queue_add(&queue, item(order[i] * 960)), ==, AUDIO_QUEUE_ADDED);
  g_assert_cmpint(audio_packet_queue_add(&queue, item(960)), ==, AUDIO_QUEUE_DUPLICATE);
  for (gint64 k = 0; k < 6; k++) {
    QueuedPacket got = audio_packet_queue_take(&queue);
    g_assert_cmpint(got.ts, ==, k * 960);
    audio_packet_unref(got.packet);
  }
  g_assert_null(audio_packet_queue_head(&queue));
}

static void
test_a_full_queue_gives_up_its_oldest(void)
{
  AudioPacketQueue queue = { 0 };
  for (gint64 k = 1; k <= AUDIO_PACKET_QUEUE_MAX; k++)
    audio_packet_queue_add(&queue, item(k * 960));
  g_assert_cmpint(audio_packet_queue_add(&queue, item(0)), ==, AUDIO_QUEUE_ADDED_OVERFLOW);
  g_assert_cmpint(audio_packet_queue_head(&queue)->ts, ==, 960);
  g_assert_cmpint(audio_packet_queue_add(&queue, item(70 * 960)), ==, AUDIO_QUEUE_ADDED_OVERFLOW);
  g_assert_cmpint(audio_packet_queue_head(&queue)->ts, ==, 2 * 960);
  g_assert_cmpuint(queue.n, ==, AUDIO_PACKET_QUEUE_MAX);
  audio_packet_queue_clear(&queue);
}

static void
test_span_ends_at_the_first_gap(void)
{
  AudioPacketQueue queue = { 0 };
  g_assert_cmpint(audio_packet_queue_span(&queue, 0), ==, 0);
  audio_packet_queue_add(&queue, item(0));
  audio_packet_queue_add(&queue, item(960));
  audio_packet_queue_add(&queue, item(3 * 960));
  g_assert_cmpint(audio_packet_queue_span(&queue, 0), ==, 1920);
  g_assert_cmpint(audio_packet_queue_span(&queue, 500), ==, 1420);
  g_assert_cmpint(audio_packet_queue_span(&queue, -1), ==, 0);
  audio_packet_queue_clear(&queue);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/audio_packet_queue/" #name, test_##name)
  ADD(packets_come_out_in_the_order_of_their_time);
  ADD(a_full_queue_gives_up_its_oldest);
  ADD(span_ends_at_the_first_gap);
#undef ADD
  return g_test_run();
}
