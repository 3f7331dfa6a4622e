/* mixer/decode_pool.c - the decode workers. */
#include "mixer/decode_pool.h"
#include "media/base/clock.h"
#include "media/base/heartbeat.h"
#include "mixer/thread_tuning.h"

enum { WORKERS_MAX = 8 };

struct DecodeWorker {
  GThread *thread;
  int      n_sources;  /* atomic */
  GMutex   lock;       /* guards what follows */
  GCond    wake;
  GQueue   line;       /* of DecodeTask, by its link */
  bool     is_stopping;
};

struct DecodePool {
  guint        n_workers;
  DecodeWorker workers[WORKERS_MAX];
};

static DecodeTask *
wait_for_task(DecodeWorker *self)
{
  g_mutex_lock(&self->lock);
  while (self->line.length == 0 && !self->is_stopping) {
    heartbeat_rest();
    g_cond_wait(&self->wake, &self->lock);
  }
  GList *link = g_queue_pop_head_link(&self->line);
  DecodeTask *task = link != NULL ? link->data : NULL;
  if (task != NULL)
    task->is_queued = false;
  g_mutex_unlock(&self->lock);
  return task;
}

static gpointer
run_worker(gpointer data)
{
  DecodeWorker *self = data;
  thread_role_enter(THREAD_ROLE_DECODE);
  thread_tuning_apply(THREAD_URGENCY_WORKER);
  for (DecodeTask *task; (task = wait_for_task(self)) != NULL;) {
    gpointer source = task->source;
    heartbeat_beat(clock_now_us());
    /* Our reference goes back into the line, unless a push was faster. */
    bool has_more = task->step(source);
    if (!has_more || !decode_worker_submit(self, task))
      task->release(source);
  }
  return NULL;
}

DecodePool *
decode_pool_new(guint n_workers)
{
  DecodePool *self = g_new0(DecodePool, 1);
  self->n_workers = CLAMP(n_workers, 1, WORKERS_MAX);
  for (guint i = 0; i < self->n_workers; i++) {
    DecodeWorker *worker = &self->workers[i];
    g_mutex_init(&worker->lock);
    g_cond_init(&worker->wake);
    g_queue_init(&worker->line);
    worker->thread = g_thread_new("decode", run_worker, worker);
  }
  return self;
}

void
decode_pool_free(DecodePool *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_workers; i++) {
    DecodeWorker *worker = &self->workers[i];
    g_warn_if_fail(g_atomic_int_get(&worker->n_sources) == 0);
    g_mutex_lock(&worker->lock);
    worker->is_stopping = true;
    g_cond_signal(&worker->wake);
    g_mutex_unlock(&worker->lock);
    g_thread_join(worker->thread);  /* after it emptied its line */
    g_cond_clear(&worker->wake);
    g_mutex_clear(&worker->lock);
  }
  g_free(self);
}

DecodeWorker *
decode_pool_join(DecodePool *self)
{
  DecodeWorker *best = &self->workers[0];
  for (guint i = 1; i < self->n_workers; i++)
    if (g_atomic_int_get(&self->workers[i].n_sources) < g_atomic_int_get(&best->n_sources))
      best = &self->workers[i];
  g_atomic_int_inc(&best->n_sources);
  return best;
}

void
decode_worker_leave(DecodeWorker *self)
{
  g_atomic_int_add(&self->n_sources, -1);
}

bool
decode_worker_submit(DecodeWorker *self, DecodeTask *task)
{
  g_mutex_lock(&self->lock);
  bool is_new = !task->is_queued;
  if (is_new) {
    task->is_queued = true;
    task->link = (GList) { .data = task };
    g_queue_push_tail_link(&self->line, &task->link);
    g_cond_signal(&self->wake);
  }
  g_mutex_unlock(&self->lock);
  return is_new;
}
