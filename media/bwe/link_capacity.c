/* media/bwe/link_capacity.c - where the network was full the last times. */
#include "media/bwe/link_capacity.h"
#include <math.h>

static const double WEIGHT_OVERUSE = 0.05, WEIGHT_PROBE = 0.5;
static const double DEVIATION_MIN = 0.4, DEVIATION_MAX = 2.5;

void
link_capacity_reset(LinkCapacity *self)
{
  *self = (LinkCapacity) { .deviation = DEVIATION_MIN };
}

static void
update(LinkCapacity *self, double bps, double weight)
{
  double sample = bps / 1000;
  self->kbps = self->kbps <= 0 ? sample : (1 - weight) * self->kbps + weight * sample;
  double error = self->kbps - sample;
  self->deviation = (1 - weight) * self->deviation + weight * error * error / MAX(self->kbps, 1);
  self->deviation = CLAMP(self->deviation, DEVIATION_MIN, DEVIATION_MAX);
}

void
link_capacity_on_overuse(LinkCapacity *self, double acked_bps)
{
  update(self, acked_bps, WEIGHT_OVERUSE);
}

void
link_capacity_on_probe(LinkCapacity *self, double bps)
{
  update(self, bps, WEIGHT_PROBE);
}

double
link_capacity_lower_bps(const LinkCapacity *self)
{
  return self->kbps > 0 ? MAX(self->kbps - 3 * sqrt(self->deviation * self->kbps), 0) * 1000 : 0;
}

double
link_capacity_upper_bps(const LinkCapacity *self)
{
  return self->kbps > 0 ? (self->kbps + 3 * sqrt(self->deviation * self->kbps)) * 1000 : (double)INFINITY;
}
