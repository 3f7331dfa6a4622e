/* mcu/health.h - does every thread of the bridge move? Read off their heartbeats (media/base/heartbeat.h).
 *
 * Pure: the heartbeats and the time are parameters. */
#pragma once
#include "media/base/heartbeat.h"
#include <jansson.h>

/* Without a sign for longer than this a thread is stuck. */
#define HEALTH_SILENCE_US G_GINT64_CONSTANT(1000000)

/* What one kind of threads does. */
typedef struct {
  guint  count, busy;  /* threads; those that owe signs */
  gint64 age_us;       /* of the oldest sign owed; 0 if busy is 0 */
  bool   is_well;      /* none is silent, and none of those that must be there is missing */
} RoleHealth;

typedef struct {
  RoleHealth roles[THREAD_ROLE_AUDIO_TICK + 1];  /* by ThreadRoleId; NONE is unused */
  bool       is_well;
} Health;

/* Control, net and the two ticks must be there and always move; the others when they have work. */
void    health_judge(const Heartbeat *beats, guint n_beats, gint64 now_us, Health *out);
/* The watchdog may be fed: the ticks move, and those who feed and command them. */
bool    health_may_feed(const Health *self);
/* (transfer full) {"status": "ok"|"failing", "threads": [{"name", "count", "busy", "ageMs"}], "reasons": [{"code", "text",
 * "thread", "ageMs"}]}. */
json_t *health_json(const Health *self);
/* "video-tick has not moved for 1.2 s"; "net is missing". NULL: it is well. (transfer full) */
char   *health_fault(const Health *self, ThreadRoleId role);
