/* media/rtp/av_sync.c - how much later a site's sound must be played to match its picture. */
#include "media/rtp/av_sync.h"
#include <string.h>

enum {
  POLL_US = G_USEC_PER_SEC,
  HALF_TICK_US = 17 * 1000,            /* of the composed picture, 30 a second          */
  NONSENSE_US = 2 * G_USEC_PER_SEC,    /* no two ways of one sender differ so much      */
  NO_PICTURE_US = 3 * G_USEC_PER_SEC,  /* the camera is off: sound need not wait for it */
  FILTER = 4,
};

void
av_sync_init(AvSync *self)
{
  *self = (AvSync) { 0 };
  sr_clock_init(&self->clock[AV_SYNC_AUDIO], 48000);
  sr_clock_init(&self->clock[AV_SYNC_VIDEO], 90000);
}

static void
forget_measurements(AvSync *self)
{
  self->n_pictures = 0;
  self->has_sound = self->has_difference = false;
}

void
av_sync_on_sender_report(AvSync *self, AvSyncStream stream, guint64 ntp, guint32 rtp_timestamp)
{
  if (sr_clock_on_report(&self->clock[stream], ntp, rtp_timestamp) != SR_CLOCK_STEPPED)
    return;
  /* If the sender's clock was set, the other stream's reports are of the old time. */
  sr_clock_forget(&self->clock[AV_SYNC_STREAMS - 1 - stream]);
  forget_measurements(self);
}

void
av_sync_on_picture(AvSync *self, guint32 rtp_timestamp, gint64 released_us)
{
  gint64 capture_us;
  self->last_picture_us = released_us;
  if (sr_clock_capture_us(&self->clock[AV_SYNC_VIDEO], rtp_timestamp, &capture_us))
    self->picture_us[self->n_pictures++ % AV_SYNC_PICTURES_MAX] = released_us - capture_us;
}

void
av_sync_on_sound(AvSync *self, const AudioPlayout *playout)
{
  gint64 capture_us;
  self->has_sound = playout->is_playing
                    && sr_clock_capture_us(&self->clock[AV_SYNC_AUDIO], playout->rtp_timestamp, &capture_us);
  if (self->has_sound)
    self->sound_us = playout->played_us - capture_us - playout->lip_sync_us;
  self->applied_us = playout->lip_sync_us;
}

static int
compare(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? -1 : x > y;
}

/* Keyframes, repaired pictures and those that wait behind them come late: on a lossy line most
 * of them. Sound that waited for these would spoil the conversation for a picture that
 * stutters anyway; the quicker quarter shows how long the way is by itself. */
static gint64
usual_picture_us(AvSync *self)
{
  gint64 sorted[AV_SYNC_PICTURES_MAX];
  guint n = MIN(self->n_pictures, AV_SYNC_PICTURES_MAX);
  memcpy(sorted, self->picture_us, n * sizeof sorted[0]);
  qsort(sorted, n, sizeof sorted[0], compare);
  return sorted[n / 4];
}

static void
measure(AvSync *self)
{
  if (self->n_pictures == 0 || !self->has_sound)
    return;
  gint64 difference_us = usual_picture_us(self) + HALF_TICK_US - self->sound_us;
  if (ABS(difference_us) > NONSENSE_US)
    return;
  if (!self->has_difference)
    self->difference_us = (double)difference_us;
  else
    self->difference_us += ((double)difference_us - self->difference_us) / FILTER;
  self->has_difference = true;
}

static void
step(AvSync *self, int wanted_ms, int ignored_ms)
{
  int change_ms = CLAMP(wanted_ms, 0, AV_SYNC_DELAY_MAX_MS) - (int)self->delay_ms;
  if (ABS(change_ms) >= ignored_ms)
    self->delay_ms = (guint)((int)self->delay_ms + CLAMP(change_ms, -AV_SYNC_STEP_MS, AV_SYNC_STEP_MS));
}

guint
av_sync_poll(AvSync *self, gint64 now_us)
{
  if (now_us < self->next_poll_us)
    return self->delay_ms;
  self->next_poll_us = now_us + POLL_US;
  measure(self);
  if (now_us - self->last_picture_us > NO_PICTURE_US) {
    forget_measurements(self);
    step(self, 0, 0);
  } else if (self->has_difference) {
    step(self, (int)(self->difference_us / 1000), AV_SYNC_IGNORED_MS);
  }
  self->n_pictures = 0;
  self->has_sound = false;
  return self->delay_ms;
}

bool
av_sync_skew_us(const AvSync *self, gint64 *out)
{
  *out = (gint64)self->difference_us - self->applied_us;
  return self->has_difference;
}
