/* tests/media/bwe/test_line_bucket.c - unit tests of media/bwe/line_bucket. */
#include "media/bwe/line_bucket.h"
#include "tests/lib/random_stream.h"

#define MS(n) ((gint64)(n) * 1000)
#define MBPS(x) ((guint64)((x) * 1000000))

enum { MEMBERS = 9, DATAGRAM = 1250, SOUND = 130, START_MS = 5000 };

typedef struct {
  gint64 at_us;
  gsize  bytes;
  guint  who;    /* member; MEMBERS: not paced */
} Sent;

typedef struct {
  LineBucket *line;
  LineMember *members[MEMBERS];
  gsize   waiting[MEMBERS];     /* bytes that the member still has to send */
  gint64  ask_us[MEMBERS];
  GArray *wire;                 /* of Sent: what is capped */
} Rig;

static void
rig_init(Rig *rig, const LineConfig *config) ON_NET
{
  *rig = (Rig) { .line = line_bucket_new(config), .wire = g_array_new(FALSE, FALSE, sizeof(Sent)) };
  for (guint i = 0; i < MEMBERS; i++)
    rig->members[i] = line_bucket_join(rig->line, LINE_PRIORITY_REST);
}

static void
rig_clear(Rig *rig)
{
  for (guint i = 0; i < MEMBERS; i++)
    line_member_leave(rig->members[i]);
  line_bucket_free(rig->line);
  g_array_unref(rig->wire);
}

static void
note(Rig *rig, gint64 at_us, gsize bytes, guint who)
{
  Sent sent = { at_us, bytes, who };
  g_array_append_val(rig->wire, sent);
}

static void
send_sound(Rig *rig, gint64 now_us) ON_NET
{
  line_bucket_on_sent(rig->line, SOUND, now_us);
  note(rig, now_us, SOUND, MEMBERS);
}

/* As a pacer does: sends while it may, and comes back when it was told to. */
static void
poll_member(Rig *rig, guint i, gint64 now_us) ON_NET
{
  while (rig->waiting[i] > 0 && now_us >= rig->ask_us[i]) {
    gsize bytes = MIN(rig->waiting[i], DATAGRAM);
    gint64 retry_us = line_member_may_send(rig->members[i], DATAGRAM, now_us);
    if (retry_us > 0) {
      g_assert_cmpint(retry_us, >, now_us);
      rig->ask_us[i] = retry_us;
      return;
    }
    line_member_begin_paced(rig->members[i]);
    line_bucket_on_sent(rig->line, bytes, now_us);
    line_member_end_paced(rig->members[i]);
    note(rig, now_us, bytes, i);
    rig->waiting[i] -= bytes;
  }
  if (rig->waiting[i] == 0)
    line_member_withdraw(rig->members[i]);
}

static void
run(Rig *rig, gint64 from_ms, gint64 to_ms) ON_NET
{
  for (gint64 us = MS(from_ms); us < MS(to_ms); us += 250)
    for (guint i = 0; i < MEMBERS; i++)
      poll_member(rig, (i + (guint)(us / 250)) % MEMBERS, us + i);
}

/* The largest sum in any 100 ms, whatever they begin with. */
static guint64
largest_window(const Rig *rig)
{
  guint64 sum = 0, most = 0;
  guint first = 0;
  for (guint i = 0; i < rig->wire->len; i++) {
    const Sent *sent = &g_array_index(rig->wire, Sent, i);
    sum += sent->bytes;
    while (sent->at_us - g_array_index(rig->wire, Sent, first).at_us > MS(LINE_WINDOW_MS))
      sum -= g_array_index(rig->wire, Sent, first++).bytes;
    most = MAX(most, sum);
  }
  return most;
}

static guint64
sent_by(const Rig *rig, guint who)
{
  guint64 bytes = 0;
  for (guint i = 0; i < rig->wire->len; i++) {
    const Sent *sent = &g_array_index(rig->wire, Sent, i);
    bytes += sent->who == who ? sent->bytes : 0;
  }
  return bytes;
}

static void
check_cap(guint64 cap_bps, guint64 seed) ON_NET
{
  Rig rig;
  LineConfig config = { .up_bps = cap_bps };
  LineStats stats;
  RandomStream random = random_stream(seed);
  rig_init(&rig, &config);
  line_bucket_set_reserve(rig.line, MEMBERS * SOUND * 8 * 50, 0);
  for (gint64 ms = START_MS; ms < START_MS + 5000; ms++) {
    for (guint i = 0; i < MEMBERS; i++) {
      if ((ms + i) % 20 == 0)
        send_sound(&rig, MS(ms));
      if (random_stream_below(&random, 40) == 0)
        rig.waiting[i] += random_stream_below(&random, (guint)(cap_bps / 400));
    }
    run(&rig, ms, ms + 1);
  }
  line_bucket_stats(rig.line, MS(START_MS + 5000), &stats);
  g_test_message("cap %.0f Mbit/s, seed %d: most in 100 ms %.3f of the cap, used %.3f", (double)cap_bps / 1e6,
                 (int)seed, (double)largest_window(&rig) / ((double)cap_bps / 80), (double)stats.used_up_bps / (double)cap_bps);
  g_assert_cmpuint(largest_window(&rig), <=, cap_bps / 80);
  g_assert_cmpuint(stats.peak_window_bytes, >=, largest_window(&rig));
  g_assert_cmpuint(stats.peak_window_bytes, <=, cap_bps / 80);
  g_assert_cmpuint(stats.used_up_bps, >, cap_bps * 85 / 100);  /* and it is not wasted */
  g_assert_cmpuint(stats.refusals, >, 0);
  rig_clear(&rig);
}

static void
test_no_100_ms_exceed_the_cap(void)
{
  static const double CAPS[] = { 50, 20, 10, 5 };
  assert_on_net();
  for (guint i = 0; i < G_N_ELEMENTS(CAPS); i++)
    for (guint64 seed = 1; seed <= 3; seed++)
      check_cap(MBPS(CAPS[i]), seed);
}

static void
test_a_shared_cap_keeps_room_for_what_comes_in(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { .shared_bps = MBPS(10) };
  LineStats stats;
  RandomStream random = random_stream(1);
  rig_init(&rig, &config);
  line_bucket_set_reserve(rig.line, MEMBERS * SOUND * 8 * 50, MBPS(4));
  for (gint64 ms = START_MS; ms < START_MS + 5000; ms++) {
    if (ms % 3 == 0 && random_stream_below(&random, 4) != 0) {  /* 2.5 to 3.3 Mbit/s in bursts */
      line_bucket_on_received(rig.line, DATAGRAM, MS(ms));
      note(&rig, MS(ms), DATAGRAM, MEMBERS);
    }
    for (guint i = 0; i < MEMBERS; i++) {
      if ((ms + i) % 20 == 0)
        send_sound(&rig, MS(ms));
      rig.waiting[i] = 100000;
    }
    run(&rig, ms, ms + 1);
  }
  line_bucket_stats(rig.line, MS(START_MS + 5000), &stats);
  g_assert_cmpuint(largest_window(&rig), <=, MBPS(10) / 80);
  g_assert_cmpuint(stats.used_up_bps, >, MBPS(5));
  g_assert_cmpuint(stats.used_up_bps + stats.used_down_bps, <, MBPS(10));
  rig_clear(&rig);
}

static void
test_what_came_in_at_most_lately_is_kept_free(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { .shared_bps = MBPS(10) };
  LineStats before, after, later;
  rig_init(&rig, &config);
  line_bucket_stats(rig.line, MS(START_MS), &before);
  for (guint i = 0; i < 40; i++)  /* 50 kB in 100 ms, of 125 */
    line_bucket_on_received(rig.line, DATAGRAM, MS(START_MS + 2 * i));
  line_bucket_stats(rig.line, MS(START_MS + 80), &after);
  line_bucket_stats(rig.line, MS(START_MS + 300 * 1000), &later);
  g_assert_cmpuint(before.unpaced_reserve_bytes, ==, 0);
  g_assert_cmpuint(after.unpaced_reserve_bytes, >=, 49000);
  g_assert_cmpuint(later.unpaced_reserve_bytes, <, 100);
  rig_clear(&rig);
}

static void
test_equals_get_equal_shares_in_small_turns(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { .up_bps = MBPS(20) };
  rig_init(&rig, &config);
  for (guint i = 0; i < MEMBERS; i++)
    rig.waiting[i] = 10 * 1000 * 1000;
  run(&rig, START_MS, START_MS + 2000);
  guint64 least = G_MAXUINT64, most = 0;
  for (guint i = 0; i < MEMBERS; i++) {
    least = MIN(least, sent_by(&rig, i));
    most = MAX(most, sent_by(&rig, i));
  }
  g_assert_cmpuint(most - least, <, most / 20);
  gsize run_bytes = 0;
  for (guint i = 1; i < rig.wire->len; i++) {
    bool is_same = g_array_index(rig.wire, Sent, i).who == g_array_index(rig.wire, Sent, i - 1).who;
    run_bytes = is_same ? run_bytes + DATAGRAM : DATAGRAM;
    g_assert_cmpuint(run_bytes, <=, 10 * DATAGRAM);  /* the first burst; then a few */
  }
  rig_clear(&rig);
}

static void
test_copies_of_a_keyframe_interleave(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { .up_bps = MBPS(50) };
  rig_init(&rig, &config);
  for (guint i = 0; i < MEMBERS; i++)
    rig.waiting[i] = 24 * 1000;
  run(&rig, START_MS, START_MS + 200);
  gint64 first_us = g_array_index(rig.wire, Sent, 0).at_us;
  gint64 last_us = g_array_index(rig.wire, Sent, rig.wire->len - 1).at_us;
  guint64 in_5_ms = 0;
  for (guint i = 0; i < rig.wire->len; i++) {
    const Sent *sent = &g_array_index(rig.wire, Sent, i);
    in_5_ms += sent->at_us < first_us + MS(5) ? sent->bytes : 0;
  }
  g_assert_cmpuint(sent_by(&rig, 0), ==, 24 * 1000);
  g_assert_cmpint(last_us - first_us, >=, MS(28));   /* 216 kB: 35 ms at 50 Mbit/s, less one burst */
  g_assert_cmpint(last_us - first_us, <=, MS(45));
  g_assert_cmpuint(in_5_ms, <=, 65 * 1000);          /* a burst of 5 ms, and 5 ms at the rate */
  rig_clear(&rig);
}

static void
test_the_floor_has_the_larger_share_and_nobody_starves(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { .up_bps = MBPS(5) };
  rig_init(&rig, &config);
  line_member_set_priority(rig.members[4], LINE_PRIORITY_FLOOR);
  line_member_set_priority(rig.members[7], LINE_PRIORITY_DOCUMENT);
  for (guint i = 0; i < MEMBERS; i++)
    rig.waiting[i] = 1000 * 1000;
  run(&rig, START_MS, START_MS + 1000);
  double rest = (double)sent_by(&rig, 0);
  g_assert_cmpfloat((double)sent_by(&rig, 4) / rest, >, 3.4);
  g_assert_cmpfloat((double)sent_by(&rig, 4) / rest, <, 4.6);
  g_assert_cmpfloat((double)sent_by(&rig, 7) / rest, >, 1.6);
  g_assert_cmpfloat((double)sent_by(&rig, 7) / rest, <, 2.4);
  for (guint i = 1; i < MEMBERS; i++)
    g_assert_cmpuint(sent_by(&rig, i), >, 25 * 1000);
  rig_clear(&rig);
}

static void
test_who_ceases_to_ask_holds_up_nobody(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { .up_bps = MBPS(5) };
  LineStats stats;
  rig_init(&rig, &config);
  line_member_set_priority(rig.members[0], LINE_PRIORITY_FLOOR);
  rig.waiting[0] = 20 * 1000;
  run(&rig, START_MS, START_MS + 10);
  g_assert_cmpuint(rig.waiting[0], >, 0);
  rig.waiting[0] = 0;  /* gone without a word */
  rig.waiting[1] = 20 * 1000;
  run(&rig, START_MS + 10, START_MS + 11);
  line_bucket_stats(rig.line, MS(START_MS + 11), &stats);
  g_assert_cmpuint(stats.n_members, ==, MEMBERS);
  run(&rig, START_MS + 11, START_MS + 100);
  g_assert_cmpuint(rig.waiting[1], ==, 0);
  rig_clear(&rig);
}

static void
test_the_line_becomes_another(void)
{
  assert_on_net();
  Rig rig;
  LineConfig config = { 0 };
  rig_init(&rig, &config);
  rig.waiting[0] = 500 * 1000;
  run(&rig, START_MS, START_MS + 1);
  g_assert_cmpuint(rig.waiting[0], ==, 0);  /* no cap, no wait */
  config.up_bps = MBPS(10);
  line_bucket_configure(rig.line, &config);
  rig.waiting[0] = 1000 * 1000;
  run(&rig, START_MS + 1, START_MS + 99);
  g_assert_cmpuint(rig.waiting[0], ==, 1000 * 1000);  /* the last 100 ms are over the new cap */
  g_array_set_size(rig.wire, 0);
  run(&rig, START_MS + 99, START_MS + 700);
  g_assert_cmpuint(largest_window(&rig), <=, MBPS(10) / 80);
  g_assert_cmpuint(sent_by(&rig, 0), >, 500 * 1000);
  rig_clear(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/bwe/line_bucket/" #name, test_##name)
  ADD(no_100_ms_exceed_the_cap);
  ADD(a_shared_cap_keeps_room_for_what_comes_in);
  ADD(what_came_in_at_most_lately_is_kept_free);
  ADD(equals_get_equal_shares_in_small_turns);
  ADD(copies_of_a_keyframe_interleave);
  ADD(the_floor_has_the_larger_share_and_nobody_starves);
  ADD(who_ceases_to_ask_holds_up_nobody);
  ADD(the_line_becomes_another);
#undef ADD
  return g_test_run();
}
