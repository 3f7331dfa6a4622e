/* tests/media/bwe/sim_scene.c - some flows over one line each way, set up in a line or two. */
#include "tests/media/bwe/sim_scene.h"

LinkConfig
sim_scene_path(guint64 rate_bps)
{
  return (LinkConfig) { .rate_bps = rate_bps, .delay_us = 50 * 1000, .jitter_us = 500, .queue_us = 300 * 1000 };
}

void
sim_scene_init(SimScene *self, guint64 seed, const LinkConfig *forward, const LinkConfig *back)
{
  *self = (SimScene) { .seed = seed, .clock = sim_clock_new() };
  LinkConfig there = *forward;
  LinkConfig here = back != NULL ? *back : (LinkConfig) { .delay_us = forward->delay_us, .jitter_us = forward->jitter_us };
  there.seed = seed * 1000 + 1;
  here.seed = seed * 1000 + 2;
  self->forward = sim_link_new(self->clock, &there);
  self->back = sim_link_new(self->clock, &here);
}

void
sim_scene_clear(SimScene *self)
{
  sim_clock_free(self->clock);
  for (guint i = 0; i < self->n_flows; i++)
    sim_flow_free(self->flows[i]);
  for (guint i = 0; i < self->n_tcps; i++)
    sim_tcp_free(self->tcps[i]);
  sim_link_free(self->forward);
  sim_link_free(self->back);
}

SimFlowConfig
sim_scene_flow(SimScene *self, double start_s)
{
  return (SimFlowConfig) {
    .clock = self->clock, .forward = self->forward, .back = self->back, .start_s = start_s,
    .start_bps = 300 * 1000, .min_bps = 50 * 1000, .max_bps = 4000 * 1000,
    .seed = self->seed * 1000 + 100 + self->n_flows, .first_transport_seq = (guint16)(65000 + 100 * self->n_flows),
    .receiver_clock_us = 77777777 * (gint64)(self->n_flows + 1), .may_wait = true,
  };
}

SimFlow *
sim_scene_add(SimScene *self, const SimFlowConfig *config)
{
  return self->flows[self->n_flows++] = sim_flow_new(config);
}

SimTcp *
sim_scene_add_tcp(SimScene *self, double start_s, double stop_s, guint64 bytes, double pause_s)
{
  SimTcpConfig config = {
    .clock = self->clock, .forward = self->forward, .back = self->back, .start_s = start_s, .stop_s = stop_s,
    .bytes = bytes, .pause_s = pause_s, .seed = self->seed * 1000 + 200 + self->n_tcps,
  };
  return self->tcps[self->n_tcps++] = sim_tcp_new(&config);
}

void
sim_scene_run(SimScene *self, double until_s)
{
  sim_clock_run(self->clock, SIM_START_US + (gint64)(until_s * 1e6));
}

double
sim_scene_sum_bps(const SimScene *self, guint n, double from_s, double to_s)
{
  double sum = 0;
  for (guint i = 0; i < n; i++)
    sum += sim_flow_received_bps(self->flows[i], from_s, to_s);
  return sum;
}

double
sim_scene_jain(const SimScene *self, guint n, double from_s, double to_s)
{
  double sum = 0, squares = 0;
  for (guint i = 0; i < n; i++) {
    double bps = sim_flow_received_bps(self->flows[i], from_s, to_s);
    sum += bps;
    squares += bps * bps;
  }
  return squares > 0 ? sum * sum / (n * squares) : 0;
}

void
sim_scene_each_seed(const char *name, guint n_seeds, void (*scenario)(guint64 seed))
{
  for (guint64 seed = 1; seed <= n_seeds; seed++) {
    g_test_message("%s: seed %" G_GUINT64_FORMAT, name, seed);
    scenario(seed);
  }
}

void
sim_at_least(const char *what, double value, double least)
{
  sim_say("  %s: %.3f (at least %.3f)%s", what, value, least, value < least ? " FAILED" : "");
  if (value < least)
    g_test_fail();
}

void
sim_at_most(const char *what, double value, double most)
{
  sim_say("  %s: %.3f (at most %.3f)%s", what, value, most, value > most ? " FAILED" : "");
  if (value > most)
    g_test_fail();
}
