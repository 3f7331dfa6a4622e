/* mixer/tile_motion.h - how tiles get from one arrangement to the next: in 200 ms, not at once.
 *
 *   old place  ....o----------->  new place     a tile of the same key moves and grows
 *                       .:#                     a new one grows out of the middle of its place
 *   one that is gone is gone at once
 *
 * May be interrupted: another arrangement is entered from where the tiles are then. Pure
 * logic; time is a parameter. All zero is a program that showed nothing yet: its first
 * arrangement stands at once. */
#pragma once
#include "mixer/video_stage.h"

enum { TILE_MOTION_US = 200 * 1000 };

typedef struct {
  bool      is_moving;       /* of the canvas drawn next: tiles may overlap and leave gaps */
  /*< private >*/
  guint     width, height;   /* of the canvas; 0: none yet */
  guint     n_tiles;
  guint     keys[VIDEO_TILES_MAX];
  VideoRect from[VIDEO_TILES_MAX], shown[VIDEO_TILES_MAX], target[VIDEO_TILES_MAX];
  gint64    start_us, drawn_us;
} TileMotion;

/* Once a canvas, before its tiles. */
void tile_motion_step(TileMotion *self, const VideoStage *stage, gint64 now_us);
/* Where tile @i of that stage stands on the canvas of that step: even, inside the canvas. */
VideoRect tile_motion_rect(const TileMotion *self, guint i);
