/* tests/media/bwe/test_twcc.c - unit tests of media/bwe/twcc_feedback and twcc_recv. */
#include "media/bwe/twcc_recv.h"
#include "media/rtp/rtcp_parser.h"

#define NO TWCC_NOT_RECEIVED

static gsize
write_feedback(guint8 *data, gsize capacity, const TwccFeedback *feedback)
{
  ByteWriter writer = byte_writer(data, capacity);
  twcc_feedback_write(&writer, feedback, 0x11111111, 0x22222222);
  g_assert_false(writer.failed);
  return writer.length;
}

static bool
parse_feedback(const guint8 *data, gsize length, TwccFeedback *out)
{
  RtcpParser parser = rtcp_parser(data, length);
  RtcpPacket packet;
  g_assert_true(rtcp_parser_next(&parser, &packet));
  g_assert_cmpint(packet.kind, ==, RTCP_TWCC);
  return twcc_feedback_parse(out, packet.body);
}

/* Written by hand from draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1. The
 * first 12 bytes but the length are the same for all. */
/* clang-format off */
static const struct {
  const char *what;
  guint16 base_seq, n_statuses;
  guint32 reference;
  guint8  count;
  gint32  deltas[32];
  guint8  bytes[64];  /* after the SSRCs, with the length in words in front */
  gsize   length;
} GOLDEN[] = {
  { "three packets in a row: a run of small deltas", 10, 3, 5, 7, { 4, 8, 0 },
    { 6, 0, 10, 0, 3, 0, 0, 5, 7, 0x20, 0x03, 4, 8, 0, 0, 0, 0 }, 17 },
  { "the first example of a status vector, 3.1.4", 65535, 14, 0xFFFFFF, 255,
    { NO, 1, 1, 1, 1, 1, NO, NO, NO, 2, 2, 255, NO, NO },
    { 7, 0xFF, 0xFF, 0, 14, 0xFF, 0xFF, 0xFF, 255, 0x9F, 0x1C, 1, 1, 1, 1, 1, 2, 2, 255, 0, 0 }, 21 },
  { "one large delta makes it two-bit symbols", 1, 7, 1, 0, { 0, NO, 256, -1, 5, NO, 3 },
    /* 01 00 10 10 01 00 01 = 0xC000 | 0x12 0x91 */
    { 7, 0, 1, 0, 7, 0, 0, 1, 0, 0xD2, 0x91, 0, 1, 0, 0xFF, 0xFF, 5, 3, 0, 0, 0 }, 21 },
  { "a run of large deltas", 1, 3, 1, 0, { -32768, 32767, 256 },
    { 6, 0, 1, 0, 3, 0, 0, 1, 0, 0x40, 0x03, 0x80, 0, 0x7F, 0xFF, 1, 0 }, 17 },
  { "a run of missing ones, then one", 100, 21, 2, 1,
    { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 9 },
    { 6, 0, 100, 0, 21, 0, 0, 2, 1, 0x00, 0x14, 0x20, 0x01, 9, 0, 0, 0 }, 17 },
  { "a vector, then the tail as a run", 0, 16, 0, 0, { 1, NO, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
    /* 10111111111111 = 0x2FFF, then two small ones */
    { 9, 0, 0, 0, 16, 0, 0, 0, 0, 0xAF, 0xFF, 0x20, 0x02, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 }, 29 },
};
/* clang-format on */

static void
test_feedback_has_the_bytes_of_the_draft(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(GOLDEN); i++) {
    g_test_message("%s", GOLDEN[i].what);
    TwccFeedback feedback = {
      .base_seq = GOLDEN[i].base_seq, .n_statuses = GOLDEN[i].n_statuses, .reference = GOLDEN[i].reference,
      .feedback_count = GOLDEN[i].count,
    };
    memcpy(feedback.delta_ticks, GOLDEN[i].deltas, sizeof GOLDEN[i].deltas);
    guint8 data[256];
    gsize length = write_feedback(data, sizeof data, &feedback);
    const guint8 header[] = { 0x8F, 205, 0, GOLDEN[i].bytes[0], 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22 };
    g_assert_cmpmem(data, 12, header, sizeof header);
    g_assert_cmpmem(data + 12, length - 12, GOLDEN[i].bytes + 1, GOLDEN[i].length - 1);

    TwccFeedback got;
    g_assert_true(parse_feedback(data, length, &got));
    g_assert_cmpuint(got.base_seq, ==, feedback.base_seq);
    g_assert_cmpuint(got.reference, ==, feedback.reference);
    g_assert_cmpuint(got.feedback_count, ==, feedback.feedback_count);
    g_assert_cmpmem(got.delta_ticks, got.n_statuses * sizeof got.delta_ticks[0], feedback.delta_ticks,
                    feedback.n_statuses * sizeof got.delta_ticks[0]);
  }
}

static void
test_random_feedback_survives_the_wire(void)
{
  guint32 seed = g_test_rand_int();
  g_autoptr(GRand) random = g_rand_new_with_seed(seed);
  g_test_message("seed %u", seed);
  for (guint round = 0; round < 2000; round++) {
    TwccFeedback feedback = { .base_seq = (guint16)g_rand_int(random), .reference = g_rand_int(random) & 0xFFFFFF };
    feedback.n_statuses = (guint16)g_rand_int_range(random, 1, TWCC_STATUSES_MAX + 1);
    double change = g_rand_double(random);
    gint32 delta = NO;
    for (guint i = 0; i < feedback.n_statuses; i++) {
      if (g_rand_double(random) < change)
        delta = (const gint32[]) { NO, 7, 300, -9 }[g_rand_int_range(random, 0, 4)];
      feedback.delta_ticks[i] = delta;
    }
    guint8 data[4096];
    gsize length = write_feedback(data, sizeof data, &feedback);
    TwccFeedback got;
    g_assert_true(parse_feedback(data, length, &got));
    g_assert_cmpmem(got.delta_ticks, got.n_statuses * sizeof got.delta_ticks[0], feedback.delta_ticks,
                    feedback.n_statuses * sizeof got.delta_ticks[0]);
  }
}

/* clang-format off */
static void
test_malformed_feedback_is_refused(void)
{
  static const struct {
    const char *what;
    guint8 body[16];
    gsize  length;
    bool   is_valid;
  } CASES[] = {
    { "no statuses", { 0, 1, 0, 0, 0, 0, 1, 0, 0x20, 0x01, 4 }, 11, false },
    { "more than are taken", { 0, 1, 0xFF, 0xFF, 0, 0, 1, 0, 0x1F, 0xFF }, 10, false },
    { "cut off in the header", { 0, 1, 0, 1, 0, 0 }, 6, false },
    { "no chunk", { 0, 1, 0, 1, 0, 0, 1, 0 }, 8, false },
    { "a run of nothing", { 0, 1, 0, 1, 0, 0, 1, 0, 0x20, 0x00, 0x20, 0x01, 4 }, 13, false },
    { "a delta missing", { 0, 1, 0, 2, 0, 0, 1, 0, 0x20, 0x02, 4 }, 11, false },
    { "half a large delta", { 0, 1, 0, 1, 0, 0, 1, 0, 0x40, 0x01, 4 }, 11, false },
    { "a run longer than the count", { 0, 1, 0, 1, 0, 0, 1, 0, 0x20, 0x09, 4 }, 11, true },
    { "the second example of 3.1.4, with its reserved symbol", { 0, 1, 0, 7, 0, 0, 1, 0, 0xCD, 0x50, 1, 1, 1 }, 13, true },
  };
  /* clang-format on */
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    TwccFeedback got;
    g_test_message("%s", CASES[i].what);
    g_assert_cmpint(twcc_feedback_parse(&got, byte_reader(CASES[i].body, CASES[i].length)), ==, CASES[i].is_valid);
  }
}

/* Runs one round of reports through the wire into @arrived: ticks by 16-bit number. */
static guint
collect(TwccRecv *recv, gint64 *arrived, guint *reported_missing) ON_NET
{
  TwccFeedback made, got;
  guint n = 0;
  while (twcc_recv_next(recv, &made)) {
    guint8 data[1200];
    gsize length = write_feedback(data, sizeof data, &made);
    g_assert_cmpuint(length, <=, 950);
    g_assert_true(parse_feedback(data, length, &got));
    gint64 ticks = (gint64)got.reference * TWCC_TICKS_PER_REFERENCE;
    for (guint i = 0; i < got.n_statuses; i++) {
      guint16 seq = (guint16)(got.base_seq + i);
      if (got.delta_ticks[i] == NO) {
        if (reported_missing != NULL)
          (*reported_missing)++;
        continue;
      }
      ticks += got.delta_ticks[i];
      arrived[seq] = ticks;
    }
    n++;
  }
  return n;
}

static void
test_arrivals_are_reported_exactly_over_every_wrap(void)
{
  assert_on_net();
  g_autoptr(TwccRecv) recv = twcc_recv_new();
  g_autofree gint64 *arrived = g_new0(gint64, 65536);
  /* the 24-bit reference time wraps after 12.4 days: begin just before */
  gint64 start_us = (G_GINT64_CONSTANT(1) << 24) * 64000 - 1000 * 1000;
  guint n_feedback = 0, missing = 0;
  guint16 first = 65500;
  for (guint i = 0; i < 400; i++) {
    gint64 at_us = start_us + i * 5000 + (i % 7) * 250;
    if (i % 10 != 3)
      twcc_recv_on_packet(recv, (guint16)(first + i), at_us);
    if (twcc_recv_is_due(recv, at_us))
      n_feedback += collect(recv, arrived, &missing);
  }
  collect(recv, arrived, &missing);
  g_assert_cmpuint(missing, ==, 40);
  g_assert_cmpuint(n_feedback, >=, 38);  /* 2 s at 50 ms */
  g_assert_cmpuint(n_feedback, <=, 41);
  for (guint i = 0; i < 400; i++) {
    gint64 expected = (start_us + i * 5000 + (i % 7) * 250) / TWCC_TICK_US % ((G_GINT64_CONSTANT(1) << 24) * 256);
    gint64 got = arrived[(guint16)(first + i)] % ((G_GINT64_CONSTANT(1) << 24) * 256);
    g_assert_cmpint(got, ==, i % 10 == 3 ? 0 : expected);
  }
}

static void
test_a_late_packet_is_reported_once_and_a_repeated_one_not(void)
{
  assert_on_net();
  g_autoptr(TwccRecv) recv = twcc_recv_new();
  TwccFeedback f;
  twcc_recv_on_packet(recv, 10, 1000000);
  twcc_recv_on_packet(recv, 12, 1001000);
  g_assert_true(twcc_recv_is_due(recv, 1002000));
  g_assert_true(twcc_recv_next(recv, &f));
  g_assert_cmpuint(f.n_statuses, ==, 3);
  g_assert_cmpint(f.delta_ticks[1], ==, NO);
  g_assert_false(twcc_recv_next(recv, &f));
  twcc_recv_on_packet(recv, 12, 1005000);
  g_assert_false(twcc_recv_is_due(recv, 1100000));
  twcc_recv_on_packet(recv, 11, 1100000);
  g_assert_true(twcc_recv_is_due(recv, 1110000));
  g_assert_true(twcc_recv_next(recv, &f));
  g_assert_cmpuint(f.base_seq, ==, 11);
  g_assert_cmpuint(f.n_statuses, ==, 2);
  g_assert_cmpint(f.delta_ticks[1], ==, -396);  /* 12 came 99 ms before 11 */
  g_assert_false(twcc_recv_next(recv, &f));
}

static void
test_a_gap_of_more_than_a_delta_can_say_starts_a_new_report(void)
{
  assert_on_net();
  g_autoptr(TwccRecv) recv = twcc_recv_new();
  g_autofree gint64 *arrived = g_new0(gint64, 65536);
  twcc_recv_on_packet(recv, 1, 64000 * 100);
  twcc_recv_on_packet(recv, 2, 64000 * 100 + 20 * G_USEC_PER_SEC);
  twcc_recv_on_packet(recv, 3, 64000 * 100 + 20 * G_USEC_PER_SEC + 250);
  g_assert_cmpuint(collect(recv, arrived, NULL), ==, 2);
  g_assert_cmpint(arrived[2] - arrived[1], ==, 20 * G_USEC_PER_SEC / TWCC_TICK_US);
  g_assert_cmpint(arrived[3] - arrived[2], ==, 1);
}

static void
test_reports_are_counted_and_large_rounds_are_split(void)
{
  assert_on_net();
  g_autoptr(TwccRecv) recv = twcc_recv_new();
  TwccFeedback f;
  guint count = 0, statuses = 0;
  for (guint round = 0; round < 300; round++) {
    for (guint i = 0; i < 1000; i++)
      twcc_recv_on_packet(recv, (guint16)(round * 1000 + i), (gint64)(round * 1000 + i) * 100 * 1000);
    while (twcc_recv_next(recv, &f)) {
      g_assert_cmpuint(f.feedback_count, ==, (guint8)count);
      count++;
      statuses += f.n_statuses;
    }
  }
  g_assert_cmpuint(statuses, ==, 300 * 1000);
  g_assert_cmpuint(count, >=, 600);  /* deltas of 100 ms need two bytes each */
}

static void
test_a_sender_that_starts_over_or_jumps_is_followed(void)
{
  assert_on_net();
  g_autoptr(TwccRecv) recv = twcc_recv_new();
  g_autofree gint64 *arrived = g_new0(gint64, 65536);
  guint missing = 0;
  for (guint i = 0; i < 10; i++)
    twcc_recv_on_packet(recv, (guint16)(30000 + i), i * 1000);
  collect(recv, arrived, &missing);
  for (guint i = 0; i < 10; i++)  /* forward by more than the window */
    twcc_recv_on_packet(recv, (guint16)(40000 + i), 100000 + i * 1000);
  collect(recv, arrived, &missing);
  g_assert_cmpint(arrived[40000], >, 0);
  for (guint i = 0; i < 10; i++)  /* back */
    twcc_recv_on_packet(recv, (guint16)(20000 + i), 200000 + i * 1000);
  collect(recv, arrived, &missing);
  g_assert_cmpint(arrived[20009], >, 0);
  g_assert_cmpint(arrived[20000], ==, 0);  /* the first alone proved nothing */
  g_assert_cmpuint(missing, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/twcc/" #name, test_##name)
  ADD(feedback_has_the_bytes_of_the_draft);
  ADD(random_feedback_survives_the_wire);
  ADD(malformed_feedback_is_refused);
  ADD(arrivals_are_reported_exactly_over_every_wrap);
  ADD(a_late_packet_is_reported_once_and_a_repeated_one_not);
  ADD(a_gap_of_more_than_a_delta_can_say_starts_a_new_report);
  ADD(reports_are_counted_and_large_rounds_are_split);
  ADD(a_sender_that_starts_over_or_jumps_is_followed);
  return g_test_run();
}
