/* mcu/cpu_governor.c - what the machine can compose and encode, in steps. */
#include "mcu/cpu_governor.h"

enum {
  BAD_FRAMES = 2, BAD_PERCENT = 6,  /* of a second: both             */
  GOOD_FRAMES = 1,         /* a single one is nobody's fault            */
  MOST_PERCENT = 60,       /* half the frames would still be too many   */
  BAD_SECONDS = 2,
  RATE_STEPS = 2,          /* besides the full one, for the largest tier */
  STEPS_PER_TIER = 2,
};

#define HOLD_US     (10 * G_USEC_PER_SEC)
#define HOLD_MAX_US (60 * G_USEC_PER_SEC)
#define FAILED_WITHIN_US (10 * G_USEC_PER_SEC)
#define PROVEN_AFTER_US (30 * G_USEC_PER_SEC)

void
cpu_governor_init(CpuGovernor *self, guint n_tiers)
{
  g_return_if_fail(n_tiers >= 1);
  *self = (CpuGovernor) { .order.fps_divisor = 1, .n_tiers = n_tiers, .hold_us = HOLD_US };
}

static guint
last_step(const CpuGovernor *self)
{
  return RATE_STEPS + STEPS_PER_TIER * (self->n_tiers - 1);
}

/* See the table in the header. */
static void
set_step(CpuGovernor *self, guint step)
{
  CpuGovernorOrder *order = &self->order;
  order->step = step;
  order->fps_divisor = step == 0 ? 1 : step % 2 == 1 ? 2 : 3;
  order->tiers_closed = step == 0 ? 0 : (step - 1) / STEPS_PER_TIER;
  self->is_settling = true;
  self->n_bad = 0;
  self->good_since_us = 0;
}

static guint
percent(guint64 part, guint64 whole)
{
  return whole == 0 ? 0 : (guint)MIN(part * 100 / whole, 100);
}

typedef struct {
  guint64   missed;
  guint     missed_percent;
  CpuReason reason;
} Verdict;

/* A tier that was not the largest one before has counted on its own. */
static Verdict
judge(const CpuSample *last, const CpuSample *now)
{
  Verdict ticks = { .missed = now->ticks_skipped - last->ticks_skipped, .reason = CPU_REASON_TICKS };
  ticks.missed_percent = percent(ticks.missed, now->ticks_due - last->ticks_due);
  if (now->tier != last->tier || now->frames_due < last->frames_due
      || now->frames_skipped < last->frames_skipped)
    return ticks;
  Verdict frames = { .missed = now->frames_skipped - last->frames_skipped, .reason = CPU_REASON_ENCODER };
  frames.missed_percent = percent(frames.missed, now->frames_due - last->frames_due);
  return ticks.missed_percent >= frames.missed_percent ? ticks : frames;
}

static bool
step_down(CpuGovernor *self, const Verdict *verdict, gint64 now_us)
{
  if (self->order.step == last_step(self))
    return false;
  bool is_failed_rise = self->raised_us != 0 && now_us < self->raised_us + FAILED_WITHIN_US;
  if (is_failed_rise)
    self->hold_us = MIN(2 * self->hold_us, HOLD_MAX_US);
  self->raised_us = 0;
  /* After a failed rise back to where it was well. */
  guint by = verdict->missed_percent >= MOST_PERCENT && !is_failed_rise ? 2 : 1;
  set_step(self, MIN(self->order.step + by, last_step(self)));
  self->order.reason = verdict->reason;
  self->order.missed_percent = verdict->missed_percent;
  return true;
}

static bool
step_up(CpuGovernor *self, gint64 now_us)
{
  set_step(self, self->order.step - 1);
  self->raised_us = now_us;
  if (self->order.step == 0) {
    self->order.reason = CPU_REASON_NONE;
    self->order.missed_percent = 0;
  }
  return true;
}

static bool
act(CpuGovernor *self, const Verdict *verdict, gint64 now_us)
{
  if (self->raised_us != 0 && now_us >= self->raised_us + PROVEN_AFTER_US) {
    self->hold_us = HOLD_US;
    self->raised_us = 0;
  }
  if (verdict->missed >= BAD_FRAMES && verdict->missed_percent >= BAD_PERCENT) {
    self->good_since_us = 0;
    return ++self->n_bad >= BAD_SECONDS && step_down(self, verdict, now_us);
  }
  self->n_bad = 0;
  if (verdict->missed > GOOD_FRAMES) {
    self->good_since_us = 0;
    return false;
  }
  if (self->good_since_us == 0)
    self->good_since_us = now_us - G_USEC_PER_SEC;  /* the second that ends now */
  bool is_long_enough = now_us - self->good_since_us >= self->hold_us;
  return self->order.step > 0 && is_long_enough && step_up(self, now_us);
}

bool
cpu_governor_update(CpuGovernor *self, const CpuSample *sample, gint64 now_us)
{
  bool is_first = !self->has_last, is_settling = self->is_settling;
  Verdict verdict = judge(is_first ? sample : &self->last, sample);
  self->has_last = true;
  self->last = *sample;
  self->is_settling = false;
  return !is_first && !is_settling && act(self, &verdict, now_us);
}

char *
cpu_governor_text(const CpuGovernor *self, double fps)
{
  const CpuGovernorOrder *order = &self->order;
  g_autofree char *closed = order->tiers_closed == 0 ? g_strdup("all sizes")
                            : order->tiers_closed == 1
                              ? g_strdup("largest size closed")
                              : g_strdup_printf("%u largest sizes closed", order->tiers_closed);
  g_autofree char *why = order->reason == CPU_REASON_NONE
                           ? g_strdup("the machine keeps up")
                           : g_strdup_printf("%s missed %u %%",
                                             order->reason == CPU_REASON_TICKS ? "composing" : "the encoder",
                                             order->missed_percent);
  return g_strdup_printf("%.4g frames a second, %s: %s", fps / order->fps_divisor, closed, why);
}
