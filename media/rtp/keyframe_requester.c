/* media/rtp/keyframe_requester.c - how often a sender is asked for a keyframe. */
#include "media/rtp/keyframe_requester.h"

enum {
  INTERVAL_MIN_US = 300 * 1000,
  RTT_SLACK_US = 50 * 1000,
  REPEAT_US = G_USEC_PER_SEC,
  WINDOW_US = 10 * G_USEC_PER_SEC,
  CROWDED_INTERVAL_US = 2 * G_USEC_PER_SEC,
};

void
keyframe_requester_want(KeyframeRequester *self)
{
  self->is_wanted = true;
}

void
keyframe_requester_on_keyframe(KeyframeRequester *self)
{
  self->is_wanted = self->is_awaited = false;
}

bool
keyframe_requester_poll(KeyframeRequester *self, gint64 now_us, gint64 rtt_us)
{
  if (!self->is_wanted)
    return false;
  guint kept = G_N_ELEMENTS(self->sent_us);
  if (self->n_sent > 0) {
    gint64 last_us = self->sent_us[(self->n_sent - 1) % kept];
    gint64 interval_us = self->is_awaited ? REPEAT_US : MAX(rtt_us + RTT_SLACK_US, INTERVAL_MIN_US);
    bool is_crowded = self->n_sent >= kept && now_us - self->sent_us[self->n_sent % kept] < WINDOW_US;
    if (now_us - last_us < MAX(interval_us, is_crowded ? CROWDED_INTERVAL_US : 0))
      return false;
  }
  self->sent_us[self->n_sent++ % kept] = now_us;
  self->is_awaited = true;
  return true;
}
