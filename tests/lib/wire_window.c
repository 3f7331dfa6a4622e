/* tests/lib/wire_window.c - the rate of datagrams in every window of 100 ms, evaluated at each datagram. */
#include "tests/lib/wire_window.h"

enum { RING = 1 << 16 };  /* 650,000 datagrams a second */

typedef struct {
  gint64  at_us;
  guint32 bytes;
  guint32 way;
} Seen;

struct WireWindow {
  Seen     *ring;            /* owned */
  guint64   first, end;      /* of those within the window */
  guint64   held[WIRE_WAYS]; /* bytes within the window    */
  guint64   bytes[WIRE_WAYS];
  gint64    begin_us, last_us;
  bool      has_begun;
  WirePhase phase;
  GArray   *past;            /* owned, of WirePhase */
};

WireWindow *
wire_window_new(double cap_kbps)
{
  WireWindow *self = g_new0(WireWindow, 1);
  self->ring = g_new(Seen, RING);
  self->past = g_array_new(FALSE, FALSE, sizeof(WirePhase));
  self->phase.cap_kbps = cap_kbps;
  return self;
}

void
wire_window_free(WireWindow *self)
{
  if (self == NULL)
    return;
  g_free(self->ring);
  g_array_unref(self->past);
  g_free(self);
}

static double
kbps(guint64 bytes, double seconds)
{
  return seconds > 0 ? (double)bytes * 8 / 1000 / seconds : 0;
}

static void
forget_first(WireWindow *self)
{
  const Seen *seen = &self->ring[self->first++ % RING];
  self->held[seen->way] -= seen->bytes;
  self->held[WIRE_SUM] -= seen->bytes;
}

static void
judge(WireWindow *self)
{
  for (WireWay way = WIRE_UP; way < WIRE_WAYS; way++)
    self->phase.max_kbps[way] = MAX(self->phase.max_kbps[way], kbps(self->held[way], WIRE_WINDOW_US / 1e6));
  if (self->phase.cap_kbps > 0 && kbps(self->held[WIRE_SUM], WIRE_WINDOW_US / 1e6) > self->phase.cap_kbps)
    self->phase.datagrams_above++;
}

void
wire_window_datagram(WireWindow *self, gint64 now_us, WireWay way, gsize bytes)
{
  g_return_if_fail(way == WIRE_UP || way == WIRE_DOWN);
  if (!self->has_begun) {
    self->has_begun = true;
    self->begin_us = self->last_us = now_us;
  }
  self->last_us = MAX(self->last_us, now_us);
  while (self->first < self->end
         && (self->ring[self->first % RING].at_us <= self->last_us - WIRE_WINDOW_US || self->end - self->first == RING))
    forget_first(self);
  self->ring[self->end++ % RING] = (Seen) { self->last_us, (guint32)bytes, (guint32)way };
  self->held[way] += bytes;
  self->held[WIRE_SUM] += bytes;
  self->bytes[way] += bytes;
  self->bytes[WIRE_SUM] += bytes;
  self->phase.datagrams++;
  judge(self);
}

static WirePhase
finish(const WireWindow *self, gint64 now_us)
{
  WirePhase phase = self->phase;
  phase.seconds = self->has_begun ? (double)(now_us - self->begin_us) / G_USEC_PER_SEC : 0;
  for (WireWay way = WIRE_UP; way < WIRE_WAYS; way++)
    phase.mean_kbps[way] = kbps(self->bytes[way], phase.seconds);
  return phase;
}

void
wire_window_cap(WireWindow *self, gint64 now_us, double cap_kbps)
{
  WirePhase phase = finish(self, now_us);
  g_array_append_val(self->past, phase);
  while (self->first < self->end)
    forget_first(self);
  for (WireWay way = WIRE_UP; way < WIRE_WAYS; way++)
    self->bytes[way] = 0;
  self->has_begun = true;
  self->begin_us = self->last_us = now_us;
  self->phase = (WirePhase) { .cap_kbps = cap_kbps };
}

GArray *
wire_window_phases(WireWindow *self, gint64 now_us)
{
  WirePhase last = finish(self, now_us);
  GArray *phases = g_array_new(FALSE, FALSE, sizeof(WirePhase));
  g_array_append_vals(phases, self->past->data, self->past->len);
  g_array_append_val(phases, last);
  return phases;
}
