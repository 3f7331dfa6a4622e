/* tests/bench/stopwatch.h - CPU time, added up.
 *
 * Of the whole process: the bench is one thread, and what libvpx starts besides is to count. */
#pragma once
#include <glib.h>
#include <time.h>

typedef struct {
  gint64 total_ns, started_ns;
} Stopwatch;

static inline gint64
stopwatch_now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gint64)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void stopwatch_start(Stopwatch *self) { self->started_ns = stopwatch_now_ns(); }
static inline void stopwatch_stop(Stopwatch *self) { self->total_ns += stopwatch_now_ns() - self->started_ns; }
