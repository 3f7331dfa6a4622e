/* tests/mixer/wait_until.h - waits for what another thread will do, up to a generous limit. */
#pragma once
#include "media/base/clock.h"

#define wait_until(condition)                                                   \
  do {                                                                          \
    gint64 wait_end_us_ = clock_now_us() + 20 * G_USEC_PER_SEC;                 \
    while (!(condition)) {                                                      \
      if (clock_now_us() > wait_end_us_)                                        \
        g_error("%s:%d: never came true: %s", __FILE__, __LINE__, #condition);  \
      g_usleep(1000);                                                           \
    }                                                                           \
  } while (0)
