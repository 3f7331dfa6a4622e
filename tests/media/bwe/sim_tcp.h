/* tests/media/bwe/sim_tcp.h - a TCP download beside our flows: Reno with selective
 * acknowledgements, as much as a shared queue needs. */
#pragma once
#include "tests/media/bwe/sim_link.h"

typedef struct {
  SimClock *clock;
  SimLink  *forward, *back;
  double    start_s, stop_s;
  guint64   bytes;         /* per transfer; 0: without end                              */
  double    pause_s;       /* mean, before the next transfer; exponentially distributed */
  guint64   seed;
} SimTcpConfig;

typedef struct SimTcp SimTcp;

SimTcp *sim_tcp_new(const SimTcpConfig *config);
void    sim_tcp_free(SimTcp *self);
/* Acknowledged over the whole run. */
guint64 sim_tcp_acked_bytes(const SimTcp *self);
