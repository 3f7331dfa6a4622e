/* tests/mcu/test_cpu_governor.c - unit tests of mcu/cpu_governor, on a modelled machine. */
#include "mcu/cpu_governor.h"
#include "tests/lib/random_stream.h"
#include <math.h>

enum { FPS = 30, TIERS = 4 };
#define S G_USEC_PER_SEC

/* A machine that encodes so many full frames of the largest tier a second. */
typedef struct {
  CpuGovernor governor;
  CpuSample   totals;
  gint64      now_us;
  double      capacity;
  double      noise;      /* share of frames missed for no reason, at most     */
  RandomStream random;
  guint       n_changes, n_down;
  guint64     frames_shown;
} Machine;

static const double TIER_COST[TIERS] = { 1, 4.0 / 9, 1.0 / 9, 4.0 / 81 };

static void
machine_init(Machine *self, guint n_tiers, double capacity)
{
  *self = (Machine) { .capacity = capacity, .now_us = 1000 };
  guint64 seed = 20261210;
  g_test_message("seed %" G_GUINT64_FORMAT, seed);
  self->random = random_stream(seed);
  cpu_governor_init(&self->governor, n_tiers);
  cpu_governor_update(&self->governor, &self->totals, self->now_us);
}

/* Wants @frames of @cost each. Returns: how many it cannot make. */
static guint
missed(Machine *self, guint frames, double cost)
{
  double possible = self->capacity / cost;
  guint lost = possible >= frames ? 0 : (guint)lrint(frames - possible);
  return MIN(lost + (guint)lrint(self->noise * frames * random_stream_unit(&self->random)), frames);
}

static bool
second(Machine *self)
{
  const CpuGovernorOrder order = self->governor.order;
  guint frames = FPS / order.fps_divisor;
  if (self->totals.tier != order.tiers_closed) {
    self->totals.tier = order.tiers_closed;
    self->totals.frames_due = self->totals.frames_skipped = 0;
  }
  guint lost = missed(self, frames, TIER_COST[order.tiers_closed]);
  self->totals.ticks_due += FPS;
  self->totals.frames_due += frames;
  self->totals.frames_skipped += lost;
  self->frames_shown += frames - lost;
  self->now_us += S;
  bool has_changed = cpu_governor_update(&self->governor, &self->totals, self->now_us);
  self->n_changes += has_changed ? 1 : 0;
  self->n_down += has_changed && self->governor.order.step > order.step ? 1 : 0;
  return has_changed;
}

static void
seconds(Machine *self, guint n)
{
  while (n-- > 0)
    second(self);
}

static void
test_steps_are_even_fractions_then_smaller_tiers(void)
{
  static const struct { guint divisor, closed; } STEPS[] = {
    { 2, 0 }, { 3, 0 }, { 2, 1 }, { 3, 1 }, { 2, 2 }, { 3, 2 }, { 2, 3 }, { 3, 3 },
  };
  CpuGovernor governor;
  CpuSample sample = { 0 };
  cpu_governor_init(&governor, TIERS);
  g_assert_cmpuint(governor.order.fps_divisor, ==, 1);
  gint64 now_us = 0;
  double cost = 1;
  cpu_governor_update(&governor, &sample, now_us);
  for (gsize i = 0; i < G_N_ELEMENTS(STEPS); i++) {
    do {
      sample.ticks_due += FPS;
      sample.ticks_skipped += 5;
      now_us += S;
    } while (!cpu_governor_update(&governor, &sample, now_us));
    g_assert_cmpuint(governor.order.fps_divisor, ==, STEPS[i].divisor);
    g_assert_cmpuint(governor.order.tiers_closed, ==, STEPS[i].closed);
    g_assert_cmpint(governor.order.reason, ==, CPU_REASON_TICKS);
    double less = TIER_COST[STEPS[i].closed] / STEPS[i].divisor;
    g_assert_cmpfloat(less, <, cost);
    cost = less;
  }
  for (guint i = 0; i < 20; i++) {  /* there is nothing below */
    sample.ticks_due += FPS;
    sample.ticks_skipped += FPS;
    g_assert_false(cpu_governor_update(&governor, &sample, now_us += S));
  }
}

static void
test_two_bad_seconds_step_down_and_single_misses_do_not(void)
{
  Machine machine;
  machine_init(&machine, TIERS, FPS);
  for (guint i = 0; i < 300; i++) {
    /* One frame each second, and a bad second here and there. */
    machine.capacity = i % 5 == 0 ? 20 : 29;
    g_assert_false(second(&machine));
  }
  machine.capacity = 20;
  guint n = 0;
  while (!second(&machine))
    n++;
  g_assert_cmpuint(n, <=, 2);
  g_assert_cmpuint(machine.governor.order.step, ==, 1);
}

static void
test_steady_overload_settles_on_what_fits(void)
{
  static const struct { double capacity; guint step; } ROWS[] = {
    { 40, 0 }, { 25, 1 }, { 16, 1 }, { 12, 2 }, { 7, 3 }, { 5, 4 }, { 2, 5 }, { 0.1, 8 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    Machine machine;
    machine_init(&machine, TIERS, ROWS[i].capacity);
    seconds(&machine, 40);
    guint at_rest = 0, changes = machine.n_changes;
    for (guint t = 0; t < 600; t++) {
      second(&machine);
      at_rest += machine.governor.order.step == ROWS[i].step ? 1 : 0;
    }
    changes = machine.n_changes - changes;
    g_test_message("capacity %g: step %u for %u of 600 s, %u changes", ROWS[i].capacity,
                   ROWS[i].step, at_rest, changes);
    g_assert_cmpuint(at_rest, >=, 540);
    /* Each attempt to rise and its failure: after 10, 20, 40, 60, 60 ... seconds. */
    g_assert_cmpuint(changes, <=, 2 * (600 / 60 + 3));
  }
}

static void
test_recovers_when_the_machine_is_free_again(void)
{
  Machine machine;
  machine_init(&machine, TIERS, 5);
  seconds(&machine, 300);
  g_assert_cmpuint(machine.governor.order.step, >=, 3);
  machine.capacity = 100;
  guint n = 0;
  while (machine.governor.order.step > 0) {
    second(&machine);
    g_assert_cmpuint(++n, <=, 60 + 3 * 62);
  }
  g_assert_cmpint(machine.governor.order.reason, ==, CPU_REASON_NONE);
  seconds(&machine, 120);
  g_assert_cmpuint(machine.governor.order.step, ==, 0);

  /* The patience has been forgotten. */
  machine.capacity = 20;
  while (machine.governor.order.step == 0)
    second(&machine);
  machine.capacity = 100;
  for (n = 0; machine.governor.order.step > 0; n++)
    second(&machine);
  g_assert_cmpuint(n, <=, 12);
}

static void
test_short_trouble_costs_ten_seconds(void)
{
  Machine machine;
  machine_init(&machine, TIERS, 20);
  seconds(&machine, 3);
  g_assert_cmpuint(machine.governor.order.step, ==, 1);
  machine.capacity = 60;
  seconds(&machine, 12);
  g_assert_cmpuint(machine.governor.order.step, ==, 0);
}

static void
test_most_frames_missed_goes_two_steps(void)
{
  Machine machine;
  machine_init(&machine, TIERS, 8);
  seconds(&machine, 2);
  g_assert_cmpuint(machine.governor.order.step, ==, 2);
}

static void
test_a_noisy_machine_does_not_swing(void)
{
  Machine machine;
  machine_init(&machine, TIERS, 18);
  machine.noise = 0.04;
  seconds(&machine, 900);
  g_assert_cmpuint(machine.n_down, <=, 20);
  /* More is shown than by stuttering at the full rate, of which a third is missed. */
  g_assert_cmpuint(machine.frames_shown, >, 900u * 14);
}

static void
test_one_tier_alone_keeps_its_size(void)
{
  Machine machine;
  machine_init(&machine, 1, 1);
  seconds(&machine, 60);
  g_assert_cmpuint(machine.governor.order.tiers_closed, ==, 0);
  g_assert_cmpuint(machine.governor.order.fps_divisor, ==, 3);
}

static void
test_text_says_what_and_why(void)
{
  CpuGovernor governor;
  cpu_governor_init(&governor, TIERS);
  g_autofree char *full = cpu_governor_text(&governor, 30);
  g_assert_cmpstr(full, ==, "30 frames a second, all sizes: the machine keeps up");
  governor.order = (CpuGovernorOrder) { 3, 2, 1, CPU_REASON_ENCODER, 40 };
  g_autofree char *less = cpu_governor_text(&governor, 25);
  g_assert_cmpstr(less, ==, "12.5 frames a second, largest size closed: the encoder missed 40 %");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/cpu_governor/" #name, test_##name)
  ADD(steps_are_even_fractions_then_smaller_tiers);
  ADD(two_bad_seconds_step_down_and_single_misses_do_not);
  ADD(steady_overload_settles_on_what_fits);
  ADD(recovers_when_the_machine_is_free_again);
  ADD(short_trouble_costs_ten_seconds);
  ADD(most_frames_missed_goes_two_steps);
  ADD(a_noisy_machine_does_not_swing);
  ADD(one_tier_alone_keeps_its_size);
  ADD(text_says_what_and_why);
  return g_test_run();
}
