/* mixer/keyframe_policy.c - when a shared encoder makes its next keyframe (TRANSPORT C8a). */
#include "mixer/keyframe_policy.h"

enum {
  JOIN_SPACING_US = 300000,
  REFRESH_SPACING_US = 1000000,
  COST_MAX_US = 5000000,  /* a receiver that cannot decode has waited long enough */
  SHARE_PERCENT = 25,     /* of the rate, for keyframes                           */
};

void
keyframe_policy_request(KeyframePolicy *self, bool for_join)
{
  self->is_wanted = true;
  self->is_wanted_for_join |= for_join;
}

static bool
is_due(const KeyframePolicy *self, gint64 now_us)
{
  if (!self->has_keyframe)
    return true;
  gint64 age_us = now_us - self->last_keyframe_us;
  if (self->is_wanted_for_join && age_us >= JOIN_SPACING_US)
    return true;
  return self->is_wanted && age_us >= MAX(REFRESH_SPACING_US, self->cost_us);
}

bool
keyframe_policy_take(KeyframePolicy *self, gint64 now_us)
{
  if (!is_due(self, now_us))
    return false;
  self->is_taken_for_join = self->is_wanted_for_join;
  self->is_wanted_for_join = false;
  return true;
}

void
keyframe_policy_made(KeyframePolicy *self, gint64 now_us, gsize bytes, guint bitrate_bps)
{
  double share_bps = MAX(bitrate_bps, 1u) * (SHARE_PERCENT / 100.0);
  double cost_us = (double)bytes * 8 / share_bps * G_USEC_PER_SEC;
  *self = (KeyframePolicy) {
    .is_wanted = self->is_wanted_for_join,
    .is_wanted_for_join = self->is_wanted_for_join,
    .has_keyframe = true,
    .last_keyframe_us = now_us,
    .cost_us = (gint64)MIN(cost_us, (double)COST_MAX_US),
  };
}

void
keyframe_policy_failed(KeyframePolicy *self)
{
  self->is_wanted = true;
  self->is_wanted_for_join |= self->is_taken_for_join;
  self->is_taken_for_join = false;
}
