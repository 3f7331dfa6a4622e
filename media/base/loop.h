/* media/base/loop.h - a GMainContext with a thread of its own, and posts to it.
 *
 * The net thread is one Loop; the control thread's default context is wrapped by another
 * (without a thread). A post is the only way from one to the other. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct Loop Loop;
typedef void (*LoopFunc)(gpointer data);

/* Starts a thread that takes @role and runs until loop_free(). */
Loop *loop_new_thread(ThreadRoleId role);
/* Wraps @context, which the caller runs (NULL: the default context). */
Loop *loop_new_wrap(GMainContext *context);
/* Stops and joins the thread. What was posted before runs first. */
void  loop_free(Loop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loop, loop_free)

GMainContext *loop_context(Loop *self);

/* Runs @func on the loop's thread, in the order of the posts. Any thread; never blocks. */
void loop_post(Loop *self, LoopFunc func, gpointer data);
/* As loop_post(), but waits until it ran. Not from the loop's own thread, and from the
 * control thread only for what cannot wait for the network (start, stop). */
void loop_call(Loop *self, LoopFunc func, gpointer data);

/* Calls @func every @interval_us on the loop's thread, with absolute deadlines (timerfd;
 * a late wake-up is not repeated). Returns: (transfer full): destroy and unref to stop. */
GSource *loop_add_ticker(Loop *self, gint64 interval_us, LoopFunc func, gpointer data);

/* Calls @func on the loop's thread after any number of loop_wake_signal() since the last
 * call: the cheap bell of a Ring. */
typedef struct LoopWake LoopWake;
LoopWake *loop_wake_new(Loop *self, LoopFunc func, gpointer data);
void      loop_wake_signal(LoopWake *self);  /* any thread */
void      loop_wake_free(LoopWake *self);    /* the loop's thread, or once it has stopped */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoopWake, loop_wake_free)
