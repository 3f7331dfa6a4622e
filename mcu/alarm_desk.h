/* mcu/alarm_desk.h - a room's alarms: which are raised, who took note of them, and the last ones that are over.
 *
 *   SiteFigures, BoxFigures, once a second -> alarm_rules, one state for each rule and site -> raised, cleared
 *   a technician, by name                  -> acknowledged
 *                                              \-> events.changed: event, log, webhook are the owner's
 *
 * An alarm that is over stays in the list; of those the last ALARM_PAST_MAX are kept. A rule raises one alarm
 * for a site at a time. Time is a parameter. Control thread. */
#pragma once
#include "mcu/alarm_rules.h"
#include "media/base/thread_role.h"
#include <jansson.h>

enum { ALARM_PAST_MAX = 100, ALARM_BY_MAX = 120 };

typedef struct {
  guint       number;        /* from 1; the id is "a17"                       */
  AlarmRule   rule;
  const char *site;          /* (nullable) borrowed: NULL: of the box         */
  double      value;         /* of now, while it lasts; then of its last second */
  gint64      since_us, cleared_us, acknowledged_us;  /* UNIX; 0: not        */
  char       *by;            /* owned (nullable): who acknowledged it         */
} Alarm;

typedef enum { ALARM_CHANGE_NONE = 0, ALARM_CHANGE_RAISED, ALARM_CHANGE_CLEARED, ALARM_CHANGE_ACKNOWLEDGED } AlarmChange;
/* "raised", "cleared", "acknowledged" */
const char *alarm_change_name(AlarmChange change);

typedef struct {
  /* @alarm: valid during the call; must not change the desk. */
  void (*changed)(const Alarm *alarm, AlarmChange change, gpointer user);
} AlarmDeskEvents;

typedef struct AlarmDesk AlarmDesk;

/* @room: borrowed. @alarms: copied. @n_cores: of the machine. */
AlarmDesk *alarm_desk_new(const ConfigRoom *room, const ConfigAlarms *alarms, guint n_cores, const AlarmDeskEvents *events,
                          gpointer user) ON_CONTROL;
void       alarm_desk_free(AlarmDesk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AlarmDesk, alarm_desk_free)
/* Other limits and times from the next second on. What was raised stays until it is over by them. */
void       alarm_desk_set_rules(AlarmDesk *self, const ConfigAlarms *alarms) ON_CONTROL;

/* @sites: in the order of the configuration, one for each of the room's. @now_us, @wall_us: one moment, monotonic and
 * UNIX. */
void alarm_desk_update(AlarmDesk *self, const SiteFigures *sites, const BoxFigures *box, gint64 now_us, gint64 wall_us) ON_CONTROL;

typedef enum { ALARM_ACKNOWLEDGED = 0, ALARM_UNKNOWN, ALARM_ACKNOWLEDGED_BEFORE } AlarmAcknowledged;
/* @id: "a17". @by: UTF-8, 1 to ALARM_BY_MAX characters. One that is over may be acknowledged too. */
AlarmAcknowledged alarm_desk_acknowledge(AlarmDesk *self, const char *id, const char *by, gint64 wall_us) ON_CONTROL;
/* (transfer none) (nullable), until the next update. */
const Alarm *alarm_desk_find(const AlarmDesk *self, const char *id) ON_CONTROL;

/* {"id", "rule", "site", "value", "since", "clearedAt", "acknowledgedBy", "acknowledgedAt"}. (transfer full) */
json_t *alarm_json(const Alarm *alarm);
/* The list of them, the newest first. (transfer full) */
json_t *alarm_desk_json(const AlarmDesk *self) ON_CONTROL;
