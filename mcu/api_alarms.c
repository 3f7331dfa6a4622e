/* mcu/api_alarms.c - the technicians' calls about alarms. */
#include "mcu/api_internal.h"
#include "mcu/room_desk.h"
#include "media/base/clock.h"
#include <string.h>

/* A person's name: it goes into the audit log as it is. */
static bool
is_name(const char *text)
{
  glong length = text != NULL ? g_utf8_strlen(text, -1) : 0;
  if (length < 1 || length > ALARM_BY_MAX || strspn(text, " ") == strlen(text))
    return false;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      return false;
  return true;
}

static void
conclude(HttpRequest *request, Room *room, const char *id, const char *by) ON_CONTROL
{
  AlarmDesk *desk = room_desk_alarms(room);
  switch (alarm_desk_acknowledge(desk, id, by, clock_wall_us())) {
  case ALARM_UNKNOWN:
    http_request_respond_problem(request, PROBLEM_NOT_FOUND, "there is no such alarm (any more)");
    return;
  case ALARM_ACKNOWLEDGED_BEFORE:
    http_request_respond_problem(request, PROBLEM_CONFLICT, "the alarm is acknowledged already");
    return;
  case ALARM_ACKNOWLEDGED:
    break;
  }
  const Alarm *alarm = alarm_desk_find(desk, id);
  g_autofree char *object = g_strdup_printf("%s %s: %s", id, alarm_rule_name(alarm->rule), by);
  api_note_act(request, room, "alarm.acknowledge", alarm->site, object);
  http_request_respond(request, 204, NULL, NULL, 0);
}

void
api_post_alarm_acknowledge(HttpRequest *request, gpointer user)
{
  assert_on_control();
  json_auto_t *body = NULL;
  Room *room = api_room_call(user, request, &body);
  if (room == NULL)
    return;
  const char *by = json_string_value(json_object_get(body, "by"));
  g_autofree char *id = g_strdup(http_request_param(request, "id"));
  if (is_name(by))
    conclude(request, room, id, by);
  else
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "by must be a name of 1 to 120 characters");
}
