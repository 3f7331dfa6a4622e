/* tests/media/bwe/sim_scene.h - some flows over one line each way, set up in a line or two. */
#pragma once
#include "tests/media/bwe/sim_flow.h"
#include "tests/media/bwe/sim_tcp.h"

enum { SCENE_FLOWS_MAX = 10, SCENE_TCPS_MAX = 12 };

typedef struct {
  guint64  seed;
  SimClock *clock;
  SimLink  *forward, *back;
  guint    n_flows, n_tcps;
  SimFlow  *flows[SCENE_FLOWS_MAX];
  SimTcp   *tcps[SCENE_TCPS_MAX];
} SimScene;

/* The path of RFC 8867 unless @forward says otherwise: 50 ms one way, a queue of 300 ms. */
LinkConfig sim_scene_path(guint64 rate_bps);
void       sim_scene_init(SimScene *self, guint64 seed, const LinkConfig *forward, const LinkConfig *back);
void       sim_scene_clear(SimScene *self);
/* 100 kbit/s to 4 Mbit/s, 300 kbit/s at the start; clock, lines and seed are the scene's. */
SimFlowConfig sim_scene_flow(SimScene *self, double start_s);
SimFlow   *sim_scene_add(SimScene *self, const SimFlowConfig *config);
SimTcp    *sim_scene_add_tcp(SimScene *self, double start_s, double stop_s, guint64 bytes, double pause_s);
void       sim_scene_run(SimScene *self, double until_s);

/* Of the first @n flows' received rates. */
double sim_scene_sum_bps(const SimScene *self, guint n, double from_s, double to_s);
double sim_scene_jain(const SimScene *self, guint n, double from_s, double to_s);

/* Runs the scenario with each of @n_seeds seeds, printing it. */
void sim_scene_each_seed(const char *name, guint n_seeds, void (*scenario)(guint64 seed));
/* One line of figures in the TAP output; the test fails, and goes on, if @value is out of bounds. */
#define sim_say(...) g_test_message(__VA_ARGS__)
void sim_at_least(const char *what, double value, double least);
void sim_at_most(const char *what, double value, double most);
