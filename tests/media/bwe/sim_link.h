/* tests/media/bwe/sim_link.h - one direction of a line in virtual time, with a schedule.
 *
 * What crosses it is a g_rc_box; the receiver gets it borrowed, twice if it was duplicated. */
#pragma once
#include "tests/lib/link_model.h"
#include "tests/media/bwe/sim_clock.h"

typedef struct {
  double  at_s;      /* from SIM_START_US */
  guint64 rate_bps;
} SimStep;

typedef struct SimLink SimLink;

SimLink *sim_link_new(SimClock *clock, const LinkConfig *config);
void     sim_link_free(SimLink *self);
void     sim_link_schedule(SimLink *self, const SimStep *steps, guint n);
/* From now on. */
void     sim_link_configure(SimLink *self, const LinkConfig *config);
/* @boxed: (transfer full). @deliver is called with @user and @boxed; @extra_us: of delay behind
 * the line. */
void sim_link_send(SimLink *self, gsize bytes, gint64 extra_us, SimAction deliver, gpointer user, gpointer boxed);

guint64 sim_link_rate_bps(const SimLink *self);
/* The queueing delay below which @share of the packets stayed that were offered in the time. */
gint64 sim_link_queue_quantile_us(const SimLink *self, double from_s, double to_s, double share);
/* Until when, in seconds, packets were dropped at the tail within the time; < 0: never. */
double sim_link_last_drop_s(const SimLink *self, double from_s, double to_s);
