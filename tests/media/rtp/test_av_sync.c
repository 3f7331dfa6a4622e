/* tests/media/rtp/test_av_sync.c - unit tests of media/rtp/sr_clock and av_sync on a modelled sender. */
#include "media/rtp/av_sync.h"
#include <math.h>

#define MS(n) ((gint64)(n) * 1000)
#define S(n) ((gint64)(n) * G_USEC_PER_SEC)

static const gint64 NTP_EPOCH_US = G_GINT64_CONSTANT(3900000000) * G_USEC_PER_SEC;

static guint64
ntp_of(gint64 us)
{
  return (guint64)(us / G_USEC_PER_SEC) << 32
         | ((guint64)(us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC;
}

static guint32
ticks(gint64 us, guint rate_hz, double ppm)
{
  return (guint32)(gint64)((double)us * rate_hz / 1e6 * (1 + ppm * 1e-6));
}

/* ---- sr_clock ---- */

static void
test_a_line_through_the_reports_gives_the_moment_of_capture(void)
{
  static const double DRIFTS[] = { 0, 150, -150 };
  for (gsize d = 0; d < G_N_ELEMENTS(DRIFTS); d++) {
    SrClock clock;
    sr_clock_init(&clock, 90000);
    guint32 start = 0xFFFFF000u;  /* wraps at once */
    gint64 out;
    g_assert_false(sr_clock_capture_us(&clock, start, &out));
    for (gint64 us = 0; us <= S(40); us += S(1)) {
      SrClockResult result = sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + us), start + ticks(us, 90000, DRIFTS[d]));
      g_assert_cmpint(result, ==, SR_CLOCK_TAKEN);
      if (us == 0) {
        g_assert_false(sr_clock_capture_us(&clock, start, &out));
        continue;
      }
      for (gint64 at_us = us - S(1); at_us < us + S(5); at_us += MS(333)) {
        g_assert_true(sr_clock_capture_us(&clock, start + ticks(at_us, 90000, DRIFTS[d]), &out));
        g_assert_cmpint(ABS(out - NTP_EPOCH_US - at_us), <, 50);
      }
    }
  }
}

static void
test_reports_written_late_are_averaged(void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(4);
  SrClock clock;
  sr_clock_init(&clock, 48000);
  gint64 worst_us = 0;
  for (gint64 us = 0; us <= S(200); us += S(1)) {
    gint64 late_us = g_rand_int_range(rand, 0, 20000);
    sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + us + late_us), ticks(us, 48000, 0));
    gint64 out;
    if (us >= S(8) && sr_clock_capture_us(&clock, ticks(us, 48000, 0), &out))
      worst_us = MAX(worst_us, ABS(out - NTP_EPOCH_US - us - 10000));
  }
  g_test_message("seed 4: reports up to 20 ms late, at most %d us off their mean", (int)worst_us);
  g_assert_cmpint(worst_us, >, 0);
  g_assert_cmpint(worst_us, <, 13000);
}

static void
test_a_clock_that_was_set_starts_a_new_line(void)
{
  SrClock clock;
  sr_clock_init(&clock, 48000);
  gint64 out;
  g_assert_cmpint(sr_clock_on_report(&clock, 0, 5), ==, SR_CLOCK_IGNORED);
  for (gint64 us = 0; us < S(5); us += S(1))
    sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + us), ticks(us, 48000, 0));
  g_assert_cmpint(sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + S(4)), ticks(S(4), 48000, 0)), ==, SR_CLOCK_IGNORED);
  g_assert_cmpint(sr_clock_on_report(&clock, 0, ticks(S(5), 48000, 0)), ==, SR_CLOCK_IGNORED);
  g_assert_true(sr_clock_capture_us(&clock, 0, &out));

  gint64 step_us = -S(3600);
  g_assert_cmpint(sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + step_us + S(5)), ticks(S(5), 48000, 0)), ==, SR_CLOCK_STEPPED);
  g_assert_false(sr_clock_capture_us(&clock, 0, &out));
  g_assert_cmpint(sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + step_us + S(6)), ticks(S(6), 48000, 0)), ==, SR_CLOCK_TAKEN);
  g_assert_true(sr_clock_capture_us(&clock, ticks(S(6), 48000, 0), &out));
  g_assert_cmpint(ABS(out - NTP_EPOCH_US - step_us - S(6)), <, 50);
  /* Time that goes back, or media time that does. */
  g_assert_cmpint(sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US), ticks(S(7), 48000, 0)), ==, SR_CLOCK_STEPPED);
  g_assert_cmpint(sr_clock_on_report(&clock, ntp_of(NTP_EPOCH_US + S(1)), ticks(S(2), 48000, 0)), ==, SR_CLOCK_STEPPED);
}

/* ---- av_sync ---- */

typedef struct Model Model;
struct Model {
  /* set by the test */
  gint64 picture_us, sound_us;  /* their ways, without our extra delay              */
  double ppm;
  bool   has_reports, has_pictures, has_sound;
  gint64 wall_us;               /* added to the sender's wall clock                 */
  gint64 (*nonsense)(Model *);  /* in place of the wall clock, if not NULL          */
  /* state */
  AvSync sync;
  GRand *rand;
  gint64 now_us, lip_sync_us;
  guint  delay_ms, highest_ms, largest_step_ms, n_changes;
};

static void
model_init(Model *m, gint64 picture_us, gint64 sound_us)
{
  *m = (Model) { .picture_us = picture_us, .sound_us = sound_us, .has_reports = true, .has_pictures = true,
                 .has_sound = true, .now_us = S(1000), .rand = g_rand_new_with_seed(11) };
  av_sync_init(&m->sync);
}

static void
model_step(Model *m) ON_NET
{
  m->now_us += MS(20);
  gint64 media_us = m->now_us - S(1000);
  gint64 wall_us = m->nonsense != NULL ? m->nonsense(m) : NTP_EPOCH_US + media_us + m->wall_us;
  if (m->has_reports && media_us % S(1) == 0)
    av_sync_on_sender_report(&m->sync, AV_SYNC_VIDEO, ntp_of(wall_us), ticks(media_us, 90000, m->ppm));
  if (m->has_reports && media_us % S(3) == MS(500))
    av_sync_on_sender_report(&m->sync, AV_SYNC_AUDIO, ntp_of(wall_us), ticks(media_us, 48000, m->ppm));
  if (m->has_pictures && media_us % MS(40) == 0) {
    /* One in ten is late, for a repair or a keyframe. */
    gint64 late_us = g_rand_int_range(m->rand, 0, 10) == 0 ? MS(150) : g_rand_int_range(m->rand, 0, 5000);
    av_sync_on_picture(&m->sync, ticks(media_us - m->picture_us - late_us, 90000, m->ppm), m->now_us);
  }
  /* The buffer moves by 20 ms in 200 ms at most. */
  gint64 wanted_us = MS(m->delay_ms);
  if (media_us % MS(200) == 0) {
    m->lip_sync_us += CLAMP(wanted_us - m->lip_sync_us, -MS(20), MS(20));
    AudioPlayout playout = {
      .is_playing = m->has_sound, .played_us = m->now_us, .lip_sync_us = m->lip_sync_us,
      .rtp_timestamp = ticks(media_us - m->sound_us - m->lip_sync_us, 48000, m->ppm),
    };
    av_sync_on_sound(&m->sync, &playout);
  }
  guint delay_ms = av_sync_poll(&m->sync, m->now_us);
  m->largest_step_ms = MAX(m->largest_step_ms, (guint)ABS((int)delay_ms - (int)m->delay_ms));
  m->n_changes += delay_ms != m->delay_ms;
  m->delay_ms = delay_ms;
  m->highest_ms = MAX(m->highest_ms, delay_ms);
}

static void
model_run(Model *m, gint64 us) ON_NET
{
  for (gint64 end_us = m->now_us + us; m->now_us < end_us;)
    model_step(m);
}

static void
test_sound_waits_for_a_later_picture(void)
{
  assert_on_net();
  static const struct { int picture_ms, sound_ms; guint low, high; int skew_ms; } CASES[] = {
    { 40, 40, 0, 0, 17 },      /* 17 ms of half a tick: not worth it */
    { 54, 50, 0, 0, 21 },
    { 120, 60, 47, 107, 0 },   /* 77 */
    { 260, 60, 187, 247, 0 },  /* 217 */
    { 900, 60, 221, 250, 607 },  /* more than sound can wait */
    { 40, 300, 0, 0, -243 },   /* the picture does not wait for sound */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    Model m;
    model_init(&m, MS(CASES[i].picture_ms), MS(CASES[i].sound_ms));
    m.ppm = i % 2 == 0 ? 80 : -80;
    model_run(&m, S(20));
    guint settled_ms = m.delay_ms;
    m.n_changes = 0;
    model_run(&m, S(60));
    g_test_message("picture %d ms, sound %d ms: delay %u ms, %u changes in the minute after", CASES[i].picture_ms,
                   CASES[i].sound_ms, settled_ms, m.n_changes);
    g_assert_cmpuint(settled_ms, >=, CASES[i].low);
    g_assert_cmpuint(settled_ms, <=, CASES[i].high);
    g_assert_cmpuint(m.largest_step_ms, <=, AV_SYNC_STEP_MS);
    g_assert_cmpuint(m.n_changes, <=, 1);
    gint64 skew_us;
    g_assert_true(av_sync_skew_us(&m.sync, &skew_us));  /* what is left of it */
    g_assert_cmpint(ABS(skew_us - MS(CASES[i].skew_ms)), <=, MS(AV_SYNC_IGNORED_MS));
    g_rand_free(m.rand);
  }
}

static void
test_a_camera_that_goes_off_gives_the_delay_back(void)
{
  assert_on_net();
  Model m;
  model_init(&m, MS(260), MS(60));
  model_run(&m, S(20));
  g_assert_cmpuint(m.delay_ms, >, 150);
  m.has_pictures = false;
  model_run(&m, S(2));
  g_assert_cmpuint(m.delay_ms, >, 150);  /* a pause is no end */
  model_run(&m, S(8));
  gint64 skew_us;
  g_assert_false(av_sync_skew_us(&m.sync, &skew_us));
  g_assert_cmpuint(m.delay_ms, ==, 0);
  g_assert_cmpuint(m.largest_step_ms, <=, AV_SYNC_STEP_MS);
  m.has_pictures = true;
  model_run(&m, S(8));
  g_assert_cmpuint(m.delay_ms, >, 150);
  g_rand_free(m.rand);
}

static void
test_nothing_is_asked_for_without_reports_or_sound(void)
{
  assert_on_net();
  Model m;
  model_init(&m, MS(260), MS(60));
  m.has_reports = false;
  model_run(&m, S(20));
  g_assert_cmpuint(m.highest_ms, ==, 0);
  m.has_reports = true;
  m.has_sound = false;
  model_run(&m, S(20));
  g_assert_cmpuint(m.highest_ms, ==, 0);
  g_rand_free(m.rand);
}

/* The sender's clock is set, to and fro, while all else stays. */
static void
test_a_sender_whose_clock_is_set_does_not_move_the_sound(void)
{
  assert_on_net();
  static const gint64 STEPS_US[] = { MS(300), -MS(700), S(5), -S(86400), S(1000000) };
  Model m;
  model_init(&m, MS(260), MS(60));
  model_run(&m, S(20));
  guint settled_ms = m.delay_ms;
  for (gsize i = 0; i < G_N_ELEMENTS(STEPS_US); i++) {
    m.wall_us += STEPS_US[i];
    for (guint k = 0; k < 200; k++) {
      model_run(&m, MS(100));
      g_assert_cmpuint(ABS((int)m.delay_ms - (int)settled_ms), <, AV_SYNC_IGNORED_MS + 10);
    }
  }
  g_rand_free(m.rand);
}

static gint64 any_time(Model *m) { return (gint64)(g_rand_double(m->rand) * 8e15); }
static gint64 stands_still(Model *m) { return NTP_EPOCH_US; }
static gint64 runs_back(Model *m) { return NTP_EPOCH_US - m->now_us; }
static gint64 runs_double(Model *m) { return NTP_EPOCH_US + 2 * m->now_us; }
static gint64 trembles(Model *m) { return NTP_EPOCH_US + m->now_us + g_rand_int_range(m->rand, -90000, 90000); }

static void
test_reports_full_of_nonsense_are_harmless(void)
{
  assert_on_net();
  static gint64 (*const CLOCKS[])(Model *) = { any_time, stands_still, runs_back, runs_double };
  for (gsize i = 0; i <= G_N_ELEMENTS(CLOCKS); i++) {
    Model m;
    bool is_plausible = i == G_N_ELEMENTS(CLOCKS);
    model_init(&m, MS(60), MS(60));
    m.nonsense = is_plausible ? trembles : CLOCKS[i];
    model_run(&m, S(120));
    g_test_message("clock %u: highest delay %u ms", (guint)i, m.highest_ms);
    g_assert_cmpuint(m.highest_ms, <=, is_plausible ? 150 : 0);
    g_assert_cmpuint(m.largest_step_ms, <=, AV_SYNC_STEP_MS);
    g_rand_free(m.rand);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func("/media/rtp/" path "/" #name, test_##name)
  ADD("sr_clock", a_line_through_the_reports_gives_the_moment_of_capture);
  ADD("sr_clock", reports_written_late_are_averaged);
  ADD("sr_clock", a_clock_that_was_set_starts_a_new_line);
  ADD("av_sync", sound_waits_for_a_later_picture);
  ADD("av_sync", a_camera_that_goes_off_gives_the_delay_back);
  ADD("av_sync", nothing_is_asked_for_without_reports_or_sound);
  ADD("av_sync", a_sender_whose_clock_is_set_does_not_move_the_sound);
  ADD("av_sync", reports_full_of_nonsense_are_harmless);
  return g_test_run();
}
