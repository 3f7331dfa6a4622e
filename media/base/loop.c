/* media/base/loop.c - a GMainContext with a thread of its own, and posts to it. */
#include "media/base/loop.h"
#include <errno.h>
#include <glib-unix.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* GLib's queue between two threads is invisible to ThreadSanitizer: say what it does. */
#if defined(__has_feature)
#  if __has_feature(thread_sanitizer)
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#    define TSAN_ACQUIRE(address) __tsan_acquire(address)
#    define TSAN_RELEASE(address) __tsan_release(address)
#  endif
#endif
#ifndef TSAN_ACQUIRE
#  define TSAN_ACQUIRE(address) ((void)(address))
#  define TSAN_RELEASE(address) ((void)(address))
#endif

struct Loop {
  GMainContext *context;
  GMainLoop    *main_loop;  /* NULL: wrapped, the caller runs the context */
  GThread      *thread;
  ThreadRoleId  role;
};

struct LoopWake {
  int      fd;
  GSource *source;
  LoopFunc func;
  gpointer data;
};

static gpointer
run_thread(gpointer data)
{
  Loop *self = data;
  thread_role_enter(self->role);
  g_main_context_push_thread_default(self->context);
  g_main_loop_run(self->main_loop);
  while (g_main_context_iteration(self->context, FALSE))
    ;
  g_main_context_pop_thread_default(self->context);
  return NULL;
}

Loop *
loop_new_thread(ThreadRoleId role)
{
  Loop *self = g_new0(Loop, 1);
  self->context = g_main_context_new();
  self->main_loop = g_main_loop_new(self->context, FALSE);
  self->role = role;
  self->thread = g_thread_new("loop", run_thread, self);
  return self;
}

Loop *
loop_new_wrap(GMainContext *context)
{
  Loop *self = g_new0(Loop, 1);
  self->context = g_main_context_ref(context != NULL ? context : g_main_context_default());
  return self;
}

static void
quit(gpointer data)
{
  g_main_loop_quit(data);
}

void
loop_free(Loop *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL) {
    loop_post(self, quit, self->main_loop);
    g_thread_join(self->thread);
    g_main_loop_unref(self->main_loop);
  }
  g_main_context_unref(self->context);
  g_free(self);
}

GMainContext *
loop_context(Loop *self)
{
  return self->context;
}

typedef struct {
  LoopFunc func;
  gpointer data;
} Post;

static gboolean
run_post(gpointer data)
{
  Post *post = data;
  TSAN_ACQUIRE(post);
  post->func(post->data);
  return G_SOURCE_REMOVE;
}

void
loop_post(Loop *self, LoopFunc func, gpointer data)
{
  Post *post = g_new(Post, 1);
  *post = (Post) { func, data };
  GSource *source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, run_post, post, g_free);
  TSAN_RELEASE(post);
  g_source_attach(source, self->context);
  g_source_unref(source);
}

typedef struct {
  LoopFunc func;
  gpointer data;
  GMutex   lock;
  GCond    cond;
  bool     done;
} Call;

static void
run_call(gpointer data)
{
  Call *call = data;
  call->func(call->data);
  g_mutex_lock(&call->lock);
  call->done = true;
  g_cond_signal(&call->cond);
  g_mutex_unlock(&call->lock);
}

void
loop_call(Loop *self, LoopFunc func, gpointer data)
{
  Call call = { .func = func, .data = data };
  g_mutex_init(&call.lock);
  g_cond_init(&call.cond);
  loop_post(self, run_call, &call);
  g_mutex_lock(&call.lock);
  while (!call.done)
    g_cond_wait(&call.cond, &call.lock);
  g_mutex_unlock(&call.lock);
  g_mutex_clear(&call.lock);
  g_cond_clear(&call.cond);
}

typedef struct {
  int      fd;
  LoopFunc func;
  gpointer data;
} Ticker;

static gboolean
run_ticker(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer data)
{
  Ticker *ticker = data;
  TSAN_ACQUIRE(ticker);
  guint64 expirations;
  if (read(fd, &expirations, sizeof expirations) == sizeof expirations)
    ticker->func(ticker->data);
  return G_SOURCE_CONTINUE;
}

static void
ticker_free(gpointer data)
{
  Ticker *ticker = data;
  close(ticker->fd);
  g_free(ticker);
}

GSource *
loop_add_ticker(Loop *self, gint64 interval_us, LoopFunc func, gpointer data)
{
  g_return_val_if_fail(interval_us > 0, NULL);
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0)
    g_error("timerfd_create: %s", g_strerror(errno));
  struct timespec period = { .tv_sec = interval_us / G_USEC_PER_SEC,
                             .tv_nsec = interval_us % G_USEC_PER_SEC * 1000 };
  struct itimerspec spec = { .it_interval = period, .it_value = period };
  timerfd_settime(fd, 0, &spec, NULL);
  Ticker *ticker = g_new(Ticker, 1);
  *ticker = (Ticker) { fd, func, data };
  GSource *source = g_unix_fd_source_new(fd, G_IO_IN);
  g_source_set_callback(source, G_SOURCE_FUNC(run_ticker), ticker, ticker_free);
  TSAN_RELEASE(ticker);
  g_source_attach(source, self->context);
  return source;
}

static gboolean
run_wake(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer data)
{
  LoopWake *self = data;
  TSAN_ACQUIRE(self);
  guint64 count;
  if (read(fd, &count, sizeof count) == sizeof count)
    self->func(self->data);
  return G_SOURCE_CONTINUE;
}

LoopWake *
loop_wake_new(Loop *loop, LoopFunc func, gpointer data)
{
  LoopWake *self = g_new0(LoopWake, 1);
  self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->fd < 0)
    g_error("eventfd: %s", g_strerror(errno));
  self->func = func;
  self->data = data;
  self->source = g_unix_fd_source_new(self->fd, G_IO_IN);
  g_source_set_callback(self->source, G_SOURCE_FUNC(run_wake), self, NULL);
  TSAN_RELEASE(self);
  g_source_attach(self->source, loop->context);
  return self;
}

void
loop_wake_signal(LoopWake *self)
{
  guint64 one = 1;
  TSAN_RELEASE(self);
  ssize_t written = write(self->fd, &one, sizeof one);
  (void)written;  /* EAGAIN: the bell is already ringing */
}

void
loop_wake_free(LoopWake *self)
{
  if (self == NULL)
    return;
  g_source_destroy(self->source);
  g_source_unref(self->source);
  close(self->fd);
  g_free(self);
}
