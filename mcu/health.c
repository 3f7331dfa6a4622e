/* mcu/health.c - does every thread of the bridge move? */
#include "mcu/health.h"

static const ThreadRoleId NEEDED[] = { THREAD_ROLE_CONTROL, THREAD_ROLE_NET, THREAD_ROLE_VIDEO_TICK, THREAD_ROLE_AUDIO_TICK };

void
health_judge(const Heartbeat *beats, guint n_beats, gint64 now_us, Health *out)
{
  *out = (Health) { .is_well = true };
  for (guint i = 0; i < n_beats; i++) {
    RoleHealth *role = &out->roles[beats[i].role];
    role->count++;
    if (beats[i].beat_us == 0)
      continue;
    role->busy++;
    /* A thread may have beaten after the caller read the clock. */
    role->age_us = MAX(role->age_us, MAX(now_us - beats[i].beat_us, 0));
  }
  for (guint i = THREAD_ROLE_CONTROL; i < G_N_ELEMENTS(out->roles); i++)
    out->roles[i].is_well = out->roles[i].age_us <= HEALTH_SILENCE_US;
  for (guint i = 0; i < G_N_ELEMENTS(NEEDED); i++)
    out->roles[NEEDED[i]].is_well &= out->roles[NEEDED[i]].busy > 0;
  for (guint i = THREAD_ROLE_CONTROL; i < G_N_ELEMENTS(out->roles); i++)
    out->is_well &= out->roles[i].is_well;
}

bool
health_may_feed(const Health *self)
{
  bool may = true;
  for (guint i = 0; i < G_N_ELEMENTS(NEEDED); i++)
    may &= self->roles[NEEDED[i]].is_well;
  return may;
}

char *
health_fault(const Health *self, ThreadRoleId role)
{
  const RoleHealth *health = &self->roles[role];
  if (health->is_well)
    return NULL;
  if (health->busy == 0)
    return g_strdup_printf("%s is missing", thread_role_name(role));
  return g_strdup_printf("%s has not moved for %.1f s", thread_role_name(role), (double)health->age_us / G_USEC_PER_SEC);
}

json_t *
health_json(const Health *self)
{
  json_t *threads = json_array(), *reasons = json_array();
  for (guint i = THREAD_ROLE_CONTROL; i < G_N_ELEMENTS(self->roles); i++) {
    const RoleHealth *role = &self->roles[i];
    const char *name = thread_role_name((ThreadRoleId)i);
    json_t *age_ms = role->busy > 0 ? json_integer((json_int_t)(role->age_us / 1000)) : json_null();
    if (role->count > 0)
      json_array_append_new(threads, json_pack("{s:s, s:i, s:i, s:O}", "name", name, "count", (int)role->count,
                                               "busy", (int)role->busy, "ageMs", age_ms));
    g_autofree char *fault = health_fault(self, (ThreadRoleId)i);
    if (fault != NULL)
      json_array_append_new(reasons, json_pack("{s:s, s:s, s:s, s:O}", "code", role->busy > 0 ? "thread-stuck" : "thread-missing",
                                               "text", fault, "thread", name, "ageMs", age_ms));
    json_decref(age_ms);
  }
  return json_pack("{s:s, s:o, s:o}", "status", self->is_well ? "ok" : "failing", "threads", threads, "reasons", reasons);
}
