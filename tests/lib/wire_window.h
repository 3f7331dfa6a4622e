/* tests/lib/wire_window.h - the rate of datagrams in every window of 100 ms, evaluated at each datagram.
 *
 *   ---|----x---x-xx-----x|---> t      window of a datagram at t: those in (t - 100 ms, t]
 *
 * A window that ends between two datagrams holds no more than the one that ended at the
 * datagram before, so the maximum over all windows is among those that are looked at.
 * Pure logic, times are parameters. One owner; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { WIRE_WINDOW_US = 100 * 1000 };

typedef enum { WIRE_NONE = 0, WIRE_UP, WIRE_DOWN, WIRE_SUM, WIRE_WAYS } WireWay;

typedef struct {
  double  cap_kbps;                  /* of WIRE_SUM; 0: none                          */
  double  seconds;
  guint64 datagrams, datagrams_above;  /* above: at whose arrival the window held more than the cap */
  double  mean_kbps[WIRE_WAYS];
  double  max_kbps[WIRE_WAYS];       /* of a window                                   */
} WirePhase;

typedef struct WireWindow WireWindow;

WireWindow *wire_window_new(double cap_kbps);
void        wire_window_free(WireWindow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireWindow, wire_window_free)

/* @way: WIRE_UP or WIRE_DOWN. A time that goes back is taken for the newest. */
void wire_window_datagram(WireWindow *self, gint64 now_us, WireWay way, gsize bytes);
/* A new phase with another cap: its windows hold nothing from before @now_us. */
void wire_window_cap(WireWindow *self, gint64 now_us, double cap_kbps);
/* Returns: (transfer full): an array of WirePhase, the last one up to @now_us. */
GArray *wire_window_phases(WireWindow *self, gint64 now_us);
