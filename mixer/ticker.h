/* mixer/ticker.h - which tick is due when: absolute deadlines at a rational rate.
 *
 * Pure logic: the time is a parameter. Deadline n stands at start + n * period, computed
 * from n each time, so that 30000/1001 ticks a second neither drift nor round.
 *
 *    due:    0     1     2     3     4     5
 *    ran:    0     1  ......late......  4*    5     * 2 and 3 are skipped (burst 1)
 */
#pragma once
#include <glib.h>

typedef struct {
  guint rate_numerator, rate_denominator;  /* ticks a second                              */
  guint max_burst;  /* how many overdue ticks may run back to back; 1: none is made up for */
} TickerConfig;

typedef struct {
  TickerConfig config;
  gint64  start_us;
  gint64  next;     /* index of the tick to run next, from 0 */
  guint64 skipped;
} Ticker;

void ticker_init(Ticker *self, const TickerConfig *config, gint64 start_us);

gint64 ticker_due_us(const Ticker *self, gint64 index);

/* Moves on after a tick ran: chooses the next one.
 * At most max_burst of the ticks that are overdue at @now_us remain to be run; the older
 * ones are skipped and counted. With a burst of 1, an overdue tick that is late by more than
 * half a period is skipped too: the tick after it would follow too closely. */
void ticker_advance(Ticker *self, gint64 now_us);
