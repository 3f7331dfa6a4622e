/* media/rtp/keyframe_requester.h - how often a sender is asked for a keyframe (TRANSPORT C3).
 *
 * A keyframe costs the sender's line and picture, so requests are coalesced: not within
 * max(RTT + 50 ms, 300 ms), three in 10 s, then one in 2 s; and repeated after 1 s if no
 * keyframe came. On a line that loses much each is said twice, 20 ms apart: the sender
 * takes both for one. Pure logic; net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct {
  bool   is_wanted;    /* since the last keyframe                 */
  bool   is_awaited;   /* a request was sent and no keyframe came */
  bool   is_lossy;     /* set by the owner                       */
  bool   is_echo_due;
  guint  n_sent;
  gint64 sent_us[3];   /* of the last requests, in turn           */
} KeyframeRequester;

/* May be called as often as the wish is felt. */
void keyframe_requester_want(KeyframeRequester *self) ON_NET;
void keyframe_requester_on_keyframe(KeyframeRequester *self) ON_NET;
/* Returns: true if a PLI or FIR is to be sent now; it is then taken as sent. */
bool keyframe_requester_poll(KeyframeRequester *self, gint64 now_us, gint64 rtt_us) ON_NET;
