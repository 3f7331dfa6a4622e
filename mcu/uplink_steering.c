/* mcu/uplink_steering.c - which size and rate to ask of a site's camera. */
#include "mcu/uplink_steering.h"
#include <math.h>

enum {
  ACKNOWLEDGE_US = 2 * G_USEC_PER_SEC,
  UNANSWERED_MAX = 4,          /* a request and three repetitions */
  BITRATE_STEP_BPS = 10000,
};
#define LOWER_AFTER_US (3 * G_USEC_PER_SEC)

static const double TOO_SMALL_UNSEEN = 1.05;  /* and spares the next size up        */
static const double HYSTERESIS = 1.25;
static const double LEAST_SHARE = 0.5;        /* of its full rate, or a size is too large */

static const struct { guint width, height; } LADDER[UPLINK_SIZES] = {
  { 320, 180 }, { 424, 240 }, { 640, 360 }, { 960, 540 }, { 1280, 720 },
};

void
uplink_size(guint i, guint *width, guint *height)
{
  g_return_if_fail(i < UPLINK_SIZES);
  *width = LADDER[i].width;
  *height = LADDER[i].height;
}

/* 600 kbit/s for 640x360 at 25 fps; less than proportional, since a larger picture has
 * less detail in each pixel. */
static guint
bitrate_for(double pixels, guint fps)
{
  return (guint)(600e3 * pow(pixels / 230400.0, 0.75) * fps / 25.0);
}

guint
uplink_size_bitrate(guint i, guint fps)
{
  g_return_val_if_fail(i < UPLINK_SIZES, 0);
  return bitrate_for(LADDER[i].width * LADDER[i].height, fps);
}

/* ---- what is wanted ---- */

static int
size_for_tile(guint tile_width, guint tile_height)
{
  int i = 0;
  while (i + 1 < UPLINK_SIZES && LADDER[i].width * TOO_SMALL_UNSEEN < tile_width
         && LADDER[i].height * TOO_SMALL_UNSEEN < tile_height)
    i++;
  return i;
}

static bool
is_much_larger(int size, guint tile_width, guint tile_height)
{
  return LADDER[size].width >= HYSTERESIS * tile_width
         || LADDER[size].height >= HYSTERESIS * tile_height;
}

static void
follow_tile(UplinkSteering *self, guint tile_width, guint tile_height, gint64 now_us)
{
  int wanted = size_for_tile(tile_width, tile_height);
  bool is_lower = self->has_request && wanted < self->tile_size
                  && is_much_larger(self->tile_size, tile_width, tile_height);
  if (is_lower && self->lower_since_us == 0)
    self->lower_since_us = now_us;
  if (is_lower && now_us < self->lower_since_us + LOWER_AFTER_US)
    return;
  self->lower_since_us = 0;
  if (is_lower || wanted > self->tile_size || !self->has_request)
    self->tile_size = wanted;
}

static bool
is_on_its_side(const UplinkReport *report)
{
  return report->rotation == 90 || report->rotation == 270;
}

/* The pixels that a camera puts into a size: all, unless it is known to be smaller, or of
 * another shape. */
static double
pixels_sent(const UplinkReport *report, int size)
{
  guint width = report->camera_width, height = report->camera_height;
  if (width == 0 || height == 0)
    return LADDER[size].width * LADDER[size].height;
  if (is_on_its_side(report)) {
    width = report->camera_height;
    height = report->camera_width;
  }
  double scale = MIN(1.0, MIN((double)LADDER[size].width / width, (double)LADDER[size].height / height));
  return width * scale * height * scale;
}

static guint
full_bitrate(const UplinkSteering *self, int size, guint fps, guint bitrate_max_bps)
{
  return MIN(bitrate_for(pixels_sent(&self->report, size), fps), bitrate_max_bps);
}

/* The largest size for which the line grants enough; more than enough for one that is larger
 * than the present one. */
static int
size_under_cap(const UplinkSteering *self, guint fps, guint bitrate_max_bps)
{
  if (!self->has_cap)
    return self->tile_size;
  int present = self->has_request ? self->size : UPLINK_SIZES;
  int size = MIN(self->tile_size, self->cap_size);
  for (; size > 0; size--) {
    double needed_bps = LEAST_SHARE * full_bitrate(self, size, fps, bitrate_max_bps);
    if (self->cap_bps >= needed_bps * (size > present ? HYSTERESIS : 1))
      break;
  }
  return size;
}

/* Downwards always; upwards when it is worth a message. */
static guint
choose_bitrate(const UplinkSteering *self, int size, guint full_bps)
{
  guint bps = full_bps;
  if (self->has_cap && self->cap_bps < full_bps)
    bps = MAX(self->cap_bps / BITRATE_STEP_BPS, 1) * BITRATE_STEP_BPS;
  bool is_small_rise = self->has_request && size == self->size && self->current.is_active && bps < full_bps
                       && bps > self->current.max_bitrate_bps
                       && bps < HYSTERESIS * self->current.max_bitrate_bps;
  return is_small_rise ? self->current.max_bitrate_bps : bps;
}

static UplinkRequest
wanted_request(const UplinkSteering *self, int size, guint fps, guint bitrate_max_bps)
{
  if (size == UPLINK_SIZE_NONE) {
    UplinkRequest pause = self->current;  /* the rest does not matter: no second message */
    pause.is_active = false;
    if (!self->has_request)
      pause = (UplinkRequest) { .max_width = LADDER[0].width, .max_height = LADDER[0].height,
                                .max_framerate = fps, .max_bitrate_bps = BITRATE_STEP_BPS };
    return pause;
  }
  bool is_sideways = is_on_its_side(&self->report);
  return (UplinkRequest) {
    .max_width = is_sideways ? LADDER[size].height : LADDER[size].width,
    .max_height = is_sideways ? LADDER[size].width : LADDER[size].height,
    .max_framerate = fps,
    .max_bitrate_bps = choose_bitrate(self, size, full_bitrate(self, size, fps, bitrate_max_bps)),
    .is_active = true,
  };
}

static bool
is_same(const UplinkRequest *a, const UplinkRequest *b)
{
  return a->max_width == b->max_width && a->max_height == b->max_height
         && a->max_framerate == b->max_framerate && a->max_bitrate_bps == b->max_bitrate_bps
         && a->is_active == b->is_active;
}

/* ---- what is sent ---- */

static void
send_request(UplinkSteering *self, gint64 now_us)
{
  self->sent_us = now_us;
  self->is_in_flight = !self->is_ignored;
  if (!self->is_ignored)
    self->n_unanswered++;
}

void
uplink_steering_set_cap(UplinkSteering *self, int size_max, guint bitrate_bps)
{
  self->has_cap = true;
  self->cap_size = CLAMP(size_max, UPLINK_SIZE_NONE, UPLINK_SIZES - 1);
  self->cap_bps = bitrate_bps;
}

bool
uplink_steering_update(UplinkSteering *self, guint tile_width, guint tile_height, guint fps,
                       guint bitrate_max_bps, gint64 now_us)
{
  follow_tile(self, tile_width, tile_height, now_us);
  bool is_overdue = self->is_in_flight && now_us >= self->sent_us + ACKNOWLEDGE_US;
  if (self->is_in_flight && !is_overdue)
    return false;
  if (is_overdue && self->n_unanswered >= UNANSWERED_MAX) {
    self->is_ignored = true;
    self->is_in_flight = is_overdue = false;
  }
  int size = size_under_cap(self, fps, bitrate_max_bps);
  UplinkRequest wanted = wanted_request(self, size, fps, bitrate_max_bps);
  bool is_news = !self->has_request || !is_same(&wanted, &self->current);
  if (!is_news && !is_overdue)
    return false;
  if (is_news) {
    wanted.seq = self->current.seq % G_MAXINT32 + 1;
    self->current = wanted;
    self->size = size;
    self->has_request = true;
  }
  send_request(self, now_us);
  return true;
}

gint64
uplink_steering_due_us(const UplinkSteering *self)
{
  gint64 lower_us = self->lower_since_us == 0 ? 0 : self->lower_since_us + LOWER_AFTER_US;
  gint64 answer_us = self->is_in_flight ? self->sent_us + ACKNOWLEDGE_US : 0;
  return lower_us == 0 ? answer_us : answer_us == 0 ? lower_us : MIN(lower_us, answer_us);
}

bool
uplink_steering_acknowledge(UplinkSteering *self, const UplinkReport *report)
{
  if (report->seq > self->current.seq)
    return false;
  self->is_ignored = false;
  self->n_unanswered = 0;
  if (report->seq != self->current.seq)
    return true;  /* of a request that was overtaken: it is alive, more it does not tell */
  self->is_in_flight = false;
  self->report = *report;
  return true;
}

bool
uplink_steering_is_acknowledged(const UplinkSteering *self)
{
  return self->has_request && !self->is_in_flight && !self->is_ignored
         && self->report.seq == self->current.seq;
}

void
uplink_steering_reset(UplinkSteering *self)
{
  guint seq = self->current.seq;
  *self = (UplinkSteering) { .current.seq = seq };
}

int
uplink_steering_wanted(const UplinkSteering *self)
{
  return !self->has_request ? UPLINK_SIZE_NONE : self->tile_size;
}
