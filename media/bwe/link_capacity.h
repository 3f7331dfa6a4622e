/* media/bwe/link_capacity.h - where the network was full the last times.
 *
 * Part of RateEstimator: near it the rate grows by small steps, elsewhere by percents
 * (draft-ietf-rmcat-gcc-02, section 5.5). Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  double kbps;       /* 0: not known     */
  double deviation;  /* normed: of kbps  */
} LinkCapacity;

void   link_capacity_reset(LinkCapacity *self);
void   link_capacity_on_overuse(LinkCapacity *self, double acked_bps);
void   link_capacity_on_probe(LinkCapacity *self, double bps);
/* Three standard deviations off. Not known: 0 and infinity. */
double link_capacity_lower_bps(const LinkCapacity *self);
double link_capacity_upper_bps(const LinkCapacity *self);
