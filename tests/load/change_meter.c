/* tests/load/change_meter.c - how much a picture changes from one frame to the next, wherever in it. */
#include "tests/load/change_meter.h"
#include <string.h>

void
change_meter_begin(ChangeMeter *self)
{
  self->largest = 0;
  self->has_picture = false;
}

static guint8
cell_mean(const VideoFrame *picture, guint column, guint row)
{
  guint left = column * picture->width / CHANGE_COLUMNS, right = (column + 1) * picture->width / CHANGE_COLUMNS;
  guint top = row * picture->height / CHANGE_ROWS, bottom = (row + 1) * picture->height / CHANGE_ROWS;
  guint64 sum = 0;
  for (guint y = top; y < bottom; y++) {
    const guint8 *line = picture->plane[0] + (gsize)y * (gsize)picture->stride[0];
    for (guint x = left; x < right; x++)
      sum += line[x];
  }
  return (guint8)(sum / ((guint64)(right - left) * (bottom - top)));
}

void
change_meter_picture(ChangeMeter *self, const VideoFrame *picture)
{
  guint8 cells[CHANGE_ROWS * CHANGE_COLUMNS];
  if (picture->width < CHANGE_COLUMNS || picture->height < CHANGE_ROWS)
    return;
  for (guint i = 0; i < G_N_ELEMENTS(cells); i++)
    cells[i] = cell_mean(picture, i % CHANGE_COLUMNS, i / CHANGE_COLUMNS);
  for (guint i = 0; i < G_N_ELEMENTS(cells) && self->has_picture; i++)
    self->largest = MAX(self->largest, ABS((int)cells[i] - (int)self->cells[i]));
  memcpy(self->cells, cells, sizeof cells);
  self->has_picture = true;
}

double
change_meter_largest(const ChangeMeter *self)
{
  return self->largest;
}
