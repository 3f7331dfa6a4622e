/* mcu/alarm_desk.c - a room's alarms: which are raised, who took note of them, and the last ones that are over. */
#include "mcu/alarm_desk.h"
#include "mcu/wall_time.h"
#include <math.h>
#include <string.h>

struct AlarmDesk {
  /* borrowed */
  const ConfigRoom *room;
  /* owned */
  GPtrArray   *alarms;       /* of Alarm, oldest first */
  /* state */
  ConfigAlarms rules;
  AlarmDeskEvents events;
  gpointer     user;
  guint        n_cores, n_made;
  AlarmState   of_sites[ALARM_RULES][CONFIG_SITES_MAX], of_box[ALARM_RULES];
};

const char *
alarm_change_name(AlarmChange change)
{
  static const char *const NAMES[] = {
    [ALARM_CHANGE_NONE] = NULL, [ALARM_CHANGE_RAISED] = "raised", [ALARM_CHANGE_CLEARED] = "cleared",
    [ALARM_CHANGE_ACKNOWLEDGED] = "acknowledged",
  };
  return NAMES[change];
}

static void
alarm_free(gpointer data)
{
  Alarm *self = data;
  g_free(self->by);
  g_free(self);
}

AlarmDesk *
alarm_desk_new(const ConfigRoom *room, const ConfigAlarms *alarms, guint n_cores, const AlarmDeskEvents *events, gpointer user)
{
  AlarmDesk *self = g_new0(AlarmDesk, 1);
  self->room = room;
  self->rules = *alarms;
  self->n_cores = n_cores;
  self->events = *events;
  self->user = user;
  self->alarms = g_ptr_array_new_with_free_func(alarm_free);
  return self;
}

void
alarm_desk_free(AlarmDesk *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->alarms);
  g_free(self);
}

void
alarm_desk_set_rules(AlarmDesk *self, const ConfigAlarms *alarms)
{
  self->rules = *alarms;
}

/* --- raised, cleared --- */

/* (nullable): the one that lasts. */
static Alarm *
find_raised(const AlarmDesk *self, AlarmRule rule, const char *site)
{
  for (guint i = self->alarms->len; i-- > 0;) {
    Alarm *alarm = self->alarms->pdata[i];
    if (alarm->rule == rule && alarm->site == site && alarm->cleared_us == 0)
      return alarm;
  }
  return NULL;
}

/* Those that are not acknowledged go last: somebody should have seen them. */
static void
forget_past(AlarmDesk *self)
{
  guint n_past = 0, oldest = G_MAXUINT, oldest_known = G_MAXUINT;
  for (guint i = 0; i < self->alarms->len; i++) {
    const Alarm *alarm = self->alarms->pdata[i];
    if (alarm->cleared_us == 0)
      continue;
    n_past++;
    oldest = MIN(oldest, i);
    if (alarm->by != NULL)
      oldest_known = MIN(oldest_known, i);
  }
  if (n_past > ALARM_PAST_MAX)
    g_ptr_array_remove_index(self->alarms, oldest_known != G_MAXUINT ? oldest_known : oldest);
}

static void
raise_it(AlarmDesk *self, AlarmRule rule, const char *site, double value, gint64 since_us)
{
  Alarm *alarm = g_new0(Alarm, 1);
  *alarm = (Alarm) { .number = ++self->n_made, .rule = rule, .site = site, .value = value, .since_us = since_us };
  g_ptr_array_add(self->alarms, alarm);
  self->events.changed(alarm, ALARM_CHANGE_RAISED, self->user);
}

static void
follow(AlarmDesk *self, AlarmState *state, AlarmRule rule, const char *site, double value, gint64 now_us, gint64 wall_us)
{
  AlarmStep step = alarm_state_step(state, rule, alarm_rule_config(&self->rules, rule), value, now_us);
  double lasts_s = state->since_us != 0 ? (double)(now_us - state->since_us) / G_USEC_PER_SEC : 0;
  double told = rule == ALARM_RULE_ABSENT ? lasts_s : state->value;
  if (step == ALARM_STEP_RAISED)
    raise_it(self, rule, site, told, wall_us - (now_us - state->since_us));
  Alarm *alarm = state->is_raised || step == ALARM_STEP_CLEARED ? find_raised(self, rule, site) : NULL;
  if (alarm == NULL)
    return;
  if (step == ALARM_STEP_CLEARED) {
    alarm->cleared_us = wall_us;
    self->events.changed(alarm, ALARM_CHANGE_CLEARED, self->user);
    forget_past(self);
  } else if (!isnan(told)) {
    alarm->value = told;
  }
}

void
alarm_desk_update(AlarmDesk *self, const SiteFigures *sites, const BoxFigures *box, gint64 now_us, gint64 wall_us)
{
  for (AlarmRule rule = 1; rule < ALARM_RULES; rule++) {
    if (!alarm_rule_is_of_site(rule)) {
      follow(self, &self->of_box[rule], rule, NULL, alarm_rule_of_box(rule, box, self->n_cores), now_us, wall_us);
      continue;
    }
    for (guint i = 0; i < self->room->n_sites; i++)
      follow(self, &self->of_sites[rule][i], rule, self->room->sites[i].id, alarm_rule_of_site(rule, &sites[i]), now_us, wall_us);
  }
}

/* --- acknowledged --- */

static Alarm *
find(const AlarmDesk *self, const char *id)
{
  guint64 number;
  if (id[0] != 'a' || !g_ascii_string_to_unsigned(id + 1, 10, 1, G_MAXUINT, &number, NULL))
    return NULL;
  for (guint i = 0; i < self->alarms->len; i++)
    if (((const Alarm *)self->alarms->pdata[i])->number == number)
      return self->alarms->pdata[i];
  return NULL;
}

const Alarm *
alarm_desk_find(const AlarmDesk *self, const char *id)
{
  return find(self, id);
}

AlarmAcknowledged
alarm_desk_acknowledge(AlarmDesk *self, const char *id, const char *by, gint64 wall_us)
{
  Alarm *alarm = find(self, id);
  if (alarm == NULL)
    return ALARM_UNKNOWN;
  if (alarm->by != NULL)
    return ALARM_ACKNOWLEDGED_BEFORE;
  alarm->by = g_strdup(by);
  alarm->acknowledged_us = wall_us;
  self->events.changed(alarm, ALARM_CHANGE_ACKNOWLEDGED, self->user);
  return ALARM_ACKNOWLEDGED;
}

/* --- what is told --- */

json_t *
alarm_json(const Alarm *alarm)
{
  char id[16];
  g_snprintf(id, sizeof id, "a%u", alarm->number);
  return json_pack("{s:s, s:s, s:s?, s:o, s:o, s:o, s:s?, s:o}", "id", id, "rule", alarm_rule_name(alarm->rule), "site", alarm->site,
                   "value", isfinite(alarm->value) ? json_real(alarm->value) : json_null(), "since", wall_time_json(alarm->since_us),
                   "clearedAt", wall_time_json(alarm->cleared_us), "acknowledgedBy", alarm->by,
                   "acknowledgedAt", wall_time_json(alarm->acknowledged_us));
}

json_t *
alarm_desk_json(const AlarmDesk *self)
{
  json_t *list = json_array();
  for (guint i = self->alarms->len; i-- > 0;)
    json_array_append_new(list, alarm_json(self->alarms->pdata[i]));
  return list;
}
