/* mixer/tick_thread.h - a thread that calls its clients at every tick.
 *
 *   control: tick_thread_add() ... tick_thread_remove()
 *   tick:    for each client: func(tick, user)
 *
 * The heart of VideoMixer and AudioMixer. */
#pragma once
#include "media/base/delay_histogram.h"
#include "media/base/thread_role.h"
#include "mixer/thread_tuning.h"
#include "mixer/ticker.h"

typedef struct TickThread TickThread;

typedef struct {
  gint64 index;    /* position on the thread's clock; skipped ticks leave gaps     */
  gint64 due_us;
  gint64 late_us;  /* how long after due_us the thread woke up                     */
} Tick;

/* Runs on the tick thread; must not block, nor call tick_thread_remove(). */
typedef void (*TickFunc)(const Tick *tick, gpointer user);

typedef struct {
  guint64 due;      /* ticks whose time has come, run or not */
  guint64 skipped;  /* of these                              */
} TickThreadStats;

/* Starts the thread. Control thread. */
TickThread *tick_thread_new(ThreadRoleId role, ThreadUrgency urgency, const TickerConfig *config);
/* Stops and joins the thread, within a period. */
void tick_thread_free(TickThread *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TickThread, tick_thread_free)

/* Calls @func from the next tick on. @user: one entry for each. Any thread but the tick's. */
void tick_thread_add(TickThread *self, TickFunc func, gpointer user);
/* When this returns, @func is not running for @user and will not run again. Waits for the
 * end of a call under way (some ms), not for the tick. Any thread but the tick's. */
void tick_thread_remove(TickThread *self, gpointer user);
/* Any thread. */
void tick_thread_stats(const TickThread *self, TickThreadStats *out);
/* How late the ticks woke up. Returns: the worst of them since the last call, in us: for one reader. Any thread. */
gint64 tick_thread_lateness(TickThread *self, DelayHistogram *out);
