/* mcu/alarm_rules.c - when an alarm is raised and when it is over: limits, and how long on which side. */
#include "mcu/alarm_rules.h"
#include <math.h>
#include <stddef.h>

#define RELEASE  0.20  /* of the limit, on the good side of it: what wavers about the limit is one alarm */
#define SMOOTH_S 3

enum { IS_OF_SITE = 1, IS_BELOW = 2, IS_SMOOTHED = 4 };

static const struct {
  const char *name;
  gsize  config;
  guint  flags;
  double scale;            /* from the configuration's unit to the value's */
} RULES[ALARM_RULES] = {
  [ALARM_RULE_ABSENT] = { "absent", offsetof(ConfigAlarms, absent), IS_OF_SITE, 1 },
  [ALARM_RULE_LOSS] = { "loss", offsetof(ConfigAlarms, loss), IS_OF_SITE | IS_SMOOTHED, 0.01 },
  [ALARM_RULE_RTT] = { "rtt", offsetof(ConfigAlarms, rtt), IS_OF_SITE | IS_SMOOTHED, 1 },
  [ALARM_RULE_CPU] = { "cpu", offsetof(ConfigAlarms, cpu), IS_SMOOTHED, 0.01 },
  [ALARM_RULE_DISK] = { "disk", offsetof(ConfigAlarms, disk), IS_BELOW, 1 },
  [ALARM_RULE_RECORDER] = { "recorder", offsetof(ConfigAlarms, recorder), 0, 1 },
  [ALARM_RULE_CERTIFICATE] = { "certificate", offsetof(ConfigAlarms, certificate), IS_BELOW, 1 },
  [ALARM_RULE_LINE] = { "line", offsetof(ConfigAlarms, line), IS_SMOOTHED, 0.01 },
};

const char *
alarm_rule_name(AlarmRule rule)
{
  return RULES[rule].name;
}

bool
alarm_rule_is_of_site(AlarmRule rule)
{
  return (RULES[rule].flags & IS_OF_SITE) != 0;
}

const ConfigAlarm *
alarm_rule_config(const ConfigAlarms *alarms, AlarmRule rule)
{
  return (const ConfigAlarm *)(gconstpointer)((const char *)alarms + RULES[rule].config);
}

/* --- values --- */

double
alarm_rule_of_site(AlarmRule rule, const SiteFigures *figures)
{
  if (rule == ALARM_RULE_ABSENT)
    return figures->is_expected && !figures->is_connected ? 1 : 0;
  if (!figures->is_connected)
    return NAN;
  if (rule == ALARM_RULE_LOSS)
    return fmax(figures->up_loss, figures->down_loss);  /* NAN: the other one */
  return rule == ALARM_RULE_RTT ? figures->down_rtt_ms : NAN;
}

static double
sum_known(const double *values, guint n)
{
  double sum = 0;
  for (guint i = 0; i < n; i++)
    sum += isnan(values[i]) ? 0 : values[i];
  return sum;
}

/* What is planned counts: it holds what cameras send beyond their caps too. */
static double
line_share(const BoxFigures *figures)
{
  double most = fmax(figures->line_committed_kbps, figures->line_up_kbps);  /* NAN: the other one */
  return figures->line_cap_kbps > 0 ? most / figures->line_cap_kbps : NAN;
}

double
alarm_rule_of_box(AlarmRule rule, const BoxFigures *figures, guint n_cores)
{
  const double cpu[] = { figures->cpu_decode, figures->cpu_compose, figures->cpu_encode, figures->cpu_audio, figures->cpu_net,
                         figures->cpu_control, figures->cpu_recorder };
  switch (rule) {
  case ALARM_RULE_CPU:
    return sum_known(cpu, G_N_ELEMENTS(cpu)) / MAX(n_cores, 1);
  case ALARM_RULE_DISK:
    return figures->disk_hours_left;
  case ALARM_RULE_RECORDER:
    return figures->recorder_lag_s;
  case ALARM_RULE_CERTIFICATE:
    return figures->certificate_days_left;
  case ALARM_RULE_LINE:
    return line_share(figures);
  case ALARM_RULE_NONE:
  case ALARM_RULE_ABSENT:
  case ALARM_RULE_LOSS:
  case ALARM_RULE_RTT:
  case ALARM_RULES:
    break;
  }
  return NAN;
}

/* --- the state --- */

static void
take_value(AlarmState *self, AlarmRule rule, double value)
{
  bool is_smoothed = (RULES[rule].flags & IS_SMOOTHED) != 0 && self->has_value && !isnan(value);
  self->value = is_smoothed ? self->value + (value - self->value) / SMOOTH_S : value;
  self->has_value = !isnan(value);
}

static bool
is_beyond(const AlarmState *self, AlarmRule rule, double limit)
{
  return (RULES[rule].flags & IS_BELOW) != 0 ? self->value < limit : self->value >= limit;
}

static bool
is_calm(const AlarmState *self, AlarmRule rule, double limit)
{
  if (!self->has_value)
    return true;
  return (RULES[rule].flags & IS_BELOW) != 0 ? self->value > limit * (1 + RELEASE) : self->value < limit * (1 - RELEASE);
}

static AlarmStep
clear(AlarmState *self)
{
  bool was_raised = self->is_raised;
  *self = (AlarmState) { .value = self->value, .has_value = self->has_value };
  return was_raised ? ALARM_STEP_CLEARED : ALARM_STEP_NONE;
}

static AlarmStep
step_calm(AlarmState *self, AlarmRule rule, const ConfigAlarm *config, double limit, gint64 now_us)
{
  if (!self->has_value || !is_beyond(self, rule, limit)) {
    self->since_us = 0;
    return ALARM_STEP_NONE;
  }
  if (self->since_us == 0)
    self->since_us = now_us;
  self->is_raised = now_us - self->since_us >= (gint64)config->raise_s * G_USEC_PER_SEC;
  return self->is_raised ? ALARM_STEP_RAISED : ALARM_STEP_NONE;
}

static AlarmStep
step_raised(AlarmState *self, AlarmRule rule, const ConfigAlarm *config, double limit, gint64 now_us)
{
  if (!is_calm(self, rule, limit)) {
    self->calm_since_us = 0;
    return ALARM_STEP_NONE;
  }
  if (self->calm_since_us == 0)
    self->calm_since_us = now_us;
  return now_us - self->calm_since_us >= (gint64)config->clear_s * G_USEC_PER_SEC ? clear(self) : ALARM_STEP_NONE;
}

AlarmStep
alarm_state_step(AlarmState *self, AlarmRule rule, const ConfigAlarm *config, double value, gint64 now_us)
{
  double limit = rule == ALARM_RULE_ABSENT ? 1 : config->limit * RULES[rule].scale;
  take_value(self, rule, value);
  if (!config->is_enabled)
    return clear(self);
  return self->is_raised ? step_raised(self, rule, config, limit, now_us) : step_calm(self, rule, config, limit, now_us);
}
