/* mixer/tile_motion.c - how tiles get from one arrangement to the next. */
#include "mixer/tile_motion.h"
#include <string.h>

enum { BORN_PIXELS = 2 };

static bool
is_same_rect(const VideoRect *a, const VideoRect *b)
{
  return memcmp(a, b, sizeof *a) == 0;
}

static bool
is_same_arrangement(const TileMotion *self, const VideoStage *stage)
{
  if (stage->n_tiles != self->n_tiles)
    return false;
  for (guint i = 0; i < stage->n_tiles; i++)
    if (stage->tiles[i].key != self->keys[i] || !is_same_rect(&stage->tiles[i].rect, &self->target[i]))
      return false;
  return true;
}

static VideoRect
middle_of(const VideoRect *rect)
{
  return (VideoRect) { (rect->x + rect->width / 2) & ~1u, (rect->y + rect->height / 2) & ~1u, BORN_PIXELS, BORN_PIXELS };
}

/* Where a tile of @key is now. Returns: false if it is new. */
static bool
find_shown(const TileMotion *self, guint key, VideoRect *out)
{
  for (guint i = 0; i < self->n_tiles; i++)
    if (self->keys[i] == key) {
      *out = self->shown[i];
      return true;
    }
  return false;
}

static void
enter(TileMotion *self, const VideoStage *stage, bool at_once, gint64 now_us)
{
  TileMotion next = { .width = stage->width, .height = stage->height, .n_tiles = stage->n_tiles };
  for (guint i = 0; i < stage->n_tiles; i++) {
    const StageTile *tile = &stage->tiles[i];
    next.keys[i] = tile->key;
    next.target[i] = tile->rect;
    if (at_once)
      next.from[i] = tile->rect;
    else if (!find_shown(self, tile->key, &next.from[i]))
      next.from[i] = middle_of(&tile->rect);
    next.is_moving = next.is_moving || !is_same_rect(&next.from[i], &tile->rect);
  }
  /* As if it had begun with the last canvas: this one shows the first step already. */
  next.start_us = MAX(self->drawn_us, now_us - TILE_MOTION_US / 4);
  *self = next;
}

static guint
between(guint from, guint to, double share)
{
  return (guint)(from + ((double)to - from) * share + 0.5) & ~1u;
}

/* Slow at both ends. */
static double
eased(double t)
{
  return t * t * (3 - 2 * t);
}

void
tile_motion_step(TileMotion *self, const VideoStage *stage, gint64 now_us)
{
  bool is_another_canvas = self->width != stage->width || self->height != stage->height;
  if (is_another_canvas || !is_same_arrangement(self, stage))
    enter(self, stage, is_another_canvas, now_us);
  self->drawn_us = now_us;
  if (now_us >= self->start_us + TILE_MOTION_US || now_us < self->start_us)
    self->is_moving = false;
  double share = self->is_moving ? eased((double)(now_us - self->start_us) / TILE_MOTION_US) : 1;
  for (guint i = 0; i < self->n_tiles; i++) {
    const VideoRect *from = &self->from[i], *to = &self->target[i];
    self->shown[i] = (VideoRect) {
      between(from->x, to->x, share), between(from->y, to->y, share),
      MAX(between(from->width, to->width, share), 2), MAX(between(from->height, to->height, share), 2),
    };
  }
}

VideoRect
tile_motion_rect(const TileMotion *self, guint i)
{
  return self->shown[i];
}
