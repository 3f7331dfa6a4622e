/* mcu/hands.c - the hands that are up, in the order in which they went up. */
#include "mcu/hands.h"
#include <string.h>

static guint
find(const Hands *self, guint site)
{
  guint i = 0;
  while (i < self->n && self->hands[i].site != site)
    i++;
  return i;
}

bool
hands_is_up(const Hands *self, guint site)
{
  return find(self, site) < self->n;
}

bool
hands_raise(Hands *self, guint site, gint64 now_wall_us)
{
  g_return_val_if_fail(site < CONFIG_SITES_MAX, false);
  if (hands_is_up(self, site))
    return false;
  self->hands[self->n++] = (Hand) { site, now_wall_us };
  return true;
}

bool
hands_lower(Hands *self, guint site)
{
  guint i = find(self, site);
  if (i == self->n)
    return false;
  self->n--;
  memmove(&self->hands[i], &self->hands[i + 1], (self->n - i) * sizeof self->hands[0]);
  return true;
}

void
hands_lower_all(Hands *self)
{
  self->n = 0;
}
