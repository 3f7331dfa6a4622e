/* tests/load/tier_log.c - which size of picture one client received when. */
#include "tests/load/tier_log.h"

static void
note(TierLog *self, double seconds)
{
  if (self->n < TIER_CHANGES_MAX)
    self->changes[self->n] = (TierChange) { seconds, self->width, self->height };
  self->n++;
}

void
tier_log_begin(TierLog *self, gint64 now_us)
{
  self->begin_us = now_us;
  self->n = 0;
  if (self->width != 0)
    note(self, 0);
}

void
tier_log_size(TierLog *self, gint64 now_us, guint width, guint height)
{
  if (width == 0 || (width == self->width && height == self->height))
    return;
  self->width = width;
  self->height = height;
  note(self, (double)(now_us - self->begin_us) / G_USEC_PER_SEC);
}
