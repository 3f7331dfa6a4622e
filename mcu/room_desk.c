/* mcu/room_desk.c - a room at the technicians' desk: the verdicts on its sites, and its alarms. */
#include "mcu/room_desk.h"
#include "mcu/figure_sampler.h"
#include "mcu/room_internal.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"
#include <stdlib.h>

enum { LINES_A_MINUTE = 20, MINUTE_US = 60 * 1000 * 1000 };

/* --- an alarm's change --- */

static void
tell_technicians(Room *self, const Alarm *alarm, AlarmChange change) ON_CONTROL
{
  if (event_stream_listeners(self->events, ROLE_TECHNICIAN) == 0)
    return;
  json_t *event = json_pack("{s:s, s:s, s:o}", "room", self->room->id, "change", alarm_change_name(change),
                            "alarm", alarm_json(alarm));
  char *text = json_dumps(event, JSON_COMPACT);
  event_stream_tell(self->events, ROLE_TECHNICIAN, "alarm", text);
  free(text);
  json_decref(event);
}

static void
tell_webhooks(Room *self, const Alarm *alarm, AlarmChange change) ON_CONTROL
{
  g_autofree char *event = g_strconcat("alarm.", alarm_change_name(change), NULL);
  webhooks_post(self->context->webhooks, WEBHOOK_EVENT_ALARM,
                json_pack("{s:s, s:s, s:s?, s:o, s:o}", "event", event, "room", self->room->id,
                          "session", room_session_id(self->session), "at", wall_time_json(clock_wall_us()), "alarm", alarm_json(alarm)));
}

/* "loss 7.1 %". (transfer full) */
static char *
words(const Alarm *alarm)
{
  static const struct { const char *unit; double scale; } UNITS[ALARM_RULES] = {
    [ALARM_RULE_ABSENT] = { "s", 1 }, [ALARM_RULE_LOSS] = { "%", 100 }, [ALARM_RULE_RTT] = { "ms", 1 },
    [ALARM_RULE_CPU] = { "%", 100 }, [ALARM_RULE_DISK] = { "h left", 1 }, [ALARM_RULE_RECORDER] = { "s behind", 1 },
    [ALARM_RULE_CERTIFICATE] = { "days left", 1 }, [ALARM_RULE_LINE] = { "%", 100 },
  };
  return g_strdup_printf("%s %.1f %s", alarm_rule_name(alarm->rule), alarm->value * UNITS[alarm->rule].scale, UNITS[alarm->rule].unit);
}

/* Returns: false: enough was said in this minute. */
static bool
may_speak(RoomDesk *desk, gint64 now_us)
{
  if (desk->minute_us == 0 || now_us - desk->minute_us >= MINUTE_US) {
    if (desk->unsaid > 0)
      g_warning("alarms: %u more changes in the last minute, see the desk", desk->unsaid);
    desk->minute_us = now_us;
    desk->said = desk->unsaid = 0;
  }
  bool may = desk->said < LINES_A_MINUTE;
  *(may ? &desk->said : &desk->unsaid) += 1;
  return may;
}

static void
write_log(Room *self, const Alarm *alarm, AlarmChange change) ON_CONTROL
{
  if (!may_speak(&self->desk, clock_now_us()))
    return;
  g_autofree char *text = words(alarm);
  const char *site = alarm->site != NULL ? alarm->site : "the bridge";
  g_log(G_LOG_DOMAIN, change == ALARM_CHANGE_RAISED ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_MESSAGE, "%s: alarm a%u %s: %s: %s%s%s",
        self->room->id, alarm->number, alarm_change_name(change), site, text, change == ALARM_CHANGE_ACKNOWLEDGED ? ", by " : "",
        change == ALARM_CHANGE_ACKNOWLEDGED ? alarm->by : "");
}

static void
add_mark(const Room *self, const Alarm *alarm, AlarmChange change) ON_CONTROL
{
  g_autofree char *value = words(alarm), *text = g_strdup_printf("%s %s", alarm_change_name(change), value);
  if (self->desk.marks != NULL)
    figure_marks_add(self->desk.marks, clock_wall_us(), "alarm", alarm->site, text);
}

static void
on_changed(const Alarm *alarm, AlarmChange change, gpointer user)
{
  assert_on_control();
  Room *self = user;
  bool is_ours = alarm->site != NULL || self->room == &self->config->rooms[0];
  tell_technicians(self, alarm, change);
  add_mark(self, alarm, change);
  if (!is_ours)
    return;
  write_log(self, alarm, change);
  tell_webhooks(self, alarm, change);
}

/* --- each second --- */

void
room_desk_judge(Room *self, guint n_sites, const SiteFigures *sites, const BoxFigures *box, gint64 now_us, gpointer user)
{
  const RoomFigures *figures = figure_sampler_find(user, self);
  bool is_changed = false;
  g_return_if_fail(n_sites == self->n_sites);
  for (guint i = 0; i < n_sites; i++)
    is_changed = site_verdict_update(&self->sites[i].verdict, &sites[i], box, now_us) || is_changed;
  if (is_changed)
    room_schedule_update(self);  /* the chair reads them too */
  self->desk.marks = figures != NULL ? figures->marks : NULL;
  alarm_desk_update(self->desk.alarms, sites, box, now_us, clock_wall_us());
  self->desk.marks = NULL;
}

const SiteVerdict *
room_desk_verdict(const Room *self, guint site)
{
  return &self->sites[site].verdict;
}

AlarmDesk *
room_desk_alarms(Room *self)
{
  return self->desk.alarms;
}

void
room_desk_begin(Room *self)
{
  static const AlarmDeskEvents EVENTS = { on_changed };
  self->desk.alarms = alarm_desk_new(self->room, &self->config->alarms, g_get_num_processors(), &EVENTS, self);
}

void
room_desk_end(Room *self)
{
  g_clear_pointer(&self->desk.alarms, alarm_desk_free);
}
