/* mcu/hands.h - the hands that are up, in the order in which they went up.
 *
 * A hand that is up keeps its place and its time until it is lowered, whatever becomes of the
 * connection. Sites are indices below CONFIG_SITES_MAX. Pure; one thread. */
#pragma once
#include "config/config.h"

typedef struct {
  guint  site;
  gint64 since_wall_us;  /* for people: the order does not depend on it */
} Hand;

typedef struct {
  guint n;
  Hand  hands[CONFIG_SITES_MAX];  /* oldest first */
} Hands;

/* Both: true if something changed. */
bool hands_raise(Hands *self, guint site, gint64 now_wall_us);
bool hands_lower(Hands *self, guint site);
bool hands_is_up(const Hands *self, guint site);
void hands_lower_all(Hands *self);
