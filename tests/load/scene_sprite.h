/* tests/load/scene_sprite.h - a small picture with transparency, laid over I420 frames. */
#pragma once
#include "media/base/video_frame.h"
#include <cairo.h>

typedef struct SceneSprite SceneSprite;

/* Takes the picture of @surface (ARGB32, borrowed; rounded up to even sizes). */
SceneSprite *scene_sprite_new(cairo_surface_t *surface);
void         scene_sprite_free(SceneSprite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SceneSprite, scene_sprite_free)

/* Lays it over @frame with its upper left corner at @x, @y, rounded down to even; what
 * would stand outside is cut off. */
void scene_sprite_blend(const SceneSprite *self, VideoFrame *frame, int x, int y);
/* Fills @frame with the picture of @surface, of the same size. */
void scene_sprite_fill(cairo_surface_t *surface, VideoFrame *frame);
