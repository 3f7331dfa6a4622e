/* media/rtp/rate_meter.h - bytes and frames per second over the last second or so. */
#pragma once
#include <glib.h>

typedef struct {
  double  kbps, fps;        /* of the last whole window */
  gint64  window_start_us;
  guint64 bytes, frames;    /* in the current window    */
} RateMeter;

static inline void
rate_meter_add(RateMeter *self, guint64 bytes, guint frames)
{
  self->bytes += bytes;
  self->frames += frames;
}

static inline void
rate_meter_poll(RateMeter *self, gint64 now_us)
{
  gint64 elapsed_us = now_us - self->window_start_us;
  if (elapsed_us < G_USEC_PER_SEC)
    return;
  self->kbps = (double)self->bytes * 8000.0 / (double)elapsed_us;
  self->fps = (double)self->frames * 1e6 / (double)elapsed_us;
  self->window_start_us = now_us;
  self->bytes = self->frames = 0;
}
