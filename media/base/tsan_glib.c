/* media/base/tsan_glib.c - GLib's locks as ThreadSanitizer can see them; in its builds only.
 *
 * GLib's own are futexes inside a library that is not instrumented: to the sanitizer two
 * threads that exchange something under a GMutex never met. Here the functions of the same
 * names stand on pthreads, for the calls of this program; GLib's inner calls keep theirs. */
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
