/* media/base/clock.c - the only file that reads the clock. */
#include "media/base/clock.h"
#include <pthread.h>

#define NTP_UNIX_OFFSET_S G_GINT64_CONSTANT(2208988800) /* 1900 to 1970 */

gint64
clock_now_us(void)
{
  return g_get_monotonic_time();
}

gint64
clock_wall_us(void)
{
  return g_get_real_time();
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static gint64 wall_minus_monotonic_us;

static void
read_wall_clock(void)
{
  wall_minus_monotonic_us = g_get_real_time() - g_get_monotonic_time();
}

guint64
clock_ntp_from_us(gint64 monotonic_us)
{
  pthread_once(&once, read_wall_clock);
  gint64 wall_us = monotonic_us + wall_minus_monotonic_us;
  guint64 seconds = (guint64)(wall_us / G_USEC_PER_SEC + NTP_UNIX_OFFSET_S);
  guint64 fraction = ((guint64)(wall_us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC;
  return (seconds << 32) | fraction;
}
