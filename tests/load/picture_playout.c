/* tests/load/picture_playout.c - when a client shows the frames that it has received. */
#include "tests/load/picture_playout.h"

static const double DELAY_MS_PER_S = 100;

static gint64
timestamp_us(PicturePlayout *self, guint32 rtp_timestamp)
{
  if (!self->has_frame)
    self->first_ts = self->last_ts = rtp_timestamp;
  self->extended += (gint32)(rtp_timestamp - self->last_ts);
  self->last_ts = rtp_timestamp;
  return self->extended * 100 / 9;
}

static gint64 *
slot(PicturePlayout *self, gint64 second)
{
  return &self->fastest_us[((second % PICTURE_PLAYOUT_SECONDS) + PICTURE_PLAYOUT_SECONDS) % PICTURE_PLAYOUT_SECONDS];
}

/* The least time from stamp to arrival in the last seconds. */
static gint64
fastest_us(PicturePlayout *self, gint64 transit_us, gint64 arrival_us)
{
  gint64 second = arrival_us / G_USEC_PER_SEC;
  for (gint64 s = self->has_frame ? self->second + 1 : second - PICTURE_PLAYOUT_SECONDS + 1; s <= second; s++) {
    if (second - s < PICTURE_PLAYOUT_SECONDS)
      *slot(self, s) = G_MAXINT64;
    self->second = s;
  }
  gint64 *now = slot(self, self->second);
  *now = MIN(*now, transit_us);
  gint64 least = G_MAXINT64;
  for (guint i = 0; i < PICTURE_PLAYOUT_SECONDS; i++)
    least = MIN(least, self->fastest_us[i]);
  return least;
}

gint64
picture_playout_shown_us(PicturePlayout *self, gint64 arrival_us, guint32 rtp_timestamp, guint min_delay_ms)
{
  gint64 stamp_us = timestamp_us(self, rtp_timestamp);
  gint64 base_us = fastest_us(self, arrival_us - stamp_us, arrival_us);
  double step = self->has_frame ? DELAY_MS_PER_S * (double)(arrival_us - self->last_arrival_us) / G_USEC_PER_SEC : 0;
  self->delay_ms = CLAMP((double)min_delay_ms, self->delay_ms - step, self->delay_ms + step);
  self->has_frame = true;
  self->last_arrival_us = MAX(arrival_us, self->last_arrival_us);
  gint64 shown_us = self->delay_ms > 0 ? stamp_us + base_us + (gint64)(self->delay_ms * 1000) : arrival_us;
  self->last_shown_us = MAX(MAX(shown_us, arrival_us), self->last_shown_us);
  return self->last_shown_us;
}
