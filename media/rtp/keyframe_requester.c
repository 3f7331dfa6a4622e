/* media/rtp/keyframe_requester.c - how often a sender is asked for a keyframe. */
#include "media/rtp/keyframe_requester.h"

enum {
  INTERVAL_MIN_US = 300 * 1000,
  RTT_SLACK_US = 50 * 1000,
  REPEAT_US = G_USEC_PER_SEC,
  ECHO_US = 20 * 1000,
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
  self->is_wanted = self->is_awaited = self->is_echo_due = false;
}

static bool
is_due(const KeyframeRequester *self, gint64 now_us, gint64 rtt_us)
{
  const guint kept = G_N_ELEMENTS(self->sent_us);
  if (self->n_sent == 0)
    return true;
  gint64 interval_us = self->is_awaited ? REPEAT_US : MAX(rtt_us + RTT_SLACK_US, INTERVAL_MIN_US);
  if (self->n_sent >= kept && now_us - self->sent_us[self->n_sent % kept] < WINDOW_US)
    interval_us = MAX(interval_us, CROWDED_INTERVAL_US);
  return now_us - self->sent_us[(self->n_sent - 1) % kept] >= interval_us;
}

bool
keyframe_requester_poll(KeyframeRequester *self, gint64 now_us, gint64 rtt_us)
{
  const guint kept = G_N_ELEMENTS(self->sent_us);
  if (!self->is_wanted)
    return false;
  if (is_due(self, now_us, rtt_us)) {
    self->sent_us[self->n_sent++ % kept] = now_us;
    self->is_awaited = true;
    self->is_echo_due = self->is_lossy;
    return true;
  }
  if (self->is_echo_due && now_us - self->sent_us[(self->n_sent - 1) % kept] >= ECHO_US) {
    self->is_echo_due = false;
    return true;
  }
  return false;
}
