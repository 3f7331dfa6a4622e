/* media/base/tsan_glib.c - GLib's locks as ThreadSanitizer can see them; in its builds only.
 *
 * GLib's own are futexes inside a library that is not instrumented: to the sanitizer two
 * threads that exchange something under a GMutex never met. Here the functions of the same
 * names stand on pthreads, for the calls of this program; GLib's inner calls keep theirs. What is
 * handed to a thread pool, by an idle source to a loop, and through a queue, is said to the sanitizer as well. */
#include <dlfcn.h>
#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <time.h>

/* Works for zeroed static locks too: made at the first use. */
static pthread_mutex_t *
mutex_of(GMutex *mutex)
{
  pthread_mutex_t *real = __atomic_load_n((pthread_mutex_t **)&mutex->p, __ATOMIC_ACQUIRE);
  if (real != NULL)
    return real;
  pthread_mutex_t *fresh = g_new(pthread_mutex_t, 1);
  pthread_mutex_init(fresh, NULL);
  if (__atomic_compare_exchange_n((pthread_mutex_t **)&mutex->p, &real, fresh, FALSE,
                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return fresh;
  pthread_mutex_destroy(fresh);
  g_free(fresh);
  return real;
}

void
g_mutex_init(GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear(GMutex *mutex)
{
  pthread_mutex_t *real = mutex->p;
  if (real == NULL)
    return;
  pthread_mutex_destroy(real);
  g_free(real);
  mutex->p = NULL;
}

void
g_mutex_lock(GMutex *mutex)
{
  pthread_mutex_lock(mutex_of(mutex));
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
  return pthread_mutex_trylock(mutex_of(mutex)) == 0;
}

void
g_mutex_unlock(GMutex *mutex)
{
  pthread_mutex_unlock(mutex_of(mutex));
}

static pthread_cond_t *
cond_of(GCond *cond)
{
  pthread_cond_t *real = __atomic_load_n((pthread_cond_t **)&cond->p, __ATOMIC_ACQUIRE);
  if (real != NULL)
    return real;
  pthread_condattr_t attributes;
  pthread_cond_t *fresh = g_new(pthread_cond_t, 1);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(fresh, &attributes);
  pthread_condattr_destroy(&attributes);
  if (__atomic_compare_exchange_n((pthread_cond_t **)&cond->p, &real, fresh, FALSE,
                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return fresh;
  pthread_cond_destroy(fresh);
  g_free(fresh);
  return real;
}

void
g_cond_init(GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear(GCond *cond)
{
  pthread_cond_t *real = cond->p;
  if (real == NULL)
    return;
  pthread_cond_destroy(real);
  g_free(real);
  cond->p = NULL;
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
  pthread_cond_wait(cond_of(cond), mutex_of(mutex));
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_us)
{
  struct timespec end = { .tv_sec = end_us / G_USEC_PER_SEC,
                          .tv_nsec = end_us % G_USEC_PER_SEC * 1000 };
  return pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), &end) != ETIMEDOUT;
}

void
g_cond_signal(GCond *cond)
{
  pthread_cond_signal(cond_of(cond));
}

void
g_cond_broadcast(GCond *cond)
{
  pthread_cond_broadcast(cond_of(cond));
}

void
(g_atomic_ref_count_init)(gatomicrefcount *count)
{
  __atomic_store_n(count, 1, __ATOMIC_RELEASE);
}

void
(g_atomic_ref_count_inc)(gatomicrefcount *count)
{
  __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL);
}

gboolean
(g_atomic_ref_count_dec)(gatomicrefcount *count)
{
  return __atomic_sub_fetch(count, 1, __ATOMIC_ACQ_REL) == 0;
}

/* --- thread pools, idle sources, queues: what was done before a hand-over is seen after it --- */

void __tsan_acquire(void *address);
void __tsan_release(void *address);

typedef struct {
  GFunc    func;
  gpointer user;
} PoolWork;

typedef struct {
  GSourceFunc    func;
  gpointer       data;
  GDestroyNotify notify;
} IdleWork;

static char to_pool, from_pool, to_loop;
static __thread GSource *idle_source;  /* made last by this thread */

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

static void
run_pool_work(gpointer data, gpointer user)
{
  PoolWork *work = user;
  __tsan_acquire(&to_pool);
  work->func(data, work->user);
  __tsan_release(&from_pool);
}

GThreadPool *
g_thread_pool_new(GFunc func, gpointer user_data, gint max_threads, gboolean exclusive, GError **error)
{
  PoolWork *work = g_new(PoolWork, 1);  /* for ever: a pool's threads may outlive it */
  *work = (PoolWork) { func, user_data };
  __tsan_release(&to_pool);
  return REAL(g_thread_pool_new)(run_pool_work, work, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push(GThreadPool *pool, gpointer data, GError **error)
{
  __tsan_release(&to_pool);
  return REAL(g_thread_pool_push)(pool, data, error);
}

void
g_thread_pool_free(GThreadPool *pool, gboolean immediate, gboolean wait_)
{
  REAL(g_thread_pool_free)(pool, immediate, wait_);
  __tsan_acquire(&from_pool);
}

static gboolean
run_idle_work(gpointer user)
{
  IdleWork *work = user;
  __tsan_acquire(&to_loop);
  return work->func(work->data);
}

static void
free_idle_work(gpointer user)
{
  IdleWork *work = user;
  if (work->notify != NULL)
    work->notify(work->data);
  g_free(work);
}

GSource *
g_idle_source_new(void)
{
  idle_source = REAL(g_idle_source_new)();
  return idle_source;
}

/* Only of idle sources: others' callbacks have other parameters. */
void
g_source_set_callback(GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  if (source != idle_source) {
    REAL(g_source_set_callback)(source, func, data, notify);
    return;
  }
  idle_source = NULL;
  IdleWork *work = g_new(IdleWork, 1);
  *work = (IdleWork) { func, data, notify };
  REAL(g_source_set_callback)(source, run_idle_work, work, free_idle_work);
}

guint
g_source_attach(GSource *source, GMainContext *context)
{
  __tsan_release(&to_loop);
  return REAL(g_source_attach)(source, context);
}

void
g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
  __tsan_release(queue);
  REAL(g_async_queue_push)(queue, data);
}

void
g_async_queue_push_unlocked(GAsyncQueue *queue, gpointer data)
{
  __tsan_release(queue);
  REAL(g_async_queue_push_unlocked)(queue, data);
}

static gpointer
popped(GAsyncQueue *queue, gpointer data)
{
  if (data != NULL)
    __tsan_acquire(queue);
  return data;
}

gpointer
g_async_queue_pop(GAsyncQueue *queue)
{
  return popped(queue, REAL(g_async_queue_pop)(queue));
}

gpointer
g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout_us)
{
  return popped(queue, REAL(g_async_queue_timeout_pop)(queue, timeout_us));
}

gpointer
g_async_queue_try_pop_unlocked(GAsyncQueue *queue)
{
  return popped(queue, REAL(g_async_queue_try_pop_unlocked)(queue));
}
