/* media/base/audio_playout.h - what a jitter buffer for sound says of itself to the thread that
 * feeds it. A plain value. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { AUDIO_LIP_SYNC_MAX_MS = 250 };

typedef struct {
  bool    is_playing;
  guint32 rtp_timestamp;  /* the sender's, of the sample ...                                  */
  gint64  played_us;      /* ... that was played at this time                                 */
  gint64  lip_sync_us;    /* how much of the extra delay asked for is there already           */
  gint64  target_us;      /* how much later than the fastest a packet may come and be heard   */
} AudioPlayout;
