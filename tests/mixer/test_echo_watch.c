/* tests/mixer/test_echo_watch.c - an echo is found and measured; two rooms that talk are no echo. In ticks. */
#include "mixer/echo_watch.h"
#include "tests/mixer/talker.h"
#include <string.h>

enum { TICKS_A_SECOND = 50, SEEDS = 40, HOUR_S = 3600, DELAY_MAX = 64 };

/* A site and the rest of the room. */
typedef struct {
  EchoWatch watch;
  Talker    rest, site;
  double    past[DELAY_MAX];      /* what was sent, newest first */
  bool      has_echo;
  double    loss_db;
  guint     delay_ticks;
  guint     changes;
} Rig;

static Rig
rig_new(guint64 seed, double rest_busy, double site_busy)
{
  Rig rig = { .rest = talker_new(2 * seed, rest_busy), .site = talker_new(2 * seed + 1, site_busy), .loss_db = 20, .delay_ticks = 9 };
  for (guint i = 0; i < DELAY_MAX; i++)
    rig.past[i] = -90;
  return rig;
}

/* The room answers over three ticks: most at once, the rest of it smeared. */
static double
echo_level(const Rig *rig)
{
  double late = level_sum(rig->past[rig->delay_ticks + 1] - 7, rig->past[rig->delay_ticks + 2] - 11);
  return level_sum(rig->past[rig->delay_ticks] - 1, late) - rig->loss_db;
}

static void
tick(Rig *rig, bool may_rest_talk, bool may_site_talk)
{
  memmove(&rig->past[1], &rig->past[0], sizeof rig->past - sizeof rig->past[0]);
  rig->past[0] = talker_step(&rig->rest, may_rest_talk);
  double came = talker_step(&rig->site, may_site_talk);
  if (rig->has_echo)
    came = level_sum(came, echo_level(rig));
  rig->changes += echo_watch_step(&rig->watch, level_told(rig->past[0]), level_told(came));
}

/* Returns: ticks until it is found; G_MAXUINT: it is not. */
static guint
find(Rig *rig, guint seconds, bool may_site_talk)
{
  for (guint t = 0; t < seconds * TICKS_A_SECOND; t++) {
    tick(rig, true, may_site_talk);
    if (rig->watch.found.is_found)
      return t;
  }
  return G_MAXUINT;
}

static void
run(Rig *rig, guint seconds, bool may_rest_talk, bool may_site_talk)
{
  for (guint t = 0; t < seconds * TICKS_A_SECOND; t++)
    tick(rig, may_rest_talk, may_site_talk);
}

static void
assert_measured(const Rig *rig, guint64 seed)
{
  const EchoFinding *found = &rig->watch.found;
  int wanted_ms = (int)rig->delay_ticks * ECHO_TICK_MS;
  if (ABS((int)found->delay_ms - wanted_ms) > ECHO_TICK_MS || fabs(found->loss_db - rig->loss_db) > 3)
    g_error("seed %" G_GUINT64_FORMAT ": %u dB, %u ms; it is %.0f dB, %d ms", seed, found->loss_db, found->delay_ms, rig->loss_db, wanted_ms);
}

static void
test_an_echo_of_20_db_at_180_ms_is_found_within_four_seconds_of_speech(void)
{
  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    Rig rig = rig_new(seed, 0.9, 0.5);
    run(&rig, 10, true, false);
    g_assert_cmpuint(rig.changes, ==, 0);
    rig.has_echo = true;
    guint after = find(&rig, 8, false);
    g_test_message("seed %" G_GUINT64_FORMAT ": after %.1f s", seed, (double)after / TICKS_A_SECOND);
    g_assert_cmpuint(after, <=, 4 * TICKS_A_SECOND);
    assert_measured(&rig, seed);
  }
}

static void
test_echoes_of_other_strengths_and_delays_are_measured(void)
{
  static const struct { double loss_db; guint delay_ticks; } ECHOES[] = { { 10, 3 }, { 12, 28 }, { 25, 12 }, { 16, 20 }, { 20, 30 } };
  for (guint i = 0; i < G_N_ELEMENTS(ECHOES); i++)
    for (guint64 seed = 1; seed <= 10; seed++) {
      Rig rig = rig_new(100 + seed, 0.9, 0.5);
      rig.rest.loud_dbov = -18;
      rig.site.floor_dbov = -68;
      rig.loss_db = ECHOES[i].loss_db;
      rig.delay_ticks = ECHOES[i].delay_ticks;
      rig.has_echo = true;
      g_assert_cmpuint(find(&rig, 15, false), !=, G_MAXUINT);
      run(&rig, 3, true, false);
      assert_measured(&rig, seed);
    }
}

/* The site answers now and then, over the echo. */
static void
test_the_sites_own_speech_hides_an_echo_only_for_a_while(void)
{
  for (guint64 seed = 1; seed <= SEEDS; seed++) {
    Rig rig = rig_new(200 + seed, 0.9, 0.3);
    rig.has_echo = true;
    guint after = find(&rig, 60, true);
    g_test_message("seed %" G_GUINT64_FORMAT ": after %.1f s", seed, (double)after / TICKS_A_SECOND);
    g_assert_cmpuint(after, !=, G_MAXUINT);
    assert_measured(&rig, seed);
  }
}

static void
test_an_hour_of_double_talk_is_no_echo(void)
{
  static const double BUSY[] = { 0.3, 0.6, 0.9 };
  for (guint64 seed = 1; seed <= 4; seed++)
    for (guint i = 0; i < G_N_ELEMENTS(BUSY) * G_N_ELEMENTS(BUSY); i++) {
      Rig rig = rig_new(1000 + 10 * seed + i, BUSY[i / G_N_ELEMENTS(BUSY)], BUSY[i % G_N_ELEMENTS(BUSY)]);
      run(&rig, HOUR_S, true, true);
      if (rig.changes > 0)
        g_error("seed %" G_GUINT64_FORMAT ", %u: %u alarms", seed, i, rig.changes);
    }
}

/* One speaks, then the other answers at once, all the time: the same lag again and again. */
static void
test_an_hour_of_question_and_answer_is_no_echo(void)
{
  for (guint64 seed = 1; seed <= 4; seed++) {
    Rig rig = rig_new(3000 + seed, 0.9, 0.9);
    for (guint t = 0; t < HOUR_S / 4; t++) {
      run(&rig, 2, true, false);
      run(&rig, 2, false, true);
    }
    g_assert_cmpuint(rig.changes, ==, 0);
  }
}

/* A fan, a hum, digital silence; and a mix that nobody speaks into. */
static void
test_what_does_not_follow_the_mix_is_no_echo(void)
{
  static const double FLOORS[] = { -127, -70, -45, -30 };
  for (guint i = 0; i < G_N_ELEMENTS(FLOORS); i++) {
    Rig rig = rig_new(4000 + i, 0.8, 0.5);
    rig.site.floor_dbov = FLOORS[i];
    run(&rig, 600, true, false);
    g_assert_cmpuint(rig.changes, ==, 0);
    run(&rig, 600, false, true);
    g_assert_cmpuint(rig.changes, ==, 0);
  }
}

static void
test_an_echo_that_ends_is_taken_back_and_silence_decides_nothing(void)
{
  for (guint64 seed = 1; seed <= 10; seed++) {
    Rig rig = rig_new(5000 + seed, 0.9, 0.5);
    rig.has_echo = true;
    g_assert_cmpuint(find(&rig, 20, false), !=, G_MAXUINT);
    run(&rig, 5, true, false);
    run(&rig, 120, false, false);  /* nobody speaks */
    g_assert_true(rig.watch.found.is_found);
    rig.has_echo = false;
    run(&rig, 15, true, false);
    g_assert_false(rig.watch.found.is_found);
  }
}

static void
test_a_reset_forgets(void)
{
  Rig rig = rig_new(1, 0.9, 0.5);
  rig.has_echo = true;
  g_assert_cmpuint(find(&rig, 20, false), !=, G_MAXUINT);
  echo_watch_reset(&rig.watch);
  g_assert_false(rig.watch.found.is_found);
  run(&rig, 3, true, false);  /* less than a look needs */
  g_assert_false(rig.watch.found.is_found);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/echo_watch/" #name, test_##name)
  ADD(an_echo_of_20_db_at_180_ms_is_found_within_four_seconds_of_speech);
  ADD(echoes_of_other_strengths_and_delays_are_measured);
  ADD(the_sites_own_speech_hides_an_echo_only_for_a_while);
  ADD(an_hour_of_double_talk_is_no_echo);
  ADD(an_hour_of_question_and_answer_is_no_echo);
  ADD(what_does_not_follow_the_mix_is_no_echo);
  ADD(an_echo_that_ends_is_taken_back_and_silence_decides_nothing);
  ADD(a_reset_forgets);
  return g_test_run();
}
