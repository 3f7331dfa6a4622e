/* tests/media/bwe/test_pacer.c - unit tests of media/bwe/pacer. */
#include "media/bwe/pacer.h"

#define MS(n) ((gint64)(n) * 1000)

enum { PACKET_BYTES = 1000, START_MS = 1000 };

typedef struct {
  Pacer  *pacer;
  GArray *sent;   /* of guint: frame index * 1000 + packet; 1000000 + seq for RTX */
  guint   rtx;
} Rig;

static gsize
send_video(guint track, EncodedFrame *frame, guint packet, bool *is_last, gpointer user)
{
  Rig *rig = user;
  guint mark = (guint)frame->index * 1000 + packet;
  g_array_append_val(rig->sent, mark);
  gsize left = frame->length - (gsize)packet * PACKET_BYTES;
  *is_last = left <= PACKET_BYTES;
  return MIN(left, PACKET_BYTES);
}

static gsize
send_rtx(guint track, guint16 seq, gpointer user)
{
  Rig *rig = user;
  guint mark = 1000000 + seq;
  g_array_append_val(rig->sent, mark);
  rig->rtx++;
  return PACKET_BYTES;
}

static void
rig_init(Rig *rig)
{
  static const PacerEvents EVENTS = { .send_video = send_video, .send_rtx = send_rtx };
  rig->pacer = pacer_new(&EVENTS, rig);
  rig->sent = g_array_new(FALSE, FALSE, sizeof(guint));
  rig->rtx = 0;
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
  return pacer_push_video(rig->pacer, 1, frame);
}

static void
drain(Rig *rig, gint64 from_ms, gint64 to_ms) ON_NET
{
  for (gint64 ms = from_ms; ms <= to_ms; ms++)
    pacer_poll(rig->pacer, MS(ms));
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
  g_assert_true(push(&rig, 12, FRAME_KEY, 1));
  drain(&rig, START_MS + 103, START_MS + 600);
  static const guint EXPECTED[] = { 1000, 1001, 1002, 12000 };  /* what had begun is finished */
  g_assert_cmpmem(rig.sent->data, rig.sent->len * sizeof(guint), EXPECTED, sizeof EXPECTED);
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
  g_assert_false(push(&rig, 26, FRAME_BASE, 25));
  g_assert_true(push(&rig, 27, FRAME_KEY, 60));
  /* a keyframe that takes 600 ms is not its followers' undoing */
  g_assert_true(push(&rig, 28, FRAME_BASE, 3));
  g_assert_true(push(&rig, 29, FRAME_BASE, 3));
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
  ADD(a_queue_still_overlong_is_given_up_to_the_next_keyframe);
  ADD(a_keyframe_replaces_what_waits_before_it);
  ADD(retransmissions_go_first_and_have_their_share);
  ADD(sound_is_counted_but_never_starves_the_picture);
  return g_test_run();
}
