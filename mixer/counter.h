/* mixer/counter.h - figures written by one thread and read by any, without a lock. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct { guint64 value; } Counter;   /* atomic: counted up, or set */
typedef struct { gint64 value; } HighMark;   /* atomic: the largest since it was taken */

static inline void
counter_add(Counter *self, guint64 n)
{
  __atomic_fetch_add(&self->value, n, __ATOMIC_RELAXED);
}

static inline void
counter_set(Counter *self, guint64 value)
{
  __atomic_store_n(&self->value, value, __ATOMIC_RELAXED);
}

static inline guint64
counter_get(const Counter *self)
{
  return __atomic_load_n(&self->value, __ATOMIC_RELAXED);
}

static inline void
high_mark_raise(HighMark *self, gint64 value)
{
  gint64 seen = __atomic_load_n(&self->value, __ATOMIC_RELAXED);
  while (value > seen
         && !__atomic_compare_exchange_n(&self->value, &seen, value, false, __ATOMIC_RELAXED,
                                         __ATOMIC_RELAXED))
    ;
}

static inline gint64
high_mark_take(HighMark *self)
{
  return __atomic_exchange_n(&self->value, 0, __ATOMIC_RELAXED);
}
