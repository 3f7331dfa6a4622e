/* media/rtp/playout_hint.h - how long a receiver should hold the picture back, from its losses.
 *
 *   NACKs, loss, round trip -> playout_hint_ms -> extension playout-delay, its minimum
 *
 * A receiver that is told 0 shows each frame at once (libwebrtc: VCMTiming, minimum 0 and
 * maximum at most 500 ms), so that every loss is a halt of a round trip and more. Held back
 * by as much as a retransmission takes, the picture runs on; so it does by a little where the
 * network is so slow that frames queue. Without losses and queues nothing waits.
 * http://www.webrtc.org/experiments/rtp-hdrext/playout-delay. Pure logic; net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <glib.h>
#include <stdbool.h>

enum {
  PLAYOUT_HINT_MAX_MS = 400,
  PLAYOUT_HINT_QUEUE_MS = 80,           /* where frames queue                            */
  PLAYOUT_HINT_QUEUE_US = 15 * 1000,    /* from such a queue on                          */
  PLAYOUT_HINT_NACKS = 3,               /* within PLAYOUT_HINT_WITHIN_US: not for a single loss */
  PLAYOUT_HINT_WITHIN_US = 10 * 1000 * 1000,
  PLAYOUT_HINT_KEEP_US = 30 * 1000 * 1000,
};

typedef struct {
  /*< private >*/
  guint64 nacks;             /* seen so far                    */
  guint   n_recent;
  gint64  recent_us;         /* when the count of them began   */
  gint64  last_us;           /* the last time that it was on   */
  guint   ms;
  gint64  high_us;           /* when it was last as high as it is */
  gint64  queued_us;         /* when a queue was seen last     */
  gint64  window_us;         /* when this window of round trips began; 0: none yet */
  gint64  least_rtt_us, before_rtt_us;  /* of this window and the one before       */
} PlayoutHint;

/* @nacks: how many packets the peer has asked for so far. @loss: 0..1, smoothed. @rtt_us: 0: not known; the least of
 * two to four seconds counts. @queue_us: how long the network holds what is sent beyond its least delay. Call each few
 * milliseconds. Returns: ms; rises at once, falls after 10 s. */
guint playout_hint_ms(PlayoutHint *self, guint64 nacks, double loss, gint64 rtt_us, gint64 queue_us, gint64 now_us) ON_NET;
