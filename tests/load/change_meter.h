/* tests/load/change_meter.h - how much a picture changes from one frame to the next, wherever in it.
 *
 * For whom nothing must move: a slate re-encoded changes by its coding's noise, a camera that comes
 * through, at any place and size, by far more. Pure logic; one owner. */
#pragma once
#include "media/base/video_frame.h"
#include <stdbool.h>

enum { CHANGE_COLUMNS = 32, CHANGE_ROWS = 18 };

typedef struct {
  bool   has_picture;
  guint8 cells[CHANGE_ROWS * CHANGE_COLUMNS];  /* mean luma of each, of the last picture */
  double largest;                              /* since change_meter_begin() */
} ChangeMeter;

/* What came before is not compared with what comes: the first picture may be the first of a slate. */
void change_meter_begin(ChangeMeter *self);
/* Pictures smaller than the cells are left out. */
void change_meter_picture(ChangeMeter *self, const VideoFrame *picture);
/* The largest change of a cell's mean luma between two pictures that followed each other, 0 to 255. */
double change_meter_largest(const ChangeMeter *self);
