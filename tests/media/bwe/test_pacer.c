/* tests/media/bwe/test_pacer.c - unit tests of media/bwe/pacer. */
#include "media/bwe/frame_queue.h"
#include "media/bwe/pacer.h"

#define MS(n) ((gint64)(n) * 1000)

enum { PACKET_BYTES = 1000, START_MS = 1000 };

typedef struct {
  Pacer  *pacer;
  GArray *sent;   /* of guint: frame index * 1000 + packet; 1000000 + seq for RTX */
  guint   rtx, padding;
  guint   padding_left;   /* packets of padding to be had */
  int     cluster;        /* of the last packet sent */
  LineBucket *line;       /* nullable: all that is sent is counted there */
  gint64  now_us;
} Rig;

static gsize
count(Rig *rig, gsize bytes) ON_NET
{
  rig->cluster = pacer_probe_cluster(rig->pacer);
  if (rig->line != NULL)
    line_bucket_on_sent(rig->line, bytes, rig->now_us);
  return bytes;
}

static gsize
send_video(guint track, EncodedFrame *frame, guint packet, bool *is_last, gpointer user)
{
  assert_on_net();
  Rig *rig = user;
  guint mark = (guint)frame->index * 1000 + packet;
  g_array_append_val(rig->sent, mark);
  gsize left = frame->length - (gsize)packet * PACKET_BYTES;
  *is_last = left <= PACKET_BYTES;
  return count(rig, MIN(left, PACKET_BYTES));
}

static gsize
send_rtx(guint track, guint16 seq, gpointer user)
{
  assert_on_net();
  Rig *rig = user;
  guint mark = 1000000 + seq;
  g_array_append_val(rig->sent, mark);
  rig->rtx++;
  return count(rig, PACKET_BYTES);
}

static gsize
send_padding(gsize bytes, gpointer user)
{
  assert_on_net();
  Rig *rig = user;
  if (rig->padding_left == 0)
    return 0;
  rig->padding_left--;
  rig->padding++;
  return count(rig, MIN(bytes, PACKET_BYTES));
}

static void
rig_init(Rig *rig)
{
  static const PacerEvents EVENTS = { send_video, send_rtx, send_padding };
  *rig = (Rig) { .pacer = pacer_new(&EVENTS, rig), .sent = g_array_new(FALSE, FALSE, sizeof(guint)) };
}

static void
rig_clear(Rig *rig)
{
  pacer_free(rig->pacer);
  g_array_unref(rig->sent);
}

typedef enum { FRAME_BASE, FRAME_DROPPABLE, FRAME_KEY } FrameType;

static bool
push(Rig *rig, guint index, FrameType type, guint n_packets) ON_NET
{
  gsize bytes = (gsize)n_packets * PACKET_BYTES;
  g_autoptr(EncodedFrame) frame = encoded_frame_new_take(VIDEO_CODEC_VP8, g_malloc0(bytes), bytes);
  frame->index = index;
  frame->is_keyframe = type == FRAME_KEY;
  frame->is_droppable = type == FRAME_DROPPABLE;
  return pacer_push_video(rig->pacer, 1, frame, rig->now_us);
}

static void
drain(Rig *rig, gint64 from_ms, gint64 to_ms) ON_NET
{
  for (gint64 ms = from_ms; ms <= to_ms; ms++) {
    rig->now_us = MS(ms);
    pacer_poll(rig->pacer, MS(ms));
  }
}

static void
test_a_frame_is_spread_at_the_pace(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 8000 * 1000);  /* one packet a millisecond */
  pacer_poll(rig.pacer, MS(START_MS));
  g_assert_true(push(&rig, 0, FRAME_KEY, 40));
  guint last = 0;
  for (gint64 ms = 1; ms <= 45; ms++) {
    pacer_poll(rig.pacer, MS(START_MS + ms));
    g_assert_cmpuint(rig.sent->len - last, <=, 4);  /* a start of two, one a millisecond, one of debt */
    g_assert_cmpuint(rig.sent->len, >=, MIN((guint)ms, 40));
    last = rig.sent->len;
  }
  g_assert_cmpuint(rig.sent->len, ==, 40);
  g_assert_cmpint(pacer_poll(rig.pacer, MS(START_MS + 50)), ==, G_MAXINT64);
  rig_clear(&rig);
}

static void
test_by_itself_a_frame_leaves_within_about_8_ms(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 16);  /* a frame of 4 Mbit/s at 30 fps */
  drain(&rig, START_MS + 1, START_MS + 5);
  g_assert_cmpuint(rig.sent->len, <, 16);
  drain(&rig, START_MS + 6, START_MS + 10);
  g_assert_cmpuint(rig.sent->len, ==, 16);
  rig_clear(&rig);
}

static void
test_polls_every_5_ms_keep_the_pace(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 8000 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 100);
  for (gint64 ms = 5; ms <= 50; ms += 5)
    pacer_poll(rig.pacer, MS(START_MS + ms));
  g_assert_cmpuint(rig.sent->len, >=, 50);
  g_assert_cmpuint(rig.sent->len, <=, 54);
  /* a poll that is a second late makes up for 10 ms only */
  guint before = rig.sent->len;
  pacer_poll(rig.pacer, MS(START_MS + 1050));
  g_assert_cmpuint(rig.sent->len - before, <=, 11);
  rig_clear(&rig);
}

static void
test_nothing_leaves_before_a_keyframe(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  g_assert_true(pacer_needs_keyframe(rig.pacer, 1));
  g_assert_false(push(&rig, 0, FRAME_BASE, 1));
  g_assert_true(push(&rig, 1, FRAME_KEY, 1));
  g_assert_false(pacer_needs_keyframe(rig.pacer, 1));
  g_assert_true(push(&rig, 2, FRAME_BASE, 1));
  g_assert_true(pacer_needs_keyframe(rig.pacer, 0));  /* another track */
  rig_clear(&rig);
}

static void
test_an_overlong_queue_gives_up_droppable_frames_first(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 800 * 1000);  /* 10 ms a packet: 25 packets are 250 ms */
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 1);
  drain(&rig, START_MS, START_MS + 100);
  rig.sent->len = 0;
  for (guint i = 1; i <= 8; i++)  /* 24 packets */
    g_assert_true(push(&rig, i, i % 2 == 0 ? FRAME_DROPPABLE : FRAME_BASE, 3));
  g_assert_true(push(&rig, 9, FRAME_BASE, 3));  /* pushes 2 out, which has not begun */
  PacerStats stats;
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(stats.frames_dropped[1], ==, 1);
  g_assert_cmpuint(stats.overflows, ==, 0);
  g_assert_false(pacer_needs_keyframe(rig.pacer, 1));
  drain(&rig, START_MS + 101, START_MS + 500);
  g_assert_cmpuint(rig.sent->len, ==, 24);
  for (guint i = 0; i < rig.sent->len; i++)
    g_assert_cmpuint(g_array_index(rig.sent, guint, i) / 1000, !=, 2);
  rig_clear(&rig);
}

/* A crowded line: the network would carry all, and the queue is short by its rate. */
static void
test_what_waits_too_long_gives_up_droppable_frames_and_no_more(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_target(rig.pacer, 8000 * 1000);
  push(&rig, 0, FRAME_KEY, 1);
  drain(&rig, START_MS, START_MS + 100);
  pacer_set_congested(rig.pacer, true);  /* as if it were not its turn */
  guint n_kept = 0;
  for (guint i = 1; i <= 16; i++) {
    bool is_droppable = i % 2 == 0;
    bool is_late = 33 * (i - 1) > FRAME_QUEUE_MAX_US / 1000;
    bool is_kept = push(&rig, i, is_droppable ? FRAME_DROPPABLE : FRAME_BASE, 1);
    g_assert_true(is_kept == !(is_late && is_droppable));
    n_kept += is_kept && !is_droppable;
    drain(&rig, START_MS + 100 + 33 * (i - 1) + 1, START_MS + 100 + 33 * i);
  }
  PacerStats stats;
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(n_kept, ==, 8);
  g_assert_cmpuint(stats.droppable_dropped, ==, 8);  /* those that came before it was too long as well */
  g_assert_cmpuint(stats.overflows, ==, 0);
  g_assert_false(pacer_needs_keyframe(rig.pacer, 1));
  rig.sent->len = 0;
  pacer_set_congested(rig.pacer, false);
  drain(&rig, START_MS + 700, START_MS + 800);
  g_assert_cmpuint(rig.sent->len, ==, n_kept);
  rig_clear(&rig);
}

static void
test_a_queue_still_overlong_is_given_up_to_the_next_keyframe(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 800 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 1);
  drain(&rig, START_MS, START_MS + 100);
  rig.sent->len = 0;
  for (guint i = 1; i <= 8; i++)
    g_assert_true(push(&rig, i, FRAME_BASE, 3));
  drain(&rig, START_MS + 101, START_MS + 102);  /* frame 1 has begun */
  g_assert_true(push(&rig, 9, FRAME_BASE, 2));
  g_assert_false(push(&rig, 10, FRAME_BASE, 3));
  g_assert_true(pacer_needs_keyframe(rig.pacer, 1));
  g_assert_false(push(&rig, 11, FRAME_BASE, 1));
  g_assert_true(push(&rig, 12, FRAME_KEY, 3));
  drain(&rig, START_MS + 103, START_MS + 600);
  static const guint EXPECTED[] = { 1000, 1001, 1002, 12000, 12001, 12002 };  /* what had begun is finished */
  g_assert_cmpmem(rig.sent->data, rig.sent->len * sizeof(guint), EXPECTED, sizeof EXPECTED);
  rig_clear(&rig);
}

static void
test_the_rest_of_a_picture_is_not_sent_where_a_keyframe_is_there_sooner(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 800 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 40);
  drain(&rig, START_MS, START_MS + 100);
  guint n_before = rig.sent->len;
  g_assert_cmpuint(n_before, >=, 5);
  g_assert_cmpuint(n_before, <=, 15);
  g_assert_true(push(&rig, 1, FRAME_KEY, 10));
  g_assert_true(push(&rig, 2, FRAME_BASE, 1));
  drain(&rig, START_MS + 101, START_MS + 600);
  g_assert_cmpuint(rig.sent->len, ==, n_before + 11);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint(g_array_index(rig.sent, guint, n_before + i), ==, 1000 + i);
  g_assert_cmpuint(g_array_index(rig.sent, guint, n_before + 10), ==, 2000);
  rig_clear(&rig);
}

static void
test_a_keyframe_replaces_what_waits_before_it(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 800 * 1000);
  push(&rig, 0, FRAME_KEY, 1);
  for (guint i = 1; i <= 25; i++)
    push(&rig, i, FRAME_BASE, 1);
  g_assert_false(push(&rig, 26, FRAME_BASE, 60));
  g_assert_true(push(&rig, 27, FRAME_KEY, 60));
  /* a keyframe that takes 600 ms is not its followers' undoing */
  g_assert_true(push(&rig, 28, FRAME_BASE, 3));
  for (guint i = 29; i < 50; i++)
    g_assert_true(push(&rig, i, FRAME_BASE, 3));
  g_assert_false(pacer_needs_keyframe(rig.pacer, 1));
  rig_clear(&rig);
}

static void
test_retransmissions_go_first_and_have_their_share(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 8000 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 10);
  g_assert_true(pacer_push_rtx(rig.pacer, 1, 77, PACKET_BYTES));
  drain(&rig, START_MS + 1, START_MS + 1);
  g_assert_cmpuint(g_array_index(rig.sent, guint, 0), ==, 1000077);

  guint accepted = 1, media = 10;
  for (guint i = 1; i < 400; i++) {
    push(&rig, i, FRAME_BASE, 4);
    media += 4;
    for (guint k = 0; k < 4; k++)  /* everything is asked for again */
      accepted += pacer_push_rtx(rig.pacer, 1, (guint16)i, PACKET_BYTES) ? 1 : 0;
    drain(&rig, START_MS + 1 + 10 * i, START_MS + 10 + 10 * i);
  }
  PacerStats stats;
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(rig.rtx, ==, accepted);
  g_assert_cmpuint(accepted, >, media * 28 / 100);
  g_assert_cmpuint(accepted, <, media * 30 / 100 + 34);  /* and the initial 32 kB */
  g_assert_cmpuint(stats.rtx_refused, >, 0);
  rig_clear(&rig);
}

static void
test_sound_is_counted_but_never_starves_the_picture(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_pace(rig.pacer, 8000 * 1000);
  for (gint64 ms = 0; ms < 10000; ms += 20) {
    pacer_on_unpaced(rig.pacer, 100000);  /* absurdly loud */
    pacer_poll(rig.pacer, MS(START_MS + ms));
  }
  push(&rig, 0, FRAME_KEY, 1);
  drain(&rig, START_MS + 10000, START_MS + 10015);
  g_assert_cmpuint(rig.sent->len, ==, 1);
  rig_clear(&rig);
}

static void
test_the_pace_follows_the_target(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_target(rig.pacer, 3200 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 120);
  drain(&rig, START_MS + 1, START_MS + 100);
  g_assert_cmpuint(rig.sent->len, >=, 46);  /* 1.2 x: 48 packets in 100 ms */
  g_assert_cmpuint(rig.sent->len, <=, 52);
  drain(&rig, START_MS + 101, START_MS + 300);
  rig.sent->len = 0;
  g_assert_true(push(&rig, 1, FRAME_BASE, 80));
  drain(&rig, START_MS + 301, START_MS + 350);
  g_assert_cmpuint(rig.sent->len, >=, 48);  /* 2.5 x: 50 in 50 ms */
  g_assert_cmpuint(rig.sent->len, <=, 54);
  drain(&rig, START_MS + 351, START_MS + 500);
  rig.sent->len = 0;
  g_assert_true(push(&rig, 2, FRAME_KEY, 10));
  for (guint i = 3; i <= 13; i++)
    g_assert_true(push(&rig, i, FRAME_BASE, 8));
  drain(&rig, START_MS + 501, START_MS + 600);
  g_assert_cmpuint(rig.sent->len, >=, 46);  /* 1.2 x, also after the keyframe has left */
  g_assert_cmpuint(rig.sent->len, <=, 52);
  rig_clear(&rig);
}

static void
test_the_queue_is_judged_at_the_target(void)
{
  assert_on_net();
  Rig rig;
  PacerStats stats;
  rig_init(&rig);
  pacer_set_target(rig.pacer, 800 * 1000);  /* 250 ms: 25 packets */
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 1);
  drain(&rig, START_MS + 1, START_MS + 50);
  for (guint i = 1; i <= 8; i++)
    g_assert_true(push(&rig, i, FRAME_BASE, 3));
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpint(stats.queue_us, ==, 240 * 1000);
  pacer_set_target(rig.pacer, 400 * 1000);  /* the network became slower */
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpint(stats.queue_us, ==, 480 * 1000);
  g_assert_false(push(&rig, 9, FRAME_DROPPABLE, 1));
  g_assert_false(push(&rig, 10, FRAME_BASE, 1));
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(stats.overflows, ==, 1);
  g_assert_cmpuint(stats.droppable_dropped, ==, 1);
  g_assert_true(pacer_needs_keyframe(rig.pacer, 1));
  rig_clear(&rig);
}

static void
test_a_probe_has_its_rate_and_ends(void)
{
  assert_on_net();
  Rig rig;
  PacerStats stats;
  rig_init(&rig);
  rig.padding_left = 1000;
  pacer_set_target(rig.pacer, 800 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  push(&rig, 0, FRAME_KEY, 2);
  g_assert_true(pacer_start_probe(rig.pacer, 7, 4000 * 1000, 20 * 1000, 6));  /* a packet each 2 ms */
  drain(&rig, START_MS + 1, START_MS + 20);
  g_assert_cmpint(rig.cluster, ==, 7);
  g_assert_cmpuint(rig.sent->len, ==, 2);  /* media goes first, and counts */
  g_assert_cmpuint(rig.padding, >=, 7);
  g_assert_cmpuint(rig.padding, <=, 9);
  drain(&rig, START_MS + 21, START_MS + 100);
  g_assert_cmpuint(rig.padding, ==, 18);   /* 20 kB in all */
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(stats.probes_sent, ==, 1);
  g_assert_cmpuint(stats.padding_bytes, ==, 18 * PACKET_BYTES);
  g_assert_cmpint(pacer_poll(rig.pacer, MS(START_MS + 200)), ==, G_MAXINT64);
  push(&rig, 1, FRAME_BASE, 1);
  drain(&rig, START_MS + 201, START_MS + 220);
  g_assert_cmpint(rig.cluster, ==, 0);
  rig_clear(&rig);
}

static void
test_a_probe_without_padding_is_given_up(void)
{
  assert_on_net();
  Rig rig;
  PacerStats stats;
  rig_init(&rig);
  rig.padding_left = 2;
  g_assert_true(pacer_start_probe(rig.pacer, 1, 4000 * 1000, 20 * 1000, 6));
  drain(&rig, START_MS, START_MS + 50);
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(rig.padding, ==, 2);
  g_assert_cmpuint(stats.probes_aborted, ==, 1);
  g_assert_cmpuint(stats.probes_sent, ==, 0);
  /* and so is one that was held up */
  rig.padding_left = 100;
  g_assert_true(pacer_start_probe(rig.pacer, 2, 4000 * 1000, 20 * 1000, 6));
  drain(&rig, START_MS + 51, START_MS + 55);
  drain(&rig, START_MS + 155, START_MS + 160);
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(stats.probes_aborted, ==, 2);
  g_assert_cmpuint(rig.padding, <, 10);
  rig_clear(&rig);
}

static void
test_a_suspended_receiver_gets_no_picture(void)
{
  assert_on_net();
  Rig rig;
  PacerStats stats;
  rig_init(&rig);
  rig.padding_left = 100;
  pacer_set_target(rig.pacer, 800 * 1000);
  push(&rig, 0, FRAME_KEY, 20);
  pacer_set_suspended(rig.pacer, true);
  g_assert_true(pacer_is_suspended(rig.pacer));
  g_assert_false(push(&rig, 1, FRAME_KEY, 1));
  g_assert_false(pacer_push_rtx(rig.pacer, 1, 5, PACKET_BYTES));
  g_assert_true(pacer_push_rtx(rig.pacer, 0, 5, PACKET_BYTES));  /* a track that has no picture: sound */
  g_assert_false(pacer_needs_keyframe(rig.pacer, 1));  /* so that none is made in vain */
  drain(&rig, START_MS, START_MS + 50);
  g_assert_cmpuint(rig.sent->len, ==, 1);
  g_assert_true(pacer_start_probe(rig.pacer, 1, 4000 * 1000, 5000, 5));  /* it may have become better */
  drain(&rig, START_MS + 51, START_MS + 100);
  g_assert_cmpuint(rig.padding, ==, 5);
  pacer_set_suspended(rig.pacer, false);
  g_assert_true(pacer_needs_keyframe(rig.pacer, 1));
  g_assert_true(push(&rig, 2, FRAME_KEY, 1));
  pacer_stats(rig.pacer, &stats);
  g_assert_cmpuint(stats.refused_suspended, ==, 1);
  rig_clear(&rig);
}

static void
test_congestion_holds_everything_but_sound(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig);
  pacer_set_target(rig.pacer, 800 * 1000);
  pacer_poll(rig.pacer, MS(START_MS));
  pacer_set_congested(rig.pacer, true);
  push(&rig, 0, FRAME_KEY, 3);
  pacer_push_rtx(rig.pacer, 1, 5, PACKET_BYTES);
  drain(&rig, START_MS + 1, START_MS + 100);
  g_assert_cmpuint(rig.sent->len, ==, 0);
  g_assert_cmpint(pacer_poll(rig.pacer, MS(START_MS + 101)), <, MS(START_MS + 120));
  pacer_set_congested(rig.pacer, false);
  drain(&rig, START_MS + 102, START_MS + 200);
  g_assert_cmpuint(rig.sent->len, ==, 4);
  rig_clear(&rig);
}

static void
test_pacers_on_one_line_take_turns(void)
{
  assert_on_net();
  enum { PACERS = 9 };
  Rig rigs[PACERS];
  LineConfig config = { .up_bps = 10 * 1000 * 1000 };
  LineStats stats;
  LineBucket *line = line_bucket_new(&config);
  for (guint i = 0; i < PACERS; i++) {
    rig_init(&rigs[i]);
    rigs[i].line = line;
    pacer_set_line(rigs[i].pacer, line, i == 3 ? LINE_PRIORITY_FLOOR : LINE_PRIORITY_REST);
    push(&rigs[i], 0, FRAME_KEY, 24);  /* 216 kB in all: 178 ms of this line */
  }
  for (gint64 ms = START_MS; ms <= START_MS + 60; ms++)
    for (guint i = 0; i < PACERS; i++)
      drain(&rigs[i], ms, ms);
  g_assert_cmpuint(rigs[3].sent->len, ==, 24);
  for (guint i = 0; i < PACERS; i++)
    if (i != 3) {
      g_assert_cmpuint(rigs[i].sent->len, <, 12);
      g_assert_cmpuint(rigs[i].sent->len, >, 2);
    }
  for (gint64 ms = START_MS + 61; ms <= START_MS + 250; ms++)
    for (guint i = 0; i < PACERS; i++)
      drain(&rigs[i], ms, ms);
  line_bucket_stats(line, MS(START_MS + 250), &stats);
  g_assert_cmpuint(stats.n_waiting, ==, 0);
  g_assert_cmpuint(stats.peak_window_bytes, <=, stats.cap_window_bytes);
  for (guint i = 0; i < PACERS; i++) {
    g_assert_cmpuint(rigs[i].sent->len, ==, 24);
    rig_clear(&rigs[i]);
  }
  line_bucket_free(line);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/pacer/" #name, test_##name)
  ADD(a_frame_is_spread_at_the_pace);
  ADD(by_itself_a_frame_leaves_within_about_8_ms);
  ADD(polls_every_5_ms_keep_the_pace);
  ADD(nothing_leaves_before_a_keyframe);
  ADD(an_overlong_queue_gives_up_droppable_frames_first);
  ADD(what_waits_too_long_gives_up_droppable_frames_and_no_more);
  ADD(a_queue_still_overlong_is_given_up_to_the_next_keyframe);
  ADD(the_rest_of_a_picture_is_not_sent_where_a_keyframe_is_there_sooner);
  ADD(a_keyframe_replaces_what_waits_before_it);
  ADD(retransmissions_go_first_and_have_their_share);
  ADD(sound_is_counted_but_never_starves_the_picture);
  ADD(the_pace_follows_the_target);
  ADD(the_queue_is_judged_at_the_target);
  ADD(a_probe_has_its_rate_and_ends);
  ADD(a_probe_without_padding_is_given_up);
  ADD(a_suspended_receiver_gets_no_picture);
  ADD(congestion_holds_everything_but_sound);
  ADD(pacers_on_one_line_take_turns);
  return g_test_run();
}
