/* media/bwe/arrival_groups.h - how much further apart bursts of packets arrive than they left.
 *
 * Part of RateEstimator. Packets that left within 5 ms are one group, and so are those that
 * came out of some queue together; a group is compared with the one before once the next
 * begins (draft-ietf-rmcat-gcc-02, section 5.2; TRANSPORT C6). Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  bool   is_started;
  gint64 first_sent_us, sent_us;        /* of its first and its last packet */
  gint64 first_arrival_us, arrival_us;
  gint64 known_us;                      /* our clock: when its feedback came */
} ArrivalGroup;

typedef struct {
  ArrivalGroup current, previous;
  guint n_reordered;
} ArrivalGroups;

typedef struct {
  gint64 sent_delta_us, arrival_delta_us;
} ArrivalDelta;

void arrival_groups_reset(ArrivalGroups *self);
/* Returns: true if the packet ended a group that could be compared. */
bool arrival_groups_add(ArrivalGroups *self, gint64 sent_us, gint64 arrival_us, gint64 now_us,
                        ArrivalDelta *out);
