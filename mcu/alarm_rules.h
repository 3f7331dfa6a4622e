/* mcu/alarm_rules.h - when an alarm is raised and when it is over: limits, and how long on which side.
 *
 *   value   ___/~~~~~~~~~~\_/~\________          limit   - - -
 *   state   calm |<raise>| raised    |<clear>| calm       released at a distance from it
 *
 * What jumps (loss, CPU) is smoothed over some seconds first. Pure: time is a parameter, monotonic. */
#pragma once
#include "config/config.h"
#include "mcu/site_figures.h"

/* With the unit of its value. */
typedef enum {
  ALARM_RULE_NONE = 0,
  ALARM_RULE_ABSENT,       /* s that a site of the open session is not connected      */
  ALARM_RULE_LOSS,         /* 0..1, of the worse direction                            */
  ALARM_RULE_RTT,          /* ms                                                      */
  ALARM_RULE_CPU,          /* 0..1, of all cores                                      */
  ALARM_RULE_DISK,         /* hours that can still be recorded                        */
  ALARM_RULE_RECORDER,     /* s that the disk is behind                               */
  ALARM_RULE_CERTIFICATE,  /* days until its end                                      */
  ALARM_RULE_LINE,         /* 0..1, planned, of the cap                               */
  ALARM_RULES,
} AlarmRule;

/* "absent", "loss"... NULL for NONE. */
const char *alarm_rule_name(AlarmRule rule);
/* It is of one site; else of the box. */
bool        alarm_rule_is_of_site(AlarmRule rule);
const ConfigAlarm *alarm_rule_config(const ConfigAlarms *alarms, AlarmRule rule);
/* NAN: nothing is known, which raises nothing and clears. @n_cores: of the machine. */
double      alarm_rule_of_site(AlarmRule rule, const SiteFigures *figures);
double      alarm_rule_of_box(AlarmRule rule, const BoxFigures *figures, guint n_cores);

typedef enum { ALARM_STEP_NONE = 0, ALARM_STEP_RAISED, ALARM_STEP_CLEARED } AlarmStep;

/* Of one rule, and one site if it is of sites. All zero is calm. */
typedef struct {
  bool   is_raised;
  double value;            /* smoothed; NAN: not known                              */
  gint64 since_us;         /* beyond the limit; 0: it is not                        */
  /*< private >*/
  bool   has_value;
  gint64 calm_since_us;    /* 0: it is not                                          */
} AlarmState;

/* Once a second. A rule that is switched off clears at once. */
AlarmStep alarm_state_step(AlarmState *self, AlarmRule rule, const ConfigAlarm *config, double value, gint64 now_us);
