/* mixer/tick_thread.c - a thread that calls its clients at every tick. */
#include "mixer/tick_thread.h"
#include "media/base/clock.h"
#include "media/base/heartbeat.h"
#include "mixer/counter.h"
#include <errno.h>
#include <stdbool.h>
#include <time.h>

typedef struct {
  TickFunc func;
  gpointer user;
  gint64   last_index;  /* the tick it was called for last */
} Client;

struct TickThread {
  GThread      *thread;
  ThreadRoleId  role;
  ThreadUrgency urgency;
  Ticker        ticker;  /* the thread's own */
  int           is_stopping;  /* atomic */
  Counter       due, skipped;  /* set by the thread */

  GMutex    lock;
  GCond     done;     /* signalled when running becomes NULL  */
  GArray   *clients;  /* of Client; guarded by lock            */
  gpointer  running;  /* user of the call under way, or NULL; guarded by lock */
};

static void
sleep_until(gint64 due_us)
{
  struct timespec due = { .tv_sec = due_us / G_USEC_PER_SEC,
                          .tv_nsec = due_us % G_USEC_PER_SEC * 1000 };
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
    ;
}

/* Clients may come and go between two calls: each turn looks for one that has not had
 * this tick. */
static bool
take_next_client(TickThread *self, gint64 index, Client *out)
{
  for (guint i = 0; i < self->clients->len; i++) {
    Client *client = &g_array_index(self->clients, Client, i);
    if (client->last_index < index) {
      client->last_index = index;
      *out = *client;
      return true;
    }
  }
  return false;
}

static void
run_clients(TickThread *self, const Tick *tick)
{
  Client client;
  g_mutex_lock(&self->lock);
  while (take_next_client(self, tick->index, &client)) {
    self->running = client.user;
    g_mutex_unlock(&self->lock);
    client.func(tick, client.user);
    g_mutex_lock(&self->lock);
    self->running = NULL;
    g_cond_broadcast(&self->done);
  }
  g_mutex_unlock(&self->lock);
}

static gpointer
run_thread(gpointer data)
{
  TickThread *self = data;
  thread_role_enter(self->role);
  thread_tuning_apply(self->urgency);
  ticker_init(&self->ticker, &self->ticker.config, clock_now_us());
  while (!g_atomic_int_get(&self->is_stopping)) {
    Tick tick = { .index = self->ticker.next,
                  .due_us = ticker_due_us(&self->ticker, self->ticker.next) };
    sleep_until(tick.due_us);
    gint64 now_us = clock_now_us();
    heartbeat_beat(now_us);
    tick.late_us = now_us - tick.due_us;
    run_clients(self, &tick);
    ticker_advance(&self->ticker, clock_now_us());
    counter_set(&self->skipped, self->ticker.skipped);
    counter_set(&self->due, (guint64)self->ticker.next);
  }
  return NULL;
}

TickThread *
tick_thread_new(ThreadRoleId role, ThreadUrgency urgency, const TickerConfig *config)
{
  TickThread *self = g_new0(TickThread, 1);
  self->role = role;
  self->urgency = urgency;
  self->ticker.config = *config;
  g_mutex_init(&self->lock);
  g_cond_init(&self->done);
  self->clients = g_array_new(FALSE, FALSE, sizeof(Client));
  self->thread = g_thread_new("tick", run_thread, self);
  return self;
}

void
tick_thread_free(TickThread *self)
{
  if (self == NULL)
    return;
  g_warn_if_fail(self->clients->len == 0);
  g_atomic_int_set(&self->is_stopping, 1);
  g_thread_join(self->thread);
  g_array_unref(self->clients);
  g_cond_clear(&self->done);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
tick_thread_add(TickThread *self, TickFunc func, gpointer user)
{
  g_return_if_fail(func != NULL && user != NULL);
  Client client = { .func = func, .user = user, .last_index = -1 };
  g_mutex_lock(&self->lock);
  g_array_append_val(self->clients, client);
  g_mutex_unlock(&self->lock);
}

void
tick_thread_remove(TickThread *self, gpointer user)
{
  g_mutex_lock(&self->lock);
  for (guint i = 0; i < self->clients->len; i++) {
    if (g_array_index(self->clients, Client, i).user == user) {
      g_array_remove_index(self->clients, i);
      break;
    }
  }
  while (self->running == user)
    g_cond_wait(&self->done, &self->lock);
  g_mutex_unlock(&self->lock);
}

void
tick_thread_stats(const TickThread *self, TickThreadStats *out)
{
  *out = (TickThreadStats) { counter_get(&self->due), counter_get(&self->skipped) };
}
