/* mcu/watchdog.c - a thread that watches over the others and feeds the service manager's watchdog. */
#include "mcu/watchdog.h"
#include "mcu/health.h"
#include "media/base/clock.h"

enum {
  LOOK_US = 250000,
  FEEDS_A_TERM = 4,   /* systemd asks for two */
  LOOK_MIN_US = 20000,
  TELL_EVERY_US = 10 * G_USEC_PER_SEC,  /* of one kind of threads: a machine that is overloaded stops them again and again */
};

struct Watchdog {
  /* borrowed */
  ServiceNotify *notify;
  /* owned */
  GThread *thread;
  GMutex   lock;
  GCond    wake;
  gboolean is_ending;  /* guarded by lock */
  /* the thread's */
  Heartbeat beats[HEARTBEATS_MAX];
  bool      is_told[THREAD_ROLE_AUDIO_TICK + 1];  /* that it is ill */
  gint64    told_us[THREAD_ROLE_AUDIO_TICK + 1];
};

static void
tell_changes(Watchdog *self, const Health *health, gint64 now_us)
{
  for (guint i = THREAD_ROLE_CONTROL; i < G_N_ELEMENTS(health->roles); i++) {
    g_autofree char *fault = health_fault(health, (ThreadRoleId)i);
    bool is_ill = fault != NULL;
    if (is_ill == self->is_told[i] || (is_ill && self->told_us[i] > 0 && now_us - self->told_us[i] < TELL_EVERY_US))
      continue;
    if (is_ill)
      g_critical("thread %s", fault);
    else
      g_message("thread %s moves again", thread_role_name((ThreadRoleId)i));
    self->is_told[i] = is_ill;
    self->told_us[i] = now_us;
  }
}

/* Returns: false: it is to end. */
static bool
sleep_for(Watchdog *self, gint64 us)
{
  gint64 until_us = g_get_monotonic_time() + us;
  g_mutex_lock(&self->lock);
  while (!self->is_ending && g_cond_wait_until(&self->wake, &self->lock, until_us))
    ;
  bool goes_on = !self->is_ending;
  g_mutex_unlock(&self->lock);
  return goes_on;
}

static gpointer
run(gpointer data)
{
  Watchdog *self = data;
  gint64 feed_us = service_notify_watchdog_us(self->notify) / FEEDS_A_TERM, fed_us = 0;
  gint64 look_us = feed_us > 0 ? CLAMP(feed_us, LOOK_MIN_US, LOOK_US) : LOOK_US;
  while (sleep_for(self, look_us)) {
    Health health;
    gint64 now_us = clock_now_us();
    health_judge(self->beats, heartbeat_list(self->beats), now_us, &health);
    tell_changes(self, &health, now_us);
    if (feed_us > 0 && health_may_feed(&health) && now_us - fed_us >= feed_us) {
      service_notify_send(self->notify, "WATCHDOG=1");
      fed_us = now_us;
    }
  }
  return NULL;
}

Watchdog *
watchdog_new(ServiceNotify *notify)
{
  Watchdog *self = g_new0(Watchdog, 1);
  self->notify = notify;
  g_mutex_init(&self->lock);
  g_cond_init(&self->wake);
  self->thread = g_thread_new("watchdog", run, self);
  return self;
}

void
watchdog_free(Watchdog *self)
{
  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->is_ending = TRUE;
  g_cond_signal(&self->wake);
  g_mutex_unlock(&self->lock);
  g_thread_join(self->thread);
  g_cond_clear(&self->wake);
  g_mutex_clear(&self->lock);
  g_free(self);
}
