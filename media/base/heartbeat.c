/* media/base/heartbeat.c - signs of life of the long-lived threads, for those who watch over them. */
#include "media/base/heartbeat.h"
#include "media/base/log.h"

typedef struct {
  gint   role;     /* atomic; NONE: nobody's place */
  gint64 beat_us;  /* atomic; 0: rests             */
} Place;

static Place places[HEARTBEATS_MAX];

static void leave(gpointer place);

static GPrivate own_place = G_PRIVATE_INIT(leave);
static _Thread_local bool has_no_place;

/* At the end of its thread. */
static void
leave(gpointer data)
{
  Place *place = data;
  __atomic_store_n(&place->beat_us, 0, __ATOMIC_RELAXED);
  g_atomic_int_set(&place->role, THREAD_ROLE_NONE);
}

/* Returns: (nullable): the thread has no role, or every place is taken. */
static Place *
take_place(void)
{
  ThreadRoleId role = thread_role_current();
  if (has_no_place || role == THREAD_ROLE_NONE)
    return NULL;
  for (guint i = 0; i < HEARTBEATS_MAX; i++)
    if (g_atomic_int_compare_and_exchange(&places[i].role, THREAD_ROLE_NONE, (gint)role)) {
      g_private_set(&own_place, &places[i]);
      return &places[i];
    }
  has_no_place = true;
  log_limited(G_LOG_LEVEL_WARNING, "more than %d threads: one of '%s' is not watched", HEARTBEATS_MAX, thread_role_name(role));
  return NULL;
}

void
heartbeat_beat(gint64 now_us)
{
  Place *place = g_private_get(&own_place);
  if (place == NULL)
    place = take_place();
  if (place != NULL)
    __atomic_store_n(&place->beat_us, MAX(now_us, 1), __ATOMIC_RELAXED);
}

void
heartbeat_rest(void)
{
  Place *place = g_private_get(&own_place);
  if (place != NULL)
    __atomic_store_n(&place->beat_us, 0, __ATOMIC_RELAXED);
}

guint
heartbeat_list(Heartbeat out[HEARTBEATS_MAX])
{
  guint n = 0;
  for (guint i = 0; i < HEARTBEATS_MAX; i++) {
    ThreadRoleId role = (ThreadRoleId)g_atomic_int_get(&places[i].role);
    if (role != THREAD_ROLE_NONE)
      out[n++] = (Heartbeat) { role, __atomic_load_n(&places[i].beat_us, __ATOMIC_RELAXED) };
  }
  return n;
}
