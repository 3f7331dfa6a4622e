/* media/rtp/av_sync.h - how much later a site's sound must be played to match its picture.
 *
 *   sender  capture ---- encode, network ----> released -- half a tick --> composed
 *           capture ---- encode, network ----> jitter buffer ------------> mixed
 *
 * Both are put on the sender's own clock by its sender reports, so that only the difference
 * of the two ways counts. Sound waits for the picture, never the picture for sound; a picture
 * that is early by up to 45 ms is not noticed (ITU-R BT.1359), and one that is much later than
 * sound can wait stays late. Nothing that a peer reports moves the delay by more than
 * AV_SYNC_STEP_MS a second or beyond AV_SYNC_DELAY_MAX_MS. TRANSPORT C5; libwebrtc's
 * stream_synchronization. A plain value; pure logic; net thread. */
#pragma once
#include "media/base/audio_playout.h"
#include "media/base/thread_role.h"
#include "media/rtp/sr_clock.h"

enum {
  AV_SYNC_DELAY_MAX_MS = AUDIO_LIP_SYNC_MAX_MS,
  AV_SYNC_STEP_MS = 80,
  AV_SYNC_IGNORED_MS = 30,
  AV_SYNC_PICTURES_MAX = 64,
};

typedef enum { AV_SYNC_AUDIO = 0, AV_SYNC_VIDEO, AV_SYNC_STREAMS } AvSyncStream;

typedef struct {
  SrClock clock[AV_SYNC_STREAMS];
  guint   n_pictures;                        /* since the last poll; a ring      */
  gint64  picture_us[AV_SYNC_PICTURES_MAX];  /* capture to release, plus a constant */
  gint64  last_picture_us;                   /* when it was released; 0: never   */
  bool    has_sound;                         /* since the last poll              */
  gint64  sound_us;                          /* capture to playing without our extra delay, plus the same constant */
  gint64  applied_us;                        /* of the extra delay, by then      */
  gint64  next_poll_us;
  bool    has_difference;
  double  difference_us;                     /* smoothed; positive: the picture is later */
  guint   delay_ms;
} AvSync;

void av_sync_init(AvSync *self);
/* Of the peer's sender report for one of the two streams. */
void av_sync_on_sender_report(AvSync *self, AvSyncStream stream, guint64 ntp, guint32 rtp_timestamp) ON_NET;
/* A picture left the jitter buffer. */
void av_sync_on_picture(AvSync *self, guint32 rtp_timestamp, gint64 released_us) ON_NET;
/* What the audio jitter buffer says of itself; some times a second. */
void av_sync_on_sound(AvSync *self, const AudioPlayout *playout) ON_NET;
/* Returns: the extra delay that the sound shall have, 0 to AV_SYNC_DELAY_MAX_MS. Changes at
 * most once a second. */
guint av_sync_poll(AvSync *self, gint64 now_us) ON_NET;
/* What is left of the difference. @out: the sound is so far ahead of the picture, where both are composed.
 * Returns: false: not known. */
bool  av_sync_skew_us(const AvSync *self, gint64 *out) ON_NET;
