/* mcu/preflight.c - the test before a session: what each second says of a site, and whether that is good enough. */
#include "mcu/preflight.h"
#include "mcu/site_causes.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  SECONDS_MIN = 5,           /* with a value, before it is judged                            */
  ECHO_SECONDS_MIN = 2,      /* in which one was found                                       */
  ECHO_FREE_SECONDS = 8,     /* heard without one: EchoWatch finds any in five               */
  SILENT_DBOV = -127,
};
#define REPORT_COVERS_S 2.0  /* of the time before it, what a client's report tells at most  */

typedef enum { TAKE_NONE = 0, TAKE_MOST, TAKE_MEDIAN, TAKE_MEAN, TAKE_LAST } Take;
typedef enum { BOUND_NONE = 0, BOUND_AT_LEAST, BOUND_AT_MOST, BOUND_WITHIN } Bound;

typedef struct {
  const char *name, *unit;
  Take   take;
  Bound  bound;
  double pass, warn;           /* WITHIN: the upper ends                                     */
  double pass_low, warn_low;   /* WITHIN                                                     */
} Rule;

/* Lip-sync: ITU-R BT.1359, what is noticed and what is accepted. Of capacities the limits are the run's own. */
static const Rule RULES[PREFLIGHT_TESTS] = {
  [PREFLIGHT_MICROPHONE]    = { "microphone", "dBov", TAKE_MOST, BOUND_AT_LEAST, -60, -75, 0, 0 },
  [PREFLIGHT_TONE]          = { "tone", "dBov", TAKE_MOST, BOUND_AT_LEAST, -45, SILENT_DBOV + 1, 0, 0 },
  [PREFLIGHT_ECHO]          = { "echo", "dB", TAKE_MEDIAN, BOUND_AT_LEAST, 30, 20, 0, 0 },
  [PREFLIGHT_CAMERA]        = { "camera", "%", TAKE_MEDIAN, BOUND_AT_LEAST, 80, 50, 0, 0 },
  [PREFLIGHT_PICTURE]       = { "picture", "%", TAKE_MEDIAN, BOUND_AT_LEAST, 80, 50, 0, 0 },
  [PREFLIGHT_LIP_SYNC_UP]   = { "lip-sync-up", "ms", TAKE_MEDIAN, BOUND_WITHIN, 45, 90, -125, -185 },
  [PREFLIGHT_LIP_SYNC_DOWN] = { "lip-sync-down", "ms", TAKE_MEDIAN, BOUND_WITHIN, 45, 90, -125, -185 },
  [PREFLIGHT_CAPACITY_UP]   = { "capacity-up", "kbit/s", TAKE_LAST, BOUND_AT_LEAST, NAN, NAN, 0, 0 },
  [PREFLIGHT_CAPACITY_DOWN] = { "capacity-down", "kbit/s", TAKE_LAST, BOUND_AT_LEAST, NAN, NAN, 0, 0 },
  [PREFLIGHT_LOSS_UP]       = { "loss-up", "%", TAKE_MEAN, BOUND_AT_MOST, 2, 5, 0, 0 },
  [PREFLIGHT_LOSS_DOWN]     = { "loss-down", "%", TAKE_MEAN, BOUND_AT_MOST, 2, 5, 0, 0 },
  [PREFLIGHT_RTT]           = { "rtt", "ms", TAKE_MEDIAN, BOUND_AT_MOST, 300, 500, 0, 0 },
  [PREFLIGHT_JITTER]        = { "jitter", "ms", TAKE_MEDIAN, BOUND_AT_MOST, 60, 150, 0, 0 },
};

/* ---- a second ---- */

static void
keep(PreflightSite *self, PreflightTest test, double value)
{
  if (!isnan(value) && self->n[test] < PREFLIGHT_SECONDS_MAX)
    self->values[test][self->n[test]++] = value;
}

/* NAN: not known, or nothing is asked for. */
static double
percent(double part, double whole)
{
  double share = whole > 0 ? 100 * part / whole : NAN;
  return share > 100 ? 100 : share;
}

/* What is no matter of time. */
static void
keep_levels(PreflightSite *self, const SiteFigures *figures)
{
  if (!figures->is_muted)
    keep(self, PREFLIGHT_MICROPHONE, figures->up_audio_level_dbov);
  keep(self, PREFLIGHT_LOSS_UP, 100 * figures->up_loss);
  keep(self, PREFLIGHT_LOSS_DOWN, 100 * figures->down_loss);
  self->came_kbps = fmax(self->came_kbps, figures->up_kbps);  /* NAN: the other one */
  self->up_needed_kbps = fmax(self->up_needed_kbps, figures->up_cap_kbps);
}

static void
keep_times(PreflightSite *self, const SiteFigures *figures)
{
  if (!figures->is_muted) {
    keep(self, PREFLIGHT_ECHO, figures->up_echo_db);
    self->n_heard += figures->up_audio_level_dbov > SILENT_DBOV ? 1 : 0;  /* not if it is NAN */
  }
  if (!figures->is_camera_off)
    keep(self, PREFLIGHT_CAMERA, percent(figures->up_fps, figures->up_asked_fps));
  keep(self, PREFLIGHT_LIP_SYNC_UP, figures->up_av_skew_ms);
  keep(self, PREFLIGHT_CAPACITY_DOWN, figures->down_estimate_kbps);
  keep(self, PREFLIGHT_RTT, figures->down_rtt_ms);
  keep(self, PREFLIGHT_JITTER, figures->up_jitter_ms);
}

static void
keep_report(PreflightSite *self, const SiteFigures *figures, bool is_starved)
{
  keep(self, PREFLIGHT_TONE, figures->client_audio_level_dbov);
  keep(self, PREFLIGHT_LIP_SYNC_DOWN, figures->client_av_skew_ms);
  if (is_starved)
    return;
  keep(self, PREFLIGHT_PICTURE, percent(figures->client_decode_fps, figures->down_fps));
  keep(self, PREFLIGHT_CAPACITY_UP, figures->client_outgoing_kbps);
}

void
preflight_site_add(PreflightSite *self, const SiteFigures *figures, const BoxFigures *box, double elapsed_s, double down_needed_kbps)
{
  bool is_starved = site_causes_is_starved(box);
  self->was_connected |= figures->is_connected;
  if (!figures->is_connected || elapsed_s < 1)
    return;
  self->n_seconds++;
  self->n_camera_off += figures->is_camera_off ? 1 : 0;
  self->down_needed_kbps = down_needed_kbps;
  keep_levels(self, figures);
  if (!is_starved)
    keep_times(self, figures);
  if (figures->client_age_s <= elapsed_s - REPORT_COVERS_S)
    keep_report(self, figures, is_starved);
}

/* ---- the values ---- */

static int
compare(gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* NAN: too few seconds have one. */
static double
value_of(const PreflightSite *self, PreflightTest test)
{
  guint n = self->n[test];
  double sorted[PREFLIGHT_SECONDS_MAX], sum = 0;
  if (n < (guint)(test == PREFLIGHT_ECHO ? ECHO_SECONDS_MIN : SECONDS_MIN))
    return NAN;
  memcpy(sorted, self->values[test], n * sizeof sorted[0]);
  qsort(sorted, n, sizeof sorted[0], compare);
  for (guint i = 0; i < n; i++)
    sum += sorted[i];
  switch (RULES[test].take) {
  case TAKE_MOST:
    return sorted[n - 1];
  case TAKE_MEDIAN:
    return sorted[n / 2];
  case TAKE_MEAN:
    return sum / n;
  case TAKE_LAST:
    return self->values[test][n - 1];
  case TAKE_NONE:
    break;
  }
  return NAN;
}

/* ---- the judgement ---- */

static PreflightResult
grade(bool passes, bool is_tolerable)
{
  return passes ? PREFLIGHT_PASS : is_tolerable ? PREFLIGHT_WARN : PREFLIGHT_FAIL;
}

static PreflightFinding
judge_value(const Rule *rule, double value)
{
  PreflightFinding finding = { PREFLIGHT_UNKNOWN, value, rule->pass };
  if (isnan(value))
    return finding;
  switch (rule->bound) {
  case BOUND_AT_LEAST:
    finding.result = grade(value >= rule->pass, value >= rule->warn);
    break;
  case BOUND_AT_MOST:
    finding.result = grade(value <= rule->pass, value <= rule->warn);
    break;
  case BOUND_WITHIN:
    finding.result = grade(value >= rule->pass_low && value <= rule->pass, value >= rule->warn_low && value <= rule->warn);
    finding.limit = value < 0 ? rule->pass_low : rule->pass;
    break;
  case BOUND_NONE:
    break;
  }
  return finding;
}

/* None found is good, if there was something to find it in. */
static PreflightFinding
judge_echo(const PreflightSite *self, const Rule *rule, double value)
{
  PreflightFinding finding = judge_value(rule, value);
  if (isnan(value) && self->n_heard >= ECHO_FREE_SECONDS)
    finding.result = PREFLIGHT_PASS;
  return finding;
}

static PreflightFinding
judge_camera(const PreflightSite *self, const Rule *rule, double value)
{
  PreflightFinding finding = judge_value(rule, value);
  if (self->n_seconds >= SECONDS_MIN && 2 * self->n_camera_off > self->n_seconds)
    finding = (PreflightFinding) { PREFLIGHT_FAIL, NAN, rule->pass };
  return finding;
}

static PreflightFinding
judge_capacity(const Rule *capacity, double needed_kbps, double value)
{
  if (!(needed_kbps > 0))
    return (PreflightFinding) { PREFLIGHT_UNKNOWN, value, NAN };
  Rule rule = *capacity;
  rule.pass = needed_kbps;
  rule.warn = needed_kbps / 2;
  return judge_value(&rule, value);
}

/* A client without an estimate may send less than its way carries, for want of motion: what came can only show that
 * it is enough. */
static PreflightFinding
judge_capacity_up(const PreflightSite *self, const Rule *rule, double value)
{
  bool is_measured = isnan(value) && self->n_seconds >= SECONDS_MIN && self->came_kbps > 0;
  PreflightFinding finding = judge_capacity(rule, self->up_needed_kbps, is_measured ? self->came_kbps : value);
  if (is_measured && finding.result != PREFLIGHT_PASS)
    finding.result = PREFLIGHT_UNKNOWN;
  return finding;
}

static PreflightFinding
judge(const PreflightSite *self, PreflightTest test)
{
  const Rule *rule = &RULES[test];
  double value = value_of(self, test);
  switch (test) {
  case PREFLIGHT_ECHO:
    return judge_echo(self, rule, value);
  case PREFLIGHT_CAMERA:
    return judge_camera(self, rule, value);
  case PREFLIGHT_CAPACITY_UP:
    return judge_capacity_up(self, rule, value);
  case PREFLIGHT_CAPACITY_DOWN:
    return judge_capacity(rule, self->down_needed_kbps, value);
  default:
    return judge_value(rule, value);
  }
}

void
preflight_site_judge(const PreflightSite *self, PreflightFinding findings[PREFLIGHT_TESTS])
{
  for (guint i = 0; i < PREFLIGHT_TESTS; i++)
    findings[i] = judge(self, (PreflightTest)i);
}

PreflightResult
preflight_site_result(const PreflightSite *self, const PreflightFinding findings[PREFLIGHT_TESTS], bool is_over)
{
  PreflightResult worst = PREFLIGHT_UNKNOWN;  /* the least of the enum */
  if (!self->was_connected)
    return PREFLIGHT_ABSENT;
  for (guint i = 0; i < PREFLIGHT_TESTS; i++)
    worst = MAX(worst, findings[i].result);
  return worst == PREFLIGHT_UNKNOWN && is_over ? PREFLIGHT_WARN : worst;
}

/* ---- names ---- */

const char *
preflight_test_name(PreflightTest test)
{
  return RULES[test].name;
}

const char *
preflight_test_unit(PreflightTest test)
{
  return RULES[test].unit;
}

const char *
preflight_result_name(PreflightResult result)
{
  static const char *const NAMES[] = {
    [PREFLIGHT_UNKNOWN] = "unknown", [PREFLIGHT_PASS] = "pass", [PREFLIGHT_WARN] = "warn", [PREFLIGHT_FAIL] = "fail",
    [PREFLIGHT_ABSENT] = "absent",
  };
  return NAMES[result];
}
