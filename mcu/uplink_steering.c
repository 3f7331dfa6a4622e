/* mcu/uplink_steering.c - which size to ask of a site's camera. */
#include "mcu/uplink_steering.h"
#include <math.h>

#define LOWER_AFTER_US (3 * G_USEC_PER_SEC)

static const struct { guint width, height; } LADDER[] = {
  { 320, 180 }, { 424, 240 }, { 640, 360 }, { 960, 540 }, { 1280, 720 },
};

/* 600 kbit/s for 640x360 at 25 fps; less than proportional, since a larger picture has
 * less detail in each pixel. */
static guint
bitrate_for(guint width, guint height, guint fps)
{
  return (guint)(600e3 * pow(width * height / 230400.0, 0.75) * fps / 25.0);
}

guint
uplink_ladder_count(void)
{
  return G_N_ELEMENTS(LADDER);
}

guint
uplink_ladder_bps(guint index, guint fps, guint bitrate_max_bps)
{
  return MIN(bitrate_for(LADDER[index].width, LADDER[index].height, fps), bitrate_max_bps);
}

void
uplink_ladder_size(guint index, guint *width, guint *height)
{
  *width = LADDER[index].width;
  *height = LADDER[index].height;
}

/* 5 % too small is not seen, and spares the next size up. */
guint
uplink_ladder_index(guint tile_width, guint tile_height)
{
  guint i = 0;
  while (i + 1 < G_N_ELEMENTS(LADDER)
         && (LADDER[i].width * 105 < tile_width * 100 && LADDER[i].height * 105 < tile_height * 100))
    i++;
  return i;
}

static UplinkRequest
request_for(guint tile_width, guint tile_height, guint fps, guint bitrate_max_bps)
{
  guint i = uplink_ladder_index(tile_width, tile_height);
  return (UplinkRequest) {
    .max_width = LADDER[i].width,
    .max_height = LADDER[i].height,
    .max_framerate = fps,
    .max_bitrate_bps = uplink_ladder_bps(i, fps, bitrate_max_bps),
  };
}

static bool
is_same(const UplinkRequest *a, const UplinkRequest *b)
{
  return a->max_width == b->max_width && a->max_height == b->max_height
         && a->max_framerate == b->max_framerate && a->max_bitrate_bps == b->max_bitrate_bps;
}

bool
uplink_steering_update(UplinkSteering *self, guint tile_width, guint tile_height, guint fps,
                       guint bitrate_max_bps, gint64 now_us)
{
  UplinkRequest wanted = request_for(tile_width, tile_height, fps, bitrate_max_bps);
  if (is_same(&wanted, &self->current)) {
    self->lower_since_us = 0;
    return false;
  }
  bool lower = self->current.max_width > wanted.max_width;
  if (lower) {
    if (self->lower_since_us == 0)
      self->lower_since_us = now_us;
    if (now_us < self->lower_since_us + LOWER_AFTER_US)
      return false;
  }
  self->lower_since_us = 0;
  self->current = wanted;
  return true;
}

gint64
uplink_steering_due_us(const UplinkSteering *self)
{
  return self->lower_since_us == 0 ? 0 : self->lower_since_us + LOWER_AFTER_US;
}
