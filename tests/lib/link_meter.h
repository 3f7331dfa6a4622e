/* tests/lib/link_meter.h - how full a bottleneck was and how long its queue, over time.
 *
 * Pure logic, times are parameters and never go back. Figures are from the first call, or
 * link_meter_begin(), to the time that is given to the reader. One owner; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct LinkMeter LinkMeter;

/* One second of the line's life. */
typedef struct {
  double  capacity_bits;     /* 0: no limit in this second                          */
  double  delivered_bits;    /* that left the queue in this second                  */
  double  queue_max_ms;
  guint64 lost, dropped_at_tail;
} LinkSecond;

typedef struct {
  double  seconds;
  double  queue_p50_ms, queue_p95_ms, queue_max_ms;  /* that a datagram waited, to 1 ms    */
  double  delivered_kbps;
  double  capacity_kbps;     /* mean; 0: never a limit                              */
  double  utilisation;       /* 0..1, of the seconds with a limit; 0 if there are none */
} LinkFigures;

LinkMeter *link_meter_new(void);
void       link_meter_free(LinkMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LinkMeter, link_meter_free)

/* Forgets all but the rate. */
void link_meter_begin(LinkMeter *self, gint64 now_us);
/* The rate from @now_us on; 0: no limit. */
void link_meter_rate(LinkMeter *self, gint64 now_us, guint64 rate_bps);
/* A datagram came at @now_us, waits @wait_us and has left the queue at @left_us. */
void link_meter_passed(LinkMeter *self, gint64 now_us, gint64 wait_us, gint64 left_us, gsize bytes);
void link_meter_lost(LinkMeter *self, gint64 now_us, bool at_tail);

void link_meter_read(LinkMeter *self, gint64 now_us, LinkFigures *out);
/* Returns: (transfer none): an array of LinkSecond up to @now_us, the last perhaps partial. */
const GArray *link_meter_seconds(LinkMeter *self, gint64 now_us);
