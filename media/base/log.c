/* media/base/log.c - a limit on how often one place may log. */
#include "media/base/log.h"
#include "media/base/clock.h"

bool
log_limit_pass(LogLimit *limit, int *suppressed)
{
  gint64 now_us = clock_now_us();
  gint64 next_us = __atomic_load_n(&limit->next_us, __ATOMIC_RELAXED);
  if (now_us < next_us
      || !__atomic_compare_exchange_n(&limit->next_us, &next_us, now_us + G_USEC_PER_SEC, false,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    g_atomic_int_inc(&limit->suppressed);
    return false;
  }
  *suppressed = g_atomic_int_and((guint *)&limit->suppressed, 0);
  return true;
}
