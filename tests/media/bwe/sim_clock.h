/* tests/media/bwe/sim_clock.h - virtual time: things to do, in order of their time. */
#pragma once
#include <glib.h>

typedef struct SimClock SimClock;
typedef void (*SimAction)(gpointer user, gpointer data);

enum { SIM_START_US = 1000 * 1000 };  /* so that 0 can mean "never" */

SimClock *sim_clock_new(void);
void      sim_clock_free(SimClock *self);  /* what is not due yet is not done */
gint64    sim_clock_now_us(const SimClock *self);
/* What is due at one time is done in the order in which it was asked for. */
void      sim_clock_at(SimClock *self, gint64 at_us, SimAction action, gpointer user, gpointer data);
/* @free_data: for @data (transfer full), after the action or in its stead. */
void      sim_clock_at_full(SimClock *self, gint64 at_us, SimAction action, gpointer user, gpointer data,
                            GDestroyNotify free_data);
/* Does all that is due up to @until_us. */
void sim_clock_run(SimClock *self, gint64 until_us);
