/* mcu/uplink_steering.h - which size to ask of a site's camera (DESIGN 5.2).
 *
 * Pure logic: the tile's size and the time go in, a request comes out when it changes.
 * Sizes come from a short ladder; a larger one is asked for at once, a smaller one only
 * when it was enough for 3 s, so that a passing layout costs no keyframes. Control thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  guint max_width, max_height;  /* pixels */
  guint max_framerate;
  guint max_bitrate_bps;
} UplinkRequest;

typedef struct {
  UplinkRequest current;        /* all zero: nothing was asked yet           */
  gint64        lower_since_us; /* 0: nothing smaller is wanted              */
} UplinkSteering;

/* @tile_width, @tile_height: the largest tile that shows the site; 0, 0: none does.
 * Returns: true if self->current changed and is to be sent. */
bool uplink_steering_update(UplinkSteering *self, guint tile_width, guint tile_height, guint fps,
                            guint bitrate_max_bps, gint64 now_us);
/* The sizes that may be asked for, smallest first, and their full rates. */
guint uplink_ladder_count(void);
guint uplink_ladder_bps(guint index, guint fps, guint bitrate_max_bps);
void  uplink_ladder_size(guint index, guint *width, guint *height);
/* The size that a tile deserves. */
guint uplink_ladder_index(guint tile_width, guint tile_height);

/* Returns: when to call update again although nothing changed; 0: no need. */
gint64 uplink_steering_due_us(const UplinkSteering *self);
