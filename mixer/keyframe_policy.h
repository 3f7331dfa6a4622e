/* mixer/keyframe_policy.h - when a shared encoder makes its next keyframe (TRANSPORT C8a).
 *
 * A keyframe hurts every receiver of the program, so requests are coalesced and one
 * keyframe pays for itself before the next: its bits at a quarter of the rate. A receiver that
 * joins sees nothing at all without one, so it waits 300 ms at most. A request is never
 * lost. Pure logic; time is a parameter; guarded by its owner. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  bool   is_wanted;          /* by a receiver that lost something, or by one that joins */
  bool   is_wanted_for_join;
  bool   is_taken_for_join;  /* by the encode under way                                 */
  bool   has_keyframe;       /* one was made          */
  gint64 last_keyframe_us;   /* when                  */
  gint64 cost_us;            /* what it costs in time */
} KeyframePolicy;

void keyframe_policy_request(KeyframePolicy *self, bool for_join);

/* Before an encode. Returns: true if it shall make a keyframe. A join that comes while it
 * runs stays open, since its receiver may not be in the list yet when the frame is sent. */
bool keyframe_policy_take(KeyframePolicy *self, gint64 now_us);
/* After an encode: a keyframe of @bytes was made, asked for or not. */
void keyframe_policy_made(KeyframePolicy *self, gint64 now_us, gsize bytes, guint bitrate_bps);
/* After an encode that was to make a keyframe and did not: the request is open again. */
void keyframe_policy_failed(KeyframePolicy *self);
