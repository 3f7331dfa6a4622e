/* media/bwe/arrival_groups.c - how much further apart bursts of packets arrive than they left. */
#include "media/bwe/arrival_groups.h"

enum {
  GROUP_US = 5 * 1000,
  BURST_GAP_US = 5 * 1000,
  BURST_MAX_US = 100 * 1000,
  CLOCK_JUMP_US = 3000 * 1000,
  REORDERED_MAX = 3,
};

void
arrival_groups_reset(ArrivalGroups *self)
{
  *self = (ArrivalGroups) { 0 };
}

/* True if the packet came out of a queue together with the group. */
static bool
is_same_burst(const ArrivalGroup *group, gint64 sent_us, gint64 arrival_us)
{
  gint64 arrival_delta_us = arrival_us - group->arrival_us, sent_delta_us = sent_us - group->sent_us;
  if (sent_delta_us == 0)
    return true;
  return arrival_delta_us < sent_delta_us && arrival_delta_us <= BURST_GAP_US
         && arrival_us - group->first_arrival_us < BURST_MAX_US;
}

/* Returns: true if the current group could be compared with the previous one. */
static bool
compare(ArrivalGroups *self, ArrivalDelta *out)
{
  const ArrivalGroup *current = &self->current, *previous = &self->previous;
  if (!previous->is_started)
    return false;
  out->sent_delta_us = current->sent_us - previous->sent_us;
  out->arrival_delta_us = current->arrival_us - previous->arrival_us;
  if (out->arrival_delta_us - (current->known_us - previous->known_us) >= CLOCK_JUMP_US) {
    arrival_groups_reset(self);
    return false;
  }
  if (out->arrival_delta_us < 0) {
    if (++self->n_reordered >= REORDERED_MAX)
      arrival_groups_reset(self);
    return false;
  }
  self->n_reordered = 0;
  return true;
}

bool
arrival_groups_add(ArrivalGroups *self, gint64 sent_us, gint64 arrival_us, gint64 now_us, ArrivalDelta *out)
{
  ArrivalGroup *current = &self->current;
  bool is_compared = false;
  if (current->is_started && sent_us < current->first_sent_us)
    return false;  /* overtaken */
  if (!current->is_started
      || (sent_us - current->first_sent_us > GROUP_US && !is_same_burst(current, sent_us, arrival_us))) {
    is_compared = current->is_started && compare(self, out);
    if (current->is_started)
      self->previous = *current;
    *current = (ArrivalGroup) {
      .is_started = true, .first_sent_us = sent_us, .sent_us = sent_us, .first_arrival_us = arrival_us,
    };
  }
  current->sent_us = MAX(current->sent_us, sent_us);
  current->arrival_us = arrival_us;
  current->known_us = now_us;
  return is_compared;
}
