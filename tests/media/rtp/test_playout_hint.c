/* tests/media/rtp/test_playout_hint.c - unit tests of media/rtp/playout_hint, in virtual time. */
#include "media/rtp/playout_hint.h"

#define S(x) ((gint64)((x) * G_USEC_PER_SEC))
enum { MS = 1000, START = 100 };

static void
test_without_losses_nothing_waits(void)
{
  assert_on_net();
  PlayoutHint hint = { 0 };
  for (gint64 t = S(START); t < S(START + 60); t += 10 * MS)
    g_assert_cmpuint(playout_hint_ms(&hint, 0, 0, 100 * MS, 0, t), ==, 0);
}

static void
test_a_single_loss_changes_nothing(void)
{
  assert_on_net();
  PlayoutHint hint = { 0 };
  for (guint i = 0; i < 20; i++)  /* one each 15 s */
    for (guint k = 0; k < 1500; k++)
      g_assert_cmpuint(playout_hint_ms(&hint, i, 0.001, 100 * MS, 0, S(START + 15 * i) + k * 10 * MS), ==, 0);
}

static void
test_losses_are_given_time_for_one_retransmission_or_two(void)
{
  assert_on_net();
  static const struct { double loss; gint64 rtt_ms; guint least, most; } TABLE[] = {
    { 0.01,  20,  40,  80 }, { 0.01, 100, 120, 160 }, { 0.01, 300, 320, 360 },
    { 0.10,  20,  80, 120 }, { 0.10, 100, 200, 260 }, { 0.10, 300, 320, 360 },
    { 0.10, 900, PLAYOUT_HINT_MAX_MS, PLAYOUT_HINT_MAX_MS },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    PlayoutHint hint = { 0 };
    guint ms = playout_hint_ms(&hint, 5, TABLE[i].loss, TABLE[i].rtt_ms * MS, 0, S(START));
    g_assert_cmpuint(ms, >=, TABLE[i].least);
    g_assert_cmpuint(ms, <=, TABLE[i].most);
  }
}

static void
test_it_rises_at_once_and_falls_late(void)
{
  assert_on_net();
  PlayoutHint hint = { 0 };
  guint low = playout_hint_ms(&hint, 5, 0.01, 100 * MS, 0, S(START));
  guint high = playout_hint_ms(&hint, 9, 0.10, 100 * MS, 0, S(START + 1));
  g_assert_cmpuint(high, >, low);
  g_assert_cmpuint(playout_hint_ms(&hint, 13, 0.01, 100 * MS, 0, S(START + 2)), ==, high);
  g_assert_cmpuint(playout_hint_ms(&hint, 17, 0.01, 100 * MS, 0, S(START + 12)), ==, low);
  gint64 t = S(START + 12);
  for (; playout_hint_ms(&hint, 17, 0, 100 * MS, 0, t) > 0; t += 10 * MS)
    g_assert_cmpint(t, <, S(START + 120));
  g_assert_cmpint(t - S(START + 12), >=, PLAYOUT_HINT_KEEP_US);
}

static void
test_a_short_queue_lengthens_nothing(void)
{
  assert_on_net();
  PlayoutHint hint = { 0 };
  gint64 t = S(START);
  guint nacks = 0, before = 0;
  for (; t < S(START + 20); t += 10 * MS)
    before = playout_hint_ms(&hint, nacks += 1, 0.2, 40 * MS, 0, t);
  for (; t < S(START + 21.5); t += 10 * MS)
    g_assert_cmpuint(playout_hint_ms(&hint, nacks += 1, 0.2, 340 * MS, 300 * MS, t), ==, before);
  for (; t < S(START + 30); t += 10 * MS)
    g_assert_cmpuint(playout_hint_ms(&hint, nacks += 1, 0.2, 40 * MS, 0, t), ==, before);
  for (; t < S(START + 35); t += 10 * MS)  /* another way, a longer one */
    playout_hint_ms(&hint, nacks += 1, 0.2, 140 * MS, 0, t);
  g_assert_cmpuint(playout_hint_ms(&hint, nacks, 0.2, 140 * MS, 0, t), >, before);
}

static void
test_a_round_trip_not_known_yet_counts_for_nothing(void)
{
  assert_on_net();
  PlayoutHint hint = { 0 };
  playout_hint_ms(&hint, 5, 0.01, 0, 0, S(START));
  g_assert_cmpuint(playout_hint_ms(&hint, 9, 0.01, 300 * MS, 0, S(START) + 10 * MS), >=, 320);
}

static void
test_where_frames_queue_a_little_is_waited(void)
{
  assert_on_net();
  PlayoutHint hint = { 0 };
  g_assert_cmpuint(playout_hint_ms(&hint, 0, 0, 20 * MS, PLAYOUT_HINT_QUEUE_US - 1, S(START)), ==, 0);
  g_assert_cmpuint(playout_hint_ms(&hint, 0, 0, 20 * MS, PLAYOUT_HINT_QUEUE_US, S(START)), ==, PLAYOUT_HINT_QUEUE_MS);
  hint = (PlayoutHint) { 0 };
  g_assert_cmpuint(playout_hint_ms(&hint, 5, 0.01, 100 * MS, PLAYOUT_HINT_QUEUE_US, S(START)), >, PLAYOUT_HINT_QUEUE_MS);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/playout_hint/" #name, test_##name)
  ADD(without_losses_nothing_waits);
  ADD(a_single_loss_changes_nothing);
  ADD(losses_are_given_time_for_one_retransmission_or_two);
  ADD(where_frames_queue_a_little_is_waited);
  ADD(a_short_queue_lengthens_nothing);
  ADD(a_round_trip_not_known_yet_counts_for_nothing);
  ADD(it_rises_at_once_and_falls_late);
#undef ADD
  return g_test_run();
}
